/** What a program can be told, and a secret to sign it with. */
import type { Shape } from '../../api/client';

export type Kind = Shape<'WebhookView'>['kinds'][number];

/** All but what names a person. */
export const KINDS = [
  'waiting',
  'returned',
  'rejected',
  'approved',
  'published',
  'withdrawn',
  'comment',
  'voided',
  'deployment_failed',
  'verification_failed',
  'websites_failed',
  'websites_recovered',
] as const satisfies Kind[];

const SECRET_BYTES = 24;

/** Unpredictable, in letters that every settings file takes. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
