import { TRPCError } from '@trpc/server';
import { z } from 'zod';
import {
  everybody,
  PeopleQuery,
  problemOf,
  type SystemPropertyInfo,
  systemPropertyNames,
  systemPropertyOf,
} from '../../../domain/people-query';
import {
  CustomProperty,
  MAX_PERSON_NAME,
  MAX_PROPERTIES,
  PropertyKey,
  type PropertyValue,
  valueFrom,
} from '../../../domain/person';
import { Mapping } from '../../../domain/people-import';
import { cleanText } from '../../../domain/text';
import { ticketStatusNames, TicketStatus } from '../../../domain/ticket';
import { erasureOf, policyOf } from '../../bindings';
import { knowing, recording } from '../../db/audit';
import * as campaigns from '../../db/campaigns';
import * as channels from '../../db/channels';
import { batch, database } from '../../db/client';
import * as erasure from '../../db/erasure';
import * as people from '../../db/people';
import { PeopleSort, readCursor } from '../../db/people-cursor';
import * as profile from '../../db/person-profile';
import * as properties from '../../db/properties';
import * as segments from '../../db/segments';
import { preview } from '../../people-import';
import { opaque, subjectOf } from '../../pseudonym';
import { receivedCampaigns } from '../../received-campaigns';
import type { Context } from '../context';
import { allowed, router } from '../trpc';

const readers = allowed('people');
const editors = allowed('people.edit');
const One = z.strictObject({ id: z.string().min(1).max(64) });
const asked = { query: PeopleQuery.optional(), search: z.string().max(200).optional() };

/** As much of a file as says what it is like, in UTF-16 units. */
const MAX_HEAD = 300_000;

const missing = () => new TRPCError({ code: 'NOT_FOUND', message: 'There is no such person.' });
export const refused = (message: string) => new TRPCError({ code: 'BAD_REQUEST', message });
const taken = (message: string) => new TRPCError({ code: 'CONFLICT', message });

const contextOf = ({ env }: Context): people.PeopleContext => ({ now: Date.now(), policy: policyOf(env) });

/** The query when it can be asked; thrown, in words, when not. */
export async function askable({ env }: Context, query: PeopleQuery | undefined): Promise<PeopleQuery> {
  if (query === undefined) return everybody;
  const problem = problemOf(query, await properties.list(database(env.DB)));
  if (problem !== null) throw refused(problem);
  return query;
}

async function optionsOf({ env }: Context, property: SystemPropertyInfo['property']): Promise<SystemPropertyInfo['options']> {
  const named = (rows: readonly { id: string; name: string }[]) => rows.map(({ id, name }) => ({ value: id, label: name }));
  switch (property) {
    case 'ticketStatus':
      return TicketStatus.options.map((value) => ({ value, label: ticketStatusNames[value] }));
    case 'conversationState':
      return [
        { value: 'active', label: 'Active' },
        { value: 'inactive', label: 'Inactive' },
        { value: 'archived', label: 'Archived' },
        { value: 'none', label: 'No conversation' },
      ];
    case 'lastCampaignId':
      return named(await campaigns.options(database(env.DB)));
    case 'channel':
      return named(await channels.list(database(env.DB)));
    default:
      return undefined;
  }
}

/** Values of custom properties as their types want them; null takes one away. Thrown, in words, when one is not right. */
function changesFrom(input: Record<string, PropertyValue | null>, custom: readonly CustomProperty[]) {
  const values: Record<string, PropertyValue | null> = {};
  for (const [key, raw] of Object.entries(input)) {
    const property = custom.find((one) => one.key === key);
    if (!property) throw refused(`There is no property “${key}” (any more).`);
    const value = raw === null ? null : valueFrom(property.type, raw);
    if (value !== null && !value.ok) throw refused(`“${property.label}” ${value.error}.`);
    values[key] = value === null ? null : value.value;
  }
  return values;
}

/** Everybody who has written or was imported. */
export const peopleRouter = router({
  /** One page of the people for whom a query holds; without one, of everybody. */
  list: readers
    .input(
      z
        .strictObject({
          ...asked,
          sort: PeopleSort.default('lastReply'),
          cursor: z.string().max(2_000).optional(),
          limit: z.number().int().min(1).max(100).default(50),
        })
        .refine(({ sort, cursor }) => cursor === undefined || readCursor(sort, cursor) !== null, { path: ['cursor'], message: 'not a cursor' }), // prettier-ignore
    )
    .query(async ({ ctx, input: { query, search = '', ...page } }) =>
      people.list(ctx.env.DB, { query: await askable(ctx, query), search, ...page }, contextOf(ctx)),
    ),

  /** For how many a query holds, exactly. */
  count: readers.input(z.strictObject(asked)).query(async ({ ctx, input: { query, search = '' } }) => ({
    total: await people.count(ctx.env.DB, await askable(ctx, query), contextOf(ctx), { search }),
  })),

  /** One person with addresses, all conversations (archived ones too) and the campaigns that they were sent. */
  get: readers.input(One).query(async ({ ctx, input }) => {
    const db = database(ctx.env.DB);
    const context = contextOf(ctx);
    const [person, addresses] = await Promise.all([people.find(db, input.id, context), profile.addresses(db, input.id)]);
    if (!person) throw missing();
    const conversations = await profile.history(db, addresses, context);
    return { person, addresses, conversations, campaigns: await receivedCampaigns(ctx.env, db, addresses) };
  }),

  /** What can be asked of people, and what is known of them. */
  properties: readers.query(async ({ ctx }) => {
    const [custom, system] = await Promise.all([
      properties.list(database(ctx.env.DB)),
      Promise.all(
        systemPropertyNames.map(async (property): Promise<SystemPropertyInfo> => {
          const options = await optionsOf(ctx, property);
          return { ...systemPropertyOf(property), ...(options && { options }) };
        }),
      ),
    ]);
    return { system, custom: custom.map(({ key, label, type }): CustomProperty => ({ key, label, type })) };
  }),

  /**
   * Makes a person gone, everywhere and for good; the audit keeps that it was done, under a pseudonym. Answers when all is gone, or
   * `isDone: false` when there is very much of them, or something does not answer for the moment: then it goes on by itself.
   */
  erase: allowed('people.erase')
    .input(One)
    .mutation(async ({ ctx: { env, agent }, input }): Promise<{ isDone: boolean }> => {
      const person = await erasure.find(env.DB, input.id);
      if (!person) throw missing();
      const actor = { id: agent.id, name: agent.name };
      try {
        return { isDone: await erasureOf(env, await opaque(env.SECRET_KEY, person.id)).start({ person, actor, at: Date.now() }) };
      } catch (error) {
        console.error({ event: 'erasure_failed', error: String(error) });
        return { isDone: false };
      }
    }),

  /** Changes a name or custom properties; what is left out stays, null takes a value away. */
  update: editors
    .input(
      One.extend({
        name: z.string().trim().min(1).max(MAX_PERSON_NAME).optional(),
        properties: z.record(PropertyKey, z.union([z.string().max(2_000), z.number(), z.boolean(), z.null()])).default({}),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const db = database(ctx.env.DB);
      const now = Date.now();
      const custom = await properties.list(db);
      const values = changesFrom(input.properties, custom);
      const name = input.name === undefined ? undefined : cleanText(input.name, MAX_PERSON_NAME).trim();
      if (name === '') throw refused('A name needs at least one letter.');
      const changes = await profile.changing(
        db,
        input.id,
        { properties: values, ...(name !== undefined && { name }) },
        custom,
        now,
      );
      if (changes.length === 0) throw missing();
      const details = { renamed: name !== undefined, properties: Object.keys(values).sort().join(' ') };
      const subject = subjectOf('person', input.id);
      await batch(ctx.env.DB, [...changes, knowing(db, subject), recording(db, { at: now, actor: ctx.agent, action: 'person.updated', subject, details })]); // prettier-ignore
      return {};
    }),

  /** Looks at the beginning of a file (`cut`: there is more): its columns, what they most likely are, what is wrong with the first rows. */
  previewImport: editors
    .input(z.strictObject({ head: z.string().max(MAX_HEAD), cut: z.boolean().default(false), mapping: Mapping.optional() }))
    .mutation(({ ctx, input: { mapping, ...head } }) => preview(ctx.env, { ...head, ...(mapping && { mapping }) })),

  defineProperty: editors.input(CustomProperty).mutation(async ({ ctx, input }) => {
    const db = database(ctx.env.DB);
    const now = Date.now();
    const custom = await properties.list(db);
    if (custom.some(({ key }) => key === input.key)) throw taken(`There is a property “${input.key}” already.`);
    if (custom.length >= MAX_PROPERTIES) throw refused(`There can be at most ${MAX_PROPERTIES} properties. Remove one first.`);
    const act = { at: now, actor: ctx.agent, action: 'property.defined', subject: { type: 'property', id: input.key } } as const;
    await batch(ctx.env.DB, [properties.defining(db, input, now), recording(db, { ...act, details: { type: input.type } })]);
    return {};
  }),

  /** Gives a property another name; its key, its values and what asks for it stay. */
  renameProperty: editors.input(CustomProperty.omit({ type: true })).mutation(async ({ ctx, input: { key, label } }) => {
    const db = database(ctx.env.DB);
    const custom = await properties.list(db);
    if (!custom.some((one) => one.key === key)) throw new TRPCError({ code: 'NOT_FOUND', message: 'There is no such property.' });
    const act = { at: Date.now(), actor: ctx.agent, action: 'property.renamed', subject: { type: 'property', id: key } } as const;
    await batch(ctx.env.DB, [properties.renaming(db, key, label), recording(db, act)]);
    return {};
  }),

  /** Removes a property and everybody's values of it; refused while a segment asks for it. */
  removeProperty: editors.input(z.strictObject({ key: z.string().max(40) })).mutation(async ({ ctx, input: { key } }) => {
    const db = database(ctx.env.DB);
    const property = (await properties.list(db)).find((one) => one.key === key);
    if (!property) throw new TRPCError({ code: 'NOT_FOUND', message: 'There is no such property.' });
    const user = (await segments.list(db)).find(({ query }) => segments.asksFor(query, key));
    if (user) throw taken(`The segment “${user.name}” asks for “${property.label}”. Change or remove that first.`);
    const act = { at: Date.now(), actor: ctx.agent, action: 'property.removed', subject: { type: 'property', id: key } } as const;
    await batch(ctx.env.DB, [...properties.removing(db, property), recording(db, act)]);
    return {};
  }),
});
