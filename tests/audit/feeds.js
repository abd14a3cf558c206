// What programs read: feeds, calendars, the maps of the site, catalogues. Each is read by a parser of its kind, and must
// say what its readers need.
import { readFile } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { load } from './tools.js';

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
const DAY = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(Z|[+-]\d{2}:\d{2}))?$/;
const RFC_822 = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} [+-]\d{4}$/;

export async function check(job, tell) {
  const files = readdirSync(job.folder, { recursive: true }).map(String);
  const found = {};
  const kinds = [
    [/(^|\/)atom\.xml$/, atom],
    [/(^|\/)rss\.xml$/, rss],
    [/(^|\/)feed\.json$/, json],
    [/\.ics$/, calendar],
    [/(^|\/)sitemap[^/]*\.xml$/, map],
    [/\.(json|jsonld)$/, data],
    [/\.csv$/, table],
  ];
  for (const path of files.sort()) {
    const kind = kinds.find(([pattern]) => pattern.test(path) && !path.startsWith('.well-known/lamin/') && !path.startsWith('media/'));
    if (!kind) continue;
    found[kind[1].name] = (found[kind[1].name] ?? 0) + 1;
    const text = await readFile(`${job.folder}/${path}`, 'utf8');
    try {
      await kind[1](text, (what) => tell(path, what), job, path);
    } catch (error) {
      tell(path, `cannot be read: ${error.message}`);
    }
  }
  for (const [, { name }] of kinds.slice(0, 5)) if (!found[name] && (name !== 'calendar' || job.pages.some((page) => page.type === 'agenda'))) tell('', `no file of the kind ${name}`);
  return found;
}

const isAbsolute = (link) => /^https?:\/\//.test(link ?? '');
const named = (items, key, tell) => {
  const seen = new Set();
  for (const item of items) {
    if (!item[key]) tell(`an item without ${key}`);
    if (seen.has(item[key])) tell(`${key} ${item[key]} stands twice`);
    seen.add(item[key]);
  }
};
const scripts = (html, tell) => {
  if (/<script|javascript:|\son\w+=/i.test(html ?? '')) tell('a script in the text of an item');
};

/** Whether XML is well formed, by a parser that refuses what is not. */
async function wellFormed(text) {
  const { XMLValidator } = await load('fast-xml-parser');
  const verdict = XMLValidator.validate(text);
  if (verdict !== true) throw new Error(`not well formed: ${verdict.err.msg} in line ${verdict.err.line}`);
}

async function atom(text, tell, job, path) {
  await wellFormed(text);
  const { parseAtomFeed } = await load('feedsmith');
  const feed = parseAtomFeed(text);
  for (const key of ['id', 'title', 'updated']) if (!feed[key]) tell(`no ${key}`);
  if (!RFC_3339.test(feed.updated)) tell(`updated: ${feed.updated}`);
  if (!feed.authors?.length && !feed.entries?.every((entry) => entry.authors?.length)) tell('no author');
  if (!feed.links?.some((link) => link.rel === 'self' && link.href.endsWith(path))) tell('no link to itself');
  named(feed.entries ?? [], 'id', tell);
  for (const entry of feed.entries ?? []) {
    if (!entry.title || !RFC_3339.test(entry.updated)) tell(`the entry ${entry.id} lacks title or updated`);
    if (!entry.links?.length || !entry.links.every((link) => isAbsolute(link.href))) tell(`the entry ${entry.id} has no absolute link`);
    scripts(entry.content?.value ?? entry.content ?? entry.summary?.value ?? entry.summary, tell);
  }
}

async function rss(text, tell, job, path) {
  await wellFormed(text);
  const { parseRssFeed } = await load('feedsmith');
  const feed = parseRssFeed(text);
  for (const key of ['title', 'link', 'description', 'language']) if (!feed[key]) tell(`no ${key}`);
  if (!feed.atom?.links?.some((link) => link.rel === 'self' && link.href.endsWith(path))) tell('no link to itself');
  named((feed.items ?? []).map((item) => ({ guid: item.guid?.value })), 'guid', tell);
  const dates = [...text.matchAll(/<(?:pubDate|lastBuildDate)>([^<]*)</g)].map((match) => match[1]);
  for (const date of dates.filter((date) => !RFC_822.test(date))) tell(`no date of RFC 822: ${date}`);
  for (const item of feed.items ?? []) {
    if (!item.title || !isAbsolute(item.link)) tell(`the item ${item.guid?.value} lacks title or absolute link`);
    scripts(item.content?.encoded ?? item.description, tell);
  }
}

async function json(text, tell, job, path) {
  const { parseJsonFeed } = await load('feedsmith');
  const plain = JSON.parse(text);
  const feed = parseJsonFeed(plain);
  if (plain.version !== 'https://jsonfeed.org/version/1.1') tell(`version ${plain.version}`);
  if (!feed.title || !plain.language) tell('no title or language');
  if (!isAbsolute(plain.feed_url) || !plain.feed_url.endsWith(path)) tell(`feed_url ${plain.feed_url}`);
  named(feed.items ?? [], 'id', tell);
  for (const item of plain.items) {
    if (!isAbsolute(item.url) || !(item.content_html || item.content_text) || !RFC_3339.test(item.date_published)) tell(`the item ${item.id} lacks url, content or date`);
    scripts(item.content_html, tell);
  }
}

async function calendar(text, tell) {
  const ICAL = await load('ical.js');
  if (/[^\r]\n/.test(text)) tell('a line that does not end with CR LF');
  for (const line of text.split('\r\n')) if (Buffer.byteLength(line) > 75) tell(`a line of ${Buffer.byteLength(line)} bytes`);
  ICAL.design.strict = true;
  const root = new ICAL.Component(ICAL.parse(text));
  for (const key of ['version', 'prodid']) if (!root.getFirstPropertyValue(key)) tell(`no ${key}`);
  const zones = new Set(root.getAllSubcomponents('vtimezone').map((zone) => zone.getFirstPropertyValue('tzid')));
  for (const event of root.getAllSubcomponents('vevent')) {
    for (const key of ['uid', 'dtstamp', 'dtstart', 'summary']) if (!event.getFirstPropertyValue(key)) tell(`an event without ${key}`);
    const start = event.getFirstProperty('dtstart');
    const zone = start.getParameter('tzid');
    if (zone && !zones.has(zone)) tell(`the zone ${zone} is not in the file`);
    const end = event.getFirstPropertyValue('dtend');
    if (end && end.compare(start.getFirstValue()) < 0) tell(`${event.getFirstPropertyValue('uid')} ends before it begins`);
  }
}

async function map(text, tell, job) {
  await wellFormed(text);
  const parts = [...text.matchAll(/<loc>([^<]*)<\/loc>/g)].map((match) => match[1]);
  if (new Set(parts).size !== parts.length) tell('an address stands twice');
  if (parts.length > 50_000) tell(`${parts.length} addresses`);
  for (const [, day] of text.matchAll(/<lastmod>([^<]*)</g)) if (!DAY.test(day)) tell(`lastmod ${day}`);
  const may = new Map(job.pages.map((page) => [page.address, page]));
  const away = parts.filter((part) => !part.startsWith(job.base_url) || (!part.endsWith('.xml') && !may.has(decodeURI(new URL(part).pathname))));
  for (const part of away) tell(`${part} is no page of the site`);
  const hidden = parts.map((part) => may.get(decodeURI(new URL(part).pathname))).filter((page) => page && ['search', 'gone', 'not_found'].includes(page.kind));
  for (const page of hidden) tell(`${page.address} is not for search engines`);
}

async function data(text, tell) {
  const value = JSON.parse(text);
  if (value && value['@graph'] && !value['@context']) tell('a graph without a context');
}

async function table(text, tell) {
  const rows = records(text);
  const width = rows[0]?.length;
  rows.forEach((row, at) => {
    if (row.length !== width) tell(`row ${at + 1} has ${row.length} columns, not ${width}`);
  });
}

/** Records of RFC 4180. */
function records(text) {
  const rows = [];
  let row = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (quoted && letter === '"' && text[at + 1] === '"') field += text[(at += 1)];
    else if (letter === '"') quoted = !quoted;
    else if (!quoted && letter === ',') field = (row.push(field), '');
    else if (!quoted && letter === '\n') {
      row.push(field.replace(/\r$/, ''));
      rows.push(row);
      [row, field] = [[], ''];
    } else field += letter;
  }
  if (quoted) throw new Error('a quotation that does not end');
  if (field || row.length) rows.push([...row, field]);
  return rows;
}
