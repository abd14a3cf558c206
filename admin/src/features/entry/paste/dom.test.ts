// @vitest-environment jsdom
import { expect, test } from 'vitest';
import { parsed, style } from './dom';

const first = (html: string) => parsed(html).body.firstElementChild!;

test('styles are read and never set', () => {
  const element = first(`<p title="a style='b' > c" class=x STYLE='color:red;mso-list:l0 level1 lfo1'>d</p>`);
  expect(element.hasAttribute('style')).toBe(false);
  expect([element.getAttribute('title'), element.textContent]).toEqual(["a style='b' > c", 'd']);
  expect([style(element, 'color'), style(element, 'mso-list')]).toEqual(['red', 'l0 level1 lfo1']);
  expect(style(first('<p\nstyle = color:red>a'), 'color')).toBe('red');
});

test('what is no tag stays text, and what never ends ends', () => {
  expect(parsed('5 < 6 dan 7 <8').body.textContent).toBe('5 < 6 dan 7 <8');
  expect(parsed('<style>p{color:red}</style><p>a</p>').querySelectorAll('style').length).toBe(0);
  expect(parsed('a<!-- b').body.textContent).toBe('a');
  expect(parsed('a<style>b').body.textContent).toBe('a');
  expect(parsed('a<p title="b').body.textContent).toBe('a');
});
