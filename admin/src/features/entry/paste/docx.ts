/** A document of Word as HTML, to be cleaned like everything that is pasted. Loaded when somebody brings one. */
import mammoth from 'mammoth';

/** Titles are headings here as well, and quotes keep being quotes; what it says in other languages of Word is known by the style's own id. */
const STYLES = [
  "p[style-name='Title'] => h1:fresh",
  "p[style-name='Subtitle'] => p:fresh",
  "p[style-name='Quote'] => blockquote > p:fresh",
  "p[style-name='Quotations'] => blockquote > p:fresh",
  "p[style-name='Intense Quote'] => blockquote > p:fresh",
  "p[style-name='toc 1'] => !",
  "p[style-name='toc 2'] => !",
  "p[style-name='toc 3'] => !",
  "p[style-name='Contents 1'] => !",
  "p[style-name='Contents 2'] => !",
  "p[style-name='Contents 3'] => !",
  "p[style-name='Contents Heading'] => !",
  "p[style-name='lamin continued'] => p.continued:fresh",
];

type Paragraph = { type: string; children?: Paragraph[]; numbering?: unknown; styleId?: string | null; styleName?: string | null; indent?: { start?: string | null } };

/** A paragraph that is set in as far as the item before it, without a number, goes on with that item. */
function goingOn(element: Paragraph): Paragraph {
  let within = false;
  const children = element.children?.map((child) => {
    if (child.type !== 'paragraph') {
      within = false;
      return goingOn(child);
    }
    const goesOn = within && !child.numbering && Number(child.indent?.start ?? 0) > 0 && !/heading|title|quot/i.test(child.styleName ?? '');
    within = goesOn || !!child.numbering;
    return goesOn ? { ...child, styleId: null, styleName: 'lamin continued' } : child;
  });
  return children ? { ...element, children } : element;
}

export async function docxToHtml(bytes: ArrayBuffer): Promise<string> {
  // Browsers read the first, programs without a browser the second.
  const input = { arrayBuffer: bytes, buffer: bytes } as unknown as { arrayBuffer: ArrayBuffer };
  const { value } = await mammoth.convertToHtml(input, { styleMap: STYLES, convertImage: mammoth.images.dataUri, externalFileAccess: false, transformDocument: goingOn });
  return value;
}
