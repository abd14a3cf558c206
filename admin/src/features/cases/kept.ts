/** What was typed and not yet sent outlives a reload, a lost line and an expired session, for this person in this browser. */
export type Kept = { typed: Record<string, string>; comment: string; remark: string };

const name = (person: string, id: string) => `lamin.case.${person}.${id}`;

export function recall(person: string, id: string): Kept {
  const empty = { typed: {}, comment: '', remark: '' };
  try {
    return { ...empty, ...(JSON.parse(localStorage.getItem(name(person, id)) ?? '{}') as Partial<Kept>) };
  } catch {
    return empty;
  }
}

export function keep(person: string, id: string, kept: Kept): void {
  const nothing = !kept.comment && !kept.remark && !Object.values(kept.typed).some(Boolean);
  try {
    if (nothing) localStorage.removeItem(name(person, id));
    else localStorage.setItem(name(person, id), JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing asks for it to be typed again.
  }
}
