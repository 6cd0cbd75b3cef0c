import { ListFilters, ListQuery, writeCursor } from '../../../src/lib/domain/list';
import { everybody } from '../../../src/lib/domain/people-query';
import { recencyFloor } from '../../../src/lib/domain/recency';
import { database } from '../../../src/lib/server/db/client';
import * as conversations from '../../../src/lib/server/db/conversations';
import * as people from '../../../src/lib/server/db/people';
import { writeCursor as writePeopleCursor } from '../../../src/lib/server/db/people-cursor';
import { recorded } from '../../fixtures/recorded-d1';
import { type Question, questionOf } from './questions.ts';

/** One way to ask a question: the statement that the product runs for it, and what D1 says of it. Durations are whole ms in a local D1. */
export type Variant = { input: unknown; sql: string; parameters: unknown[]; rowsRead: number; durationsMs: number[] };
export type Asked = { name: string; variants: Variant[] };

const DAY_MS = 86_400_000;
const policy = { activeWindowMs: DAY_MS, retentionMs: 15 * DAY_MS, lockGraceMs: 60_000, lockIdleMs: 600_000 };
const PEOPLE_PAGE = 50;

/** Asks the question of that name with each of its inputs, `runs` times in all. */
export async function ask(d1: D1Database, name: string, runs: number, now: number): Promise<Asked> {
  const question = questionOf(name);
  if (!question) throw new Error(`there is no question ${name}`);
  const each = Math.max(1, Math.round(runs / question.inputs.length));
  const variants: Variant[] = [];
  for (let i = 0; i < question.inputs.length; i += 1) variants.push(await askOne(d1, question, i, each, now));
  return { name, variants };
}

async function askOne(d1: D1Database, question: Question, i: number, runs: number, now: number): Promise<Variant> {
  const { d1: noting, ran } = recorded(d1);
  const input = await put(noting, question, i, now);
  // What custom properties there are is asked before people are.
  const statement = ran.at(-1);
  if (!statement || ran.length > 2) throw new Error(`${question.name} is not one statement`);
  const { sql, parameters, rowsRead } = statement;
  const prepared = d1.prepare(sql).bind(...parameters);
  const durationsMs: number[] = [];
  for (let run = 0; run < runs; run += 1) durationsMs.push((await prepared.all()).meta.duration);
  return { input, sql, parameters, rowsRead, durationsMs };
}

/** Asks it as the product does; the input as its procedure takes it. Times are even, so the middle of a list is the middle of its time. */
async function put(d1: D1Database, question: Question, i: number, now: number): Promise<unknown> {
  const db = database(d1);
  const middle = now - 8 * DAY_MS;
  const facts = { now, policy, userId: 'nobody-of-this-name' };
  switch (question.procedure) {
    case 'conversations.counts':
      await conversations.counts(db, ListFilters.parse(question.inputs[i]), facts);
      return question.inputs[i];
    case 'conversations.list': {
      const input = { ...question.inputs[i], ...(question.deep && { cursor: writeCursor(recencyFloor(middle)) }) };
      await conversations.list(db, ListQuery.parse(input), facts);
      return input;
    }
    case 'people.count': {
      const { query = everybody, search = '' } = question.inputs[i] ?? {};
      await people.count(d1, query, facts, { search });
      return question.inputs[i];
    }
    case 'people.list': {
      const input = {
        ...question.inputs[i],
        ...(question.deep && { cursor: writePeopleCursor('lastReply', { key: middle, no: 1 }) }),
      };
      const { query = everybody, search = '', sort = 'lastReply', cursor } = input;
      await people.list(d1, { query, search, sort, limit: PEOPLE_PAGE, ...(cursor !== undefined && { cursor }) }, facts);
      return input;
    }
  }
}
