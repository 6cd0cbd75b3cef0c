import { z } from 'zod';
import {
  emptyTally,
  ERASED,
  outcomes,
  type Outcome,
  type RecipientRow,
  type Settled,
  type Tally,
} from '../../src/lib/domain/broadcast';
import { overwriting } from '../../src/lib/server/db/overwriting';
import {
  isOut,
  messageOf,
  NO_MESSAGE,
  shown,
  type Gathered,
  type RecipientRecord,
  type Taken,
  type Unrecorded,
  type Written,
} from './recipient';
import { stateOf, type State } from './state';

const StoredTally = z.object(Object.fromEntries(outcomes.map((outcome) => [outcome, z.number()])));

/** Every SQL statement of the broadcast: synchronous, times in epoch ms; never all recipients at once. */
export class Store {
  readonly #sql: SqlStorage;
  #state: State | null | undefined = undefined;
  #tally: Tally | undefined = undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  state(): State | null {
    if (this.#state === undefined) {
      const text = this.fact('state');
      this.#state = text === null ? null : stateOf(text);
    }
    return this.#state;
  }

  setState(state: State): void {
    this.#state = state;
    this.setFact('state', JSON.stringify(state));
  }

  tally(): Tally {
    if (!this.#tally) {
      const text = this.fact('tally');
      this.#tally = { ...emptyTally(), ...(text === null ? {} : StoredTally.parse(JSON.parse(text))) };
    }
    return this.#tally;
  }

  /** The transaction was rolled back, or everything was forgotten: what is in memory is not on disk. */
  forget(): void {
    this.#state = undefined;
    this.#tally = undefined;
  }

  fact(key: string): string | null {
    return this.#rows<{ value: string }>('SELECT value FROM fact WHERE key = ?', key)[0]?.value ?? null;
  }

  setFact(key: string, value: string): void {
    this.#rows('INSERT INTO fact (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value', key, value);
  }

  clear(): void {
    this.#rows('DELETE FROM recipients');
    this.#rows('DELETE FROM fact');
    this.forget();
  }

  /** Adds people in order; whose address is there already is left out. */
  add(people: readonly Gathered[], now: number): void {
    const moved = emptyTally();
    for (const person of people) {
      const isWritten = 'message' in person;
      const outcome: Outcome = isWritten ? 'queued' : 'skipped';
      const { rowsWritten } = this.#sql.exec(
        `INSERT INTO recipients (person_id, name, address, identity, message, outcome, reason, attempts, due_at, at, is_recorded)
         VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, ?, 1) ON CONFLICT (identity) DO NOTHING`,
        person.personId,
        person.name,
        person.address,
        person.identity,
        isWritten ? JSON.stringify(person.message) : NO_MESSAGE,
        outcome,
        isWritten ? null : person.skipped,
        now,
      );
      if (rowsWritten > 0) moved[outcome] += 1;
    }
    this.#count(moved);
  }

  /**
   * Marks up to `limit` due recipients as being called, oldest first, and returns them. The index is named, as the planner would rather
   * look up the outcome, and sort everybody who waits for each piece.
   */
  take(limit: number, now: number): Taken[] {
    const rows = this.#rows<{ seq: number; address: string; message: string; attempts: number }>(
      `UPDATE recipients SET outcome = 'sending', attempts = attempts + 1, called_at = ?1, at = ?1
       WHERE seq IN (SELECT seq FROM recipients INDEXED BY recipients_due
         WHERE outcome = 'queued' AND due_at <= ?1 ORDER BY due_at, seq LIMIT ?2)
       RETURNING seq, address, message, attempts`,
      now,
      limit,
    );
    this.#count({ ...emptyTally(), queued: -rows.length, sending: rows.length });
    return rows.map(({ seq, address, message, attempts }) => {
      return { seq, attempt: attempts, calledAt: now, address, message: messageOf(message) };
    });
  }

  /** Calls begun before `before` of which nothing was heard: they may have gone out. */
  doubt(before: number, reason: string, now: number): number {
    const rows = this.#rows<{ seq: number }>(
      `UPDATE recipients SET outcome = 'unknown', reason = ?1, at = ?2, is_recorded = 0
       WHERE outcome = 'sending' AND called_at < ?3 RETURNING seq`,
      reason,
      now,
      before,
    );
    this.#count({ ...emptyTally(), sending: -rows.length, unknown: rows.length });
    return rows.length;
  }

  recipient(
    seq: number,
  ): (RecipientRow & { message: Written | null; providerMessageId: string | null; calledAt: number | null }) | null {
    const [row] = this.#rows<RecipientRecord>('SELECT * FROM recipients WHERE seq = ?', seq);
    if (!row) return null;
    const { message, provider_message_id, called_at } = row;
    const written = message === NO_MESSAGE ? null : messageOf(message);
    return { ...shown(row), message: written, providerMessageId: provider_message_id, calledAt: called_at };
  }

  /** Moves one recipient. Tries that were none are taken back. */
  move(seq: number, from: Outcome, to: Settled, providerMessageId: string | null, now: number): void {
    this.#rows(
      `UPDATE recipients SET outcome = ?2, due_at = ?3, reason = ?4, code = ?5, at = ?6,
         attempts = attempts - ?7, provider_message_id = coalesce(provider_message_id, iif(address = '', NULL, ?8)),
         is_recorded = CASE WHEN ?9 = 1 OR (?8 IS NOT NULL AND provider_message_id IS NULL) THEN 0 ELSE is_recorded END
       WHERE seq = ?1`,
      seq,
      to.outcome,
      to.dueAt,
      to.reason,
      to.code,
      now,
      to.isTry ? 0 : 1,
      providerMessageId,
      isOut(to.outcome) && !isOut(from) ? 1 : 0,
    );
    const moved = emptyTally();
    moved[from] -= 1;
    moved[to.outcome] += 1;
    this.#count(moved);
  }

  /** Makes who they were and what they got unreadable; what became of it stays as a figure, and nobody who waited is called any more. */
  erase(addresses: readonly string[], now: number): void {
    const rows = this.#rows<{ seq: number }>(
      `UPDATE recipients SET outcome = 'skipped' WHERE outcome = 'queued' AND (address IN (SELECT value FROM json_each(?1))
         OR identity IN (SELECT value FROM json_each(?1))) RETURNING seq`,
      JSON.stringify(addresses),
    );
    this.#count({ ...emptyTally(), queued: -rows.length, skipped: rows.length });
    const theirs = `address IN (SELECT value FROM json_each(?1)) OR identity IN (SELECT value FROM json_each(?1))`;
    this.#rows(
      overwriting('recipients', ['person_id', 'name', 'message', 'provider_message_id'], theirs),
      JSON.stringify(addresses),
    );
    this.#rows(
      `UPDATE recipients SET person_id = '', name = '', address = '', identity = 'erased:' || seq, message = ?2, reason = ?4,
         provider_message_id = NULL, is_recorded = 1, at = ?3
       WHERE ${theirs}`,
      JSON.stringify(addresses),
      JSON.stringify({ text: '', template: null, buttons: [] }),
      now,
      ERASED,
    );
  }

  /** The provider's id of a message that has it only now. */
  name(seq: number, providerMessageId: string): void {
    this.#rows(
      "UPDATE recipients SET provider_message_id = ?2, is_recorded = 0 WHERE seq = ?1 AND provider_message_id IS NULL AND address <> ''",
      seq,
      providerMessageId,
    );
  }

  list(outcome: Outcome | null, after: number, limit: number): RecipientRow[] {
    const rows =
      outcome === null
        ? this.#rows<RecipientRecord>('SELECT * FROM recipients WHERE seq > ? ORDER BY seq LIMIT ?', after, limit)
        : this.#rows<RecipientRecord>(
            'SELECT * FROM recipients WHERE outcome = ? AND seq > ? ORDER BY seq LIMIT ?',
            outcome,
            after,
            limit,
          );
    return rows.map(shown);
  }

  /** In order, those after a `seq`. The index is named, as the planner would rather pass over everybody after it. */
  unrecorded(limit: number, after = 0): Unrecorded[] {
    const rows = this.#rows<RecipientRecord>(
      'SELECT * FROM recipients INDEXED BY recipients_unrecorded WHERE is_recorded = 0 AND seq > ? ORDER BY seq LIMIT ?',
      after,
      limit,
    );
    return rows.map(({ seq, address, message, provider_message_id, called_at, at }) => ({
      seq,
      address,
      message: messageOf(message),
      providerMessageId: provider_message_id,
      calledAt: called_at ?? at,
    }));
  }

  /** D1 has these, as they were read: one that has got its provider's id since stays to be recorded. */
  recorded(rows: readonly Unrecorded[]): void {
    for (const { seq, providerMessageId } of rows) {
      this.#rows('UPDATE recipients SET is_recorded = 1 WHERE seq = ? AND provider_message_id IS ?', seq, providerMessageId);
    }
  }

  hasUnrecorded(): boolean {
    return this.#rows('SELECT 1 AS one FROM recipients WHERE is_recorded = 0 LIMIT 1').length > 0;
  }

  /** When the next recipient may be called; null = nobody is left to be. */
  nextDueAt(): number | null {
    const [row] = this.#rows<{ due_at: number }>(
      "SELECT due_at FROM recipients INDEXED BY recipients_due WHERE outcome = 'queued' ORDER BY due_at, seq LIMIT 1",
    );
    return row?.due_at ?? null;
  }

  /** When the oldest call under way began; null = there is none. */
  oldestCallAt(): number | null {
    const [row] = this.#rows<{ at: number | null }>("SELECT min(called_at) AS at FROM recipients WHERE outcome = 'sending'");
    return row?.at ?? null;
  }

  #count(moved: Tally): void {
    const before = this.tally();
    const after = emptyTally();
    for (const outcome of outcomes) after[outcome] = before[outcome] + moved[outcome];
    this.#tally = after;
    this.setFact('tally', JSON.stringify(after));
  }

  #rows<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: SqlStorageValue[]): Row[] {
    return this.#sql.exec<Row>(query, ...bindings).toArray();
  }
}
