/** One file to the library of a site, as a form. */
import { Refused, session, upload, type Shape } from './client';
import { remember } from './pictures';

export async function sendFile(site: string, file: File, progress: (part: number) => void): Promise<Shape<'Asset'>> {
  const send = () => {
    const form = new FormData();
    form.append('file', file, file.name);
    return upload(`/api/v1/sites/${encodeURIComponent(site)}/assets`, form, progress);
  };
  const page = await send().catch(async (error: unknown) => {
    // The token may have run out while others were sent.
    if (error instanceof Refused && error.status === 401 && (await session.renew())) return send();
    throw error;
  });
  const asset = (page as Shape<'AssetPage'>).items[0]!;
  remember(asset.digest, file);
  return asset;
}
