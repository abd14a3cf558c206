/** How a file travels: small ones in one form, large ones in pieces that can go on after a lost line. */

/** Above this a lost line costs too much. The server takes forms up to 25 MiB. */
export const FORM_BYTES_MAX = 4 * 1024 * 1024;
export const PIECE_BYTES = 2 * 1024 * 1024;

export const inPieces = (bytes: number) => bytes > FORM_BYTES_MAX;

/** The end of the piece that begins at an offset. */
export const pieceEnd = (offset: number, bytes: number) => Math.min(bytes, offset + PIECE_BYTES);

/** `Upload-Metadata` of tus: the name as Base64 of its UTF-8. */
export function metadata(name: string): string {
  const bytes = new TextEncoder().encode(name);
  return `filename ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`;
}

/** The last part of an address: the id of an upload, the digest of a file. */
export const lastPart = (address: string) => address.split('/').at(-1) ?? '';

/** By what a file is known again after a reload. */
export const fingerprint = (site: string, file: { name: string; size: number; lastModified: number }) =>
  `lamin.upload ${site} ${file.size} ${file.lastModified} ${file.name}`;

/** How many milliseconds to wait before trying a lost line again: longer each time, then not at all. */
export const patience = (lost: number): number | undefined => [1_000, 3_000, 10_000, 30_000][lost];
