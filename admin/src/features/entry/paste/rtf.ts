/** Pictures in rich text: Word names its pictures by files of the writer's machine in HTML, and carries their bytes in the RTF beside it. Pure. */

export type Bytes = { type: string; bytes: Uint8Array };

const TYPES: [RegExp, string][] = [
  [/\\pngblip\b/, 'image/png'],
  [/\\jpegblip\b/, 'image/jpeg'],
];

/** The pictures in their order. One that is in a form which no page shows keeps its place as `undefined`. */
export function picturesOf(rtf: string): (Bytes | undefined)[] {
  const found: (Bytes | undefined)[] = [];
  for (let at = rtf.indexOf('{\\pict'); at >= 0; at = rtf.indexOf('{\\pict', at + 1)) {
    // The same picture again, for programs that do not know the first form.
    if (/\{\\nonshppict\s*$/.test(rtf.slice(Math.max(0, at - 20), at))) continue;
    found.push(picture(rtf, at));
  }
  return found;
}

function picture(rtf: string, from: number): Bytes | undefined {
  let [depth, end] = [0, from];
  for (; end < rtf.length; end++) {
    if (rtf[end] === '{') depth++;
    else if (rtf[end] === '}' && --depth === 0) break;
  }
  let group = rtf.slice(from + 1, end);
  // Groups within say where the picture comes from; the digits stand behind the last word of the group itself.
  for (let before = ''; before !== group; ) [before, group] = [group, group.replace(/\{[^{}]*\}/g, ' ')];
  const last = group.lastIndexOf('\\');
  const digits = group.slice(last).replace(/^\\[a-z]+-?\d* ?/i, '').replace(/\s/g, '');
  const type = TYPES.find(([mark]) => mark.test(group.slice(0, last + 20)))?.[1];
  if (!type || digits.length < 2 || digits.length % 2 || /[^0-9a-f]/i.test(digits)) return undefined;
  return { type, bytes: Uint8Array.from({ length: digits.length / 2 }, (_, at) => Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16)) };
}
