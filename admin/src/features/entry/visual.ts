/** The visual editor: loaded only where somebody writes. It reads and writes Markdown, as the server keeps it. */
import { Editor } from '@tiptap/core';
import { Image } from '@tiptap/extension-image';
import { TableKit } from '@tiptap/extension-table';
import { Markdown } from '@tiptap/markdown';
import { StarterKit } from '@tiptap/starter-kit';
import { plainest } from './values';

export type Visual = Editor;

const extensions = () => [
  // The title is the page's only heading of the first level; underlining would look like a link.
  StarterKit.configure({ heading: { levels: [2, 3, 4] }, underline: false, trailingNode: false, link: { openOnClick: false, autolink: false, protocols: ['mailto', 'tel'] } }),
  TableKit.configure({ table: { resizable: false } }),
  Image,
  Markdown,
];

type Options = { element: HTMLElement; markdown: string; label: string; describedby: string | undefined; changed: (markdown: string) => void; moved: () => void };

export function visual({ element, markdown, label, describedby, changed, moved }: Options): Visual {
  return new Editor({
    element,
    extensions: extensions(),
    content: markdown,
    contentType: 'markdown',
    // The policy allows no style that a script writes; ours are in the style sheet.
    injectCSS: false,
    editorProps: { attributes: { role: 'textbox', 'aria-multiline': 'true', 'aria-label': label, ...(describedby && { 'aria-describedby': describedby }) } },
    onUpdate: ({ editor }) => changed(editor.getMarkdown()),
    onSelectionUpdate: moved,
    onTransaction: moved,
  });
}

/** Whether the visual editor would write all that a text says: notes, components and HTML it does not know. */
export function understands(markdown: string): boolean {
  const editor = new Editor({ element: null, extensions: extensions(), content: markdown, contentType: 'markdown', injectCSS: false });
  const again = editor.getMarkdown();
  editor.destroy();
  return plainest(again) === plainest(markdown);
}
