import { expect, test } from 'vitest';
import { EventReader, readEvents } from './events';

test('events are told when they are whole, however the pieces fall', () => {
  const reader = new EventReader();
  expect(reader.read('event: progress\ndata: {"done"')).toEqual([]);
  expect(reader.read(':1}\n\ndata: {"done":2}\n')).toEqual(['{"done":1}']);
  expect(reader.read('\n: a comment\n\n')).toEqual(['{"done":2}']);
});

test('several lines of data are one, and lines may end as on other systems', () => {
  expect(new EventReader().read('data: a\r\ndata:b\r\n\r\n')).toEqual(['a\nb']);
});

test('a stream is read to its end', async () => {
  const pieces = ['data: {"state":"run', 'ning"}\n\n', 'data: {"state":"done"}\n\n'];
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
  const told: string[] = [];
  await readEvents<{ state: string }>(stream, ({ state }) => told.push(state));
  expect(told).toEqual(['running', 'done']);
});
