/** One table: which address shows which screen, by what name, and what one must be allowed to do to be offered it. */
import type { Component } from 'svelte';
import type { Key } from './locale/en';
import { learn } from './locale/locale.svelte';

export type Parameters = Record<string, string>;
type Screen = { default: Component<{ parameters: Parameters }> };

export type Route = {
  path: string;
  title: Key;
  /** Any of these opens it; none: whoever is signed in. The server decides again. */
  needs?: string[];
  /** Shown without the frame of the program, to whoever is not signed in. */
  open?: boolean;
  load: () => Promise<unknown>;
};

export const routes: Route[] = [
  { path: '/', title: 'tasks.title', load: () => import('./features/tasks/Tasks.svelte') },
  { path: '/setup', title: 'setup.title', open: true, load: () => import('./features/account/SetUp.svelte') },
  { path: '/link', title: 'link.title', open: true, load: () => import('./features/account/Link.svelte') },
  { path: '/account', title: 'account.title', load: () => worded(import('./features/account/Account.svelte')) },
  { path: '/content/:site', title: 'content.title', needs: ['read_content'], load: () => import('./features/content/List.svelte') },
  { path: '/content/:site/new/:type', title: 'edit.title', needs: ['write_content'], load: () => import('./features/entry/Edit.svelte') },
  { path: '/entries/:id', title: 'edit.title', needs: ['read_content'], load: () => import('./features/entry/Edit.svelte') },
  { path: '/entries/:id/review', title: 'review.title', needs: ['read_content'], load: () => import('./features/entry/Review.svelte') },
  { path: '/procedures', title: 'procedures.title', load: () => import('./features/procedures/Procedures.svelte') },
  { path: '/procedures/:key', title: 'procedures.title', load: () => import('./features/procedures/Procedure.svelte') },
  { path: '/cases', title: 'cases.title', load: () => import('./features/cases/Cases.svelte') },
  { path: '/cases/new/:procedure', title: 'cases.title', needs: ['work_on_cases'], load: () => import('./features/cases/Open.svelte') },
  { path: '/cases/:id', title: 'cases.title', needs: ['read_cases'], load: () => import('./features/cases/Case.svelte') },
  { path: '/calendar/:site', title: 'calendar.title', needs: ['read_content'], load: () => import('./features/calendar/Calendar.svelte') },
  { path: '/ledger', title: 'ledger.title', needs: ['read_ledger'], load: () => import('./features/ledger/Ledger.svelte') },
  { path: '/media/:site', title: 'media.title', needs: ['read_content'], load: () => import('./features/media/Library.svelte') },
  { path: '/media/:site/:digest', title: 'media.title', needs: ['read_content'], load: () => import('./features/media/File.svelte') },
  { path: '/publish/:site', title: 'publish.title', needs: ['see_releases', 'see_targets', 'verify_site'], load: () => both(import('./features/publish/Publish.svelte'), import('./features/publish/Releases.svelte')) },
  { path: '/publish/:site/releases/:number', title: 'release.one', needs: ['see_releases'], load: () => import('./features/publish/Release.svelte') },
  { path: '/users', title: 'users.title', needs: ['manage_users'], load: () => import('./features/users/Users.svelte') },
  { path: '/users/new', title: 'users.new', needs: ['manage_users'], load: () => import('./features/users/NewUser.svelte') },
  { path: '/users/:user', title: 'users.one', needs: ['manage_users'], load: () => import('./features/users/User.svelte') },
  { path: '/members', title: 'members.everywhere', needs: ['appoint_for_installation'], load: () => import('./features/members/Members.svelte') },
  { path: '/members/:user', title: 'members.title', needs: ['appoint_for_installation'], load: () => import('./features/members/Member.svelte') },
  { path: '/site/:site/members', title: 'members.title', needs: ['see_members'], load: () => import('./features/members/Members.svelte') },
  { path: '/site/:site/members/:user', title: 'members.title', needs: ['see_members'], load: () => import('./features/members/Member.svelte') },
  { path: '/sites', title: 'sites.title', load: () => import('./features/sites/Sites.svelte') },
  { path: '/sites/new', title: 'sites.new', needs: ['create_site'], load: () => import('./features/sites/NewSite.svelte') },
  { path: '/site/:site', title: 'site.title', load: () => import('./features/sites/Site.svelte') },
  { path: '/site/:site/types', title: 'types.title', needs: ['read_content'], load: () => import('./features/types/Types.svelte') },
  { path: '/site/:site/types/:type', title: 'types.one', needs: ['read_content'], load: () => import('./features/types/Type.svelte') },
  { path: '/site/:site/new-type', title: 'types.new', needs: ['change_types'], load: () => import('./features/types/Type.svelte') },
  { path: '/site/:site/menus', title: 'menus.title', needs: ['read_content'], load: () => import('./features/menus/Menus.svelte') },
  { path: '/notices', title: 'notices.title', load: () => import('./features/notices/Notices.svelte') },
  { path: '/hours', title: 'hours.title', needs: ['change_service_hours'], load: () => worded(import('./features/hours/Hours.svelte')) },
  { path: '/mail', title: 'mail.title', needs: ['manage_mail'], load: () => worded(import('./features/mail/Mail.svelte')) },
  { path: '/site/:site/webhooks', title: 'hooks.title', needs: ['manage_webhooks'], load: () => worded(import('./features/hooks/Webhooks.svelte')) },
  { path: '/site/:site/checks', title: 'policy.title', needs: ['read_content'], load: () => worded(import('./features/policy/Policy.svelte')) },
  { path: '/site/:site/terms', title: 'terms.title', needs: ['read_content'], load: () => worded(import('./features/terms/Terms.svelte')) },
  { path: '/monitoring', title: 'monitoring.title', needs: ['see_monitored'], load: () => worded(import('./features/monitoring/Websites.svelte')) },
  { path: '/monitoring/new', title: 'monitoring.add', needs: ['manage_monitored'], load: () => worded(import('./features/monitoring/New.svelte')) },
  { path: '/monitoring/import', title: 'monitoring.import', needs: ['manage_monitored'], load: () => worded(import('./features/monitoring/Import.svelte')) },
  { path: '/monitoring/:id', title: 'monitoring.one', needs: ['see_monitored'], load: () => worded(import('./features/monitoring/Website.svelte')) },
  { path: '/monitoring/:id/edit', title: 'monitoring.change.title', needs: ['manage_monitored'], load: () => worded(import('./features/monitoring/Change.svelte')) },
  { path: '/recaps', title: 'recaps.title', needs: ['see_monitored'], load: () => worded(import('./features/recaps/Recaps.svelte')) },
  { path: '/recaps/:id', title: 'recaps.one', needs: ['see_monitored'], load: () => worded(import('./features/recaps/Recap.svelte')) },
  { path: '/incidents', title: 'incidents.title', needs: ['see_incidents'], load: () => worded(import('./features/security/Incidents.svelte')) },
  { path: '/incidents/new', title: 'incidents.open', needs: ['report_incident'], load: () => worded(import('./features/security/NewIncident.svelte')) },
  { path: '/incidents/:id', title: 'incidents.one', needs: ['see_incidents'], load: () => worded(import('./features/security/Incident.svelte')) },
  { path: '/on-call', title: 'oncall.title', needs: ['manage_on_call'], load: () => worded(import('./features/security/OnCall.svelte')) },
  { path: '/site/:site/menus/:entry', title: 'menus.one', needs: ['read_content'], load: () => import('./features/menus/Menu.svelte') },
];

/** A screen that needs words which most do not. */
const worded = <Screen>(screen: Promise<Screen>): Promise<Screen> => Promise.all([screen, learn()]).then(([one]) => one);

/** A screen, with what most who open it see in it. */
async function both<Screen>(screen: Promise<Screen>, inside: Promise<unknown>): Promise<Screen> {
  await inside.catch(() => undefined);
  return screen;
}

export type Match = { route: Route; parameters: Parameters };

/** The route of an address below `/admin`, with what its parts say. */
export function match(path: string, table: Route[] = routes): Match | undefined {
  const parts = split(path);
  for (const route of table) {
    const pattern = split(route.path);
    if (pattern.length !== parts.length) continue;
    const parameters: Parameters = {};
    const fits = pattern.every((wanted, at) => {
      const part = parts[at]!;
      if (!wanted.startsWith(':')) return wanted === part;
      parameters[wanted.slice(1)] = part;
      return true;
    });
    if (fits) return { route, parameters };
  }
}

const split = (path: string) => path.split('/').filter(Boolean).map(decode);

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const screen = async (route: Route): Promise<Screen['default']> => ((await route.load()) as Screen).default;
