/** Everything from one row to another, both with it, whichever comes first. */
export function between(ids: readonly string[], from: string | undefined, to: string): string[] {
  const [one, other] = [from === undefined ? -1 : ids.indexOf(from), ids.indexOf(to)];
  if (other < 0) return [];
  if (one < 0) return [to];
  return ids.slice(Math.min(one, other), Math.max(one, other) + 1);
}
