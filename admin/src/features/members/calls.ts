/** The same calls for a site and, without one, for the whole installation. */
import * as asks from '../../api/asks';
import { api, ask, seen, type Shape } from '../../api/client';

export type Member = Shape<'MemberView'>;

export const members = (site: string | undefined) => ({
  page: (cursor: string | undefined) =>
    site
      ? ask(asks.members(site, cursor))
      : ask(asks.everywhere(cursor)),
  read: (user: string): Promise<Member> =>
    site
      ? ask(asks.member(site, user))
      : ask(asks.memberEverywhere(user)),
  /** No version for somebody who has no role here yet. */
  appoint: (user: string, version: number | undefined, roles: Shape<'NewAppointment'>[]): Promise<Member> => {
    const header = version === undefined ? {} : seen(version);
    return site
      ? ask(api.PUT('/api/v1/sites/{site}/members/{user}', { params: { path: { site, user }, header }, body: { roles } }))
      : ask(api.PUT('/api/v1/members/{user}', { params: { path: { user }, header }, body: { roles } }));
  },
  remove: async (user: string, version: number): Promise<void> => {
    const header = seen(version);
    await (site
      ? ask(api.DELETE('/api/v1/sites/{site}/members/{user}', { params: { path: { site, user }, header } }))
      : ask(api.DELETE('/api/v1/members/{user}', { params: { path: { user }, header } })));
  },
});

export const PEOPLE_MAX = 500;

/** Accounts to choose from, by address, as many as a list can show with sense. */
export async function people(): Promise<Shape<'UserView'>[]> {
  const found: Shape<'UserView'>[] = [];
  let cursor: string | undefined;
  do {
    const page = await ask(api.GET('/api/v1/users', { params: { query: { limit: 100, cursor } } }));
    found.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor && found.length < PEOPLE_MAX);
  return found;
}
