/** The point of a picture that its crops keep, as shares of its width and height. */
export type Focus = { x: number; y: number };

const STEP = 0.01;
const STRIDE = 0.1;

const within = (share: number) => Math.round(Math.min(1, Math.max(0, share)) * 1000) / 1000;

/** Where somebody pointed, within what the picture takes up on the screen. */
export const pointed = (client: { x: number; y: number }, box: { left: number; top: number; width: number; height: number }): Focus => ({
  x: within((client.x - box.left) / (box.width || 1)),
  y: within((client.y - box.top) / (box.height || 1)),
});

const WAYS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Where an arrow key moves it, by a little or, with Shift, by more; nothing for other keys. */
export function moved({ x, y }: Focus, key: string, far: boolean): Focus | undefined {
  const way = WAYS[key];
  const step = far ? STRIDE : STEP;
  return way && { x: within(x + way[0] * step), y: within(y + way[1] * step) };
}

export const percent = (share: number) => Math.round(share * 100);
