/** What looks found, in words. */
import { number, span } from '../../locale/format';
import { known, t } from '../../locale/locale.svelte';

/** A cause that there are no words for yet goes by the name that the server gives it. */
export function causeOf(cause: string): string {
  const key = `monitoring.cause.${cause}`;
  return known(key) ? t(key) : cause;
}

/** What a check is called that an exception excuses. */
export function checkOf(check: string): string {
  for (const key of [`monitoring.section.${check}`, `monitoring.check.${check}`]) if (known(key)) return t(key);
  return check;
}

export const every = (seconds: number): string =>
  seconds % 60 ? t('monitoring.seconds', { count: number(seconds) }) : span(seconds / 60);
