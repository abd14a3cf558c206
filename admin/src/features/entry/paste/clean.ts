/**
 * What people paste, as the schema's own HTML: paragraphs, headings, lists, tables, quotes, links, notes, pictures; no classes, styles or
 * scripts. Pure: it reads a text and answers texts, and what is read is never part of the page.
 */
import { address, provided } from './addresses';
import { is, parsed, says, style, words } from './dom';
import { makeLists } from './lists';
import { liftNotes } from './notes';
import { tidy, write, type Format, type Run } from './runs';
import { tableOf } from './tables';
import { isOffice, sweep } from './word';

/** A picture that came along. Its bytes are not with us; in the text stands `pasted:<number>` for it. */
export type Picture = { key: string; address: string; alt: string };
export type Cleaned = { html: string; notes: string; pictures: Picture[] };

/** Deeper than people nest, less deep than breaks anything. */
const DEPTH_MAX = 60;
const INLINE = new Set(['a', 'abbr', 'acronym', 'b', 'bdi', 'bdo', 'big', 'cite', 'code', 'data', 'del', 'dfn', 'em', 'font', 'i', 'ins', 'kbd', 'label', 'mark', 'q', 'ruby', 's', 'samp', 'small', 'span', 'strike', 'strong', 'sub', 'sup', 'time', 'tt', 'u', 'var']);

/** `firstNote`: the number from which notes are counted, behind those that the text has already. */
export function clean(html: string, firstNote = 1): Cleaned {
  const page = parsed(html);
  sweep(page.body, isOffice(html));
  const lifted = liftNotes(page.body, firstNote);
  makeLists(page.body);
  const reader = new Reader(page, hasTop(page.body));
  const text = reader.read(page.body);
  const notes = lifted.map(({ label, content }) => reader.note(label, content));
  if (notes.length) for (let last = text.lastElementChild; is(last, 'hr'); last = text.lastElementChild) last.remove();
  for (const own of [...text.children].filter((child) => is(child, 'aside'))) {
    own.remove();
    notes.push(own);
  }
  return { html: text.innerHTML, notes: notes.map((note) => note.outerHTML).join(''), pictures: reader.pictures };
}

/** Whether a text has headings of the first level. That one is the title of our pages, so they all step down by one. */
const hasTop = (body: Element) => [...body.querySelectorAll('*')].some((element) => levelOf(element) === 1);

function levelOf(element: Element): number {
  const tag = /^h([1-6])$/.exec(element.localName);
  if (tag) return Number(tag[1]);
  if (/^MsoTitle/i.test(element.className)) return 1;
  if (element.getAttribute('role') === 'heading') return Number(element.getAttribute('aria-level')) || 2;
  const outline = is(element, 'p') ? /^[1-6]$/.exec(style(element, 'mso-outline-level')) : null;
  return outline ? Number(outline[0]) : 0;
}

const isQuote = (element: Element) =>
  is(element, 'blockquote') || (is(element, 'p') && (/^Mso(Intense)?Quote/i.test(element.className) || /^(intense )?quote$/i.test(element.querySelector('[data-ccp-parastyle]')?.getAttribute('data-ccp-parastyle') ?? '')));

class Reader {
  pictures: Picture[] = [];

  constructor(
    private readonly page: Document,
    private readonly down: boolean,
  ) {}

  read(from: Element): Element {
    const into = this.page.createElement('div');
    const flow = new Flow(into);
    this.walk(from, flow, {}, 0);
    flow.close();
    return into;
  }

  note(label: string, content: Element): Element {
    const note = this.page.createElement('aside');
    note.setAttribute('data-note', label);
    note.append(...[...this.read(content).childNodes].filter((child) => !is(child, 'hr')));
    // The only item of a list of notes.
    const list = note.children.length === 1 && is(note.firstElementChild, 'ol', 'ul') ? note.firstElementChild : undefined;
    if (list) list.replaceWith(...[...list.children].flatMap((item) => [...item.childNodes]));
    if (!is(note.firstElementChild, 'p')) note.prepend(this.page.createElement('p'));
    return note;
  }

  private walk(parent: Element, flow: Flow, format: Format, depth: number): void {
    if (depth > DEPTH_MAX) return void flow.runs.push({ text: parent.textContent ?? '', format });
    for (const child of parent.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) flow.runs.push({ text: (child as Text).data, format });
      else if (child.nodeType === Node.ELEMENT_NODE) this.element(child as Element, flow, format, depth + 1);
    }
  }

  private element(element: Element, flow: Flow, format: Format, depth: number): void {
    const name = element.localName;
    if (name === 'br') flow.runs.push({ line: true });
    else if (name === 'img') this.picture(element, flow);
    else if (name === 'hr') flow.block(this.page.createElement('hr'));
    else if (name === 'iframe') this.film(element, flow);
    else if (name === 'pre') this.code(element, flow);
    else if (name === 'table') this.table(element, flow, depth);
    else if (name === 'ul' || name === 'ol') this.list(element, flow, format, depth);
    else if (name === 'sup' && element.hasAttribute('data-note')) flow.runs.push({ note: element.getAttribute('data-note')! });
    else if (name === 'aside' && element.hasAttribute('data-note')) flow.block(this.note(element.getAttribute('data-note')!, element));
    else if (levelOf(element)) this.heading(element, flow, format, depth);
    else if (isQuote(element)) this.quote(element, flow, format, depth);
    else if (INLINE.has(name) || name.includes(':')) this.walk(element, flow, this.formatted(element, format), depth);
    else {
      flow.close();
      this.walk(element, flow, format, depth);
      flow.close();
    }
  }

  private formatted(element: Element, format: Format): Format {
    const next = { ...format };
    const [weight, slant] = [style(element, 'font-weight'), style(element, 'font-style')];
    const decoration = `${style(element, 'text-decoration')} ${style(element, 'text-decoration-line')}`;
    if (is(element, 'b', 'strong')) next.bold = true;
    if (is(element, 'i', 'em', 'cite', 'dfn', 'var')) next.italic = true;
    if (is(element, 's', 'strike', 'del')) next.strike = true;
    if (is(element, 'code', 'kbd', 'samp', 'tt')) next.code = true;
    // What a style says counts more than the element: Google wraps everything in a `b` that is not bold.
    if (/^(normal|[1-4]00)$/.test(weight)) next.bold = false;
    else if (/^(bold(er)?|[6-9]00)$/.test(weight)) next.bold = true;
    if (slant === 'normal') next.italic = false;
    else if (/^(italic|oblique)/.test(slant)) next.italic = true;
    if (decoration.includes('line-through')) next.strike = true;
    if (is(element, 'a')) {
      const href = address(element.getAttribute('href') ?? '');
      if (href) next.href = href;
    }
    return next;
  }

  private heading(element: Element, flow: Flow, format: Format, depth: number): void {
    const box = this.page.createElement('div');
    const inner = new Flow(box);
    this.walk(element, inner, { ...format, bold: false }, depth);
    inner.close();
    flow.close();
    const level = Math.min(Math.max(levelOf(element) + (this.down ? 1 : 0), 2), 4);
    const heading = this.page.createElement(`h${level}`);
    const lines = [...box.children].filter((block) => is(block, 'p', 'h2', 'h3', 'h4'));
    for (const line of lines) heading.append(...(heading.childNodes.length ? [' '] : []), ...line.childNodes);
    // What a heading looks like is the site's to say.
    for (const mark of heading.querySelectorAll('strong, br')) mark.replaceWith(...(is(mark, 'br') ? [' '] : mark.childNodes));
    heading.normalize();
    if (heading.textContent?.trim()) flow.block(heading);
    for (const block of [...box.children]) if (!lines.includes(block)) flow.block(block);
  }

  private quote(element: Element, flow: Flow, format: Format, depth: number): void {
    const box = this.page.createElement('blockquote');
    const inner = new Flow(box);
    // Word slants quotes, which the site does in its own way.
    this.walk(element, inner, is(element, 'blockquote') ? format : { ...format, italic: false }, depth);
    inner.close();
    flow.close();
    const before = flow.into.lastElementChild;
    if (!is(element, 'blockquote') && is(before, 'blockquote')) before.append(...box.childNodes);
    else if (box.children.length) flow.block(box);
  }

  private list(element: Element, flow: Flow, format: Format, depth: number): void {
    flow.close();
    const list = this.page.createElement(element.localName);
    const start = Number.parseInt(element.getAttribute('start') ?? '1', 10);
    if (element.localName === 'ol' && start > 1) list.setAttribute('start', String(start));
    for (const child of element.childNodes) {
      const within = is(child, 'ul', 'ol');
      if (!within && !(child.nodeType === Node.ELEMENT_NODE ? says(child as Element) : words(child.textContent ?? '').trim())) continue;
      if (child.nodeType === Node.COMMENT_NODE) continue;
      // Many programs write the inner list beside its item instead of within.
      const item = (within && list.lastElementChild) || list.appendChild(this.page.createElement('li'));
      const inner = new Flow(item);
      if (is(child, 'li')) this.walk(child, inner, format, depth);
      else if (child.nodeType === Node.ELEMENT_NODE) this.element(child as Element, inner, format, depth + 1);
      else inner.runs.push({ text: (child as Text).data, format });
      inner.close();
      this.settle(item);
    }
    if (list.children.length) flow.block(list);
  }

  /** An item begins with a paragraph; one that is nothing but an inner list gives its items to the list around it. */
  private settle(item: Element): void {
    if (!item.children.length) return item.remove();
    const first = item.firstElementChild!;
    if (is(first, 'h2', 'h3', 'h4')) {
      const line = this.page.createElement('p');
      line.append(...first.childNodes);
      first.replaceWith(line);
    } else if (item.children.length === 1 && first.localName === item.parentElement!.localName) item.replaceWith(...first.children);
    else if (!is(first, 'p')) item.prepend(this.page.createElement('p'));
  }

  private table(element: Element, flow: Flow, depth: number): void {
    if (depth > DEPTH_MAX) return void flow.runs.push({ text: element.textContent ?? '', format: {} });
    flow.close();
    const blocks = tableOf(element, (from, into) => {
      const inner = new Flow(into);
      this.walk(from, inner, {}, depth);
      inner.close();
      const pictures = [...into.querySelectorAll('img')];
      for (const picture of pictures) picture.remove();
      return pictures;
    });
    for (const block of blocks) flow.block(block);
  }

  private code(element: Element, flow: Flow): void {
    const text = (element.textContent ?? '').replace(/\u00a0/g, ' ').replace(/\n$/, '');
    if (!text.trim()) return;
    const [box, code] = [this.page.createElement('pre'), this.page.createElement('code')];
    code.textContent = text;
    box.append(code);
    flow.block(box);
  }

  private film(element: Element, flow: Flow): void {
    const found = provided(element.getAttribute('src') ?? '');
    if (!found) return;
    flow.close();
    const title = words(element.getAttribute('title') ?? '').trim();
    flow.runs.push({ text: title ? `${title} (${found.provider})` : found.provider, format: { href: found.address } });
    flow.close();
  }

  private picture(element: Element, flow: Flow): void {
    const written = (element.getAttribute('src') ?? '').trim();
    const picture = this.page.createElement('img');
    if (/^(asset:[0-9a-f]{64}|pasted:\d+)$/.test(written)) {
      picture.setAttribute('src', written);
      picture.setAttribute('alt', element.getAttribute('alt') ?? '');
      return flow.block(picture);
    }
    // Boxes to tick and points that count readers are drawn as pictures, too.
    const tiny = ['width', 'height'].every((side) => /^[0-2]$/.test(element.getAttribute(side) ?? ''));
    if (!written || tiny || element.closest('li[role="checkbox"]')) return;
    const key = `pasted:${this.pictures.length}`;
    this.pictures.push({ key, address: written, alt: description(element.getAttribute('alt') ?? '') });
    picture.setAttribute('src', key);
    picture.setAttribute('alt', '');
    flow.block(picture);
  }
}

/** What a program says of a picture, when it is more than a file's name or its own guess. */
function description(alt: string): string {
  const text = words(alt.replace(/(Description automatically generated|AI-generated content may be incorrect)[^\n]*/gi, '').replace(/Deskripsi (yang )?dibuat secara otomatis[^\n]*/gi, '')).trim();
  return /^(\S+\.(png|jpe?g|gif|bmp|tiff?|webp|emf|wmf)|image\s?\d*|picture \d+|gambar \d+|shape\s?\d*)$/i.test(text) ? '' : text;
}

/** Blocks one below the other, and the line that is being written. */
class Flow {
  runs: Run[] = [];

  constructor(readonly into: Element) {}

  /** Ends the line. Two ends of a line after one another part paragraphs. */
  close(): void {
    const runs = this.runs;
    this.runs = [];
    let line: Run[] = [];
    const put = () => {
      const tidied = tidy(line);
      line = [];
      if (!tidied.length) return;
      if (tidied.length === 1 && 'text' in tidied[0]! && /^([-_*=–—])\1{2,}$/.test(tidied[0].text)) return void this.into.append(this.into.ownerDocument.createElement('hr'));
      const paragraph = this.into.ownerDocument.createElement('p');
      write(tidied, paragraph);
      this.into.append(paragraph);
    };
    let ends = 0;
    for (const run of runs) {
      if ('text' in run && !words(run.text).trim()) {
        if (!ends) line.push(run);
        continue;
      }
      ends = 'line' in run ? ends + 1 : 0;
      if (ends === 2) put();
      else if (ends < 2) line.push(run);
    }
    put();
  }

  block(block: Element): void {
    this.close();
    this.into.append(block);
  }
}
