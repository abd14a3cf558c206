/**
 * Reads the definition of a procedure, which the server's document calls an object and no more, into what screens show of it.
 * What is absent or of another kind becomes empty, so that a newer definition still opens.
 */
import type { Shape } from './client';

type Words = Shape<'Words'>;

export type StepOfFlow = {
  key: string;
  title: Words;
  /** The rows of the table in the official document. */
  rows: string[];
  activity: string;
  actors: string[];
  /** The actor as the document names them. */
  actor: string;
  needs: string;
  time: string;
  output: string;
  remark: string;
  end: boolean;
  fields: { key: string; label: Words; kind: string }[];
};

export type Move = { command: string; title: Words; from: string[]; to: string; roles: string[] };

export type Flow = {
  key: string;
  title: Words;
  rhythm: string;
  /** Whether its cases are pieces of content, which open with them. */
  ofEntries: boolean;
  start: string;
  openers: string[];
  steps: StepOfFlow[];
  moves: Move[];
};

export type Hours = { kind: string; days: { day: string; from: string; to: string }[] };

export type Definition = {
  title: Words;
  document: Record<string, string | string[]>;
  hours: Hours;
  readings: { place: string; source: string; chosen: string; reason: string }[];
  flows: Flow[];
};

/** What a move says that leaves the case where it is. */
export const SAME = 'same';

export function readDefinition(raw: unknown): Definition {
  const from = object(raw);
  const hours = object(from.hours);
  return {
    title: words(from.title),
    document: Object.fromEntries(
      Object.entries(object(from.document)).map(([key, value]) => [key, Array.isArray(value) ? texts(value) : text(value)]),
    ),
    hours: {
      kind: text(hours.kind),
      days: list(hours.days).map((one) => ({ day: text(one.day), from: text(one.from), to: text(one.to) })),
    },
    readings: list(from.readings).map((one) => ({
      place: text(one.place),
      source: text(one.source),
      chosen: text(one.chosen),
      reason: text(one.reason),
    })),
    flows: list(from.flows).map(flow),
  };
}

const flow = (from: Raw): Flow => ({
  key: text(from.key),
  title: words(from.title),
  rhythm: text(from.rhythm),
  ofEntries: from.subject === 'entry',
  start: text(from.start),
  openers: texts(from.openers),
  steps: list(from.steps).map(step),
  moves: list(from.transitions).map((one) => ({
    command: text(one.command),
    title: words(one.title),
    from: texts(one.from),
    to: text(one.to),
    roles: texts(one.roles),
  })),
});

const step = (from: Raw): StepOfFlow => ({
  key: text(from.key),
  title: words(from.title),
  rows: texts(from.sop_rows),
  activity: text(from.activity),
  actors: texts(from.actors),
  actor: text(from.actor_words),
  needs: text(from.needs),
  time: text(object(from.time).words),
  output: text(from.output),
  remark: text(from.remark),
  end: from.end === true,
  fields: list(from.fields).map((one) => ({ key: text(one.key), label: words(one.label), kind: text(one.kind) })),
});

/** A step of this flow; undefined where a case runs by another version that had it. */
export const stepOf = (flow: Flow | undefined, key: string) => flow?.steps.find((one) => one.key === key);

type Raw = Record<string, unknown>;
const object = (raw: unknown): Raw => (raw && typeof raw === 'object' && !Array.isArray(raw) ? (raw as Raw) : {});
const list = (raw: unknown): Raw[] => (Array.isArray(raw) ? raw.map(object) : []);
const text = (raw: unknown): string => (typeof raw === 'string' ? raw : '');
const texts = (raw: unknown): string[] => (Array.isArray(raw) ? raw.filter((one): one is string => typeof one === 'string') : []);
function words(raw: unknown): Words {
  const { id, en } = object(raw);
  return { id: text(id), en: text(en) };
}
