/**
 * Where the boxes and arrows of a flow stand: boxes one below another in their order, arrows to the next box between them,
 * arrows that skip boxes on the right, arrows that go back on the left. Each arrow beside the boxes has a letter, which the
 * list below the drawing explains, so that a phone needs no room for words.
 */
export type Box = { key: string; title: string; about?: string; end?: boolean; mark?: string };
export type Arrow = { from: string; to: string; label: string };

type Line = { text: string; x: number; y: number };
export type Placed = { box: Box; x: number; y: number; width: number; height: number; title: Line[]; about: Line[]; mark?: { x: number; y: number } };
export type Drawn = { from: string; to: string; labels: string[]; path: string; head: string; letter: string; at: { x: number; y: number }; words: Line[] };
export type Drawing = { width: number; height: number; boxes: Placed[]; arrows: Drawn[] };

const EDGE = 4;
const LANE = 20;
const GAP = 30;
const PAD = 12;
/** How wide a letter is, as a part of its size: on the wide side, as fonts differ. */
const TITLE = { size: 15, line: 20, letter: 0.63 };
const ABOUT = { size: 13, line: 18, letter: 0.56 };
const BOX_WIDTH_MAX = 420;
/** Where the arrows down run, from the left side of the boxes: what they say has all the rest of the width. */
const SPINE = 28;
const HEAD = 5;

export function layout(boxes: Box[], arrows: Arrow[], width: number): Drawing {
  const order = new Map(boxes.map((box, at) => [box.key, at]));
  const joined = join(arrows.filter((one) => order.has(one.from) && order.has(one.to) && one.from !== one.to));
  const down = joined.filter((one) => order.get(one.to)! - order.get(one.from)! === 1);
  const beside = joined.filter((one) => !down.includes(one));
  const back = (one: Joined) => order.get(one.to)! < order.get(one.from)!;

  // The lanes take their room first, then the boxes what is left.
  const span = (one: Joined): [number, number] => {
    const ends = [order.get(one.from)!, order.get(one.to)!];
    return [Math.min(...ends), Math.max(...ends)];
  };
  const lanes = { left: lanesOf(beside.filter(back), span), right: lanesOf(beside.filter((one) => !back(one)), span) };
  const left = EDGE + lanes.left.count * LANE + (lanes.left.count ? LANE / 2 : 0);
  const right = EDGE + lanes.right.count * LANE + (lanes.right.count ? LANE / 2 : 0);
  const boxWidth = Math.max(120, Math.min(BOX_WIDTH_MAX, width - left - right));
  const x = left;

  let y = EDGE;
  const placed = boxes.map((box, at): Placed => {
    const mark = box.mark ? 34 : 0;
    const title = wrap(box.title, boxWidth - 2 * PAD - mark, TITLE);
    const about = wrap(box.about ?? '', boxWidth - 2 * PAD - mark, ABOUT);
    const height = 2 * PAD - 4 + title.length * TITLE.line + about.length * ABOUT.line;
    const lines = (texts: string[], from: number, { size, line }: { size: number; line: number }) =>
      texts.map((text, n) => ({ text, x: x + PAD, y: from + n * line + size }));
    const made: Placed = {
      box,
      x,
      y,
      width: boxWidth,
      height,
      title: lines(title, y + PAD - 2, TITLE),
      about: lines(about, y + PAD - 1 + title.length * TITLE.line, ABOUT),
      mark: box.mark ? { x: x + boxWidth - PAD - 13, y: y + height / 2 } : undefined,
    };
    const next = down.find((one) => one.from === box.key && order.get(one.to) === at + 1);
    const words = next ? wrap(next.labels.join(' / '), boxWidth - SPINE - 10, ABOUT).length : 0;
    y += height + Math.max(GAP, words * ABOUT.line + 14);
    return made;
  });
  const last = placed.at(-1);
  const of = (key: string) => placed[order.get(key)!]!;

  const ports = portsOf(beside, back, order, of);
  let used = 0;
  const drawn = joined.map((one): Drawn => {
    const [from, to] = [of(one.from), of(one.to)];
    if (down.includes(one)) {
      const at = { x: x + SPINE, y: from.y + from.height };
      const words = wrap(one.labels.join(' / '), boxWidth - SPINE - 10, ABOUT);
      const first = (at.y + to.y - HEAD) / 2 - ((words.length - 1) * ABOUT.line) / 2 + ABOUT.size / 3;
      return {
        ...one,
        path: `M${at.x} ${at.y}V${to.y - HEAD}`,
        head: point(at.x, to.y, 'down'),
        letter: '',
        at,
        words: words.map((text, n) => ({ text, x: at.x + 10, y: first + n * ABOUT.line })),
      };
    }
    const goesBack = back(one);
    const lane = (goesBack ? lanes.left : lanes.right).of.get(one)!;
    const side = goesBack ? x : x + boxWidth;
    const rail = goesBack ? x - LANE * (lane + 1) : x + boxWidth + LANE * (lane + 1);
    const [leaves, arrives] = [ports.get(one)!.leaves, ports.get(one)!.arrives];
    const end = goesBack ? side - HEAD : side + HEAD;
    return {
      ...one,
      path: `M${side} ${leaves}H${rail}V${arrives}H${end}`,
      head: point(side, arrives, goesBack ? 'right' : 'left'),
      letter: letterOf(used++),
      at: { x: rail, y: leaves + Math.sign(arrives - leaves) * Math.min(16, Math.abs(arrives - leaves) / 2) },
      words: [],
    };
  });
  return { width: left + boxWidth + right, height: last ? last.y + last.height + EDGE : 0, boxes: placed, arrows: drawn };
}

type Joined = { from: string; to: string; labels: string[] };

/** Arrows between the same two boxes are one, with all their labels. */
function join(arrows: Arrow[]): Joined[] {
  const all = new Map<string, Joined>();
  for (const { from, to, label } of arrows) {
    const key = JSON.stringify([from, to]);
    const found = all.get(key) ?? { from, to, labels: [] };
    if (!found.labels.includes(label)) found.labels.push(label);
    all.set(key, found);
  }
  return [...all.values()];
}

/** Short arrows run near the boxes, and none on the lane of another that it would meet. */
function lanesOf(arrows: Joined[], span: (one: Joined) => [number, number]) {
  const taken: [number, number][][] = [];
  const of = new Map<Joined, number>();
  const length = (one: Joined) => span(one)[1] - span(one)[0];
  for (const one of [...arrows].sort((a, b) => length(a) - length(b))) {
    const [low, high] = span(one);
    let lane = taken.findIndex((others) => others.every(([from, to]) => high < from || to < low));
    if (lane < 0) lane = taken.push([]) - 1;
    taken[lane]!.push([low, high]);
    of.set(one, lane);
  }
  return { of, count: taken.length };
}

/**
 * Where arrows meet the sides of boxes: each at a height of its own, those that reach upwards above those that reach down,
 * and among them so that arrows to the same box do not cross.
 */
function portsOf(beside: Joined[], back: (one: Joined) => boolean, order: Map<string, number>, of: (key: string) => Placed) {
  const ends = new Map<string, { one: Joined; end: 'leaves' | 'arrives'; other: number }[]>();
  for (const one of beside) {
    for (const end of ['leaves', 'arrives'] as const) {
      const [here, there] = end === 'leaves' ? [one.from, one.to] : [one.to, one.from];
      const key = JSON.stringify([here, back(one)]);
      ends.set(key, [...(ends.get(key) ?? []), { one, end, other: order.get(there)! }]);
    }
  }
  const ports = new Map<Joined, { leaves: number; arrives: number }>(beside.map((one) => [one, { leaves: 0, arrives: 0 }]));
  for (const [key, met] of ends) {
    const name = (JSON.parse(key) as [string])[0];
    const [box, here] = [of(name), order.get(name)!];
    met.sort((a, b) => Number(a.other > here) - Number(b.other > here) || b.other - a.other);
    met.forEach(({ one, end }, n) => (ports.get(one)![end] = box.y + (box.height * (n + 1)) / (met.length + 1)));
  }
  return ports;
}

/** A, B, … Z, AA, AB … */
export function letterOf(number: number): string {
  const rest = Math.floor(number / 26);
  return (rest ? letterOf(rest - 1) : '') + String.fromCharCode(65 + (number % 26));
}

/** Breaks a text into lines of at most this width; a word longer than a line is cut. */
export function wrap(text: string, width: number, { size, letter }: { size: number; letter: number }): string[] {
  const most = Math.max(4, Math.floor(width / (size * letter)));
  const lines: string[] = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most) lines[lines.length - 1] = `${last} ${word}`;
    else for (let at = 0; at < word.length; at += most) lines.push(word.slice(at, at + most));
  }
  return lines;
}

function point(x: number, y: number, towards: 'down' | 'left' | 'right'): string {
  if (towards === 'down') return `M${x} ${y}l${-HEAD} ${-1.6 * HEAD}h${2 * HEAD}z`;
  const back = towards === 'right' ? -1.6 * HEAD : 1.6 * HEAD;
  return `M${x} ${y}l${back} ${-HEAD}v${2 * HEAD}z`;
}
