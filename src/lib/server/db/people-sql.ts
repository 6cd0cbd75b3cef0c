import { type RawBuilder, sql } from 'kysely';
import {
  type Condition,
  isGroup,
  lastDaysOf,
  momentsOf,
  type PeopleQuery,
  problemOf,
  subjectOf,
} from '../../domain/people-query';
import { fold } from '../../domain/search';
import { TicketStatus } from '../../domain/ticket';
import type { Policy } from '../../domain/window';
import { columnOf, type StoredProperty } from './properties';

/** What a query is asked against: the clock (epoch ms) and the durations. */
export type PeopleContext = { now: number; policy: Policy };

type Facts = PeopleContext & { custom: readonly StoredProperty[] };
type Test = RawBuilder<boolean>;

/**
 * A query as a condition on a row of `person_facts`, called `f`: the same as the domain's `holds`. Every value is a parameter, at most two
 * a condition. Throws on a query that `problemOf` refuses: ask that first.
 */
export function conditionOf(query: PeopleQuery, facts: Facts): Test {
  const problem = problemOf(query, facts.custom);
  if (problem !== null) throw new RangeError(problem);
  return groupOf(query, facts);
}

function groupOf(query: PeopleQuery, facts: Facts): Test {
  if (query.of.length === 0) return sql`true`;
  const parts = query.of.map((part) => (isGroup(part) ? groupOf(part, facts) : testOf(part, facts)));
  return sql`(${sql.join(parts, query.match === 'all' ? sql` and ` : sql` or `)})`;
}

function testOf(condition: Condition, facts: Facts): Test {
  const subject = subjectOf(condition, facts.custom);
  if (!subject) throw new RangeError('no such property');
  if ('system' in subject.of) {
    switch (subject.of.system) {
      case 'channel':
        return channelTest(condition);
      case 'conversationState':
        return stateTest(condition, facts);
      case 'ticketStatus':
        return equalTest(sql.ref('f.ticket_status'), condition, TicketStatus.options.findIndex((one) => one === condition.value)); // prettier-ignore
      case 'lastCampaignId':
        return equalTest(sql.ref('f.last_campaign_id'), condition, condition.value);
      case 'name':
        return textTest(sql`nullif(f.name, '')`, condition);
      case 'ticketChangedAt':
        return dateTest(sql.ref('f.ticket_changed_at'), condition, facts);
      case 'lastReplyAt':
        return dateTest(sql.ref('f.last_reply_at'), condition, facts);
      case 'createdAt':
        return dateTest(sql.ref('f.created_at'), condition, facts);
    }
  }
  const { key, type } = subject.of.custom;
  const stored = facts.custom.find((property) => property.key === key);
  if (!stored) throw new RangeError('no such property');
  const column = sql.ref(`f.${columnOf(stored)}`);
  switch (type) {
    case 'text':
      return textTest(column, condition);
    case 'date':
      return dateTest(column, condition, facts);
    case 'boolean':
      return equalTest(column, condition, condition.value === true ? 1 : 0);
    case 'number':
      return numberTest(column, condition);
  }
}

function equalTest(column: RawBuilder<unknown>, { op }: Condition, value: unknown): Test {
  switch (op) {
    case 'is':
      return sql`${column} = ${value}`;
    case 'isNot':
      return sql`${column} is not ${value}`;
    case 'isSet':
      return sql`${column} is not null`;
    case 'isNotSet':
      return sql`${column} is null`;
    default:
      throw new RangeError(`not for this property: ${op}`);
  }
}

function textTest(column: RawBuilder<unknown>, condition: Condition): Test {
  const value = fold(String(condition.value ?? ''));
  return condition.op === 'contains' ? sql`instr(${column}, ${value}) > 0` : equalTest(column, condition, value);
}

function numberTest(column: RawBuilder<unknown>, condition: Condition): Test {
  if (condition.op === 'before') return sql`${column} < ${condition.value}`;
  if (condition.op === 'after') return sql`${column} > ${condition.value}`;
  return equalTest(column, condition, condition.value);
}

function dateTest(column: RawBuilder<unknown>, condition: Condition, { now }: Facts): Test {
  const { op, value } = condition;
  if (op === 'isSet' || op === 'isNotSet') return equalTest(column, condition, null);
  const asked = op === 'inLast' ? lastDaysOf(Number(value), now) : momentsOf(value);
  if (!asked) throw new RangeError('not a date');
  const { from, before } = asked;
  if (op === 'before') return sql`${column} < ${from}`;
  if (op === 'after') return sql`${column} >= ${before}`;
  if (op === 'isNot') return sql`(${column} is null or ${column} < ${from} or ${column} >= ${before})`;
  return sql`(${column} >= ${from} and ${column} < ${before})`;
}

function channelTest({ op, value }: Condition): Test {
  const has = sql`instr(f.channels, ${` ${String(value)} `}) > 0`;
  switch (op) {
    case 'is':
      return sql`${has}`;
    case 'isNot':
      return sql`not ${has}`;
    case 'isSet':
      return sql`f.channels <> ''`;
    default:
      return sql`f.channels = ''`;
  }
}

/** By the clock at this moment, as `tabAt` has it: active while `now - last < window`. */
function stateTest(condition: Condition, { now, policy }: Facts): Test {
  const { op, value } = condition;
  const last = sql.ref('f.last_reply_at');
  if (op === 'isSet' || op === 'isNotSet') return equalTest(last, condition, null);
  const [active, kept] = [now - policy.activeWindowMs, now - policy.retentionMs];
  const is = () => {
    switch (value) {
      case 'active':
        return sql<boolean>`${last} > ${active}`;
      case 'inactive':
        return sql<boolean>`(${last} <= ${active} and ${last} > ${kept})`;
      case 'archived':
        return sql<boolean>`(${last} <= ${active} and ${last} <= ${kept})`;
      default:
        return sql<boolean>`${last} is null`;
    }
  };
  return op === 'is' ? is() : sql`(${is()}) is not true`;
}
