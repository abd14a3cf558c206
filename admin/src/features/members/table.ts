/** Roles beside those who hold them and the steps in which they act. Pure. */
import type { Shape } from '../../api/client';
import type { Definition } from '../../api/definition';

type Member = Shape<'MemberView'>;
type Words = Shape<'Words'>;

/** Who holds a role now; an account that is switched off holds none. */
export const holders = (role: string, members: readonly Member[]): Member[] =>
  members.filter((one) => !one.disabled && one.roles.some((held) => held.role === role && held.in_force));

/** The steps that wait for a role, by procedure, in the order of the files; procedures without any are left out. */
export function actsIn(role: string, procedures: readonly Definition[]): { title: Words; steps: Words[] }[] {
  return procedures
    .map(({ title, flows }) => {
      const steps = flows.flatMap((flow) => flow.steps.filter((step) => step.actors.includes(role)).map((step) => step.title));
      return { title, steps: [...new Map(steps.map((one) => [one.id, one])).values()] };
    })
    .filter((one) => one.steps.length);
}
