/** What screens ask for first. It stands here so that `first.ts` can ask the very same while the code of the screen is still on its way. */
import { api, type Asking } from './client';
import type { paths } from './schema.gen';

type Query<Path extends keyof paths> = paths[Path] extends { get: { parameters: { query?: infer Asked } } } ? NonNullable<Asked> : never;
type Cursor = string | undefined;

export const inbox = (cursor: Cursor, by: Asking = api) => by.GET('/api/v1/inbox', { params: { query: { limit: 50, cursor } } });
export const notices = (unread: boolean | undefined, cursor: Cursor, by: Asking = api) => by.GET('/api/v1/notices', { params: { query: { limit: 30, cursor, unread } } });
export const myNotices = (by: Asking = api) => by.GET('/api/v1/me/notices');

/** What the types are called, for screens that only name them. */
export const typeNames = (site: string, by: Asking = api) => by.GET('/api/v1/sites/{site}/type-summaries', { params: { path: { site } } });
export const type = (site: string, type: string, by: Asking = api) => by.GET('/api/v1/sites/{site}/types/{type}', { params: { path: { site, type } } });

export const entries = (site: string, query: Query<'/api/v1/sites/{site}/entries'>, by: Asking = api) =>
  by.GET('/api/v1/sites/{site}/entries', { params: { path: { site }, query } });
export const entry = (id: string, by: Asking = api) => by.GET('/api/v1/entries/{id}', { params: { path: { id } } });
export const transitions = (id: string, by: Asking = api) => by.GET('/api/v1/entries/{id}/transitions', { params: { path: { id } } });
export const history = (id: string, by: Asking = api) => by.GET('/api/v1/entries/{id}/history', { params: { path: { id } } });
export const comments = (id: string, by: Asking = api) => by.GET('/api/v1/entries/{id}/comments', { params: { path: { id } } });
export const checks = (id: string, by: Asking = api) => by.GET('/api/v1/entries/{id}/checks', { params: { path: { id } } });

/** The links of all menus of a site, and the pages that they may lead to. */
export const menus = (site: string, cursor: Cursor, by?: Asking) => entries(site, { limit: 50, cursor, 'filter[type]': 'menu', sort: 'title', fields: 'items' }, by);
export const pages = (site: string, by?: Asking) => entries(site, { limit: 100, 'filter[type]': 'halaman', sort: 'title' }, by);
export const settings = (site: string, by?: Asking) => entries(site, { limit: 20, 'filter[type]': 'pengaturan' }, by);

export const procedures = (by: Asking = api) => by.GET('/api/v1/procedures');
export const procedure = (key: string, by: Asking = api) => by.GET('/api/v1/procedures/{key}', { params: { path: { key }, query: { texts: false } } });
export const cases = (query: Query<'/api/v1/cases'>, by: Asking = api) => by.GET('/api/v1/cases', { params: { query } });
export const running = (procedure: string, by?: Asking) => cases({ procedure, ended: false, sort: 'due_at', limit: 100 }, by);
export const oneCase = (id: string, by: Asking = api) => by.GET('/api/v1/cases/{id}', { params: { path: { id } } });

export const assets = (site: string, query: Query<'/api/v1/sites/{site}/assets'>, by: Asking = api) => by.GET('/api/v1/sites/{site}/assets', { params: { path: { site }, query } });
export const asset = (site: string, digest: string, by: Asking = api) => by.GET('/api/v1/sites/{site}/assets/{digest}', { params: { path: { site, digest } } });
export const uses = (site: string, digest: string, by: Asking = api) => by.GET('/api/v1/sites/{site}/assets/{digest}/uses', { params: { path: { site, digest } } });
export const folders = (site: string, by: Asking = api) => by.GET('/api/v1/sites/{site}/asset-folders', { params: { path: { site } } });

export const releases = (site: string, cursor: Cursor, by: Asking = api) => by.GET('/api/v1/sites/{site}/releases', { params: { path: { site }, query: { limit: 20, cursor } } });
export const releaseChanges = (site: string, number: number, cursor: Cursor, by: Asking = api) =>
  by.GET('/api/v1/sites/{site}/releases/{number}/changes', { params: { path: { site, number }, query: { limit: 50, cursor } } });
export const targets = (site: string, by: Asking = api) => by.GET('/api/v1/sites/{site}/targets', { params: { path: { site } } });
export const themes = (site: string, by: Asking = api) => by.GET('/api/v1/sites/{site}/theme', { params: { path: { site } } });
export const siteChecks = (site: string, by: Asking = api) => by.GET('/api/v1/sites/{site}/checks', { params: { path: { site } } });
export const terms = (site: string, query: Query<'/api/v1/sites/{site}/terms'>, by: Asking = api) => by.GET('/api/v1/sites/{site}/terms', { params: { path: { site }, query } });
export const webhooks = (site: string, by: Asking = api) => by.GET('/api/v1/sites/{site}/webhooks', { params: { path: { site } } });

export const ledger = (query: Query<'/api/v1/ledger'>, by: Asking = api) => by.GET('/api/v1/ledger', { params: { query } });
export const users = (cursor: Cursor, by: Asking = api) => by.GET('/api/v1/users', { params: { query: { limit: 50, cursor } } });
export const user = (id: string, by: Asking = api) => by.GET('/api/v1/users/{id}', { params: { path: { id } } });
export const members = (site: string, cursor: Cursor, by: Asking = api) => by.GET('/api/v1/sites/{site}/members', { params: { path: { site }, query: { limit: 50, cursor } } });
export const member = (site: string, user: string, by: Asking = api) => by.GET('/api/v1/sites/{site}/members/{user}', { params: { path: { site, user } } });
/** Those with a role for the whole installation. */
export const everywhere = (cursor: Cursor, by: Asking = api) => by.GET('/api/v1/members', { params: { query: { limit: 50, cursor } } });
export const memberEverywhere = (user: string, by: Asking = api) => by.GET('/api/v1/members/{user}', { params: { path: { user } } });
export const sites = (cursor: Cursor, by: Asking = api) => by.GET('/api/v1/sites', { params: { query: { limit: 50, cursor } } });
export const site = (key: string, by: Asking = api) => by.GET('/api/v1/sites/{site}', { params: { path: { site: key } } });
/** Which role may do what. */
export const permissions = (by: Asking = api) => by.GET('/api/v1/permissions');
export const calendar = (by: Asking = api) => by.GET('/api/v1/calendar');
export const mail = (by: Asking = api) => by.GET('/api/v1/mail');

/** Incidents, and one of them. */
export const incidents = (open: boolean | undefined, cursor: Cursor, by: Asking = api) => by.GET('/api/v1/incidents', { params: { query: { limit: 50, open, cursor } } });
export const incidentFigures = (by: Asking = api) => by.GET('/api/v1/incidents/summary');
export const incident = (id: string, by: Asking = api) => by.GET('/api/v1/incidents/{id}', { params: { path: { id } } });
export const incidentReleases = (id: string, by: Asking = api) => by.GET('/api/v1/incidents/{id}/releases', { params: { path: { id }, query: { limit: 50 } } });
export const incidentReport = (id: string, by: Asking = api) => by.GET('/api/v1/incidents/{id}/report', { params: { path: { id } } });
export const onCall = (by: Asking = api) => by.GET('/api/v1/on-call');

/** Websites that are watched, and what was seen of one. */
export const monitored = (query: Query<'/api/v1/monitored'>, cursor: Cursor, by: Asking = api) => by.GET('/api/v1/monitored', { params: { query: { limit: 30, ...query, cursor } } });
export const monitoringSummary = (by: Asking = api) => by.GET('/api/v1/monitoring/summary');
export const monitoredSite = (id: string, by: Asking = api) => by.GET('/api/v1/monitored/{id}', { params: { path: { id } } });
export const outages = (id: string, cursor: Cursor, by: Asking = api) => by.GET('/api/v1/monitored/{id}/outages', { params: { path: { id }, query: { limit: 20, cursor } } });
/** 30 days, or two days by their hours. */
export const availability = (id: string, span: 'day' | 'hour', cursor: Cursor, by: Asking = api) =>
  by.GET('/api/v1/monitored/{id}/history', { params: { path: { id }, query: { span, limit: span === 'day' ? 30 : 48, cursor } } });
export const looks = (id: string, cursor: Cursor, by: Asking = api) => by.GET('/api/v1/monitored/{id}/probes', { params: { path: { id }, query: { limit: 50, cursor } } });
export const windows = (monitor: string, cursor: Cursor, by: Asking = api) => by.GET('/api/v1/monitoring/windows', { params: { query: { monitor, limit: 50, cursor } } });
export const baseline = (id: string, by: Asking = api) => by.GET('/api/v1/monitored/{id}/baseline', { params: { path: { id } } });
export const recaps = (cursor: Cursor, by: Asking = api) => by.GET('/api/v1/recaps', { params: { query: { limit: 53, cursor } } });
/** The newest few: the last of them may wait for its figures. */
export const newestRecaps = (by: Asking = api) => by.GET('/api/v1/recaps', { params: { query: { limit: 3 } } });
export const recap = (id: string, by: Asking = api) => by.GET('/api/v1/recaps/{id}', { params: { path: { id } } });
export const recapRows = (id: string, query: Query<'/api/v1/recaps/{id}/rows'>, by: Asking = api) => by.GET('/api/v1/recaps/{id}/rows', { params: { path: { id }, query } });
export const weeks = (id: string, by: Asking = api) => by.GET('/api/v1/monitored/{id}/weeks', { params: { path: { id } } });
