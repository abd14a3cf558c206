// What can be read off the files of a site: links and their fragments, structured data.
import { readFile, stat } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { file, load } from './tools.js';

/** Attributes with one address, and with a list of pictures. */
const ADDRESSES = ['href', 'src', 'action', 'poster', 'data-large'];
const LISTS = ['srcset', 'imagesrcset'];

/** What a page names and has: links, anchors, JSON-LD, language. */
export async function read(path) {
  const { Parser } = await load('htmlparser2');
  const page = { links: [], anchors: new Set(), doubles: [], graphs: [], head: [] };
  let graph = null;
  const parser = new Parser({
    onopentag(name, attributes) {
      const id = attributes.id;
      if (id && page.anchors.has(id)) page.doubles.push(id);
      if (id) page.anchors.add(id);
      for (const key of ADDRESSES) if (key in attributes) page.links.push({ tag: name, link: attributes[key], rel: attributes.rel });
      for (const key of LISTS) {
        for (const part of (attributes[key] ?? '').split(',').filter(Boolean)) page.links.push({ tag: name, link: part.trim().split(/\s+/)[0] });
      }
      if (name === 'meta' && (attributes.property === 'og:image' || attributes.property === 'og:url')) page.links.push({ tag: name, link: attributes.content });
      if (name === 'script' && attributes.type === 'application/ld+json') graph = '';
    },
    ontext(text) {
      if (graph !== null) graph += text;
    },
    onclosetag(name) {
      if (name === 'script' && graph !== null) {
        page.graphs.push(graph);
        graph = null;
      }
    },
  });
  parser.end(await readFile(path, 'utf8'));
  return page;
}

/** The address on the site that a link means, or null for one that leads away. */
function own(job, from, link) {
  if (/^(mailto|tel|sms|data|geo|webcal):/i.test(link)) return null;
  const base = job.base_url.replace(/\/$/, '');
  const url = new URL(link, base + from);
  return url.origin === new URL(base).origin ? url : null;
}

export async function links(job, tell) {
  const pages = new Map();
  for (const page of job.pages) pages.set(page.address, await read(`${job.folder}/${page.file}`));
  const gone = new Set(job.pages.filter((page) => page.kind === 'gone').map((page) => page.address));
  const asked = new Map();
  let count = 0;
  for (const [address, page] of pages) {
    for (const id of page.doubles) tell(address, `the id ${id} stands twice`);
    for (const { tag, link, rel } of page.links) {
      let url;
      try {
        url = own(job, address, link);
      } catch {
        tell(address, `${link} is no address`);
        continue;
      }
      if (!url) continue;
      count += 1;
      const path = decodeURI(url.pathname);
      // A withdrawn page may name itself, nobody else may lead there.
      if (gone.has(path) && path !== address) tell(address, `${link} leads to a page that was withdrawn`);
      if (!pages.has(path) && !(await there(job, path, asked))) tell(address, `<${tag}${rel ? ` rel=${rel}` : ''}> ${link} leads nowhere`);
      const anchor = decodeURIComponent(url.hash.slice(1));
      if (anchor && pages.has(path) && !pages.get(path).anchors.has(anchor)) tell(address, `${link} names no place on its page`);
    }
  }
  return { pages: pages.size, links: count };
}

/** A file of the site, or what its server answers for one (a redirect). */
async function there(job, path, asked) {
  if (asked.has(path)) return asked.get(path);
  const name = path.endsWith('/') ? `${path}index.html` : path;
  const found = await stat(`${job.folder}${name}`).then((found) => found.isFile(), () => false);
  // Forms may lead to the API beside the site; redirects have no file.
  const answer = found || (await fetch(job.origin + path).then((answer) => answer.ok, () => false));
  asked.set(path, answer);
  return answer;
}

/** Types and properties of schema.org, as its published typings have them. */
function vocabulary() {
  const own = new Map();
  const base = new Map();
  const bases = new Map();
  let name = null;
  for (const line of readFileSync(file('schema-dts/dist/schema.d.ts'), 'utf8').split('\n')) {
    const begins = line.match(/^(?:export )?interface (\w+) extends ([^{]+)\{/);
    if (begins) {
      name = begins[1];
      own.set(name, new Set());
      base.set(name, begins[2].split(',').map((one) => one.trim()));
    }
    const property = line.match(/^ {4}"([\w@]+)"\??: /);
    if (property && name) own.get(name).add(property[1]);
    const type = line.match(/^ {4}"@type": "(\w+)"/);
    if (type && name) bases.set(type[1], name);
  }
  const known = new Map();
  const all = (of) => {
    if (!own.has(of)) return new Set();
    if (!known.has(of)) known.set(of, new Set([...own.get(of), ...(base.get(of) ?? []).flatMap((one) => [...all(one)])]));
    return known.get(of);
  };
  return (type) => (bases.has(type) ? all(bases.get(type)) : null);
}

/** What search engines ask of a thing, beyond the vocabulary. */
const NEEDED = {
  NewsArticle: ['headline', 'datePublished', 'author', 'publisher', 'inLanguage'],
  Article: ['headline', 'datePublished', 'inLanguage'],
  Event: ['name', 'startDate'],
  BreadcrumbList: ['itemListElement'],
  FAQPage: ['mainEntity'],
  Dataset: ['name', 'description'],
  GovernmentService: ['name', 'provider'],
  GovernmentOrganization: ['name', 'url'],
  DigitalDocument: ['name'],
  Legislation: ['name', 'legislationIdentifier'],
  Person: ['name'],
  JobPosting: ['title', 'datePosted', 'description', 'hiringOrganization'],
};
const DATES = /^(date|startDate|endDate|expires|datePublished|dateModified|datePosted|validThrough|legislationDate)/;

export async function graphs(job, tell) {
  const properties = vocabulary();
  const types = {};
  for (const page of job.pages.filter((page) => page.kind !== 'redirect')) {
    const { graphs } = await read(`${job.folder}/${page.file}`);
    if (graphs.length !== 1 && page.kind !== 'not_found' && page.kind !== 'gone') tell(page.address, `${graphs.length} blocks of structured data`);
    for (const text of graphs) {
      let graph;
      try {
        graph = JSON.parse(text);
      } catch (error) {
        tell(page.address, `structured data: ${error.message}`);
        continue;
      }
      if (graph['@context'] !== 'https://schema.org') tell(page.address, `structured data in the context ${graph['@context']}`);
      const { '@context': _, ...rest } = graph;
      const ids = new Set();
      const named = new Set();
      walk(rest['@graph'] ?? rest, (node, path) => look(node, path, properties, types, ids, named, (text) => tell(page.address, text)));
      for (const id of named) if (!ids.has(id) && !id.startsWith(job.base_url)) tell(page.address, `structured data names ${id}, which it does not have`);
    }
  }
  return types;
}

function walk(value, see, path = '') {
  if (Array.isArray(value)) return value.forEach((one, at) => walk(one, see, `${path}[${at}]`));
  if (typeof value !== 'object' || value === null) return;
  see(value, path);
  for (const [key, inner] of Object.entries(value)) walk(inner, see, `${path}.${key}`);
}

function look(node, path, properties, types, ids, named, tell) {
  const keys = Object.keys(node);
  if (keys.length === 1 && keys[0] === '@id') return named.add(node['@id']);
  if (node['@id']) ids.add(node['@id']);
  if ('@value' in node) return;
  if (!node['@type']) return tell(`structured data without a type at ${path}`);
  for (const type of [node['@type']].flat()) {
    types[type] = (types[type] ?? 0) + 1;
    const known = properties(type);
    if (!known) tell(`schema.org has no ${type}`);
    for (const key of keys.filter((key) => !key.startsWith('@') && known && !known.has(key))) tell(`${type} of schema.org has no ${key}`);
    // What is only named within another thing need not say everything.
    for (const key of (path.includes('.') ? [] : (NEEDED[type] ?? [])).filter((key) => !(key in node))) tell(`${type} lacks ${key}`);
  }
  for (const key of keys) {
    const value = node[key];
    if (value === '' || value === null) tell(`${node['@type']}.${key} is empty`);
    if (typeof value === 'string' && DATES.test(key) && !/^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2})?[+-]\d{2}:\d{2})?)?)?$/.test(value)) tell(`${key} is no date: ${value}`);
    if (typeof value === 'string' && /^(url|item|image|logo|contentUrl|mainEntityOfPage)$/.test(key) && !/^https?:/.test(value)) tell(`${key} is not absolute: ${value}`);
  }
  if (node['@type'] === 'NewsArticle' && (node.headline ?? '').length > 110) tell('headline of more than 110 letters');
  if (node['@type'] === 'BreadcrumbList') {
    const places = (node.itemListElement ?? []).map((item) => item.position);
    if (places.some((place, at) => place !== at + 1)) tell(`breadcrumb positions ${places}`);
  }
}
