import type { Change, Conversation, Effect, MessageLookup } from '../../src/lib/domain/conversation';
import { seqOfOwnId, type Message } from '../../src/lib/domain/message';
import type { InboundEvent } from '../../src/lib/domain/provider';
import { migrate, schemaVersionOf } from '../object-schema';
import { schema } from './schema';

/** How long an event waits for its message: providers redeliver for days, but a reordering lasts minutes. */
export const PARKED_MS = 24 * 60 * 60_000;

/** `erased_at`: when all that was here before was erased (epoch ms); `erasing`: what of it is elsewhere, until that is gone too. */
type FactKey = 'moved_to' | 'origin' | 'erased_at' | 'erasing';

export type OutboxKind = 'deliver' | 'attribute' | 'fetch' | 'alias' | 'name' | 'audit';
/** `effect` is what was promised, where the message alone does not say. */
export type OutboxRow = { id: number; messageId: string; dueAt: number; attempts: number; effect: Effect | null };
type OutboxRecord = { id: number; kind: OutboxKind; message_id: string; payload: string; due_at: number; attempts: number };
type StateRecord = { conversation: string } & Record<'version' | 'projected_version' | 'project_attempts' | 'project_at', number>;

/** How far the read model follows. */
export type Projection = { version: number; projectedVersion: number; attempts: number; at: number };

/** Every SQL statement of the conversation object: rows in, domain values out, synchronous. */
export class Store implements MessageLookup {
  readonly #storage: DurableObjectStorage;
  #isClosed = false;
  /** Whether the schema is there and the newest: it is made with the first thing that is looked for or kept. */
  #isReady = false;
  /** The state as last read or applied; this object is its only writer. Undefined until it is read. */
  #conversation: Conversation | null | undefined = undefined;
  #isSaved = true;
  /** What the outbox and the read model's lag were last seen or left to be: looked at on every message, changed on few. */
  #heads: ReadonlyMap<OutboxKind, OutboxRow> | null = null;
  #projection: Projection | null | undefined = undefined;
  /** Whether the disk knows how far the read model has this: one row less for each message of a burst when it learns that later. */
  #isNoted = true;
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

  /** One row has both the conversation and how far the read model has it; both are read before either changes. */
  #readState(): void {
    const query = 'SELECT conversation, version, projected_version, project_attempts, project_at FROM state';
    const [row] = this.#sql.exec<StateRecord>(query).toArray();
    this.#conversation = row ? JSON.parse(row.conversation) : null;
    this.#projection = row
      ? { version: row.version, projectedVersion: row.projected_version, attempts: row.project_attempts, at: row.project_at }
      : null;
    this.#isNoted = true;
  }

  /** Writes the state that the changes of this transaction led to: once, however many there were. */
  save(now: number): void {
    const conversation = this.#conversation;
    if (this.#isSaved || !conversation) return;
    const { projectedVersion, attempts, at } = this.projection() ?? { projectedVersion: 0, attempts: 0, at: now };
    const { version } = conversation;
    this.#sql.exec(
      `INSERT INTO state (id, conversation, version, projected_version, project_attempts, project_at) VALUES (1, ?1, ?2, ?3, ?4, ?5)
       ON CONFLICT (id) DO UPDATE SET
         conversation = ?1, version = ?2, projected_version = ?3, project_attempts = ?4, project_at = ?5`,
      JSON.stringify(conversation),
      version,
      projectedVersion,
      attempts,
      at,
    );
    this.#isSaved = true;
    this.#projection = { version, projectedVersion, attempts, at };
    this.#isNoted = true;
  }

  /** The transaction was rolled back: what is in memory is not on disk. */
  forget(): void {
    this.#isReady = false;
    this.#conversation = undefined;
    this.#isSaved = true;
    this.#heads = null;
    // What was not yet noted of it is published once more, which changes nothing.
    this.#projection = undefined;
    this.#isNoted = true;
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

  /** Messages that changed after this version of the conversation, ascending; at most `limit`. */
  changedAfter(version: number, limit: number): Message[] {
    return this.#messages('SELECT message FROM messages WHERE version > ? ORDER BY seq LIMIT ?', version, limit);
  }

  #messages(query: string, ...bindings: (string | number)[]): Message[] {
    const rows = this.#sql.exec<{ message: string }>(query, ...bindings).toArray();
    return rows.map((row): Message => JSON.parse(row.message));
  }

  /** Writes a change, the state aside, which `save` writes at the end. Both run inside the caller's transaction. */
  apply(change: Change, now: number): void {
    if (change.conversation) {
      this.#conversation = change.conversation;
      this.#isSaved = false;
    }
    for (const message of change.messages) {
      this.#sql.exec(
        `INSERT INTO messages (seq, given_id, provider_message_id, version, message) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (seq) DO UPDATE SET provider_message_id = ?3, version = ?4, message = ?5`,
        message.seq,
        seqOfOwnId(message.id) === message.seq ? null : message.id,
        message.providerMessageId,
        message.version,
        JSON.stringify(message),
      );
    }
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

  /** The first row of its kind, due or not: order within a conversation is kept by never looking past it. */
  head(kind: OutboxKind): OutboxRow | null {
    this.#heads ??= this.#readHeads();
    return this.#heads.get(kind) ?? null;
  }

  #readHeads(): ReadonlyMap<OutboxKind, OutboxRow> {
    const query = `SELECT id, kind, message_id, payload, due_at, attempts FROM outbox
      WHERE id IN (SELECT min(id) FROM outbox GROUP BY kind)`;
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

  projection(): Projection | null {
    if (this.#projection === undefined) this.#readState();
    return this.#projection ?? null;
  }

  /** The read model has this version; on the disk with the next change, or with `noteProjection`. */
  projected(version: number): void {
    const projection = this.projection();
    if (!projection) return;
    const projectedVersion = Math.max(projection.projectedVersion, version);
    this.#projection = { ...projection, projectedVersion, attempts: 0, at: 0 };
    this.#isNoted = false;
  }

  postponeProjection(at: number): void {
    const projection = this.projection();
    if (!projection) return;
    this.#projection = { ...projection, attempts: projection.attempts + 1, at };
    this.#isNoted = false;
    this.noteProjection();
  }

  /** Writes down how far the read model has this, unless that is written. */
  noteProjection(): void {
    const projection = this.#projection;
    if (this.#isNoted || !projection) return;
    const { projectedVersion, attempts, at } = projection;
    this.#sql.exec(
      'UPDATE state SET projected_version = ?, project_attempts = ?, project_at = ?',
      projectedVersion,
      attempts,
      at,
    );
    this.#isNoted = true;
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
