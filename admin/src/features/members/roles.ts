import type { Shape } from '../../api/client';
import { known, t } from '../../locale/locale.svelte';

type Role = Shape<'Role'>;

export const roleName = (role: Role) => t(`role.${role}`);
export const roleHelp = (role: Role) => t(`members.role.${role}`);

/** A permission in words, as `GET /api/v1/me` names it. */
export function permissionName(permission: string): string {
  const key = `members.may.${permission}`;
  return known(key) ? t(key) : permission;
}
