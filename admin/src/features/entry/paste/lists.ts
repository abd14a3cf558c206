/** Lists that are paragraphs with a sign before them, as Word writes them, become lists. */
import { cutStart, is, says, style, stylish, unwrap, words } from './dom';

type Item = { level: number; ordered: boolean; number: number; element: Element };

const BULLET = /^[•·▪●○◦‣§¨o*-]$/;
/** A sign that somebody typed; Markdown would read it as a list in any case. */
const TYPED = /^\s*(?:([•·▪●○◦‣*+-])|(\d{1,3})[.)])[\s\u00a0]+(?=\S)/;
/** One level of Word, by which older programs set lists in. */
const LEVEL_POINTS = 36;
const LEVELS_MAX = 9;
const POINTS: Record<string, number> = { pt: 1, in: 72, cm: 28.35, mm: 2.835, px: 0.75 };

export function makeLists(body: Element): void {
  for (const wrapper of body.querySelectorAll('div.ListContainerWrapper')) unwrap(wrapper);
  for (const list of body.querySelectorAll('ul, ol')) flatten(list);
  for (const paragraph of body.querySelectorAll('p.continued')) goOn(paragraph);
  const parents = new Set([...body.querySelectorAll('p, div[data-level], h1, h2, h3, h4, h5, h6')].map((element) => element.parentElement!));
  for (const parent of parents) gather(parent);
}

/** A paragraph that belongs to the item above it, and parted its list in two. */
function goOn(paragraph: Element): void {
  const list = paragraph.previousElementSibling;
  if (!is(list, 'ul', 'ol') || !list.lastElementChild) return;
  const rest = paragraph.nextElementSibling;
  list.lastElementChild.append(paragraph);
  if (rest?.localName !== list.localName) return;
  list.append(...rest.childNodes);
  rest.remove();
}

/** Word for the web writes each item as a list of its own, and its level beside it. */
function flatten(list: Element): void {
  const items = [...list.children].filter((item) => item.hasAttribute('data-aria-level'));
  if (!items.length || items.length !== list.children.length) return;
  const start = Number(list.getAttribute('start') ?? 1) || 1;
  list.replaceWith(
    ...items.map((item, at) => {
      const row = list.ownerDocument.createElement('div');
      row.setAttribute('data-level', item.getAttribute('data-aria-level')!);
      if (is(list, 'ol')) row.setAttribute('data-number', String(start + at));
      row.append(...item.childNodes);
      return row;
    }),
  );
}

function gather(parent: Element): void {
  let run: { roots: Element[]; stack: { level: number; list: Element }[] } | undefined;
  for (const child of [...parent.childNodes]) {
    if (child.nodeType === Node.COMMENT_NODE || (child.nodeType === Node.TEXT_NODE && !words(child.textContent ?? '').trim())) continue;
    const element = child.nodeType === Node.ELEMENT_NODE ? (child as Element) : undefined;
    const item = element && itemOf(element);
    if (item) {
      if (!run) run = { roots: [], stack: [] };
      const before = run.roots.length;
      add(run, item, parent.ownerDocument);
      for (const root of run.roots.slice(before)) element.before(root);
      run.stack.at(-1)!.list.lastElementChild!.append(element);
    } else if (run && element && goesOn(element)) run.stack.at(-1)!.list.lastElementChild!.append(element);
    else if (!element || says(element) || !is(element, 'p')) run = undefined;
  }
}

function add(run: { roots: Element[]; stack: { level: number; list: Element }[] }, item: Item, document: Document): void {
  const { stack } = run;
  while (stack.length && stack.at(-1)!.level > item.level) stack.pop();
  if (stack.at(-1)?.level === item.level && is(stack.at(-1)!.list, 'ol') !== item.ordered) stack.pop();
  if (stack.at(-1)?.level !== item.level) {
    const list = document.createElement(item.ordered ? 'ol' : 'ul');
    if (item.ordered && item.number > 1) list.setAttribute('start', String(item.number));
    const around = stack.at(-1)?.list.lastElementChild;
    if (around) around.append(list);
    else run.roots.push(list);
    stack.push({ level: item.level, list });
  }
  stack.at(-1)!.list.append(document.createElement('li'));
}

/** A paragraph of Word's list style without a sign belongs to the item before it. */
const goesOn = (element: Element) => is(element, 'p') && /^MsoListParagraph/i.test(element.className) && says(element);

function itemOf(element: Element): Item | undefined {
  if (element.hasAttribute('data-level')) {
    const number = element.getAttribute('data-number');
    return { level: levelOf(Number(element.getAttribute('data-level'))), ordered: number !== null, number: Number(number ?? 1), element };
  }
  if (!is(element, 'p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6')) return undefined;
  const sign = signOf(element);
  // The number of a heading is part of its words.
  if (!is(element, 'p')) return void (sign?.marker && sign.marker.replaceWith(`${words(sign.marker.textContent ?? '').trim()} `));
  if (sign) {
    const { level, text } = sign;
    sign.marker?.remove();
    if (!says(element)) return undefined;
    return { level, ...numbering(text), element };
  }
  return element.closest('td, th') ? undefined : typed(element);
}

type Sign = { level: number; text: string; marker: Element | undefined };

function signOf(element: Element): Sign | undefined {
  const list = /^l\d+\s+level(\d+)/.exec(style(element, 'mso-list'));
  const marker = stylish(element).find((span) => style(span, 'mso-list') === 'ignore');
  if (list || marker) return { level: levelOf(Number(list?.[1] ?? 1)), text: words(marker?.textContent ?? '•').trim(), marker };
  // Saved as filtered HTML: the sign is known by the small spaces behind it.
  if (!/^MsoList/i.test(element.className) && !(points(style(element, 'text-indent')) < 0)) return undefined;
  const spaces = stylish(element).find((span) => /^7(\.0)?pt\b/.test(style(span, 'font')) && !words(span.textContent ?? '').trim());
  const sign = spaces?.parentElement;
  if (!spaces || !sign) return undefined;
  const level = levelOf(Math.round(points(style(element, 'margin-left')) / LEVEL_POINTS));
  if (sign !== element) return { level, text: words(sign.textContent ?? '').trim(), marker: sign };
  const first = spaces.previousSibling?.textContent ?? '';
  const box = element.ownerDocument.createElement('span');
  spaces.before(box);
  if (box.previousSibling) box.append(box.previousSibling);
  box.append(spaces);
  return { level, text: words(first).trim(), marker: box };
}

function typed(element: Element): Item | undefined {
  const text = element.textContent ?? '';
  const sign = TYPED.exec(text);
  if (!sign) return undefined;
  cutStart(element, sign[0].length);
  return { level: 1, ordered: !!sign[2], number: Number(sign[2] ?? 1), element };
}

/** Markdown counts in figures; letters and Roman numbers keep their place only. */
function numbering(sign: string): { ordered: boolean; number: number } {
  const bare = sign.replace(/^\(|[.)\]]+$/g, '');
  if (BULLET.test(sign) || !/^[\p{L}\p{N}]/u.test(bare)) return { ordered: false, number: 1 };
  const figure = /(\d+)$/.exec(bare);
  if (figure) return { ordered: true, number: Number(figure[1]) };
  if (/^[b-hj-z]$/i.test(bare) && !/^[vxlcdm]$/i.test(bare)) return { ordered: true, number: bare.toLowerCase().charCodeAt(0) - 96 };
  return { ordered: true, number: 1 };
}

const levelOf = (level: number) => Math.min(Math.max(level || 1, 1), LEVELS_MAX);

function points(length: string): number {
  const [, number, unit] = /^(-?[\d.]+)(pt|in|cm|mm|px)$/.exec(length) ?? [];
  return Number(number ?? 0) * (POINTS[unit ?? ''] ?? 0);
}
