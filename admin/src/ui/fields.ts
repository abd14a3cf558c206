/** What a refusal says of one field, in words. */
import type { FieldRefusal, Refused } from '../api/client';
import { known, t } from '../locale/locale.svelte';

export function fieldReason(refusal: Refused | undefined, field: string): string {
  const found = refusal?.fields.find((one) => one.field === field || one.field.startsWith(`${field}.`) || one.field.startsWith(`${field}[`));
  return found ? inWords(found) : '';
}

/** Our words for a code, else what the server adds to it. */
export function inWords({ code, detail = '' }: FieldRefusal): string {
  const key = `field.${code}`;
  return known(key) ? t(key, { detail }) : detail || code;
}
