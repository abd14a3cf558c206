/**
 * Footnotes and endnotes. Every program writes them as two links that lead to each other: the mark in the text to the note, the note's
 * own mark back to the text. That is how they are found, whatever they are called.
 */
import { is, words } from './dom';

export type Note = { label: string; content: Element };

/** Replaces marks by `<sup data-note>`, takes the notes out of the text and answers them in the order of their marks. */
export function liftNotes(body: Element, first: number): Note[] {
  const links = [...body.querySelectorAll('a[href^="#"]')];
  const named = new Map<string, Element>();
  for (const element of body.querySelectorAll('[id], a[name]')) for (const name of namesOf(element)) if (!named.has(name)) named.set(name, element);

  const found: { mark: Element; target: string; backs: Element[] }[] = [];
  for (const mark of links) {
    const target = targetOf(mark);
    const note = named.get(target);
    if (!note || note === mark || !(mark.compareDocumentPosition(note) & Node.DOCUMENT_POSITION_FOLLOWING)) continue;
    const names = ownNames(mark);
    const backs = links.filter((link) => (note === link || note.contains(link) || near(note, link)) && names.includes(targetOf(link)));
    if (backs.length || found.some((one) => one.target === target)) found.push({ mark, target, backs });
  }

  const marks = found.map((one) => one.mark);
  const targets = [...new Set(found.map((one) => one.target))];
  const notes = targets.map((target, at): Note => {
    const others = targets.filter((other) => other !== target).map((other) => named.get(other)!);
    const content = whole(named.get(target)!, body, [...marks, ...others]);
    for (const { backs } of found.filter((one) => one.target === target)) for (const back of backs) (is(back.parentElement, 'sup') ? back.parentElement : back).remove();
    return { label: String(first + at), content };
  });
  for (const { mark, target } of found) {
    const sign = body.ownerDocument.createElement('sup');
    sign.setAttribute('data-note', String(first + targets.indexOf(target)));
    (is(mark.parentElement, 'sup') && words(mark.parentElement.textContent ?? '').trim() === words(mark.textContent ?? '').trim() ? mark.parentElement : mark).replaceWith(sign);
  }
  for (const { content } of notes) content.remove();
  return notes;
}

const namesOf = (element: Element) => [element.id, element.getAttribute('name') ?? ''].filter(Boolean);
const targetOf = (link: Element) => decoded((link.getAttribute('href') ?? '').slice(1));
/** By which names one leads back to a mark: its own, those of what stands around it closely, and of what is within. */
const ownNames = (mark: Element) => [mark, ...(is(mark.parentElement, 'sup', 'span') ? [mark.parentElement] : []), ...mark.querySelectorAll('[id], [name]')].flatMap(namesOf);
/** A note's name may stand on an empty anchor before the link back. */
const near = (note: Element, link: Element) => is(note, 'a') && !words(note.textContent ?? '').trim() && note.parentElement === link.parentElement;

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** The largest element around a note that has nothing of the text and of other notes in it. */
function whole(note: Element, body: Element, strange: Element[]): Element {
  let content = note;
  for (let parent = content.parentElement; parent && parent !== body && !strange.some((other) => parent!.contains(other)); parent = parent.parentElement) content = parent;
  return content;
}
