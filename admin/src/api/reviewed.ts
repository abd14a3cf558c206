/** Somebody has looked at what is live and says that it is still right: the time until it is due again begins anew. */
import { api, ask, once, seen } from './client';

export const reviewed = (id: string, version: number) =>
  ask(api.POST('/api/v1/entries/{id}/reviewed', { params: { path: { id } }, headers: { ...seen(version), ...once() }, body: {} }));
