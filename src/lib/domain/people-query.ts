import { z } from 'zod';
import { type CustomProperty, ConversationState, dayOf, type PersonFacts, type PropertyType, stateAt } from './person';
import { fold } from './search';
import { TicketStatus } from './ticket';
import type { Policy } from './window';

export const MAX_DEPTH = 5;
export const MAX_CONDITIONS = 40;
const DAY_MS = 86_400_000;

/**
 * What a condition says of a value. Of numbers `before` is less than and `after` more than. `isNot` holds as well for those who have no
 * value. `inLast`: within so many days before now, to the millisecond.
 */
export const Op = z.enum(['is', 'isNot', 'contains', 'before', 'after', 'inLast', 'isSet', 'isNotSet']);
export type Op = z.infer<typeof Op>;

export const Condition = z.strictObject({
  /** A system property, or `custom.<key>`. */
  property: z.string().max(60),
  op: Op,
  /** Of dates a day `YYYY-MM-DD` (UTC) or a time in epoch ms; of `inLast` a number of days; none for `isSet` and `isNotSet`. */
  value: z.union([z.string().max(500), z.number(), z.boolean()]).optional(),
});
export type Condition = z.infer<typeof Condition>;

/** All or any of what is in it. A group with nothing in it holds for everybody. */
export type PeopleQuery = { match: 'all' | 'any'; of: (PeopleQuery | Condition)[] };

const Group: z.ZodType<PeopleQuery> = z.strictObject({
  match: z.enum(['all', 'any']),
  of: z.array(z.union([Condition, z.lazy(() => Group)])),
});

/** The size is looked at before the shape: whatever comes, reading it stays cheap. */
export const PeopleQuery = z
  .unknown()
  .superRefine((input, context) => {
    const problem = sizeProblemOf(input);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  })
  .pipe(Group);

export const everybody: PeopleQuery = { match: 'all', of: [] };

export const isGroup = (part: PeopleQuery | Condition): part is PeopleQuery => 'of' in part;

function sizeProblemOf(input: unknown): string | null {
  const open: { part: unknown; depth: number }[] = [{ part: input, depth: 1 }];
  let conditions = 0;
  let groups = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    const { part, depth } = next;
    const inside = typeof part === 'object' && part !== null && 'of' in part && Array.isArray(part.of) ? part.of : null;
    if (inside === null) conditions += 1;
    else groups += 1;
    if (inside !== null && depth > MAX_DEPTH) return `Groups can be at most ${MAX_DEPTH} deep.`;
    if (conditions > MAX_CONDITIONS || groups > MAX_CONDITIONS || (inside?.length ?? 0) > MAX_CONDITIONS)
      return `A query can have at most ${MAX_CONDITIONS} conditions.`;
    for (const item of inside ?? []) open.push({ part: item, depth: depth + 1 });
  }
  return null;
}

/** `choice`: one of a list; a person may have several of them (channels). */
export type QueryType = PropertyType | 'choice';

const systemProperties = {
  name: { label: 'Name', type: 'text' },
  ticketStatus: { label: 'Ticket status', type: 'choice' },
  ticketChangedAt: { label: 'Ticket changed', type: 'date' },
  conversationState: { label: 'Conversation', type: 'choice' },
  lastCampaignId: { label: 'Last campaign', type: 'choice' },
  lastReplyAt: { label: 'Last reply', type: 'date' },
  channel: { label: 'Channel', type: 'choice' },
  createdAt: { label: 'Added', type: 'date' },
} as const satisfies Record<string, { label: string; type: QueryType }>;

export type SystemProperty = keyof typeof systemProperties;
export const systemPropertyNames = ['name', 'ticketStatus', 'ticketChangedAt', 'conversationState', 'lastCampaignId', 'lastReplyAt', 'channel', 'createdAt'] as const satisfies readonly SystemProperty[]; // prettier-ignore

const opsByType: Record<QueryType, readonly Op[]> = {
  text: ['is', 'isNot', 'contains', 'isSet', 'isNotSet'],
  number: ['is', 'isNot', 'before', 'after', 'isSet', 'isNotSet'],
  boolean: ['is', 'isNot', 'isSet', 'isNotSet'],
  date: ['is', 'isNot', 'before', 'after', 'inLast', 'isSet', 'isNotSet'],
  choice: ['is', 'isNot', 'isSet', 'isNotSet'],
};

/** What can be asked of a property of this type, in the order in which a form offers it. */
export const opsOf = (type: QueryType): readonly Op[] => opsByType[type];

/** A property of every person, for the query builder. `options` only of choices. */
export type SystemPropertyInfo = {
  property: SystemProperty;
  label: string;
  type: QueryType;
  options?: { value: string; label: string }[];
};

export const systemPropertyOf = (property: SystemProperty): { property: SystemProperty; label: string; type: QueryType } => ({
  property,
  ...systemProperties[property],
});

const isSystem = (name: string): name is SystemProperty => Object.hasOwn(systemProperties, name);

/** What a condition is about: its property, with the definition of a custom one. null when there is no such property. */
export function subjectOf(
  { property }: Pick<Condition, 'property'>,
  custom: readonly CustomProperty[],
): { type: QueryType; label: string; of: { system: SystemProperty } | { custom: CustomProperty } } | null {
  if (isSystem(property)) return { ...systemProperties[property], of: { system: property } };
  const definition = custom.find(({ key }) => property === `custom.${key}`);
  return definition ? { type: definition.type, label: definition.label, of: { custom: definition } } : null;
}

export function* conditionsOf(query: PeopleQuery): Generator<Condition> {
  for (const part of query.of) {
    if (isGroup(part)) yield* conditionsOf(part);
    else yield part;
  }
}

/** Why a query cannot be asked, in words; null = it can. */
export function problemOf(query: PeopleQuery, custom: readonly CustomProperty[]): string | null {
  for (const condition of conditionsOf(query)) {
    const problem = conditionProblemOf(condition, custom);
    if (problem !== null) return problem;
  }
  return null;
}

function conditionProblemOf(condition: Condition, custom: readonly CustomProperty[]): string | null {
  const { op, value, property } = condition;
  const subject = subjectOf(condition, custom);
  if (!subject) return `There is no property “${property}” (any more).`;
  const { label, type } = subject;
  if (!opsOf(type).includes(op)) return `“${label}” cannot be asked this way.`;
  if (op === 'isSet' || op === 'isNotSet') return value === undefined ? null : `“${label}” takes no value here.`;
  if (value === undefined || value === '') return `“${label}” needs a value.`;
  if (op === 'inLast')
    return typeof value === 'number' && value > 0 && value <= 36_500 ? null : `“${label}” needs a number of days.`;
  if ('system' in subject.of) {
    if (subject.of.system === 'ticketStatus' && !TicketStatus.safeParse(value).success)
      return 'A ticket is new, pending or closed.';
    if (subject.of.system === 'conversationState' && !ConversationState.safeParse(value).success)
      return 'A conversation is active, inactive, archived or none.';
  }
  return fits(type, value) ? null : `The value for “${label}” is not a ${type === 'choice' ? 'choice' : type}.`;
}

function fits(type: QueryType, value: string | number | boolean): boolean {
  if (type === 'text' || type === 'choice') return typeof value === 'string';
  if (type === 'date') return momentsOf(value) !== null;
  return typeof value === type && (typeof value !== 'number' || Number.isFinite(value));
}

/** The milliseconds that a date's value stands for, `from` ≤ t < `before`: a whole day in UTC, or the one moment. */
export function momentsOf(value: Condition['value']): { from: number; before: number } | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? { from: value, before: value + 1 } : null;
  const day = typeof value === 'string' ? dayOf(value) : null;
  return day === null ? null : { from: day, before: day + DAY_MS };
}

/** The milliseconds of the last `days` days up to now, `from` ≤ t < `before`. */
export const lastDaysOf = (days: number, now: number): { from: number; before: number } => ({
  from: Math.floor(now - days * DAY_MS) + 1,
  before: now + 1,
});

/**
 * Whether a query holds for somebody: its definition, which the database's statements must agree with. A condition that `problemOf`
 * refuses holds for nobody.
 */
export function holds(
  query: PeopleQuery,
  person: PersonFacts,
  facts: { custom: readonly CustomProperty[]; now: number; policy: Policy },
): boolean {
  if (query.of.length === 0) return true;
  const part = (one: PeopleQuery | Condition) => (isGroup(one) ? holds(one, person, facts) : conditionHolds(one, person, facts));
  return query.match === 'all' ? query.of.every(part) : query.of.some(part);
}

function conditionHolds(
  condition: Condition,
  person: PersonFacts,
  { custom, now, policy }: { custom: readonly CustomProperty[]; now: number; policy: Policy },
): boolean {
  if (conditionProblemOf(condition, custom) !== null) return false;
  const { op, value } = condition;
  const values = valuesOf(condition, person, custom, now, policy);
  const type = subjectOf(condition, custom)?.type;
  const some = (test: (one: string | number | boolean) => boolean) => values.some(test);
  if (op === 'isSet') return values.length > 0;
  if (op === 'isNotSet') return values.length === 0;
  if (type === 'date') {
    const asked = op === 'inLast' ? lastDaysOf(Number(value), now) : momentsOf(value);
    if (!asked) return false;
    const within = some((at) => Number(at) >= asked.from && Number(at) < asked.before);
    if (op === 'before') return some((at) => Number(at) < asked.from);
    if (op === 'after') return some((at) => Number(at) >= asked.before);
    return op === 'isNot' ? !within : within;
  }
  if (op === 'before') return some((one) => Number(one) < Number(value));
  if (op === 'after') return some((one) => Number(one) > Number(value));
  const wanted = type === 'text' ? fold(String(value)) : value;
  if (op === 'contains') return some((one) => String(one).includes(String(wanted)));
  return some((one) => one === wanted) === (op === 'is');
}

/** What somebody has of a property, ready to compare: texts folded, dates in epoch ms, none = not set. */
function valuesOf(
  condition: Condition,
  person: PersonFacts,
  custom: readonly CustomProperty[],
  now: number,
  policy: Policy,
): (string | number | boolean)[] {
  const subject = subjectOf(condition, custom);
  if (!subject) return [];
  const present = <T>(value: T | null | undefined): T[] => (value === null || value === undefined ? [] : [value]);
  if ('custom' in subject.of) {
    const { key, type } = subject.of.custom;
    const value = Object.hasOwn(person.properties, key) ? person.properties[key] : undefined;
    if (type === 'date') return present(typeof value === 'string' ? dayOf(value) : null);
    return present(type === 'text' && typeof value === 'string' ? fold(value) : value);
  }
  switch (subject.of.system) {
    case 'name':
      return fold(person.name) === '' ? [] : [fold(person.name)];
    case 'channel':
      return person.channels;
    case 'conversationState':
      // Whoever has no conversation is `none`, and has none that is set.
      return person.lastReplyAt === null && (condition.op === 'isSet' || condition.op === 'isNotSet')
        ? []
        : [stateAt(person.lastReplyAt, policy, now)];
    default:
      return present(person[subject.of.system]);
  }
}
