/** Tables with merged cells as Markdown can have them: one header row, every row as wide as the others. */
import { is, style, words } from './dom';

type Cell = { element: Element; row: number; column: number; rows: number; columns: number };
type Grid = (Cell | undefined)[][];

const COLUMNS_MAX = 60;
const ROWS_MAX = 2_000;

/** Writes what is within an element into another, as clean blocks; answers the pictures that had to go. */
export type Fill = (from: Element, into: Element) => Element[];

/** Clean blocks for a table: a caption, the table, its pictures; or only what is within, when it was there for its frame. */
export function tableOf(table: Element, fill: Fill): Element[] {
  const document = table.ownerDocument;
  const box = document.createElement('div');
  const rows = [...table.querySelectorAll('tr')].filter((row) => row.closest('table') === table).slice(0, ROWS_MAX);
  const grid = gridOf(rows);
  const contents = new Map<Cell, Element>();
  const pictures: Element[] = [];
  for (const cell of new Set(grid.flat())) {
    if (!cell) continue;
    const content = document.createElement('div');
    pictures.push(...fill(cell.element, content));
    contents.set(cell, content);
  }
  const isEmpty = (cell: Cell | undefined) => !cell || !(contents.get(cell)!.textContent?.trim() || contents.get(cell)!.querySelector('sup'));

  const columns = [...Array(Math.max(0, ...grid.map((row) => row.length))).keys()].filter((column) => grid.some((row) => row[column]?.column === column && !isEmpty(row[column])));
  if (columns.length < 2) {
    // A frame, or a layout.
    for (const content of contents.values()) box.append(...content.childNodes);
    return [...box.children, ...pictures];
  }
  let from = 0;
  let [top, headers] = [grid, headerRows(rows, grid)];
  const spans = (row: Grid[number]) => new Set(row.filter((cell) => !isEmpty(cell))).size === 1 && row.find((cell) => !isEmpty(cell))!.columns >= columns.length;
  const captions: Element[] = [...table.children].filter((child) => is(child, 'caption')).flatMap((caption) => {
    const content = document.createElement('div');
    pictures.push(...fill(caption, content));
    return [...content.children];
  });
  // A first row across all columns is a title above the table, not its header.
  while (from < grid.length - 2 && spans(grid[from]!)) captions.push(...contents.get(grid[from++]!.find((cell) => !isEmpty(cell))!)!.children);
  if (from) [top, headers] = [grid.slice(from), Math.max(1, headers - from)];
  if (from && headers === 1) headers = depth(top);

  const made = document.createElement('table');
  const body = document.createElement('tbody');
  made.append(body);
  const head = document.createElement('tr');
  for (const column of columns) head.append(header(top.slice(0, headers), column, contents, document));
  body.append(head);
  for (const [at, row] of top.slice(headers).entries()) {
    if (row.every(isEmpty)) continue;
    const line = document.createElement('tr');
    for (const column of columns) {
      const cell = row[column];
      const shown = document.createElement('td');
      // Down a merged cell the words are said again, so that each row can be read alone; across it they are said once.
      const own = cell && cell.column === column;
      shown.append(own ? inline(contents.get(cell)!, cell.row === at + headers + from) : document.createElement('p'));
      line.append(shown);
    }
    body.append(line);
  }
  return [...captions, made, ...pictures];
}

function gridOf(rows: Element[]): Grid {
  const grid: Grid = rows.map(() => []);
  for (const [row, element] of rows.entries()) {
    let column = 0;
    for (const cell of [...element.children].filter((child) => is(child, 'td', 'th'))) {
      while (grid[row]![column]) column++;
      const columns = span(cell, 'colspan', COLUMNS_MAX - column);
      const down = Math.min(span(cell, 'rowspan', ROWS_MAX), rows.length - row);
      if (columns < 1) break;
      const placed: Cell = { element: cell, row, column, rows: down, columns };
      for (let y = row; y < row + down; y++) for (let x = column; x < column + columns; x++) grid[y]![x] ??= placed;
      column += columns;
    }
  }
  return grid;
}

const span = (cell: Element, name: string, most: number) => Math.min(Math.max(Number.parseInt(cell.getAttribute(name) ?? '1', 10) || 1, 1), most);

/** How many rows at the top are headers: as the table says, or as far down as its first row reaches. */
function headerRows(rows: Element[], grid: Grid): number {
  const said = rows.findIndex((row) => !is(row.parentElement, 'thead') && ![...row.children].every((cell) => is(cell, 'th')) && !style(row, 'mso-yfti-tblheader'));
  const count = said < 0 ? 1 : said;
  return Math.min(Math.max(count, count <= 1 ? depth(grid) : count), Math.max(1, rows.length - 1));
}

function depth(grid: Grid): number {
  const first = new Set((grid[0] ?? []).filter((cell): cell is Cell => !!cell));
  const wide = [...first].some((cell) => cell.columns > 1);
  return wide ? Math.min(Math.max(1, ...[...first].map((cell) => cell.rows)), Math.max(1, grid.length - 1)) : 1;
}

/** Headers that stand above each other become one. */
function header(rows: Grid, column: number, contents: Map<Cell, Element>, document: Document): Element {
  const cells = [...new Set(rows.map((row) => row[column]).filter((cell): cell is Cell => !!cell))];
  const made = document.createElement('th');
  if (cells.length === 1) made.append(inline(contents.get(cells[0]!)!, true));
  else {
    const line = document.createElement('p');
    line.textContent = cells.map((cell) => words(contents.get(cell)!.textContent ?? '').trim()).filter(Boolean).join(' – ');
    made.append(line);
  }
  // A header is bold by being one.
  for (const bold of made.querySelectorAll('strong')) bold.replaceWith(...bold.childNodes);
  made.normalize();
  return made;
}

/** The blocks of a cell as one paragraph; a note is marked once. */
function inline(content: Element, isFirst: boolean): Element {
  const line = content.ownerDocument.createElement('p');
  const part = (nodes: Iterable<Node>, sign = '') => {
    if (line.childNodes.length) line.append(content.ownerDocument.createElement('br'));
    line.append(sign, ...[...nodes].map((node) => node.cloneNode(true)));
  };
  const walk = (block: Element): void => {
    if (is(block, 'ul', 'ol')) {
      const start = Number(block.getAttribute('start') ?? 1);
      for (const [at, item] of [...block.children].entries()) {
        const [first, ...rest] = item.children;
        if (first) part(first.childNodes, is(block, 'ol') ? `${start + at}. ` : '• ');
        rest.forEach(walk);
      }
    } else if (is(block, 'table')) for (const row of block.querySelectorAll('tr')) part([content.ownerDocument.createTextNode([...row.children].map((cell) => cell.textContent?.trim()).filter(Boolean).join(', '))]);
    else if (is(block, 'blockquote')) [...block.children].forEach(walk);
    else if (!is(block, 'hr')) part(block.childNodes);
  };
  [...content.children].forEach(walk);
  if (!isFirst) for (const mark of line.querySelectorAll('sup')) mark.remove();
  return line;
}
