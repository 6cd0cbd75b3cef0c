import { z } from 'zod';
import type { Env } from '../../../../../workers/env';
import { ConversationId, MessageId } from '../../../domain/ids';
import { ListFilters, ListQuery, mergePages, overlay, sumCounts } from '../../../domain/list';
import { MAX_TEMPLATE_VALUE } from '../../../domain/template';
import { MAX_TEXT } from '../../../domain/text';
import { TicketStatus, type TicketChange } from '../../../domain/ticket';
import { MOST_TICKETS, TicketWish } from '../../../domain/ticket-changes';
import type { User } from '../../auth/auth';
import { conversationOf, policyOf, sessionOf } from '../../bindings';
import { database } from '../../db/client';
import * as conversations from '../../db/conversations';
import { hubsOf, readModelsOf } from '../../placement';
import { outgoingOf } from '../content';
import { unwrap } from '../errors';
import { setTickets } from '../set-tickets';
import { allowed, router } from '../trpc';

const agents = allowed('conversations');
const One = z.strictObject({ id: ConversationId });
/** Of any message in a thread, whoever has given it its id. */
const AnyMessageId = z.string().min(1).max(128);
const Epoch = z.number().int().nonnegative();
/** Provider's names and values as agents fill them in; longer ones than providers take are refused with the fields' names. */
const TemplateInput = z.strictObject({
  name: z.string().min(1).max(512),
  language: z.string().min(1).max(32),
  values: z.record(z.string().max(80), z.string().max(8 * MAX_TEMPLATE_VALUE)),
});
const SendInput = One.extend({
  messageId: MessageId,
  epoch: Epoch,
  seenSeq: z.number().int().nonnegative(),
  text: z.string().max(MAX_TEXT),
  force: z.boolean().default(false),
  quotedId: AnyMessageId.optional(),
  uploadId: MessageId.optional(),
  template: TemplateInput.optional(),
})
  .refine(({ text, uploadId, template }) => text.trim() !== '' || uploadId !== undefined || template !== undefined, {
    path: ['text'],
    error: 'empty',
  })
  .refine(({ uploadId, template }) => uploadId === undefined || template === undefined, {
    path: ['uploadId'],
    error: 'one of two',
  });

/** A hold ends with the sign-in that took it: the session remembers where, as it does of sockets (workers/live-places.ts). */
const noteHold = ({ env, user }: { env: Env; user: User }, id: string): Promise<boolean> =>
  sessionOf(env, user.sessionId).enter(`/live/conversations/${id}`);

/** The dashboard's whole command path; the conversation's object decides, this only passes on. */
/** What takes a change back, for who asks for it, and where it is as it was wanted. */
const undoOf = (change: TicketChange, wanted: TicketStatus, { undoable = false }): { undo?: TicketChange } =>
  undoable && change.ticketStatus === wanted ? { undo: change } : {};

export const conversationsRouter = router({
  list: agents.input(ListQuery).query(async ({ ctx, input }) => {
    const context = { now: Date.now(), policy: policyOf(ctx.env), userId: ctx.agent.id };
    // Rows that the hub has told the dashboards but not yet written belong to the page as well.
    const [pages, pending] = await Promise.all([
      Promise.all(readModelsOf(ctx.env).map((d1) => conversations.list(database(d1), input, context))),
      Promise.all(hubsOf(ctx.env).map((hub) => hub.pending())),
    ]);
    return overlay(mergePages(pages, input), pending.flat(), input, context);
  }),

  counts: agents.input(ListFilters).query(async ({ ctx, input }) => {
    const context = { now: Date.now(), policy: policyOf(ctx.env), userId: ctx.agent.id };
    return sumCounts(await Promise.all(readModelsOf(ctx.env).map((d1) => conversations.counts(database(d1), input, context))));
  }),

  get: agents.input(One).query(async ({ ctx, input }) => unwrap(await conversationOf(ctx.env, input.id).get())),

  messages: agents
    .input(One.extend({ beforeSeq: z.number().int().positive(), limit: z.number().int().min(1).max(100).default(50) }))
    .query(async ({ ctx, input }) => unwrap(await conversationOf(ctx.env, input.id).messages(input.beforeSeq, input.limit))),

  claim: agents.input(One).mutation(async ({ ctx, input }) => {
    await noteHold(ctx, input.id);
    return unwrap(await conversationOf(ctx.env, input.id).claim(ctx.agent));
  }),

  release: agents.input(One.extend({ epoch: Epoch })).mutation(async ({ ctx, input }) => {
    unwrap(await conversationOf(ctx.env, input.id).release(ctx.agent, input.epoch));
    return {};
  }),

  takeOver: allowed('conversations.takeOver')
    .input(One)
    .mutation(async ({ ctx, input }) => {
      await noteHold(ctx, input.id);
      return unwrap(await conversationOf(ctx.env, input.id).takeOver(ctx.agent));
    }),

  /** Asks the holder to hand the conversation over. */
  ask: agents.input(One).mutation(async ({ ctx, input }) => {
    unwrap(await conversationOf(ctx.env, input.id).ask(ctx.agent));
    return {};
  }),

  /**
   * Sends words, an uploaded file (`uploadId`, with words or without), or a template, which brings its own words. `quotedId`: the message
   * that it answers.
   */
  send: agents.input(SendInput).mutation(async ({ ctx, input: { id, messageId, epoch, seenSeq, force, quotedId, ...asked } }) => {
    const outgoing = unwrap(await outgoingOf(ctx.env, id, asked));
    const { origin } = ctx;
    const message = { messageId, epoch, seenSeq, force, quotedId, origin, ...outgoing };
    return unwrap(await conversationOf(ctx.env, id).send(ctx.agent, message));
  }),

  /** Keeps words to colleagues in the thread; the end user never gets them. Nobody need hold the conversation. */
  note: agents
    .input(One.extend({ messageId: MessageId, text: z.string().trim().min(1).max(MAX_TEXT) }))
    .mutation(async ({ ctx, input }) =>
      unwrap(await conversationOf(ctx.env, input.id).note(ctx.agent, input.messageId, input.text)),
    ),

  /** Asks again for an inbound attachment that could not be read. */
  fetchMedia: agents.input(One.extend({ messageId: AnyMessageId })).mutation(async ({ ctx, input }) => {
    unwrap(await conversationOf(ctx.env, input.id).fetchMedia(ctx.agent, input.messageId));
    return {};
  }),

  /** Sends a failed or doubtful message again, once. */
  retry: agents
    .input(One.extend({ messageId: MessageId, epoch: Epoch }))
    .mutation(async ({ ctx, input }) =>
      unwrap(await conversationOf(ctx.env, input.id).retry(ctx.agent, input.messageId, input.epoch)),
    ),

  /** `undoable`: answers with what it takes to take it back as well. */
  close: agents
    .input(One.extend({ epoch: Epoch, ticketStatus: TicketStatus, undoable: z.boolean().optional() }))
    .mutation(async ({ ctx, input }) => {
      const change = unwrap(await conversationOf(ctx.env, input.id).close(ctx.agent, input.epoch, input.ticketStatus));
      return undoOf(change, input.ticketStatus, input);
    }),

  /** Sets it aside until then (epoch ms), as Pending. With the holder's epoch it is given back as well. `undoable`: as for `close`. */
  snooze: agents
    .input(One.extend({ until: z.number().int().positive(), epoch: Epoch.optional(), undoable: z.boolean().optional() }))
    .mutation(async ({ ctx, input }) => {
      const change = unwrap(await conversationOf(ctx.env, input.id).snooze(ctx.agent, input.until, input.epoch));
      return undoOf(change, 'pending', input);
    }),

  setTicketStatus: agents.input(One.extend({ ticketStatus: TicketStatus })).mutation(async ({ ctx, input }) => {
    unwrap(await conversationOf(ctx.env, input.id).setTicketStatus(ctx.agent, input.ticketStatus));
    return {};
  }),

  /** Sets several, each by the rules for one; says of each what became of it. The same again is harmless. */
  setTicketStatuses: agents
    .input(z.strictObject({ tickets: z.array(TicketWish).min(1).max(MOST_TICKETS) }))
    .mutation(({ ctx, input }) => setTickets(ctx.env, ctx.agent, input.tickets)),
});
