/** Server-sent events by `fetch`, because `EventSource` sends no token. */

/** The data of the whole events of a stream, as its pieces come. */
export class EventReader {
  #rest = '';

  read(piece: string): string[] {
    const blocks = (this.#rest + piece).replace(/\r\n?/g, '\n').split('\n\n');
    this.#rest = blocks.pop() ?? '';
    return blocks.map(dataOf).filter((data) => data !== '');
  }
}

const dataOf = (block: string): string =>
  block
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).replace(/^ /, ''))
    .join('\n');

/** Tells each event of a stream until it ends; `came` tells of everything that comes, also of what only keeps the line open. */
export async function readEvents<Data>(stream: ReadableStream<Uint8Array>, told: (data: Data) => void, came = () => {}): Promise<void> {
  const reader = stream.getReader();
  const [decoder, events] = [new TextDecoder(), new EventReader()];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    came();
    for (const data of events.read(decoder.decode(value, { stream: true }))) told(JSON.parse(data) as Data);
  }
}
