/** What a release changed, as its screen tells it. Pure. */
import { known, t } from '../../locale/locale.svelte';

export const TONES: Record<string, 'good' | 'accent' | 'warn'> = { added: 'good', changed: 'accent', removed: 'warn' };

const word = (kind: string, name: string): string => {
  const key = `release.${kind}.${name}`;
  return known(key) ? t(key) : name;
};
export const change = (name: string) => word('change', name);
export const cause = (name: string) => word('cause', name);
/** Why it was shown or taken away; what is published by its procedure needs no further word. */
export const why = (reason: string) => (reason === 'publish' ? '' : word('reason', reason));
