/** From a clipboard or a file to clean content and the pictures that want a description. Loaded when somebody brings something. */
import { clean, type Picture } from './clean';
import { parsed } from './dom';
import { picturesOf } from './rtf';

/** What was brought: what a clipboard says, or files. */
export type Brought = { html: string; rtf: string; files: File[] };
/** A picture whose bytes are here. */
export type Pending = { key: string; file: File; alt: string };
export type Content = { html: string; notes: string; pictures: Pending[]; left: number };
/** Why nothing can be made of it. */
export class Unfit extends Error {
  constructor(readonly reason: 'too_large' | 'too_long' | 'too_many' | 'unknown' | 'broken' | 'offline') {
    super(reason);
  }
}

/** The server takes no more in one piece, and nobody reads more on one page. */
export const DOCX_BYTES_MAX = 25 * 1024 * 1024;
export const TEXT_CHARS_MAX = 1_000_000;
const HTML_CHARS_MAX = 60_000_000;
export const PICTURES_MAX = 60;
/** What browsers show and the library takes. */
const TYPES: Record<string, string> = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/gif': 'gif', 'image/webp': 'webp', 'image/svg+xml': 'svg' };
const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

export const isDocx = (file: File) => file.type === DOCX || /\.docx$/i.test(file.name);

export async function contentOf({ html, rtf, files }: Brought, firstNote: number): Promise<Content> {
  const document = files.find(isDocx);
  if (document) return ofDocx(document, firstNote);
  // Word brings a picture of the text beside the text.
  if (html && !(files.length && isOnePicture(html))) return ofHtml(html, rtf, firstNote);
  const pictures = files.filter((file) => file.type in TYPES).map((file, at): Pending => ({ key: `pasted:${at}`, file, alt: '' }));
  if (!pictures.length) throw new Unfit('unknown');
  if (pictures.length > PICTURES_MAX) throw new Unfit('too_many');
  return { html: pictures.map(({ key }) => `<img src="${key}" alt="">`).join(''), notes: '', pictures, left: files.length - pictures.length };
}

async function ofDocx(file: File, firstNote: number): Promise<Content> {
  if (file.size > DOCX_BYTES_MAX) throw new Unfit('too_large');
  const reader = await import('./docx').catch(() => {
    throw new Unfit('offline');
  });
  const html = await reader.docxToHtml(await file.arrayBuffer()).catch(() => {
    throw new Unfit('broken');
  });
  return ofHtml(html, '', firstNote);
}

async function ofHtml(html: string, rtf: string, firstNote: number): Promise<Content> {
  if (html.length > HTML_CHARS_MAX) throw new Unfit('too_long');
  const cleaned = clean(html, firstNote);
  if (cleaned.html.length > TEXT_CHARS_MAX) throw new Unfit('too_long');
  const pictures = filesOf(cleaned.pictures, rtf);
  if (pictures.length > PICTURES_MAX) throw new Unfit('too_many');
  return { html: cleaned.html, notes: cleaned.notes, pictures, left: cleaned.pictures.length - pictures.length };
}

const isOnePicture = (html: string) => {
  const { body } = parsed(html);
  return !body.textContent?.trim() && body.querySelectorAll('img').length === 1;
};

/** The bytes of pictures: in the address itself, or in the rich text beside the HTML. What lies elsewhere cannot be had. */
function filesOf(pictures: Picture[], rtf: string): Pending[] {
  const local = pictures.filter(({ address }) => /^file:/i.test(address));
  const carried = local.length ? picturesOf(rtf) : [];
  return pictures.flatMap(({ key, address, alt }): Pending[] => {
    const at = local.findIndex((one) => one.key === key);
    const found = at >= 0 ? (carried.length === local.length ? carried[at] : undefined) : ofData(address);
    const extension = found && TYPES[found.type];
    return extension ? [{ key, alt, file: new File([found.bytes as BlobPart], `${alt.slice(0, 60) || 'gambar'}.${extension}`, { type: found.type }) }] : [];
  });
}

function ofData(address: string): { type: string; bytes: Uint8Array } | undefined {
  const [, type, data] = /^data:([\w/+.-]+);base64,([\s\S]*)$/i.exec(address) ?? [];
  if (!type || !data) return undefined;
  try {
    const bytes = atob(data.replace(/\s/g, ''));
    return { type: type.toLowerCase(), bytes: Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)) };
  } catch {
    return undefined;
  }
}

/** How each picture was settled: its file in the library and what it shows (nothing when it decorates), or left out. */
export type Settled = Map<string, { digest: string; alt: string }>;

/** The content with its pictures in their places; those that were not settled are left out. */
export function placed(html: string, settled: Settled): string {
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  for (const picture of body.querySelectorAll('img[src^="pasted:"]')) {
    const found = settled.get(picture.getAttribute('src')!);
    if (!found) {
      picture.remove();
      continue;
    }
    picture.setAttribute('src', `asset:${found.digest}`);
    picture.setAttribute('alt', found.alt);
  }
  return body.innerHTML;
}
