import type { Agent } from '../../domain/role';
import type { Db } from './client';

/** Who acts: a signed-in user, or something else by its name (an API key, the set-up). */
export type Actor = Pick<Agent, 'id' | 'name'> | { id: null; name: string };

/**
 * One act. `action` is `noun.verb` in the past (`user.invited`), `subject` what it was done to. `details` say what changed: ids, roles,
 * statuses, counts; never a text, a secret, a number or an address. `id` makes repeats of the same act one row; `at` in epoch ms.
 */
export type AuditEntry = {
  id?: string;
  at: number;
  actor: Actor;
  action: `${string}.${string}`;
  subject: { type: string; id: string };
  details?: Record<string, string | number | boolean | null>;
};

/** The query that records an act: put it into the same batch as the act itself, so that there is never one without the other. */
export const recording = (db: Db, { id = crypto.randomUUID(), at, actor, action, subject, details = {} }: AuditEntry) =>
  db
    .insertInto('audit')
    .values({
      id,
      at: Math.trunc(at),
      actor_id: actor.id,
      actor_name: actor.name,
      action,
      subject_type: subject.type,
      subject_id: subject.id,
      details: JSON.stringify(details),
    })
    .onConflict((conflict) => conflict.column('id').doNothing());
