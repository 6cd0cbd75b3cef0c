import type { Env } from '../../../../workers/env';
import type { Agent } from '../../domain/role';
import type { TicketAnswer, TicketWish } from '../../domain/ticket-changes';
import { AGAIN_MS } from '../auth/unavailable';
import { conversationOf } from '../bindings';
import { inLanes } from '../lanes';

/** Asks each conversation for itself: what one refuses, or cannot answer, is nothing to the others. The answers in the order of the wishes. */
export const setTickets = (env: Env, agent: Agent, wishes: readonly TicketWish[]): Promise<TicketAnswer[]> =>
  inLanes(wishes, (wish) => setOne(env, agent, wish));

async function setOne(env: Env, agent: Agent, { id, ticketStatus, ...among }: TicketWish): Promise<TicketAnswer> {
  try {
    const result = await conversationOf(env, id).setTicketStatus(agent, ticketStatus, among);
    return result.ok ? { id, done: true, ...result.value } : { id, done: false, ...result.error };
  } catch (error) {
    console.error({ event: 'ticket_failed', conversation: id, error: String(error) });
    return { id, done: false, reason: 'unavailable', retryAfterMs: AGAIN_MS };
  }
}
