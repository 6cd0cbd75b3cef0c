import { TRPCError } from '@trpc/server';
import { z } from 'zod';
import { PeopleQuery, problemOf } from '../../../domain/people-query';
import { policyOf } from '../../bindings';
import { recording } from '../../db/audit';
import { batch, database } from '../../db/client';
import * as people from '../../db/people';
import * as properties from '../../db/properties';
import * as segments from '../../db/segments';
import { allowed, router } from '../trpc';
import { askable } from './people';

const readers = allowed('people');
const editors = allowed('people.edit');
const One = z.strictObject({ id: segments.SegmentId });

const missing = () => new TRPCError({ code: 'NOT_FOUND', message: 'There is no such segment.' });
const taken = (message: string) => new TRPCError({ code: 'CONFLICT', message });

/** Saved queries: what is often asked of people, and the audiences of campaigns. */
export const segmentsRouter = router({
  list: readers.query(({ ctx }) => segments.list(database(ctx.env.DB))),

  get: readers.input(One).query(async ({ ctx, input }) => {
    const segment = await segments.find(database(ctx.env.DB), input.id);
    if (!segment) throw missing();
    return segment;
  }),

  /** What a campaign can be sent to: each segment with how many people it holds now; null when its query cannot be asked any more. */
  options: allowed('campaigns').query(async ({ ctx }) => {
    const db = database(ctx.env.DB);
    const context = { now: Date.now(), policy: policyOf(ctx.env) };
    const [all, custom] = await Promise.all([segments.list(db), properties.list(db)]);
    return Promise.all(
      all.map(async ({ id, name, query }) => {
        const total = problemOf(query, custom) === null ? await people.count(ctx.env.DB, query, context) : null;
        return { id, name, total };
      }),
    );
  }),

  /** Makes a segment (without `id`), or gives one another name and query. */
  save: editors
    .input(z.strictObject({ id: segments.SegmentId.optional(), name: segments.SegmentName, query: PeopleQuery }))
    .mutation(async ({ ctx, input }) => {
      const db = database(ctx.env.DB);
      const now = Date.now();
      const query = await askable(ctx, input.query);
      if (input.id !== undefined && !(await segments.find(db, input.id))) throw missing();
      const same = await segments.byName(db, input.name);
      if (same && same.id !== input.id) throw taken(`There is a segment “${same.name}” already.`);
      const id = input.id ?? crypto.randomUUID();
      const action = input.id === undefined ? 'segment.made' : 'segment.changed';
      await batch(ctx.env.DB, [
        segments.saving(db, { id, name: input.name, query }, ctx.agent.id, now),
        recording(db, { at: now, actor: ctx.agent, action, subject: { type: 'segment', id } }),
      ]);
      return { id };
    }),

  /** Removes a segment; refused while a campaign that is not over is to be sent to it. */
  remove: editors.input(One).mutation(async ({ ctx, input }) => {
    const db = database(ctx.env.DB);
    if (!(await segments.find(db, input.id))) throw missing();
    const user = await segments.usedBy(db, input.id);
    if (user) throw taken(`The campaign “${user.name}” is to be sent to this segment. Choose another audience there first.`);
    await batch(ctx.env.DB, [
      segments.removing(db, input.id),
      recording(db, { at: Date.now(), actor: ctx.agent, action: 'segment.removed', subject: { type: 'segment', id: input.id } }),
    ]);
    return {};
  }),
});
