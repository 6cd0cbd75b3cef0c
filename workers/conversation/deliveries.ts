import type { Change, Command, Conversation } from '../../src/lib/domain/conversation';
import type { Receipt, SendResult } from '../../src/lib/domain/provider';
import type { Rejection } from '../../src/lib/domain/rejection';
import type { Result } from '../../src/lib/domain/result';
import type { Published } from '../../src/lib/domain/summary';
import { hubOf, type Env } from '../env';
import type { Attribution as Found } from '../../src/lib/domain/campaign';
import type { Question } from '../../src/lib/server/db/campaign-sends';
import { attributionOf, countReply, hold, keysToHold } from './attribution';
import { adopt, deliver, fetchAttachment, nameOf, register, wayOut } from './effects';
import { recordAct } from './acts';
import { admitted, settled as settledAtGate } from './gate';
import { BACKSTOP_MS, backOffMs, drain, earliest, singleFlight } from './outbox';
import { Publication } from './publication';
import type { OutboxKind, OutboxRow, Store } from './store';

/** A first projection waits this long for the campaign look-up, so that a new row usually appears with its campaign at once. */
const ATTRIBUTION_HEAD_START_MS = 100;
/** A campaign look-up that fails this often (over many hours) is given up: the conversation works without. */
const MAX_ATTRIBUTE_ATTEMPTS = 200;
/** The database does not say how the end user is reached, or it cannot be decrypted. */
const unreadable: SendResult = {
  status: 'stopped',
  reason: 'The settings of this channel cannot be read at the moment. It goes out when they can.',
  code: 'channel_unreadable',
};
/** So often is asked what somebody is called; without, they go by their address. */
const MAX_NAME_ATTEMPTS = 10;

const kinds = ['deliver', 'attribute', 'fetch', 'alias', 'name', 'audit'] as const satisfies readonly OutboxKind[];

type Deps = {
  env: Env;
  store: Store;
  /** Decides and commits one command. */
  run(command: Command): Result<Change, Rejection>;
  summary(): Published | null;
  /** Called when a round is over, to arm the alarm at what is left. */
  settled(): void;
  /** The hub could not be told: the alarm is to be armed at the next try. */
  unpublished(): void;
};

/**
 * Does what the commits promised, in lanes that cannot hold each other up, one for each kind of work and one for the row to the
 * Inbox hub. Storage is re-read after every wait, because calls come in meanwhile.
 */
export class Deliveries {
  readonly #deps: Deps;
  readonly #lanes: Record<OutboxKind, () => Promise<void>>;
  readonly #publishLane: () => Promise<void>;
  /** How far the list has this conversation. */
  readonly publication: Publication;
  /** The message whose call is under way in this process; any other that says `sending` was interrupted. */
  #inFlight: string | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#lanes = {
      deliver: this.#lane('deliver', (row) => this.#deliver(row)),
      attribute: this.#lane('attribute', (row) => this.#attribute(row)),
      fetch: this.#lane('fetch', (row) => this.#fetch(row)),
      alias: this.#lane('alias', (row) => this.#alias(row)),
      name: this.#lane('name', (row) => this.#name(row)),
      audit: this.#lane('audit', (row) => this.#audit(row)),
    };
    this.publication = new Publication({
      publish: (summary, { awaited }) => {
        const hub = hubOf(deps.env, summary.id);
        return awaited ? hub.take(summary) : hub.publish(summary);
      },
      summary: deps.summary,
      failed: deps.unpublished,
    });
    this.#publishLane = singleFlight(() => this.publication.round());
  }

  /** Starts on everything that is due; resolves when nothing is left to do now. Never rejects. */
  async drain(): Promise<void> {
    const { store, settled } = this.#deps;
    if (store.isClosed) return;
    // Most messages have nothing but the row.
    const busy = new Map(kinds.filter((kind) => store.head(kind) !== null).map((kind) => [kind, this.#lanes[kind]()]));
    const results = await Promise.allSettled([...busy.values(), this.#publish(busy.get('attribute'))]);
    for (const result of results) {
      if (result.status === 'rejected' && !store.isClosed)
        console.error({ event: 'outbox_failed', error: String(result.reason) });
    }
    if (!store.isClosed) settled();
  }

  async #publish(attributed: Promise<void> | undefined): Promise<void> {
    if (attributed) await Promise.race([attributed, scheduler.wait(ATTRIBUTION_HEAD_START_MS)]);
    await this.#publishLane();
  }

  /**
   * When the alarm is next needed, with `list` for the list too; null when nothing is left. Work that is due now is being done: the alarm is
   * its backstop.
   */
  nextAt(now: number, { list }: { list: boolean }): number | null {
    const heads = kinds.map((kind) => this.#deps.store.head(kind)?.dueAt ?? null);
    const next = earliest(...heads, list ? this.publication.nextAt : null);
    return next !== null && next <= now ? now + BACKSTOP_MS : next;
  }

  #lane(kind: OutboxKind, run: (row: OutboxRow) => Promise<void>): () => Promise<void> {
    const { store } = this.#deps;
    const next = () => {
      if (store.isClosed) return null;
      const row = store.head(kind);
      return row && row.dueAt <= Date.now() ? row : null;
    };
    const onError = (row: OutboxRow, error: unknown) => {
      if (store.isClosed) return;
      console.error({ event: `${kind}_failed`, message: row.messageId, attempt: row.attempts + 1, error: String(error) });
      store.countAttempt(row.id);
      store.postpone(row.id, Date.now() + backOffMs(row.attempts + 1, Math.random()));
    };
    return singleFlight(() => drain({ next, run, onError }));
  }

  async #deliver(row: OutboxRow): Promise<void> {
    const { store, run, env } = this.#deps;
    const { messageId } = row;
    const conversation = store.conversation();
    const message = store.byId(messageId);
    const status = message?.delivery?.status;
    if (!conversation || !message || (status !== 'queued' && status !== 'sending')) return store.drop(row.id);
    const attempt = row.attempts + 1;
    if (status === 'sending' && this.#inFlight !== messageId) {
      const reason = 'The connection to the provider broke off while it was being sent.';
      run({ type: 'sendResult', messageId, result: { status: 'unknown', reason }, attempt, jitter: 0 });
      return;
    }
    const way = await wayOut(env, conversation).catch((error: unknown) => {
      console.warn({ event: 'channel_unreadable', channelId: conversation.channelId, error: String(error) });
    });
    // Nothing has left, so it is no try: it waits, in words, however long that takes.
    if (way === undefined) return void run({ type: 'sendResult', messageId, result: unreadable, attempt, jitter: 0 });
    await this.#takeReceipts(conversation, await register(env, conversation, `key:${messageId}`));
    const admission = await admitted(env, conversation);
    // A receipt may have said meanwhile that an earlier attempt arrived.
    if (store.isClosed || store.byId(messageId)?.delivery?.status !== 'queued') return;
    if (admission.status === 'stopped') return void run({ type: 'sendResult', messageId, result: admission, attempt, jitter: 0 });
    if (admission.status === 'later') return store.postpone(row.id, Date.now() + admission.waitMs);
    store.countAttempt(row.id);
    run({ type: 'sendStarted', messageId });
    this.#inFlight = messageId;
    try {
      const quoted = message.quotedId === null ? undefined : store.byId(message.quotedId);
      const result = await deliver(env, way, conversation, message, { quoted, origin: store.fact('origin') });
      // What never left was no try.
      if (store.isClosed) return;
      if (result.status === 'stopped') store.uncountAttempt(row.id);
      run({ type: 'sendResult', messageId, result, attempt, jitter: Math.random() });
      settledAtGate(env, conversation, result);
      if (result.status === 'sent' && result.providerMessageId !== null) {
        await this.#takeReceipts(conversation, await register(env, conversation, `id:${result.providerMessageId}`));
      }
    } finally {
      this.#inFlight = null;
    }
  }

  async #fetch(row: OutboxRow): Promise<void> {
    const { store, run, env } = this.#deps;
    const conversation = store.conversation();
    const message = store.byId(row.messageId);
    if (!conversation || message?.media?.state !== 'waiting') return store.drop(row.id);
    store.countAttempt(row.id);
    const result = await fetchAttachment(env, conversation, message);
    // Erased meanwhile: it has no place any more.
    if (store.isClosed) return void (result.status === 'stored' && (await env.MEDIA.delete(result.key)));
    run({ type: 'mediaResult', messageId: row.messageId, result, attempt: row.attempts + 1, jitter: Math.random() });
  }

  async #name(row: OutboxRow): Promise<void> {
    const { store, run, env } = this.#deps;
    const conversation = store.conversation();
    const name = conversation && row.attempts < MAX_NAME_ATTEMPTS ? await nameOf(env, conversation) : null;
    if (name) run({ type: 'named', name });
    store.drop(row.id);
  }

  async #alias(row: OutboxRow): Promise<void> {
    const { store, env } = this.#deps;
    const conversation = store.conversation();
    const addresses = row.effect?.type === 'alias' ? row.effect.addresses : [];
    if (!conversation) return store.drop(row.id);
    for (const address of addresses) {
      const owner = await adopt(env, conversation, address, conversation.id);
      // They had two before anybody knew that they are one; both stay.
      if (owner !== conversation.id) console.warn({ event: 'alias_taken', conversation: conversation.id, owner });
    }
    store.drop(row.id);
  }

  async #audit(row: OutboxRow): Promise<void> {
    const { store, env } = this.#deps;
    const conversation = store.conversation();
    if (conversation && row.effect?.type === 'audit') await recordAct(env, conversation.id, row.effect);
    store.drop(row.id);
  }

  async #takeReceipts(conversation: Conversation, receipts: Receipt[]): Promise<void> {
    const { id, channelId, provider, contact } = conversation;
    const target = { id, channelId, provider, address: contact.address, name: null };
    for (const event of receipts) this.#deps.run({ type: 'receive', target, event });
  }

  async #attribute(row: OutboxRow): Promise<void> {
    const { store, env } = this.#deps;
    const conversation = store.conversation();
    const { effect } = row;
    if (!conversation || effect?.type !== 'attribute' || row.attempts >= MAX_ATTRIBUTE_ATTEMPTS) return store.drop(row.id);
    const { messageId } = row;
    const attribution = await attributionOf(env, conversation, effect);
    await this.#attributed(conversation, messageId, effect, attribution);
    const keys = keysToHold(effect, store.byId(messageId), attribution);
    if (keys.length > 0) {
      await hold(env, conversation, messageId, effect, keys);
      // What has been recorded since the first look has not seen that somebody waits.
      const better = await attributionOf(env, conversation, effect);
      await this.#attributed(conversation, messageId, effect, better);
    }
    store.drop(row.id);
  }

  /** Looks again for a reply whose campaign message has been recorded only now. Throws what D1 throws. */
  async attributeAgain(messageId: string, question: Question): Promise<void> {
    const conversation = this.#deps.store.conversation();
    if (!conversation) return;
    const effect = { type: 'attribute', messageId, ...question } as const;
    await this.#attributed(conversation, messageId, effect, await attributionOf(this.#deps.env, conversation, effect));
    void this.drain();
  }

  async #attributed(conversation: Conversation, messageId: string, { opens, at }: Question, found: Found | null): Promise<void> {
    const { store, run, env } = this.#deps;
    const before = store.byId(messageId)?.quotedId ?? null;
    run({ type: 'attribute', messageId, opens, attribution: found });
    // A guess about a message that goes on with the talk counts for nothing.
    if (!found || (found.campaign.match === 'inferred' && !opens)) return;
    await countReply(env, conversation, { messageId, at, sendId: found.send.id, cardBefore: before });
  }
}
