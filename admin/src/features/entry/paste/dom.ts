/** Words for reading the HTML that other programs put on the clipboard. Nothing here touches the page. */

/** Where a style is kept while a text is read: our policy allows no other, and would complain of each. */
const STYLE = 'data-css';

/** A page of its own of a foreign text. Nothing of it runs, is drawn or is asked for. */
export const parsed = (html: string): Document => new DOMParser().parseFromString(withoutStyles(html), 'text/html');

/** The same text with its `style` attributes under another name, without style sheets and comments. */
function withoutStyles(html: string): string {
  const kept: string[] = [];
  let at = 0;
  for (let open = html.indexOf('<'); open >= 0; open = html.indexOf('<', at)) {
    kept.push(html.slice(at, open));
    at = endOf(html, open);
    const tag = html.slice(open, at);
    if (tag.startsWith('<!--')) continue;
    if (/^<style\b/i.test(tag)) {
      const end = /<\/style/gi;
      end.lastIndex = at;
      at = end.exec(html)?.index ?? html.length;
    } else kept.push(tag.replace(/=\s*"[^"]*"|=\s*'[^']*'|([\s/])style(?=\s*=)/gi, (found, before?: string) => (before === undefined ? found : before + STYLE)));
  }
  return kept.join('') + html.slice(at);
}

/** Where a tag or a comment ends; a sign that begins neither ends at once. */
function endOf(html: string, open: number): number {
  if (html.startsWith('<!--', open)) {
    const end = html.indexOf('-->', open + 2);
    return end < 0 ? html.length : end + 3;
  }
  if (!/[a-z!/]/i.test(html[open + 1] ?? '')) return open + 1;
  for (let at = open + 1; at < html.length; at++) {
    const letter = html[at];
    if (letter === '>') return at + 1;
    if ((letter === '"' || letter === "'") && /=\s*$/.test(html.slice(Math.max(open, at - 8), at))) {
      const close = html.indexOf(letter, at + 1);
      if (close < 0) return html.length;
      at = close;
    }
  }
  return html.length;
}

/** What a `style` attribute says of a property, in lower case. The browser's own reading would drop the `mso-` ones. */
export function style(element: Element, property: string): string {
  for (const part of (element.getAttribute(STYLE) ?? '').split(';')) {
    const colon = part.indexOf(':');
    if (colon > 0 && part.slice(0, colon).trim().toLowerCase() === property) return part.slice(colon + 1).trim().toLowerCase();
  }
  return '';
}

/** All elements below that have a style. */
export const stylish = (root: Element): Element[] => [...root.querySelectorAll(`[${STYLE}]`)];

/** All elements below that say this in their `style`. */
export const styled = (root: Element, property: string, value: RegExp): Element[] =>
  stylish(root).filter((element) => value.test(style(element, property)));

/** An element of a name that was asked for; what is not remains an element that may be of another. */
type Named = Element & { readonly named?: unique symbol };

export const is = (node: Node | null | undefined, ...names: string[]): node is Named =>
  node?.nodeType === Node.ELEMENT_NODE && names.includes((node as Element).localName);

/** Whether somebody would see anything of it. */
export const says = (element: Element): boolean => !!words(element.textContent ?? '').trim() || !!element.querySelector('img, hr, sup[data-note]');

/** Puts what is within an element in its place. */
export function unwrap(element: Element): void {
  element.replaceWith(...element.childNodes);
}

/** Signs that fonts of symbols draw where Unicode has nothing, and letters that nobody sees. */
const SIGNS: Record<string, string> = { '\uf0b7': '•', '\uf0a7': '•', '\uf0d8': '•', '\uf0fc': '✓', '\uf0fe': '☑', '\uf0a8': '☐', '\uf06f': '☐', '\uf0e0': '→', '\uf0e8': '→', '\u2011': '-' };

/** Text as it is wanted on a page: plain spaces, no soft hyphens, no signs that only one font has. */
export function words(text: string): string {
  return text
    .replace(/[\u200b\u2060\ufeff\u00ad]/g, '')
    .replace(/[\u2011\ue000-\uf8ff]/g, (sign) => SIGNS[sign] ?? '')
    .replace(/[\s\u00a0\u2000-\u200a\u202f\u205f\u3000]+/g, ' ');
}

/** Takes letters away from the beginning of an element, through however many spans they are spread. */
export function cutStart(element: Element, letters: number): void {
  const walker = element.ownerDocument.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let left = letters; left > 0 && walker.nextNode(); ) {
    const text = walker.currentNode as Text;
    const taken = Math.min(left, text.data.length);
    text.data = text.data.slice(taken);
    left -= taken;
  }
}
