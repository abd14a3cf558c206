/** A copy of what is being written, in this browser: it survives a crash, a lost line and a session that ended. */
import type { Draft } from './values';

export type Copy = { draft: Draft; version: number; at: number };

const name = (entry: string) => `lamin.copy.${entry}`;
/** Copies that nobody came back for are forgotten. */
const KEPT_MS = 30 * 86_400_000;

export function keep(entry: string, draft: Draft, version: number): void {
  try {
    localStorage.setItem(name(entry), JSON.stringify({ draft, version, at: Date.now() }));
  } catch {
    // Full, or forbidden: the server's revisions remain.
  }
}

export function kept(entry: string): Copy | undefined {
  try {
    const copy = JSON.parse(localStorage.getItem(name(entry)) ?? 'null') as Copy | null;
    return copy && Date.now() - copy.at < KEPT_MS ? copy : undefined;
  } catch {
    return undefined;
  }
}

export function forget(entry: string): void {
  try {
    localStorage.removeItem(name(entry));
  } catch {
    // Nothing was kept.
  }
}
