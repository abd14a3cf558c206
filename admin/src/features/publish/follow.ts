/** Follows a job to its end, also over a line that comes and goes. */
import { api, ask, Refused, type Shape } from '../../api/client';
import { readEvents } from '../../api/events';
import { over, type Progress } from './progress';

const LOOK_AGAIN_MS = 2_000;

export async function follow(id: string, told: (progress: Progress) => void, signal: AbortSignal): Promise<Shape<'Job'> | undefined> {
  const params = { path: { id } };
  while (!signal.aborted) {
    try {
      const stream = await ask(api.GET('/api/v1/jobs/{id}/events', { params, parseAs: 'stream', signal }));
      await readEvents<Progress>(stream as ReadableStream<Uint8Array>, told).catch(() => undefined);
      const job = await ask(api.GET('/api/v1/jobs/{id}', { params, signal }));
      if (over(job.state)) return job;
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!(error instanceof Refused) || error.code !== 'offline') throw error;
    }
    await new Promise((go) => setTimeout(go, LOOK_AGAIN_MS));
  }
}
