import { error } from '@sveltejs/kit';
import { AuditFilters } from '$lib/domain/audit';
import { csvResponse } from '$lib/server/csv-response';
import { namesOf, recording } from '$lib/server/db/audit';
import { lines } from '$lib/server/db/audit-export';
import { count } from '$lib/server/db/audit-log';
import { database } from '$lib/server/db/client';
import { granted } from '$lib/server/granted';
import type { RequestHandler } from './$types';

/**
 * A CSV of the acts that the page's filters leave (`actor`, `area`, `subject`, and `from` and `before` in epoch ms); of all without them.
 * Streamed, so that any number fits; up to now, so that it has an end and the count is that of the file.
 */
export const GET: RequestHandler = async ({ url, locals, platform }) => {
  const { user, env } = granted({ locals, platform }, 'settings.audit');
  const asked = filtersFrom(url.searchParams);
  if (!asked) error(400, 'This is not a filter.');
  const db = database(env.DB);
  const now = Date.now();
  const { subject, ...rest } = asked;
  const filters = { ...rest, before: Math.min(rest.before ?? now, now), subjects: await namesOf(db, subject) };
  const acts = await count(db, filters);
  await recording(db, {
    at: now,
    actor: { id: user.id, name: user.name },
    action: 'audit.exported',
    subject: { type: 'audit', id: 'export' },
    details: { count: acts },
  }).execute();
  return csvResponse('audit', now, lines(db, filters));
};

function filtersFrom(params: URLSearchParams): AuditFilters | null {
  const one = (name: string) => params.get(name) ?? undefined;
  const time = (name: string) => (params.has(name) ? Number(params.get(name) || NaN) : undefined);
  const some = (name: string) => (params.has(name) ? params.getAll(name) : undefined);
  const asked = {
    actors: some('actor'),
    areas: some('area'),
    subject: one('subject'),
    from: time('from'),
    before: time('before'),
  };
  return AuditFilters.safeParse(asked).data ?? null;
}
