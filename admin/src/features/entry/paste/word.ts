/** What writing programs put into their HTML about their own work: changes, remarks, machinery. It is taken out. */
import { is, style, styled, stylish, unwrap } from './dom';

const MACHINERY = 'script, style, meta, link, title, base, template, noscript, xml, object, embed, applet, form, input, button, select, textarea, audio, video, canvas, svg, math, map';
/** Programs whose `del` is a proposal to delete, not a word that is struck out. */
const OFFICE = /urn:schemas-microsoft-com|class=["']?Mso|LibreOffice|OpenOffice|\bSCXW\d/;

export const isOffice = (html: string) => OFFICE.test(html);

export function sweep(body: Element, office: boolean): void {
  for (const element of body.querySelectorAll(MACHINERY)) element.remove();
  // Contents that a program made: ours are made from the headings.
  for (const element of body.querySelectorAll('[class^="MsoToc" i], [id^="Table of Contents" i], div[title="header" i], div[title="footer" i]')) element.remove();
  for (const element of stylish(body)) if (isHidden(element)) element.remove();
  changes(body, office);
  remarks(body);
}

function isHidden(element: Element): boolean {
  return style(element, 'display') === 'none' || style(element, 'mso-hide') === 'all' || style(element, 'visibility') === 'hidden';
}

/** Tracked changes as if they were accepted. */
function changes(body: Element, office: boolean): void {
  for (const gone of body.querySelectorAll('del')) if (office || gone.hasAttribute('cite') || gone.hasAttribute('datetime')) gone.remove();
  for (const gone of body.querySelectorAll('[class*="msoDel" i], [class*="TrackChangeTextDeletion" i], [class*="TrackChangeDelet" i]')) gone.remove();
}

/** Comments, their marks in the text, and their list below it. */
function remarks(body: Element): void {
  for (const list of styled(body, 'mso-element', /^comment(-list)?$/)) list.remove();
  for (const mark of styled(body, 'mso-special-character', /^comment$/)) mark.remove();
  for (const mark of body.querySelectorAll('a.msocomanchor, a[href^="#_msocom"], .MsoCommentReference, p.MsoCommentText')) mark.remove();
  for (const mark of body.querySelectorAll('a[id^="cmnt_ref"]')) (is(mark.parentElement, 'sup') ? mark.parentElement : mark).remove();
  for (const back of body.querySelectorAll('a[href^="#cmnt_ref"]')) (back.closest('div') ?? back.closest('p') ?? back).remove();
  for (const about of styled(body, 'mso-comment-reference', /./)) unwrap(about);
}
