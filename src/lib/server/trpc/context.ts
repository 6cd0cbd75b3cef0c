import type { Env } from '../../../../workers/env';
import type { User } from '../auth/auth';

/** What every procedure is given: the bindings, and who is signed in. */
export type Context = { env: Env; user: User | null };
