import { exceptions, type Exception } from './exceptions';

/** Where a statement runs: on D1, or on the storage of an object. */
export type Place = 'D1' | 'object';
/** A line of EXPLAIN QUERY PLAN. The lines of one SELECT have one parent. */
export type Step = { id: number; parent: number; detail: string };
/** A step that costs more with every row, and the exception that allows it, if there is one. */
export type Fault = { step: string; excused: Exception | null };

/** Tables with as many rows as people have set up, or as there are facts to know. All others grow with the business. */
const SMALL: Record<Place, readonly string[]> = {
  D1: [
    ...['sqlite_master', 'pragma_table_info', 'd1_migrations'],
    ...['channels', 'templates', 'users', 'accounts', 'verifications', 'two_factors', 'passkeys', 'invites', 'password_resets'],
    ...['campaigns', 'campaign_labels', 'properties', 'segments', 'api_keys', 'imports', 'saved_replies'],
    // A row at most.
    'reindexing',
  ],
  // The last ones are bounded by their objects: what is under way in one conversation, an hour of five minutes each, 10,000 who wait.
  object: ['sqlite_master', 'meta', 'fact', 'facts', 'settings', 'state', 'outbox', 'parked_events', 'counts', 'held'],
};
/** Partial indexes of what has yet to be done: passing over one is what it is for. */
const WORK = ['person_facts_to_fold', 'recipients_due', 'recipients_unrecorded'];
/** Columns by which few rows are found, as many as one person or conversation has; of all others a look-up may find most of the table. */
const FEW = [
  ...['rowid=?', 'id=?', 'token=?', 'key=?', 'person_no=?', 'person_no=? AND channel_id=?', 'conversation_id=?'],
  ...['identity=? AND channel_id=?', 'channel_id=? AND provider_message_id=?'],
];

/** One spelling of a statement, in one line. */
export const written = (sql: string): string => sql.replaceAll('"', '').replace(/\s+/g, ' ').trim();

/**
 * What of a plan costs more with every row: passing over a table that grows, also by an index made for the occasion; looking up words
 * without both bounds of the recency id; and sorting as many rows as there may be.
 *
 * The plan of an empty database is that of a full one: the planner knows the number of rows from ANALYZE alone, which nothing here runs.
 */
export function faultsOf(sql: string, steps: readonly Step[], place: Place): Fault[] {
  const statement = { text: written(sql), steps, place };
  const faults = new Set(steps.filter((step) => isFault(step, statement)).map(({ detail }) => detail));
  return [...faults].map((step) => ({
    step,
    excused: exceptions.find((one) => statement.text.includes(one.statement) && one.steps.includes(step)) ?? null,
  }));
}

type Statement = { text: string; steps: readonly Step[]; place: Place };

function isFault(step: Step, statement: Statement): boolean {
  const { detail } = step;
  if (detail.startsWith('USE TEMP B-TREE')) return loopsBeside(step, statement).some((loop) => !isFew(loop, statement));
  const source = sourceOf(step);
  if (source === null) return false;
  const table = tableOf(source, statement.text);
  if (table === 'conversations_fts') return !/ VIRTUAL TABLE INDEX \d+:(=.*|.*><)$/.test(detail);
  const isPass = detail.startsWith('SCAN') || detail.includes(' AUTOMATIC ');
  return isPass && !madeFor(step, statement) && !isSmall(table, statement.place) && !isWork(detail);
}

/** Whether a loop brings few rows for each one of the loops around it. */
function isFew(step: Step, statement: Statement): boolean {
  const source = sourceOf(step) ?? '';
  const made = madeFor(step, statement);
  if (made) {
    const isPage = new RegExp(`\\blimit (\\?\\d*|\\d+)\\) (as )?${source.replace(/\W/g, '.')}\\b`, 'i').test(statement.text);
    const inner = statement.steps.filter(({ parent }) => parent === made.id);
    return isPage || inner.filter((loop) => sourceOf(loop) !== null).every((loop) => isFew(loop, statement));
  }
  const [, columns = ''] = / \(([^()]*)\)/.exec(step.detail) ?? [];
  return isSmall(tableOf(source, statement.text), statement.place) || FEW.includes(columns);
}

const sourceOf = ({ detail }: Step): string | null => /^(?:SCAN|SEARCH) (\S+)/.exec(detail)?.[1] ?? null;

const loopsBeside = ({ parent }: Step, { steps }: Statement): Step[] =>
  steps.filter((step) => step.parent === parent && sourceOf(step) !== null);

/** The SELECT in the statement whose rows a loop passes over, judged by itself; undefined for a table. */
function madeFor(step: Step, { steps }: Statement): Step | undefined {
  const source = sourceOf(step);
  const around = new Set([step.parent]);
  // A step comes after those around it.
  for (const { id, parent } of steps.toReversed()) if (around.has(id)) around.add(parent);
  return steps.find(
    ({ id, parent, detail }) =>
      (around.has(parent) || around.has(id)) && /^(?:CO-ROUTINE|MATERIALIZE) (\S+)/.exec(detail)?.[1] === source,
  );
}

/** A batch that was handed in counts as small, and so do the values in one text. */
const isSmall = (table: string, place: Place): boolean =>
  table === 'json_each' || table === 'json_tree' || table === 'CONSTANT' || SMALL[place].includes(table);

const isWork = (detail: string): boolean => WORK.some((index) => detail.endsWith(` INDEX ${index}`));

/** The table behind a name in a plan, which may be an alias. */
function tableOf(name: string, text: string): string {
  const named = /(?:FROM|JOIN|INTO|UPDATE|,) (\w+)(?:\((?:[^()]|\([^()]*\))*\))?(?: AS)? (\w+)/gi;
  for (const [, table = '', alias] of text.matchAll(named)) if (alias === name) return table;
  return name;
}
