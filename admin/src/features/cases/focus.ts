/** After a refusal: to the first field that is wrong, else to what the form says of it. */
import { tick } from 'svelte';

export async function focusFirst(form: HTMLElement | undefined): Promise<void> {
  await tick();
  const found = (what: string) => form?.querySelector<HTMLElement>(what);
  (found('[aria-invalid="true"]') ?? found('[role="alert"]'))?.focus();
}
