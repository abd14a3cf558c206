/** For tests: what the visual editor would write of HTML, and of Markdown. */
import { Editor, type Content } from '@tiptap/core';
import { extensions } from '../schema';

const written = (content: Content, contentType: 'html' | 'markdown') => {
  const editor = new Editor({ element: null, extensions: extensions(), injectCSS: false });
  editor.commands.setContent(content, contentType === 'markdown' ? { contentType } : {});
  const markdown = editor.getMarkdown();
  editor.destroy();
  return markdown.trim();
};

export const markdownOf = (html: string): string => written(html, 'html');
export const again = (markdown: string): string => written(markdown, 'markdown');
