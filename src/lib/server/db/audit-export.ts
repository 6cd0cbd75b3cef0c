import type { AuditCursor } from '../../domain/audit';
import { sentenceOf, type Wording } from '../../domain/audit-words';
import { CSV_MARK, lineText } from '../../domain/csv';
import { actors, list, type AuditLogFilters, type AuditRow } from './audit-log';
import type { Db } from './client';

/** Acts of one look. */
const PART = 1_000;
const HEADS = ['Time', 'Who', 'Who (id)', 'Act', 'In words', 'Subject', 'Subject (id)', 'Details'];

/**
 * The acts as lines of a CSV, a part at a time, newest first; times in UTC. People are named by their pseudonyms only: a file lies about
 * longer than they may want to be known. No cell of it is a formula.
 */
export async function* lines(db: Db, filters: AuditLogFilters): AsyncGenerator<string> {
  const names = new Map((await actors(db)).map(({ id, name }) => [id, name]));
  const wording: Wording = { nameOf: (id) => names.get(id) ?? null, timeOf: (at) => new Date(at).toISOString() };
  yield CSV_MARK + lineText(HEADS);
  for (let after: AuditCursor | null = null; ;) {
    const rows: AuditRow[] = await list(db, filters, { after, limit: PART });
    const last = rows.at(-1);
    if (!last) return;
    yield rows.map((row) => lineText(cellsOf(row, wording))).join('');
    after = { at: last.at, id: last.id };
  }
}

function cellsOf({ at, actor, action, subject, details }: AuditRow, wording: Wording) {
  const isPerson = subject.type === 'conversation' || subject.type === 'person';
  const title = isPerson ? `${subject.type} ${subject.id}` : subject.title;
  return [
    new Date(at).toISOString(),
    actor.name,
    actor.id,
    action,
    sentenceOf({ action, subject: { ...subject, title }, details }, wording),
    subject.type,
    subject.id,
    JSON.stringify(details),
  ];
}
