/** A password for the first sign-in: five groups of four letters that are not easily confused. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 5;
const GROUP_LETTERS = 4;

export function made(random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => crypto.getRandomValues(bytes)): string {
  // A byte beyond the last whole multiple would favour the first letters.
  const fair = 256 - (256 % LETTERS.length);
  let letters = '';
  while (letters.length < GROUPS * GROUP_LETTERS) {
    for (const byte of random(new Uint8Array(GROUPS * GROUP_LETTERS))) if (byte < fair) letters += LETTERS[byte % LETTERS.length];
  }
  return Array.from({ length: GROUPS }, (_, at) => letters.slice(at * GROUP_LETTERS, (at + 1) * GROUP_LETTERS)).join('-');
}
