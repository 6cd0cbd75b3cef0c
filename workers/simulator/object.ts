import type { Env } from '../env';
import type { Simulator } from './simulator';

/** The one simulator object; the only place that names it. */
export const simulatorOf = (env: Env): DurableObjectStub<Simulator> =>
  env.SIMULATOR_STATE.get(env.SIMULATOR_STATE.idFromName('simulator'));
