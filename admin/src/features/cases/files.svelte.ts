/** Sends files to a case and fetches them; the address of a file needs the token, so a link alone would not open it. */
import { api, ask, upload, type Shape } from '../../api/client';
import { complain } from '../../notices.svelte';

export const sending = $state({ name: '', part: 0 });

export async function send(id: string, file: File): Promise<Shape<'AttachmentView'> | undefined> {
  const form = new FormData();
  form.append('file', file, file.name);
  Object.assign(sending, { name: file.name, part: 0 });
  try {
    return (await upload(`/api/v1/cases/${id}/attachments`, form, (part) => (sending.part = part))) as Shape<'AttachmentView'>;
  } catch (error) {
    complain(error);
  } finally {
    sending.name = '';
  }
}

export async function fetchFile(id: string, file: Shape<'AttachmentView'>): Promise<void> {
  try {
    const path = { id, attachment: file.id };
    const bytes = await ask(api.GET('/api/v1/cases/{id}/attachments/{attachment}', { params: { path }, parseAs: 'blob' }));
    save(bytes as unknown as Blob, file.name);
  } catch (error) {
    complain(error);
  }
}

function save(bytes: Blob, name: string): void {
  const address = URL.createObjectURL(bytes);
  const link = Object.assign(document.createElement('a'), { href: address, download: name });
  link.click();
  // The browser has taken it over by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
