/** The visual editor: loaded only where somebody writes. It reads and writes Markdown, as the server keeps it. */
import { Editor } from '@tiptap/core';
import type { EditorView } from '@tiptap/pm/view';
import { pictureOf } from '../../api/pictures';
import type { Brought } from './paste/intake';
import { extensions, type Showing } from './schema';
import { plainest } from './values';

export type Visual = Editor;

type Options = {
  element: HTMLElement;
  markdown: string;
  label: string;
  describedby: string | undefined;
  site: string;
  decorative: string;
  changed: (markdown: string) => void;
  moved: () => void;
  /** Something was pasted, or dropped at a place of the text. */
  brought: (what: Brought, at?: number) => void;
};

export function visual({ element, markdown, label, describedby, site, decorative, changed, moved, brought }: Options): Visual {
  const showing: Showing = { source: async (address) => (address.startsWith('asset:') ? pictureOf(site, address.slice(6)) : ownAddress(address)), decorative };
  return new Editor({
    element,
    extensions: extensions(showing),
    content: markdown,
    contentType: 'markdown',
    // The policy allows no style that a script writes; ours are in the style sheet.
    injectCSS: false,
    editorProps: {
      attributes: { role: 'textbox', 'aria-multiline': 'true', 'aria-label': label, ...(describedby && { 'aria-describedby': describedby }) },
      handleDOMEvents: doors(brought),
    },
    onUpdate: ({ editor }) => changed(editor.getMarkdown()),
    onSelectionUpdate: moved,
    onTransaction: moved,
  });
}

/** Pictures of elsewhere are not asked for while one writes. */
const ownAddress = (address: string) => (address.startsWith('/') && !address.startsWith('//') ? address : undefined);

/** What comes from other programs goes to be cleaned first; what comes from here, code and plain text do not need it. */
function doors(brought: Options['brought']) {
  let plainly = false;
  const take = (view: EditorView, event: Event, data: DataTransfer | null, at?: number): boolean => {
    if (!data || !view.editable || view.state.selection.$from.parent.type.spec.code) return false;
    const [html, files] = [data.getData('text/html'), [...data.files]];
    if ((!html && !files.length) || html.includes('data-pm-slice')) return false;
    event.preventDefault();
    brought({ html, rtf: data.getData('text/rtf'), files }, at);
    return true;
  };
  return {
    keydown: (_: EditorView, event: KeyboardEvent) => {
      plainly = event.shiftKey && event.key !== 'Insert';
      return false;
    },
    keyup: (_: EditorView, event: KeyboardEvent) => {
      plainly &&= event.shiftKey;
      return false;
    },
    paste: (view: EditorView, event: ClipboardEvent) => !plainly && take(view, event, event.clipboardData),
    drop: (view: EditorView, event: DragEvent) => !view.dragging && take(view, event, event.dataTransfer, view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos),
  };
}

/** Markdown has no room for blocks in a cell: where such a thing is put instead, or nothing outside of a table. */
function behindTable(editor: Visual): number | undefined {
  const { $from } = editor.state.selection;
  for (let depth = 1; depth <= $from.depth; depth++) if ($from.node(depth).type.name === 'table') return $from.after(depth);
  return undefined;
}
const BLOCKS = /<(img|h[2-4]|ul|ol|blockquote|pre|hr)\b/;

/** Puts clean content where the cursor is, and its notes at the end of the text. */
export function insert(editor: Visual, { html, notes }: { html: string; notes: string }, at?: number): void {
  if (at !== undefined) editor.commands.setTextSelection(Math.min(at, editor.state.doc.content.size));
  editor.commands.focus();
  const behind = behindTable(editor);
  if (behind !== undefined && BLOCKS.test(html)) editor.commands.insertContentAt(behind, html);
  else if (html) editor.view.pasteHTML(html);
  if (notes) editor.commands.insertContentAt(editor.state.doc.content.size, notes, { updateSelection: false });
}

export function addPicture(editor: Visual, digest: string, alt: string): void {
  const picture = { type: 'image', attrs: { src: `asset:${digest}`, alt } };
  const behind = behindTable(editor);
  if (behind !== undefined) editor.chain().focus().insertContentAt(behind, picture).run();
  else editor.chain().focus().insertContent(picture).run();
}

/** The number of the next footnote. */
export function nextNote(editor: Visual): number {
  let last = 0;
  editor.state.doc.descendants((node) => {
    if (node.type.name === 'note' || node.type.name === 'noteMark') last = Math.max(last, Number.parseInt(String(node.attrs.label), 10) || 0);
  });
  return last + 1;
}

/** A new footnote at the cursor; the cursor goes on to where it is written. */
export function addNote(editor: Visual): void {
  const label = String(nextNote(editor));
  editor.chain().focus().setTextSelection(editor.state.selection.to).insertContent({ type: 'noteMark', attrs: { label } }).run();
  const end = editor.state.doc.content.size;
  editor.chain().insertContentAt(end, { type: 'note', attrs: { label }, content: [{ type: 'paragraph' }] }).setTextSelection(end + 2).focus().run();
}

/** Links what is selected; without a selection, words of its own. */
export function addLink(editor: Visual, href: string, title: string): void {
  const chain = editor.chain().focus();
  if (editor.state.selection.empty) chain.insertContent({ type: 'text', text: title, marks: [{ type: 'link', attrs: { href } }] }).unsetMark('link').run();
  else chain.setLink({ href }).run();
}

/** One editor reads for all: each new one would teach the reader of Markdown the same once more. */
let reader: Editor | undefined;

/** Whether the visual editor would write all that a text says: components and HTML it does not know. */
export function understands(markdown: string): boolean {
  reader ??= new Editor({ element: null, extensions: extensions(), injectCSS: false });
  reader.commands.setContent(markdown, { contentType: 'markdown', emitUpdate: false });
  try {
    // A picture within a line is read, but has no place there.
    reader.state.doc.check();
  } catch {
    return false;
  }
  return plainest(reader.getMarkdown()) === plainest(markdown);
}
