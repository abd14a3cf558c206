/* Searching without a server: the stemmer of src/search, and the index that it made. docs/search.md tells the format. */
(async function () {
  'use strict';
  const form = document.querySelector('form[data-index]');
  if (!form) return;
  const say = form.dataset, base = new URL(say.index, location), status = document.getElementById('kabar');
  const list = document.getElementById('hasil'), more = document.getElementById('lagi');
  const get = async (path, how) => {
    const answer = await fetch(new URL(path, base));
    if (!answer.ok) throw new Error(answer.status + ' ' + path);
    return answer[how || 'json']();
  };

  /* Words. Names are those of the Rust, letter by letter. */
  let forms, names, stop, same;
  /* In pieces of 6 ms, between which a slow phone answers its reader. */
  let since = 0;
  const gently = async (items, work) => {
    for (const item of items) {
      work(item);
      if (performance.now() - since < 6) continue;
      await new Promise((resolve) => setTimeout(resolve));
      since = performance.now();
    }
  };
  const listed = (text, take) => {
    let word = '';
    return gently(text.split(/(?=[0-9A-Z])/), (part) => take(word = word.slice(0, parseInt(part[0], 36)) + part.slice(1)));
  };
  const learn = async (lists) => {
    const all = new Map();
    await listed(lists.roots, (word) => all.set(word, word));
    lists.forms.split(',').forEach((line) => all.set(...line.split(' ')));
    names = new Set();
    await listed(lists.names, (word) => names.add(word));
    stop = new Set(lists.stop.split(','));
    same = new Map();
    const less = (one, than) => than.every((term) => one.includes(term));
    await gently(lists.same.split(','), (line) => {
      const phrases = line.split('=').map((text) => text.split(' '));
      for (const one of phrases) {
        const key = one.join(' ');
        let known = same.get(key) || [one];
        for (const other of phrases) {
          if (known.some((kept) => less(other, kept))) continue;
          known = known.filter((kept, at) => !at || !less(kept, other)).concat([other]);
        }
        same.set(key, known);
      }
    });
    forms = all;
  };
  const known = (word) => forms.get(word);
  const first = (word, count) => (word && word.length - count > 2 ? word.slice(count) : '');
  const last = (word, ending) => (word.endsWith(ending) && word.length - ending.length > 2 ? word.slice(0, -ending.length) : '');
  const any = (list, test) => { for (const item of list) { const found = test(item); if (found) return found; } };
  const GOES = { m: 'ki', d: 'ki', t: 'ki', r: 'aki', b: 'ak', p: 'a', k: 'a', s: 'a', u: 'ki' };
  const ADMITS = { m: 'pbtrks', d: 'pbtrks', p: 'btrks', k: 'pbtrs', s: 'pbtrk', b: 'prks', t: 'pbrks', r: 'pbks', u: 'btrk' };
  const NASAL = [['m', 'p', 'bfpv'], ['ng', 'k', 'aeioughkqr'], ['ny', 's', ''], ['n', 't', 'cdjstz']];
  const eachR = (word, found) => {
    const rest = first(word, 2);
    if (!rest) return;
    const after = rest[0] === 'r' && first(rest, 1), whole = after && found(after);
    return whole || (word[0] !== 'p' && (rest[0] === 'r' || rest.slice(1, 3) === 'er') && found(rest));
  };
  const eachNasal = (word, found) => {
    const bare = first(word, 2);
    if (!bare) return;
    const plain = ('lmnrwy'.includes(bare[0]) || word[0] === 'p') && found(bare);
    if (plain) return plain;
    const nasal = NASAL.find((one) => bare.startsWith(one[0]));
    const rest = nasal && first(bare, nasal[0].length);
    if (!rest) return;
    const root = nasal[0].length > 1 && rest[0] === 'e' && first(rest, 1);
    return (nasal[2].includes(rest[0]) && found(rest)) || (/^[aeioulr]/.test(rest) && found(nasal[1] + rest))
      || (root && root.length < 5 && root.replace(/[^aeiou]/g, '').length === 1 && found(root));
  };
  const eachPrefix = (word, found) => {
    const two = word.slice(0, 2), rest = (count, least) => {
      const left = first(word, count);
      return left.length >= least ? left : '';
    };
    const to = (name, left) => left && found(name, left);
    if (two === 'me') return eachNasal(word, (left) => found('m', left));
    if (two === 'pe') return eachR(word, (left) => found('r', left)) || eachNasal(word, (left) => found('p', left));
    if (two === 'be' || two === 'te') return eachR(word, (left) => found(two[0], left));
    if (/^(di|ke|se)/.test(word)) return to(two[0], rest(2, 3));
    return word.startsWith('kau') ? to('u', rest(3, 4)) : two === 'ku' ? to('u', rest(2, 4)) : undefined;
  };
  const unprefixed = (word, suffix, outer, depth) => depth < 3 && eachPrefix(word, (prefix, rest) =>
    (outer ? ADMITS[outer] : GOES[prefix]).includes(outer ? prefix : suffix)
      && (known(rest) || unprefixed(rest, suffix, prefix, depth + 1)));
  const derived = (word) => known(word)
    || (/^be.*an$|^(me|di|pe|te).*i$/.test(word) && unprefixed(word, '', '', 2))
    || any(['an', 'kan', 'i'], (ending) => {
      const rest = last(word, ending);
      return rest && (((ending !== 'i' || rest.length > 3) && known(rest)) || unprefixed(rest, ending[0], '', 0));
    })
    || unprefixed(word, '', '', 0);
  const inflected = (word) => {
    const bare = any(['lah', 'kah', 'tah', 'pun'], (ending) => last(word, ending));
    const owned = any(['nya', 'ku', 'mu'], (ending) => last(bare || word, ending));
    return any([word, bare, owned], (stage) => stage && ((names.has(stage) && stage) || derived(stage)));
  };
  const root = (word) => known(word) || (names.has(word) && word) || (/^[a-z]{1,40}$/.test(word) && inflected(word));
  const unknown = (word) => {
    if (/[^a-z]/.test(word)) return word;
    const plural = /(s|u|i|a|o)s$/.test(word) ? '' : /ies$/.test(word) ? 'ies' : /(ss|ch|sh|x)es$/.test(word) ? 'es' : 's';
    const ending = ['nya', plural].find((one) => one && word.endsWith(one) && word.length >= 4 + one.length);
    return ending ? word.slice(0, -ending.length) + (ending === 'ies' ? 'y' : '') : word;
  };
  const single = (word) => root(word) || unknown(word);
  const repeated = (word) => {
    const [left, right, third] = word.split('-');
    if (!left || right === undefined || third !== undefined || word.length > 81) return;
    if (known(word)) return known(word);
    const one = single(left);
    return one === single(right) ? known(one + '-' + one) || one : undefined;
  };
  const fold = (text) => [...text].map((letter) => {
    if (/['’‘ʼ`´]|\p{M}/u.test(letter)) return '';
    const bare = letter.normalize('NFD')[0];
    return /[a-z0-9]/i.test(bare) ? bare.toLowerCase() : [...letter.toLowerCase()][0];
  }).join('');
  const isWord = (word) => { const count = [...word].length; return count > 1 ? count < 41 : /^[0-9]$/.test(word); };
  const WORDS = /[\p{Alphabetic}\p{N}\p{M}'’‘ʼ`´-]+/gu;
  const terms = (text) => (text.match(WORDS) || []).flatMap((chunk) => {
    const twice = chunk.includes('-') && repeated(fold(chunk));
    if (twice && isWord(twice)) return [twice];
    const words = chunk.split('-').map(fold).filter((word) => isWord(word) && !stop.has(word));
    return words.map((word) => root(word) || repeated(word) || unknown(word));
  });
  const expand = (query) => {
    const words = terms(query).slice(0, 16), groups = [];
    while (words.length) {
      let count = Math.min(words.length, 6);
      while (count > 1 && !same.has(words.slice(0, count).join(' '))) count--;
      const own = words.splice(0, count);
      groups.push(same.get(own.join(' ')) || [own]);
    }
    return groups;
  };

  /* The index. */
  const utf8 = new TextDecoder();
  const shard = (bytes, wanted) => {
    let at = 0, stem = new Uint8Array(0);
    const number = () => {
      let sum = 0, shift = 0, byte;
      do { byte = bytes[at++]; sum += (byte & 127) * 2 ** shift; shift += 7; } while (byte > 127);
      return sum;
    };
    const found = new Map();
    while (at < bytes.length) {
      const shared = bytes[at++], own = bytes[at++], next = new Uint8Array(shared + own);
      next.set(stem.subarray(0, shared));
      next.set(bytes.subarray(at, at += own), shared);
      stem = next;
      const documents = number(), end = number() + at, name = utf8.decode(stem);
      if (wanted.has(name)) {
        const postings = [];
        for (let document = 0; at < end; document++) {
          const byte = bytes[at++];
          document += (byte >> 2) + (byte >> 2 === 63 ? number() : 0);
          postings.push(document, byte & 3);
        }
        found.set(name, { documents, postings });
      }
      at = end;
    }
    return found;
  };
  const kept = new Map();
  const once = (path, how) => {
    if (!kept.has(path)) kept.set(path, get(path, how).catch((error) => { kept.delete(path); throw error; }));
    return kept.get(path);
  };
  const postings = async (part, wanted) => {
    const files = new Set();
    for (const term of wanted) {
      let low = 0, high = part.first.length;
      while (low < high) { const middle = (low + high) >> 1; if (part.first[middle] <= term) low = middle + 1; else high = middle; }
      if (low) files.add(low - 1);
    }
    const read = await Promise.all([...files].map((file) => once(part.at + file + '.bin', 'arrayBuffer')));
    return new Map(read.flatMap((bytes) => [...shard(new Uint8Array(bytes), wanted)]));
  };
  const WEIGHTS = [1, 1.5, 2.5, 6];
  const ranked = (part, found, groups, filters, weight) => {
    const scores = new Float32Array(part.docs), hits = new Uint8Array(part.docs);
    const count = (alternatives, of) => {
      const best = new Float32Array(part.docs);
      alternatives.forEach((phrase, place) => {
        const sums = new Float32Array(part.docs), held = new Uint8Array(part.docs);
        for (const term of phrase) {
          const list = (found.get(term) || { postings: [] }).postings;
          for (let at = 0; at < list.length; at += 2) { held[list[at]]++; sums[list[at]] += WEIGHTS[list[at + 1]] * of(term); }
        }
        sums.forEach((sum, at) => { if (held[at] === phrase.length) best[at] = Math.max(best[at], sum * (place ? 0.9 : 1)); });
      });
      best.forEach((sum, at) => { if (sum) { hits[at]++; scores[at] += sum; } });
    };
    groups.forEach((group) => count(group, weight));
    filters.forEach((facet) => count([[facet]], () => 1e-6));
    part.gone.forEach((at) => { hits[at] = 0; });
    const all = groups.length + filters.length, results = [];
    hits.forEach((hit, at) => { if (hit === all) results.push({ part, at, score: scores[at] }); });
    return results;
  };
  const search = async (query, facets) => {
    const groups = expand(query);
    if (!groups.length) return { groups, results: [] };
    const wanted = new Set([...groups.flat(2), ...facets]);
    const found = await Promise.all(directory.parts.map((part) => postings(part, wanted)));
    const total = directory.parts.reduce((sum, part) => sum + part.docs, 1);
    const weight = (term) => Math.log(1 + total / found.reduce((sum, of) => sum + (of.has(term) ? of.get(term).documents : 0), 1));
    const results = directory.parts.flatMap((part, at) => ranked(part, found[at], groups, facets, weight));
    const order = (result) => directory.parts.indexOf(result.part);
    return { groups, results: results.sort((a, b) => b.score - a.score || order(b) - order(a) || b.at - a.at) };
  };

  /* The page. */
  const make = (name, parts, more) => {
    const made = Object.assign(document.createElement(name), more);
    made.append(...parts);
    return made;
  };
  const marked = (text, sought) => {
    let end = 0;
    const parts = [];
    for (const match of text.matchAll(WORDS)) {
      if (!terms(match[0]).some((term) => sought.has(term))) continue;
      parts.push(text.slice(end, match.index), make('mark', [match[0]]));
      end = match.index + match[0].length;
    }
    return parts.concat(text.slice(end));
  };
  /* Slow to make: it comes with the first date. */
  let day;
  const byLabel = (one, other) => (one[1].toLowerCase() < other[1].toLowerCase() ? -1 : 1);
  let directory, results = [], sought = new Set(), shown = 0, turn = 0;
  const show = async () => {
    const mine = turn, some = results.slice(shown, shown + 10);
    const cards = await Promise.all(some.map(async ({ part, at }) => (await once(part.at + Math.floor(at / 10) + '.json'))[at % 10]));
    if (mine !== turn) return;
    day = day || new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'long', timeZone: 'UTC' });
    cards.filter(Boolean).forEach(([url, title, summary, at, type, unit]) => {
      const facts = [directory.types[type] || type, day.format(new Date(at)), unit].filter(Boolean).join(' · ');
      const parts = [make('h2', [make('a', marked(title, sought), { href: url })]), make('p', [facts], { className: 'meta' })];
      if (summary) parts.push(make('p', marked(summary, sought)));
      list.append(make('li', parts));
    });
    shown += some.length;
    more.hidden = shown >= results.length;
  };
  const offer = () => {
    const options = (name, pairs) => {
      const field = form.elements[name], chosen = field.length > 1 ? field.value : asked.get(name) || '';
      field.length = 1;
      field.append(...pairs.map(([value, label]) => make('option', [label], { value })));
      field.value = chosen;
      if (field.selectedIndex < 0) field.value = '';
      field.parentNode.hidden = pairs.length < 2;
    };
    const all = (name) => directory.parts.flatMap((part) => (Array.isArray(part[name]) ? part[name] : Object.entries(part[name])));
    options('type', Object.entries(directory.types).sort(byLabel));
    options('year', [...new Set(all('years'))].filter(Boolean).sort((a, b) => b - a).map((year) => [String(year), String(year)]));
    options('unit', [...new Map(all('units'))].sort(byLabel));
    document.getElementById('saringan').hidden = false;
  };
  const open = async () => {
    const lists = forms ? 0 : get(say.words);
    directory = await get('');
    if (lists) await learn(await lists);
    if (!served) offer();
  };
  const run = async () => {
    const mine = ++turn, query = form.elements.q.value.trim();
    if (served) {
      served = '';
      offer();
    }
    for (const name of ['juga', 'halaman']) document.getElementById(name)?.remove();
    list.replaceChildren();
    more.hidden = true;
    status.textContent = query ? say.searching : '';
    const chosen = ['type', 'year', 'unit'].map((name) => [name, form.elements[name].value]).filter((pair) => pair[1]);
    const address = new URLSearchParams([...(query ? [['q', query]] : []), ...chosen]).toString();
    history.replaceState(null, '', location.pathname + (address && '?' + address));
    document.title = (query && query + ' | ') + title;
    if (!query) return;
    const facets = chosen.map(([name, value]) => ':' + name[0] + value);
    /* A publication in between takes the files away that the directory named: then once more with the new one. */
    const found = await search(query, facets).catch(async () => { await open(); return search(query, facets); });
    if (mine !== turn) return;
    results = found.results;
    sought = new Set(found.groups.flat(2));
    shown = 0;
    await show();
    if (mine === turn) status.textContent = (say[results.length > 1 ? 'many' : results.length ? 'one' : 'none']).replace('#', results.length.toLocaleString(document.documentElement.lang));
  };
  const failed = (error) => { status.textContent = say.failed; console.error(error); };
  /* What our server has found for this page's query stays until something else is looked for. */
  const asked = new URLSearchParams(location.search), given = (asked.get('q') || '').trim();
  let served = form.elements.q.defaultValue === given ? given : '';
  const told = served && served.replace(/\s+/g, ' ') + ' | ';
  const title = document.title.slice(document.title.startsWith(told) ? told.length : 0);
  if (given && !form.elements.q.value) form.elements.q.value = given;
  form.addEventListener('submit', (event) => { event.preventDefault(); ready.then(run).catch(failed); });
  form.addEventListener('change', (event) => { if (event.target.name !== 'q') ready.then(run).catch(failed); });
  more.addEventListener('click', () => {
    const at = list.children.length;
    show().then(() => list.children[at] && list.children[at].querySelector('a').focus()).catch(failed);
  });
  /* Lists and index weigh more than the page: unless an answer waits for them they come 200 ms after it, when it is painted. */
  const stands = new Promise((resolve) => {
    const soon = () => setTimeout(resolve, 200);
    document.readyState === 'complete' ? soon() : addEventListener('load', soon);
  });
  const asks = given && !served;
  const ready = (asks ? Promise.resolve() : stands).then(open);
  ready.then(() => { if (asks) return run(); }).catch((error) => served || failed(error));
  /* For the tests, which hold this stemmer against the other. */
  form.stems = (text) => ready.then(() => terms(text));
})();
