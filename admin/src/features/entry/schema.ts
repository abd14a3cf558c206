/** What the visual editor knows, and how it is written as Markdown. */
import { decodeHtmlEntities, mergeAttributes, Node, type AnyExtension } from '@tiptap/core';
import { Image } from '@tiptap/extension-image';
import { TableKit } from '@tiptap/extension-table';
import { Markdown } from '@tiptap/markdown';
import { StarterKit } from '@tiptap/starter-kit';

/** How pictures are shown while one writes: where their bytes are, and what is said of one that only decorates. */
export type Showing = { source: (address: string) => Promise<string | undefined>; decorative: string };

const LABEL = '([^\\]\\s]+)';
const MARK = new RegExp(`^\\[\\^${LABEL}\\]`);
const NOTE = new RegExp(`^ {0,3}\\[\\^${LABEL}\\]:[ \\t]*`);
/** Lines that begin something else than the going on of a paragraph. */
const OTHER = /^ {0,3}(#{1,6}[ \t]|[-*+][ \t]|\d+[.)][ \t]|>|```|~~~)/;
const INDENT = '    ';
const LABEL_LETTERS_MAX = 200;

const label = () => ({
  label: { default: '1', parseHTML: (element: HTMLElement) => element.getAttribute('data-note'), renderHTML: (attributes: Record<string, unknown>) => ({ 'data-note': attributes.label }) },
});

/** The mark of a footnote in the text: `[^1]`. */
const NoteMark = Node.create({
  name: 'noteMark',
  group: 'inline',
  inline: true,
  atom: true,
  addAttributes: label,
  parseHTML: () => [{ tag: 'sup[data-note]' }],
  renderHTML: ({ node, HTMLAttributes }) => ['sup', HTMLAttributes, String(node.attrs.label)],
  markdownTokenizer: {
    name: 'noteMark',
    level: 'inline',
    start: '[^',
    tokenize: (source) => {
      const found = MARK.exec(source);
      return found ? { type: 'noteMark', raw: found[0], label: found[1] } : undefined;
    },
  },
  parseMarkdown: (token, to) => to.createNode('noteMark', { label: token.label }),
  renderMarkdown: (node) => `[^${node.attrs?.label}]`,
});

/** The footnote itself: `[^1]: …`, with what belongs to it indented below. */
const Note = Node.create({
  name: 'note',
  group: 'block',
  content: 'paragraph block*',
  defining: true,
  isolating: true,
  addAttributes: label,
  parseHTML: () => [{ tag: 'aside[data-note]' }],
  renderHTML: ({ HTMLAttributes }) => ['aside', mergeAttributes(HTMLAttributes), 0],
  markdownTokenizer: {
    name: 'note',
    level: 'block',
    start: noteStart,
    tokenize: (source, _tokens, lexer) => {
      const found = NOTE.exec(source);
      if (!found) return undefined;
      const lines = linesOf(source);
      const text = [lines[0]!.slice(found[0].length), ...lines.slice(1).map((line) => line.replace(/^( {4}|\t)/, ''))].join('\n');
      const raw = lines.join('\n');
      return { type: 'note', raw: source.length > raw.length ? `${raw}\n` : raw, label: found[1], tokens: lexer.blockTokens(text) };
    },
  },
  parseMarkdown: (token, to) => {
    const blocks = (to.parseBlockChildren ?? to.parseChildren)(token.tokens ?? []);
    return to.createNode('note', { label: token.label }, blocks[0]?.type === 'paragraph' ? blocks : [{ type: 'paragraph' }, ...blocks]);
  },
  renderMarkdown: (node, to) => {
    const blocks = (node.content ?? []).map((block, at) => (to.renderChild ? to.renderChild(block, at) : to.renderChildren([block])).trim());
    const lines = blocks.join('\n\n').split('\n');
    return `[^${node.attrs?.label}]: ${lines.map((line, at) => (at && line ? INDENT + line : line)).join('\n')}`;
  },
});

/** Where the next note begins; asked at each paragraph, so it only looks where a mark is. */
function noteStart(source: string): number {
  for (let at = source.indexOf('[^'); at >= 0; at = source.indexOf('[^', at + 1)) {
    const line = source.lastIndexOf('\n', at) + 1;
    if (at - line <= 3 && NOTE.test(source.slice(line, at + LABEL_LETTERS_MAX))) return line;
  }
  return -1;
}

/** The lines of the note that a text begins with. */
function linesOf(source: string): string[] {
  const lines = source.split('\n');
  let end = 1;
  for (let at = 1; at < lines.length; at++) {
    const line = lines[at]!;
    if (!line.trim()) continue;
    const isIndented = /^( {4}|\t)/.test(line);
    const goesOn = at === end && !NOTE.test(line) && !OTHER.test(line);
    if (!isIndented && !goesOn) break;
    end = at + 1;
  }
  return lines.slice(0, end);
}

const escaped = (text: string) => text.replace(/\s+/g, ' ').replace(/&(?=#?\w+;)/g, '&amp;').replace(/[\\`*_[\]~<]/g, '\\$&');

const Picture = Image.extend<{ showing: Showing | undefined }>({
  addOptions() {
    return { ...this.parent?.(), showing: undefined };
  },
  parseMarkdown: (token, to) => to.createNode('image', { src: token.href, title: token.title || null, alt: decodeHtmlEntities(token.text ?? '') }),
  renderMarkdown: (node, _to, place) => {
    const { src = '', alt, title } = node.attrs ?? {};
    // In a list it would go on in the line before.
    const before = place.parentType === 'listItem' ? '\n' : '';
    return before + (title ? `![${escaped(alt ?? '')}](${src} "${String(title).replace(/[\\"]/g, '\\$&')}")` : `![${escaped(alt ?? '')}](${src})`);
  },
  addNodeView() {
    const { showing } = this.options;
    if (!showing) return null;
    return ({ node: first }) => {
      const dom = document.createElement('figure');
      const picture = document.createElement('img');
      const caption = document.createElement('figcaption');
      dom.append(picture, caption);
      const draw = ({ attrs: { src, alt } }: typeof first) => {
        picture.alt = '';
        caption.textContent = alt || showing.decorative;
        caption.classList.toggle('none', !alt);
        void showing.source(String(src ?? '')).then((source) => {
          picture.hidden = !source;
          if (source) picture.src = source;
        });
      };
      draw(first);
      return {
        dom,
        update: (node) => {
          if (node.type !== first.type) return false;
          draw(node);
          return true;
        },
      };
    };
  },
});

export const extensions = (showing?: Showing): AnyExtension[] => [
  // The title is the page's only heading of the first level; underlining would look like a link.
  StarterKit.configure({ heading: { levels: [2, 3, 4] }, underline: false, trailingNode: false, link: { openOnClick: false, autolink: false, protocols: ['mailto', 'tel', 'asset'] } }),
  TableKit.configure({ table: { resizable: false } }),
  Picture.configure({ showing }),
  NoteMark,
  Note,
  Markdown,
];
