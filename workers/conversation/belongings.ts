import { z } from 'zod';
import type { Conversation } from '../../src/lib/domain/conversation';
import type { Belongings } from '../../src/lib/domain/erasure';
import { rulesOf } from '../../src/lib/domain/provider-rules';
import type { Store } from './store';

const Stored: z.ZodType<Belongings> = z.strictObject({
  channelId: z.string(),
  addresses: z.array(z.string()),
  keys: z.array(z.string()),
});

/** What of a conversation is elsewhere. Only channels whose receipts name no end user are in the directory. */
export const belongingsOf = ({ channelId, provider, contact, aliases = [] }: Conversation, store: Store): Belongings => ({
  channelId,
  addresses: [...new Set([contact.address, ...aliases])],
  keys: rulesOf(provider).namesReceiver ? [] : store.directoryKeys(),
});

/** The same as it was kept. */
export const belongingsFrom = (json: string | null): Belongings | null => (json === null ? null : Stored.parse(JSON.parse(json)));
