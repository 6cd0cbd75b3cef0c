import type { Env } from '../../../../workers/env';
import type { User } from '../auth/auth';

/** What every procedure is given: the bindings, who is signed in, and the origin that the request reached us at. */
export type Context = {
  env: Env;
  user: User | null;
  origin: string;
  /** The key of the API that the call shows. */
  key?: string | null;
};
