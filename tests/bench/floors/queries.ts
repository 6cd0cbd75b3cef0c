import { ListFilters, ListQuery, writeCursor } from '../../../src/lib/domain/list';
import { recencyFloor } from '../../../src/lib/domain/recency';
import { database } from '../../../src/lib/server/db/client';
import * as conversations from '../../../src/lib/server/db/conversations';
import { recorded } from '../../fixtures/recorded-d1';
import { type Filters, type ListInput, type Question, questions } from './questions.ts';

/** One way to ask a question: the one statement that the product runs for it, and what D1 says of it. Durations are whole ms in a local D1. */
export type Variant = { input: unknown; sql: string; parameters: unknown[]; rowsRead: number; durationsMs: number[] };
export type Asked = { name: string; variants: Variant[] };

const DAY_MS = 86_400_000;
const policy = { activeWindowMs: DAY_MS, retentionMs: 15 * DAY_MS, lockGraceMs: 60_000, lockIdleMs: 600_000 };

export async function askAll(d1: D1Database, runs: number, now: number): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const question of questions) {
    const variants: Variant[] = [];
    const each = Math.max(1, Math.round(runs / question.inputs.length));
    for (const input of question.inputs) variants.push(await ask(d1, question, input, each, now));
    asked.push({ name: question.name, variants });
  }
  return asked;
}

async function ask(d1: D1Database, question: Question, asked: ListInput | Filters, runs: number, now: number): Promise<Variant> {
  const { d1: noting, ran } = recorded(d1);
  const db = database(noting);
  const facts = { now, policy, userId: 'nobody-of-this-name' };
  const input = { ...asked, ...deepCursor(question, now) };
  if (question.kind === 'counts') await conversations.counts(db, ListFilters.parse(input), facts);
  else await conversations.list(db, ListQuery.parse(input), facts);
  const [statement] = ran;
  if (ran.length !== 1 || !statement) throw new Error(`${question.name} is not one statement`);
  const { sql, parameters, rowsRead } = statement;
  const prepared = d1.prepare(sql).bind(...parameters);
  const durationsMs: number[] = [];
  for (let i = 0; i < runs; i++) durationsMs.push((await prepared.all()).meta.duration);
  return { input, sql, parameters, rowsRead, durationsMs };
}

/** The rows' times are even, so the middle of the Inactive tab is the middle of its time. */
function deepCursor(question: Question, now: number): { cursor?: string } {
  return question.kind === 'list' && question.deep ? { cursor: writeCursor(recencyFloor(now - 8 * DAY_MS)) } : {};
}
