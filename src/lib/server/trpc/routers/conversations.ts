import { z } from 'zod';
import { ConversationId, MessageId } from '../../../domain/ids';
import { ListFilters, ListQuery, overlay } from '../../../domain/list';
import { MAX_TEXT } from '../../../domain/text';
import { TicketStatus } from '../../../domain/ticket';
import { conversationOf, hubOf, policyOf } from '../../bindings';
import { database } from '../../db/client';
import * as conversations from '../../db/conversations';
import { unwrap } from '../errors';
import { allowed, router } from '../trpc';

const agents = allowed('conversations');
const One = z.strictObject({ id: ConversationId });
const Epoch = z.number().int().nonnegative();

/** The dashboard's whole command path; the conversation's object decides, this only passes on. */
export const conversationsRouter = router({
  list: agents.input(ListQuery).query(async ({ ctx, input }) => {
    const context = { now: Date.now(), policy: policyOf(ctx.env), userId: ctx.agent.id };
    // Rows that the hub has told the dashboards but not yet written belong to the page as well.
    const [page, pending] = await Promise.all([
      conversations.list(database(ctx.env.DB), input, context),
      hubOf(ctx.env).pending(),
    ]);
    return overlay(page, pending, input, context);
  }),

  counts: agents.input(ListFilters).query(({ ctx, input }) => {
    const context = { now: Date.now(), policy: policyOf(ctx.env), userId: ctx.agent.id };
    return conversations.counts(database(ctx.env.DB), input, context);
  }),

  get: agents.input(One).query(async ({ ctx, input }) => unwrap(await conversationOf(ctx.env, input.id).get())),

  messages: agents
    .input(One.extend({ beforeSeq: z.number().int().positive(), limit: z.number().int().min(1).max(100).default(50) }))
    .query(async ({ ctx, input }) => unwrap(await conversationOf(ctx.env, input.id).messages(input.beforeSeq, input.limit))),

  claim: agents.input(One).mutation(async ({ ctx, input }) => unwrap(await conversationOf(ctx.env, input.id).claim(ctx.agent))),

  release: agents.input(One.extend({ epoch: Epoch })).mutation(async ({ ctx, input }) => {
    unwrap(await conversationOf(ctx.env, input.id).release(ctx.agent, input.epoch));
    return {};
  }),

  takeOver: allowed('conversations.takeOver')
    .input(One)
    .mutation(async ({ ctx, input }) => unwrap(await conversationOf(ctx.env, input.id).takeOver(ctx.agent))),

  /** Asks the holder to hand the conversation over. */
  ask: agents.input(One).mutation(async ({ ctx, input }) => {
    unwrap(await conversationOf(ctx.env, input.id).ask(ctx.agent));
    return {};
  }),

  send: agents
    .input(
      One.extend({
        messageId: MessageId,
        epoch: Epoch,
        seenSeq: z.number().int().nonnegative(),
        text: z
          .string()
          .max(MAX_TEXT)
          .refine((text) => text.trim() !== '', 'empty'),
        force: z.boolean().default(false),
      }),
    )
    .mutation(async ({ ctx, input: { id, ...message } }) => unwrap(await conversationOf(ctx.env, id).send(ctx.agent, message))),

  /** Sends a failed or doubtful message again, once. */
  retry: agents
    .input(One.extend({ messageId: MessageId, epoch: Epoch }))
    .mutation(async ({ ctx, input }) =>
      unwrap(await conversationOf(ctx.env, input.id).retry(ctx.agent, input.messageId, input.epoch)),
    ),

  close: agents.input(One.extend({ epoch: Epoch, ticketStatus: TicketStatus })).mutation(async ({ ctx, input }) => {
    unwrap(await conversationOf(ctx.env, input.id).close(ctx.agent, input.epoch, input.ticketStatus));
    return {};
  }),

  setTicketStatus: agents.input(One.extend({ ticketStatus: TicketStatus })).mutation(async ({ ctx, input }) => {
    unwrap(await conversationOf(ctx.env, input.id).setTicketStatus(ctx.agent, input.ticketStatus));
    return {};
  }),
});
