import type { Env } from '../../../../workers/env';
import type { Role } from '../../domain/role';
import { authOf } from './auth';
import { hashPassword } from './password';

export const DEMO_PASSWORD = 'parley-demo';

export const demoUsers: readonly { name: string; email: string; role: Role }[] = [
  { name: 'Alex Moreau', email: 'admin@parley.test', role: 'admin' },
  { name: 'Ana Lima', email: 'ana@parley.test', role: 'agent' },
  { name: 'Ben Okafor', email: 'ben@parley.test', role: 'agent' },
  { name: 'Mia Tanaka', email: 'mia@parley.test', role: 'member' },
  { name: 'Carl Jensen', email: 'carl@parley.test', role: 'creator' },
  { name: 'Vera Novak', email: 'vera@parley.test', role: 'approver' },
];

/** Makes the demo sign-ins that are not there yet. For a local demo only: the caller has checked that this is one. */
export async function seedDemoUsers(env: Env, origin: string): Promise<void> {
  const { internalAdapter } = await (await authOf(env, origin)).$context;
  // One hash for all of them: it is the slow part, and their password is in the readme.
  let password: string | null = null;
  for (const demo of demoUsers) {
    if (await internalAdapter.findUserByEmail(demo.email)) continue;
    const user = await internalAdapter.createUser({ ...demo, emailVerified: true }, { method: 'admin' });
    password ??= await hashPassword(DEMO_PASSWORD);
    await internalAdapter.linkAccount({ userId: user.id, providerId: 'credential', accountId: user.id, password });
  }
}
