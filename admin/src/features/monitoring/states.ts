/** How a watched website fares, and what the list of them asks the server for by what stands in the address. */
import type { Shape } from '../../api/client';

export type State = Shape<'MonitoredState'>;

/** The worst first. */
export const STATES = ['down', 'unstable', 'suspect', 'unknown', 'maintenance', 'ok'] as const satisfies State[];

export const TONES = { down: 'bad', unstable: 'warn', suspect: 'warn', unknown: 'plain', maintenance: 'accent', ok: 'good' } as const satisfies Record<State, string>;

/** A state that an address names; none where it names no such. */
export const stateOf = (text: string): State | undefined => STATES.find((one) => one === text);
