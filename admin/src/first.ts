/** What each screen asks first, by the path of its route: it is on its way while the code of the screen still is. */
import * as asks from './api/asks';
import { ahead as by } from './api/client';
import { approved, due, published, readMonth } from './features/calendar/asked';
import * as cases from './features/cases/filters';
import * as content from './features/content/filters';
import * as ledger from './features/ledger/search';
import * as media from './features/media/filters';
import { askedBy } from './features/monitoring/states';
import { ROWS, verdictOf } from './features/recaps/verdicts';
import * as terms from './features/terms/terms';
import { dayIn } from './locale/clock';
import type { Match } from './routes';
import { may, site as siteOf } from './session.svelte';

type Query = (name: string) => string;
/** The parts of an address that its route names; a screen takes those of its own. */
type Named = Record<'site' | 'id' | 'key' | 'type' | 'user' | 'entry' | 'digest' | 'procedure' | 'number', string>;
type First = (parameters: Named, query: Query) => unknown;

const writing = (id: string) => [asks.entry(id, by), asks.transitions(id, by), asks.checks(id, by)];

export const FIRST: Record<string, First> = {
  '/': () => asks.inbox(undefined, by),
  '/account': () => asks.myNotices(by),
  '/content/:site': ({ site }, query) => {
    const named = content.named(query);
    // The columns of a type have to be known before its entries are asked for.
    return [asks.typeNames(site, by), named.type ? asks.type(site, named.type, by) : asks.entries(site, content.asked(named, []), by)];
  },
  '/content/:site/new/:type': ({ site, type }) => asks.type(site, type, by),
  '/entries/:id': ({ id }) => writing(id),
  '/entries/:id/review': ({ id }) => [...writing(id), asks.history(id, by), asks.comments(id, by)],
  '/procedures': () => asks.procedures(by),
  '/procedures/:key': ({ key }) => [asks.procedure(key, by), asks.running(key, by)],
  '/cases': (_, query) => [asks.procedures(by), asks.cases(cases.asked(cases.named(query)), by)],
  '/cases/new/:procedure': ({ procedure }) => asks.procedure(procedure, by),
  '/cases/:id': ({ id }) => asks.oneCase(id, by),
  '/calendar/:site': ({ site }, query) => {
    const zone = siteOf(site)?.zone;
    if (!zone) return;
    const month = readMonth(query('month'), dayIn(zone, new Date()).slice(0, 7));
    return [asks.typeNames(site, by), asks.entries(site, published(month), by), asks.entries(site, approved(), by), asks.entries(site, due(month), by)];
  },
  '/ledger': (_, query) => asks.ledger({ ...ledger.parameters(ledger.named(query)), limit: ledger.PAGE, cursor: undefined }, by),
  '/media/:site': ({ site }, query) => [asks.assets(site, media.asked(media.named(query)), by), asks.folders(site, by)],
  '/media/:site/:digest': ({ site, digest }) => [asks.asset(site, digest, by), asks.uses(site, digest, by), asks.folders(site, by)],
  '/publish/:site': ({ site }, query) => {
    const part = query('show') || 'releases';
    if (part === 'releases' && may('see_releases', site)) return asks.releases(site, undefined, by);
    if (part === 'targets') return asks.targets(site, by);
    if (part === 'theme') return asks.themes(site, by);
  },
  '/publish/:site/releases/:number': ({ site, number }) => [asks.releaseChanges(site, Number(number), undefined, by), asks.typeNames(site, by)],
  '/users': () => asks.users(undefined, by),
  '/users/:user': ({ user }) => asks.user(user, by),
  '/members': () => asks.everywhere(undefined, by),
  '/members/:user': ({ user }) => user !== 'new' && asks.memberEverywhere(user, by),
  '/site/:site/members': ({ site }) => asks.members(site, undefined, by),
  '/site/:site/members/:user': ({ site, user }) => user !== 'new' && asks.member(site, user, by),
  '/sites': () => asks.sites(undefined, by),
  '/site/:site': ({ site }) => [asks.site(site, by), may('read_content', site) && asks.settings(site, by)],
  '/site/:site/types': ({ site }) => asks.typeNames(site, by),
  '/site/:site/types/:type': ({ site, type }) => [asks.typeNames(site, by), asks.type(site, type, by)],
  '/site/:site/new-type': ({ site }) => asks.typeNames(site, by),
  '/site/:site/menus': ({ site }) => asks.menus(site, undefined, by),
  '/site/:site/menus/:entry': ({ site, entry }) => [asks.entry(entry, by), asks.pages(site, by)],
  '/site/:site/checks': ({ site }) => asks.siteChecks(site, by),
  '/incidents': (_, query) => [asks.incidents(query('open') ? query('open') === 'true' : undefined, undefined, by), asks.incidentFigures(by)],
  '/incidents/:id': ({ id }, query) => [asks.incident(id, by), query('show') === 'report' && asks.incidentReport(id, by)],
  '/on-call': () => asks.onCall(by),
  '/recaps': () => asks.recaps(undefined, by),
  '/recaps/:id': ({ id }, query) => [asks.recap(id, by), asks.recapRows(id, { verdict: verdictOf(query('verdict')), q: query('q') || undefined, limit: ROWS, cursor: undefined }, by)],
  '/monitoring': (_, query) => [asks.monitored(askedBy(query), undefined, by), asks.monitoringSummary(by), asks.newestRecaps(by)],
  '/monitoring/:id': ({ id }, query) => {
    const part = query('show') || 'now';
    const asked = [asks.monitoredSite(id, by)];
    if (part === 'now') return [...asked, asks.outages(id, undefined, by), asks.weeks(id, by), asks.baseline(id, by)];
    if (part === 'availability') return [...asked, asks.availability(id, query('by') === 'hour' ? 'hour' : 'day', undefined, by)];
    if (part === 'looks') return [...asked, asks.looks(id, undefined, by)];
    if (part === 'windows') return [...asked, asks.windows(id, undefined, by)];
  },
  '/monitoring/:id/edit': ({ id }) => asks.monitoredSite(id, by),
  '/site/:site/terms': ({ site }, query) => asks.terms(site, terms.asked(terms.kindOf(query('show')), query('q')), by),
  '/notices': (_, query) => asks.notices(query('show') === 'unread', undefined, by),
  '/hours': () => asks.calendar(by),
  '/mail': () => asks.mail(by),
  '/site/:site/webhooks': ({ site }) => asks.webhooks(site, by),
};

/** Begins to ask what the screen of an address will ask; its answers wait for it. */
export function askFirst({ route, parameters }: Match, query: Query): void {
  FIRST[route.path]?.(parameters as Named, query);
}
