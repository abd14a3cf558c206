/** Takes whoever filled in a form to the first thing in it that is wrong. */
import { tick } from 'svelte';

export async function toFirstWrong(form: Element | undefined): Promise<void> {
  await tick();
  const control = form?.querySelector<HTMLElement>('[aria-invalid="true"], [data-wrong]');
  // What is folded away cannot be focused.
  for (let fold = control?.closest('details'); fold; fold = fold.parentElement?.closest('details')) fold.open = true;
  (control ?? form?.querySelector<HTMLElement>('[role="alert"]'))?.focus();
}
