/** Addresses that come with a text: what is kept of them, and films and maps that become plain links. Pure. */

/** Pages that other programs put between a reader and where a link leads. */
const BETWEEN: [RegExp, string][] = [
  [/^www\.google\.[a-z.]+$/, 'q'],
  [/\.safelinks\.protection\.outlook\.com$/, 'url'],
];
/** What tells a provider who shared a link, and nothing about where it leads. */
const TRACKS = /^(utm_\w+|fbclid|gclid)$/;

/** An address as a link may have it; empty for what leads nowhere outside of the text it came from. */
export function address(written: string): string {
  const href = written.trim().replace(/[\r\n\t]/g, '');
  if (/^(mailto|tel):/i.test(href)) return encoded(href);
  if (/^asset:[0-9a-f]{64}$/.test(href)) return href;
  if (href.startsWith('/') && !href.startsWith('//')) return encoded(href);
  const url = parsed(href);
  if (!url) return '';
  for (const [host, name] of BETWEEN) {
    const behind = host.test(url.hostname) && (url.pathname === '/url' || name === 'url') ? parsed(url.searchParams.get(name) ?? '') : undefined;
    if (behind) return encoded(untracked(behind));
  }
  return encoded(untracked(url));
}

/** Only whole web addresses. */
function parsed(href: string): URL | undefined {
  try {
    const url = new URL(/^www\./i.test(href) ? `https://${href}` : href);
    return ['http:', 'https:'].includes(url.protocol) && url.hostname ? url : undefined;
  } catch {
    return undefined;
  }
}

function untracked(url: URL): string {
  for (const name of [...url.searchParams.keys()]) if (TRACKS.test(name)) url.searchParams.delete(name);
  return url.pathname === '/' && !url.search && !url.hash ? url.origin : url.href;
}

/** Letters that would end an address in Markdown. */
const encoded = (href: string) => href.replace(/[ <>()\\"]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

export type Provided = { provider: string; address: string };
const VIDEO_ID = /^[\w-]{6,20}$/;

/** A film or map of a provider that is allowed, as the address where people watch it; nothing of it runs on our pages. */
export function provided(written: string): Provided | undefined {
  const url = parsed(written.trim().startsWith('//') ? `https:${written.trim()}` : written.trim());
  if (!url) return undefined;
  const host = url.hostname.replace(/^(www|m)\./, '');
  const parts = url.pathname.split('/').filter(Boolean);
  const found = (provider: string, to: string) => ({ provider, address: encoded(to) });
  if (host === 'youtu.be' || /^youtube(-nocookie)?\.com$/.test(host)) {
    const id = host === 'youtu.be' ? parts[0] : (url.searchParams.get('v') ?? (/^(embed|shorts|live|v)$/.test(parts[0] ?? '') ? parts[1] : undefined));
    if (id && VIDEO_ID.test(id)) return found('YouTube', `https://www.youtube.com/watch?v=${id}`);
    const list = url.searchParams.get('list');
    return list && /^[\w-]+$/.test(list) ? found('YouTube', `https://www.youtube.com/playlist?list=${list}`) : undefined;
  }
  if (host === 'vimeo.com' || host === 'player.vimeo.com') {
    const id = parts.find((part) => /^\d+$/.test(part));
    return id ? found('Vimeo', `https://vimeo.com/${id}`) : undefined;
  }
  const spot = place(url);
  if (/^(maps\.google\.[a-z.]+|google\.[a-z.]+)$/.test(host) && (host.startsWith('maps.') || parts[0] === 'maps')) return found('Google Maps', spot ? `https://www.google.com/maps?q=${spot}` : untracked(url));
  if (host === 'maps.app.goo.gl' && parts[0]) return found('Google Maps', untracked(url));
  if (host === 'openstreetmap.org') return found('OpenStreetMap', spot ? `https://www.openstreetmap.org/?mlat=${spot.split(',')[0]}&mlon=${spot.split(',')[1]}` : untracked(url));
  return undefined;
}

/** Latitude and longitude of a map that is made to stand in a frame: opened by itself it would show nothing. */
function place(url: URL): string | undefined {
  const google = /!2d(-?[\d.]+)!3d(-?[\d.]+)/.exec(url.searchParams.get('pb') ?? '');
  if (google) return `${google[2]},${google[1]}`;
  const marker = /^-?[\d.]+,-?[\d.]+$/.exec(url.searchParams.get('marker') ?? '');
  return url.pathname.includes('embed') ? marker?.[0] : undefined;
}
