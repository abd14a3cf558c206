// Which pages stand for all: of each kind, type and further page the largest, and of each kind and language one.
import { statSync } from 'node:fs';

export function sample(job) {
  const of = new Map();
  for (const page of job.pages.filter((page) => page.kind !== 'redirect')) {
    page.bytes = statSync(`${job.folder}/${page.file}`).size;
    const further = page.number > 1 ? 'further' : '';
    const keys = [[page.kind, page.type ?? '', further], [page.kind, page.locale]];
    for (const key of keys.map((key) => key.join(' '))) {
      if ((of.get(key)?.bytes ?? -1) < page.bytes) of.set(key, page);
    }
  }
  return [...new Set(of.values())];
}
