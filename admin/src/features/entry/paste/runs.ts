/** One line of text as runs of equal format, put right and written as the schema's HTML. Pure. */
import { words } from './dom';

export type Format = { href?: string; bold?: boolean; italic?: boolean; strike?: boolean; code?: boolean };
export type Run = { text: string; format: Format } | { note: string } | { line: true };
type Text = Extract<Run, { text: string }>;

const isText = (run: Run | undefined): run is Text => !!run && 'text' in run;
const LEVELS = ['href', 'bold', 'italic', 'strike', 'code'] as const;
const TAGS = { bold: 'strong', italic: 'em', strike: 's', code: 'code' };
const equal = (one: Format, other: Format) => LEVELS.every((level) => (one[level] ?? false) === (other[level] ?? false));
const isMarked = (format: Format) => !!(format.bold || format.italic || format.strike);

/** Without double and outer spaces and line ends, and without marks that Markdown could not write. */
export function tidy(runs: Run[]): Run[] {
  return trimmed(merged(outside(spaced(merged(runs.map((run) => (isText(run) ? { ...run, text: words(run.text) } : run)))))));
}

function merged(runs: Run[]): Run[] {
  const kept: Run[] = [];
  for (const run of runs) {
    const last = kept.at(-1);
    if (isText(run) && !run.text) continue;
    if (isText(run) && isText(last) && equal(run.format, last.format)) last.text += run.text;
    else kept.push(isText(run) ? { ...run } : run);
  }
  return kept;
}

/** Spaces stand outside of marks, unless the same marks go on behind them. */
function spaced(runs: Run[]): Run[] {
  const parts = runs.flatMap((run): Run[] => {
    if (!isText(run)) return [run];
    const [, before = '', text = '', after = ''] = /^( *)(.*?)( *)$/s.exec(run.text) ?? [];
    if (!text) return [{ text: ' ', format: {} }];
    return [...(before ? [{ text: ' ', format: {} }] : []), { text, format: run.format }, ...(after ? [{ text: ' ', format: {} }] : [])];
  });
  return parts.map((run, at) => {
    const [before, behind] = [parts[at - 1], parts[at + 1]];
    const between = isText(run) && run.text === ' ' && isText(before) && isText(behind) && equal(before.format, behind.format);
    return between ? { text: ' ', format: before.format } : run;
  });
}

/** `**Catatan:**teks` is not read as bold: punctuation that touches a letter of other words leaves the marks. */
function outside(runs: Run[]): Run[] {
  return runs.flatMap((run, at): Run[] => {
    if (!isText(run) || !isMarked(run.format)) return [run];
    const [before, behind] = [runs[at - 1], runs[at + 1]];
    const touches = (other: Run | undefined, letter: RegExp) => isText(other) && letter.test(other.text);
    let [first, middle, last] = ['', run.text, ''];
    if (touches(before, /[\p{L}\p{N}]$/u)) [first, middle] = split(middle, /^[\p{P}\p{S}]+/u);
    if (touches(behind, /^[\p{L}\p{N}]/u)) {
      const end = /[\p{P}\p{S}]+$/u.exec(middle)?.[0] ?? '';
      [middle, last] = [middle.slice(0, middle.length - end.length), end];
    }
    const plain: Format = run.format.href ? { href: run.format.href } : {};
    return [{ text: first, format: plain }, { text: middle, format: run.format }, { text: last, format: plain }];
  });
}

function split(text: string, start: RegExp): [string, string] {
  const found = start.exec(text)?.[0] ?? '';
  return [found, text.slice(found.length)];
}

function trimmed(runs: Run[]): Run[] {
  const kept: Run[] = [];
  for (const run of runs) {
    const last = kept.at(-1);
    const begins = !last || 'line' in last;
    if (isText(run)) {
      let text = run.text.replace(/ +/g, ' ');
      if (begins || (isText(last) && last.text.endsWith(' '))) text = text.replace(/^ /, '');
      if (text) kept.push({ ...run, text });
    } else if ('line' in run) {
      unspaced(kept);
      if (!begins) kept.push(run);
    } else kept.push(run);
  }
  unspaced(kept);
  while (kept.length && 'line' in kept.at(-1)!) kept.pop();
  unspaced(kept);
  return kept;
}

function unspaced(runs: Run[]): void {
  const last = runs.at(-1);
  if (!isText(last)) return;
  last.text = last.text.trimEnd();
  if (!last.text) runs.pop();
}

export function write(runs: Run[], into: Element, levels: readonly (typeof LEVELS)[number][] = LEVELS): void {
  const document = into.ownerDocument;
  const [level, ...rest] = levels;
  if (!level) {
    for (const run of runs) {
      if (isText(run)) into.append(run.text);
      else if ('line' in run) into.append(document.createElement('br'));
      else {
        const note = document.createElement('sup');
        note.setAttribute('data-note', run.note);
        into.append(note);
      }
    }
    return;
  }
  for (let at = 0; at < runs.length; ) {
    const value = of(runs[at]!, level);
    let end = at + 1;
    while (end < runs.length && of(runs[end]!, level) === value) end++;
    let box = into;
    if (value) {
      box = document.createElement(level === 'href' ? 'a' : TAGS[level]);
      if (level === 'href') box.setAttribute('href', value as string);
      into.append(box);
    }
    write(runs.slice(at, end), box, rest);
    at = end;
  }
}

const of = (run: Run, level: (typeof LEVELS)[number]) => (isText(run) ? (run.format[level] ?? false) : false);
