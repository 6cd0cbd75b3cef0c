import type { Change, Conversation, Effect, MessageLookup } from '../../src/lib/domain/conversation';
import { seqOfOwnId, type Message } from '../../src/lib/domain/message';
import type { InboundEvent } from '../../src/lib/domain/provider';
import { migrate, schemaVersionOf } from '../object-schema';
import { schema } from './schema';

/** How long an event waits for its message: providers redeliver for days, but a reordering lasts minutes. */
export const PARKED_MS = 24 * 60 * 60_000;

/** `erased_at`: when all that was here before was erased (epoch ms); `erasing…`: what of it is elsewhere, until that is gone too. */
type FactKey = 'moved_to' | 'origin' | 'erased_at' | 'erasing' | `erasing:${number}`;

export type OutboxKind = 'deliver' | 'attribute' | 'fetch' | 'alias' | 'name' | 'audit';
/** `effect` is what was promised, where the message alone does not say. */
export type OutboxRow = { id: number; messageId: string; dueAt: number; attempts: number; effect: Effect | null };
type OutboxRecord = { id: number; kind: OutboxKind; message_id: string; payload: string; due_at: number; attempts: number };

/** Every SQL statement of the conversation object: rows in, domain values out, synchronous. */
export class Store implements MessageLookup {
  readonly #storage: DurableObjectStorage;
  #isClosed = false;
  /** Whether the schema is there and the newest: it is made with the first thing that is looked for or kept. */
  #isReady = false;
  /** The state as last read or applied; this object is its only writer. Undefined until it is read. */
  #conversation: Conversation | null | undefined = undefined;
  #isSaved = true;
  /** The state as its own row has it; `became`, beside the last message, says where it differs from that by now. */
  #base: Conversation | null = null;
  /** Messages of this transaction, by their place. */
  readonly #unwritten = new Map<number, Message>();
  /** What the outbox was last seen or left to be: looked at on every message, changed on few. */
  #heads: ReadonlyMap<OutboxKind, OutboxRow> | null = null;
  #parkedAt: number | null | undefined = undefined;
  #facts: ReadonlyMap<string, string> | null = null;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Nothing has ever been kept here, not even a schema. */
  get isBlank(): boolean {
    if (this.#isReady) return false;
    const version = schemaVersionOf(this.#storage);
    this.#isReady = version === schema.steps.length;
    return version === null;
  }

  get #sql(): SqlStorage {
    if (this.#isClosed) throw new Error('this conversation has been erased');
    if (!this.#isReady) {
      migrate(this.#storage, schema);
      this.#isReady = true;
    }
    return this.#storage.sql;
  }

  /** Everything here has been erased: what was still under way when that happened can neither read nor write any more. */
  close(): void {
    this.forget();
    this.#isClosed = true;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The keys under which the directory may know this conversation. */
  directoryKeys(): string[] {
    return this.#sql
      .exec<{ id: string; provider_message_id: string | null }>("SELECT message->>'id' AS id, provider_message_id FROM messages")
      .toArray()
      .flatMap(({ id, provider_message_id }) => [
        `key:${id}`,
        ...(provider_message_id === null ? [] : [`id:${provider_message_id}`]),
      ]);
  }

  conversation(): Conversation | null {
    if (this.#conversation === undefined) this.#readState();
    return this.#conversation ?? null;
  }

  #readState(): void {
    const query = `SELECT conversation, (SELECT became FROM messages WHERE seq = (SELECT max(seq) FROM messages)) AS became FROM state`;
    const [row] = this.#sql.exec<{ conversation: string; became: string | null }>(query).toArray();
    this.#base = row ? JSON.parse(row.conversation) : null;
    const became: Partial<Conversation> = row?.became ? JSON.parse(row.became) : {};
    const isNewer = (became.version ?? 0) > (this.#base?.version ?? 0);
    this.#conversation = this.#base && isNewer ? { ...this.#base, ...became } : this.#base;
  }

  /** Writes what the changes of this transaction led to: the messages that are not written yet, and the state once. */
  save(): void {
    const conversation = this.#conversation;
    const became = conversation ? this.#became(conversation) : null;
    this.#writeMessages(became);
    if (became !== null) this.#isSaved = true;
    if (this.#isSaved || !conversation) return;
    this.#sql.exec(
      'INSERT INTO state (id, conversation) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET conversation = ?1',
      JSON.stringify(conversation),
    );
    this.#base = conversation;
    this.#isSaved = true;
  }

  /** What goes with the thread's last message instead of a row of its own, which is a written row less for most messages; null for none. */
  #became(conversation: Conversation): Partial<Conversation> | null {
    if (!this.#base || !this.#unwritten.has(conversation.seq)) return null;
    const changed = difference(this.#base, conversation);
    // No message keeps the text of another, which may be edited.
    const isOfAnother = changed?.lastMessage !== undefined && changed.lastMessage.seq !== conversation.seq;
    return isOfAnother ? null : changed;
  }

  /** The transaction was rolled back: what is in memory is not on disk. */
  forget(): void {
    this.#isReady = false;
    this.#conversation = undefined;
    this.#isSaved = true;
    this.#unwritten.clear();
    this.#heads = null;
    this.#parkedAt = undefined;
    this.#facts = null;
  }

  byId(id: string): Message | undefined {
    const seq = seqOfOwnId(id);
    const [own] = seq === null ? [] : this.#messages('SELECT message FROM messages WHERE seq = ?', seq);
    return own?.id === id ? own : this.#messages('SELECT message FROM messages WHERE given_id = ?', id)[0];
  }

  byProviderId(providerMessageId: string): Message | undefined {
    return this.#messages(
      'SELECT message FROM messages WHERE provider_message_id = ? ORDER BY seq LIMIT 1',
      providerMessageId,
    )[0];
  }

  isKnown(eventId: string): boolean {
    const query = `SELECT EXISTS (SELECT 1 FROM messages WHERE provider_message_id = ?1)
      OR EXISTS (SELECT 1 FROM seen_events WHERE event_id = ?1) AS known`;
    this.#writeMessages(null);
    return this.#sql.exec<{ known: number }>(query, eventId).one().known === 1;
  }

  parkedFor(targetId: string): InboundEvent[] {
    const rows = this.#sql
      .exec<{ event: string }>('SELECT event FROM parked_events WHERE target_id = ? ORDER BY id', targetId)
      .toArray();
    return rows.map((row): InboundEvent => JSON.parse(row.event));
  }

  after(seq: number): Message[] {
    return this.#messages('SELECT message FROM messages WHERE seq > ? ORDER BY seq', seq);
  }

  /** The latest messages before `seq`, ascending. */
  before(seq: number, limit: number): Message[] {
    return this.#messages('SELECT message FROM messages WHERE seq < ? ORDER BY seq DESC LIMIT ?', seq, limit).reverse();
  }

  latest(limit: number): Message[] {
    return this.before(Number.MAX_SAFE_INTEGER, limit);
  }

  /** Messages that changed after this version, ascending; null when they are more than `limit`, or longer than `size` as JSON. */
  changedAfter(version: number, { limit, size }: { limit: number; size: number }): Message[] | null {
    this.#writeMessages(null);
    const query = 'SELECT message FROM messages WHERE version > ? ORDER BY seq LIMIT ?';
    const found: Message[] = [];
    let room = size;
    // One by one: nobody knows beforehand how much it is.
    for (const { message } of this.#sql.exec<{ message: string }>(query, version, limit + 1)) {
      room -= message.length;
      if (found.length === limit || room < 0) return null;
      found.push(JSON.parse(message));
    }
    return found;
  }

  #messages(query: string, ...bindings: (string | number)[]): Message[] {
    this.#writeMessages(null);
    const rows = this.#sql.exec<{ message: string }>(query, ...bindings).toArray();
    return rows.map((row): Message => JSON.parse(row.message));
  }

  /** `became` goes with the last of the thread's messages. */
  #writeMessages(became: Partial<Conversation> | null): void {
    for (const message of this.#unwritten.values()) {
      this.#sql.exec(
        `INSERT INTO messages (seq, given_id, provider_message_id, version, message, became) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (seq) DO UPDATE SET provider_message_id = ?3, version = ?4, message = ?5, became = ?6`,
        message.seq,
        seqOfOwnId(message.id) === message.seq ? null : message.id,
        message.providerMessageId,
        message.version,
        JSON.stringify(message),
        became && message.seq === this.#conversation?.seq ? JSON.stringify(became) : null,
      );
    }
    this.#unwritten.clear();
  }

  /** Takes a change, and writes it but for messages and state, which `save` writes at the end. Both run inside the caller's transaction. */
  apply(change: Change, now: number): void {
    if (change.conversation) {
      this.#conversation = change.conversation;
      this.#isSaved = false;
    }
    for (const message of change.messages) this.#unwritten.set(message.seq, message);
    for (const eventId of change.remembered) {
      this.#sql.exec('INSERT OR IGNORE INTO seen_events (event_id, at) VALUES (?, ?)', eventId, now);
    }
    if (change.parked.length + change.unparked.length > 0) this.#parkedAt = undefined;
    for (const targetId of change.unparked) this.#sql.exec('DELETE FROM parked_events WHERE target_id = ?', targetId);
    for (const { targetId, event } of change.parked) {
      const text = JSON.stringify(event);
      this.#sql.exec('INSERT OR IGNORE INTO parked_events (target_id, event, at) VALUES (?, ?, ?)', targetId, text, now);
    }
    for (const effect of change.effects) this.#applyEffect(effect, now);
  }

  #applyEffect(effect: Effect, now: number): void {
    this.#heads = null;
    switch (effect.type) {
      case 'deliver':
      case 'fetch':
        this.#sql.exec(
          `INSERT INTO outbox (kind, message_id, payload, due_at, attempts) VALUES (?1, ?2, '', ?3, 0)
           ON CONFLICT (kind, message_id) DO UPDATE SET due_at = ?3`,
          effect.type,
          effect.messageId,
          effect.at,
        );
        return;
      case 'delivered':
      case 'fetched': {
        const kind = effect.type === 'delivered' ? 'deliver' : 'fetch';
        this.#sql.exec('DELETE FROM outbox WHERE kind = ? AND message_id = ?', kind, effect.messageId);
        return;
      }
      case 'attribute':
      case 'alias':
      case 'name':
      case 'audit':
        this.#sql.exec(
          'INSERT OR IGNORE INTO outbox (kind, message_id, payload, due_at, attempts) VALUES (?, ?, ?, ?, 0)',
          effect.type,
          effect.messageId,
          JSON.stringify(effect),
          now,
        );
    }
  }

  /**
   * The first row of its kind, due or not: order within a conversation is kept by never looking past it. Of files, which have no order to
   * keep, the first that is due: one that cannot be read does not keep those after it.
   */
  head(kind: OutboxKind): OutboxRow | null {
    this.#heads ??= this.#readHeads();
    return this.#heads.get(kind) ?? null;
  }

  #readHeads(): ReadonlyMap<OutboxKind, OutboxRow> {
    const columns = 'id, kind, message_id, payload, due_at, attempts';
    const heads = this.#outbox(`SELECT ${columns} FROM outbox WHERE id IN (SELECT min(id) FROM outbox GROUP BY kind)`);
    if (heads.has('fetch')) {
      const file = this.#outbox(`SELECT ${columns} FROM outbox WHERE kind = 'fetch' ORDER BY due_at, id LIMIT 1`);
      return new Map([...heads, ...file]);
    }
    return heads;
  }

  #outbox(query: string): Map<OutboxKind, OutboxRow> {
    const rows = this.#sql.exec<OutboxRecord>(query).toArray();
    return new Map(rows.map((row) => [row.kind, outboxRowOf(row)]));
  }

  countAttempt(id: number): void {
    this.#heads = null;
    this.#sql.exec('UPDATE outbox SET attempts = attempts + 1 WHERE id = ?', id);
  }

  /** The try was none: it never left. */
  uncountAttempt(id: number): void {
    this.#heads = null;
    this.#sql.exec('UPDATE outbox SET attempts = MAX(attempts - 1, 0) WHERE id = ?', id);
  }

  postpone(id: number, dueAt: number): void {
    this.#heads = null;
    this.#sql.exec('UPDATE outbox SET due_at = ? WHERE id = ?', dueAt, id);
  }

  drop(id: number): void {
    this.#heads = null;
    this.#sql.exec('DELETE FROM outbox WHERE id = ?', id);
  }

  fact(key: FactKey): string | null {
    this.#facts ??= this.#readFacts();
    return this.#facts.get(key) ?? null;
  }

  #readFacts(): ReadonlyMap<string, string> {
    const rows = this.#sql.exec<{ key: string; value: string }>('SELECT key, value FROM facts').toArray();
    return new Map(rows.map(({ key, value }) => [key, value]));
  }

  setFact(key: FactKey, value: string): void {
    if (this.fact(key) === value) return;
    this.#facts = null;
    this.#sql.exec('INSERT OR REPLACE INTO facts (key, value) VALUES (?, ?)', key, value);
  }

  dropFact(key: FactKey): void {
    this.#facts = null;
    this.#sql.exec('DELETE FROM facts WHERE key = ?', key);
  }

  /** When the oldest waiting event may be thrown away; null when none waits. */
  parkedUntil(): number | null {
    if (this.#parkedAt === undefined)
      this.#parkedAt = this.#sql.exec<{ at: number | null }>('SELECT MIN(at) AS at FROM parked_events').one().at;
    return this.#parkedAt === null ? null : this.#parkedAt + PARKED_MS;
  }

  /** Throws away what waited too long; how many there were. */
  dropParked(now: number): number {
    this.#parkedAt = undefined;
    return this.#sql.exec('DELETE FROM parked_events WHERE at <= ?', now - PARKED_MS).rowsWritten;
  }
}

function outboxRowOf({ id, message_id, payload, due_at, attempts }: OutboxRecord): OutboxRow {
  const effect: Effect | null = payload === '' ? null : JSON.parse(payload);
  return { id, messageId: message_id, dueAt: due_at, attempts, effect };
}

/** The fields in which `after` differs from `before`; null when that cannot be said by giving fields: one is gone. */
function difference(before: Conversation, after: Conversation): Partial<Conversation> | null {
  const old = new Map(Object.entries(before).map(([key, value]) => [key, JSON.stringify(value)]));
  const fresh = Object.entries(after).filter(([, value]) => value !== undefined);
  if ([...old.keys()].some((key) => !fresh.some(([known]) => known === key))) return null;
  return Object.fromEntries(fresh.filter(([key, value]) => JSON.stringify(value) !== old.get(key)));
}
