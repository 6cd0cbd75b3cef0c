import { z } from 'zod';
import { Role, type Agent } from '../../src/lib/domain/role';
import type { Env } from '../env';
import type { Session } from './timeline';

const emails: Record<Session['agent'], string> = { ana: 'ana@parley.test', ben: 'ben@parley.test' };
const Row = z.object({ id: z.string(), name: z.string(), role: Role, email: z.string() });

/** The demo's two agents as they signed up. Throws when they are not there: users are seeded first. */
export async function demoAgents(env: Env): Promise<Record<Session['agent'], Agent>> {
  const query = env.DB.prepare('SELECT id, name, role, email FROM users WHERE email IN (?, ?)').bind(emails.ana, emails.ben);
  const rows = z.array(Row).parse((await query.all()).results);
  const agentWith = (email: string): Agent => {
    const row = rows.find((candidate) => candidate.email === email);
    if (!row) throw new Error('The demo users must be seeded before the demo');
    return { id: row.id, name: row.name, role: row.role };
  };
  return { ana: agentWith(emails.ana), ben: agentWith(emails.ben) };
}
