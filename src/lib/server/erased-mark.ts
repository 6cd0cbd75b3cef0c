import { hmacOf } from './derived-key';

/** An address on a channel; by its identity (`domain/address.ts`), so that its spellings are one. */
type Address = { channelId: string; address: string };

/**
 * What stands for addresses that were erased, each a keyed one-way hash of 32 hex digits: enough to know one when it is reported again,
 * too little to read it back.
 */
export const marksOf = (secretKey: string, addresses: readonly Address[]): Promise<string[]> =>
  hmacOf(
    secretKey,
    'erased-address',
    addresses.map(({ channelId, address }) => `${channelId.length}:${channelId}${address}`),
  );
