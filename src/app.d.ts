import type { Env } from '../workers/env';
import type { User } from './lib/server/auth/auth';

declare global {
  namespace App {
    interface Locals {
      user: User | null;
    }
    interface Platform {
      env: Env;
      ctx: ExecutionContext;
    }
    interface Error {
      message: string;
      id?: string;
    }
  }
}
