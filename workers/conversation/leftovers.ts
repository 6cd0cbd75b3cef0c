import { z } from 'zod';
import type { Conversation } from '../../src/lib/domain/conversation';
import type { Belongings } from '../../src/lib/domain/erasure';
import { rulesOf } from '../../src/lib/domain/provider-rules';
import type { Store } from './store';

/** Characters of keys that are kept, and handed out, in one piece: the storage takes 2 MB in a value. */
const PIECE = 100_000;

const Keys = z.array(z.string());
/** `keys`: where they were kept before they were in pieces. */
const Stored = z.object({ channelId: z.string(), addresses: z.array(z.string()), keys: Keys.default([]) });

/** What of a conversation is elsewhere; `pieces`: the keys under which the directory may know it, each piece as JSON. */
export type Left = { belongings: Belongings; pieces: readonly string[] };

/** Of one that is there. Only channels whose receipts name no end user are in the directory. */
export const leftOf = ({ channelId, provider, contact, aliases = [] }: Conversation, store: Store): Left => ({
  belongings: { channelId, addresses: [...new Set([contact.address, ...aliases])] },
  pieces: rulesOf(provider).namesReceiver ? [] : piecesOf(store.directoryKeys()),
});

/** What an erased conversation's object remembers until that is gone as well. */
export class Leftovers {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** null: there is nothing to remember. */
  read(): Left | null {
    const json = this.#store.fact('erasing');
    if (json === null) return null;
    const { keys, ...belongings } = Stored.parse(JSON.parse(json));
    const pieces = Array.from({ length: this.#count() }, (_, n) => this.#piece(n) ?? '[]');
    return { belongings, pieces: [...piecesOf(keys), ...pieces] };
  }

  note({ belongings, pieces }: Left): void {
    this.#store.setFact('erasing', JSON.stringify(belongings));
    pieces.forEach((piece, n) => this.#store.setFact(`erasing:${n}`, piece));
  }

  /** The keys of the last piece, which `forget` takes off; none when no piece is left. */
  keys(): string[] {
    return Keys.parse(JSON.parse(this.#piece(this.#count() - 1) ?? '[]'));
  }

  forget(): void {
    this.#store.dropFact(`erasing:${this.#count() - 1}`);
  }

  clear(): void {
    while (this.#count() > 0) this.forget();
    this.#store.dropFact('erasing');
  }

  #count(): number {
    let count = 0;
    while (this.#piece(count) !== null) count += 1;
    return count;
  }

  #piece(n: number): string | null {
    return this.#store.fact(`erasing:${n}`);
  }
}

/** What was left before, and what of a new life is. */
export const together = (before: Left | null, now: Left | null): Left | null =>
  before && now
    ? {
        belongings: {
          ...now.belongings,
          addresses: [...new Set([...before.belongings.addresses, ...now.belongings.addresses])],
        },
        pieces: [...before.pieces, ...now.pieces],
      }
    : (before ?? now);

function piecesOf(keys: readonly string[]): string[] {
  const pieces: string[][] = [];
  let room = 0;
  for (const key of keys) {
    if (key.length > room) {
      pieces.push([]);
      room = PIECE;
    }
    pieces.at(-1)?.push(key);
    room -= key.length;
  }
  return pieces.map((piece) => JSON.stringify(piece));
}
