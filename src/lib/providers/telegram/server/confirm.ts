import type { Channel, SendDeps } from '../../../domain/provider';
import { callBot } from './bot-api';

/** Ends the waiting sign on a pressed button. Whatever comes of it: the sign ends by itself, and the press is already stored. */
export async function confirm(id: string, channel: Channel, deps: SendDeps): Promise<void> {
  await callBot('answerCallbackQuery', { callback_query_id: id }, channel, deps);
}
