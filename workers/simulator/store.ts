import { z } from 'zod';
import {
  Faults,
  noFaults,
  type Phone,
  type PhoneMessage,
  type PhoneMessageState,
  type Post,
} from '../../src/lib/domain/simulator';
import {
  messageOf,
  phoneOf,
  postOf,
  userActs,
  type DuePost,
  type MessageRow,
  type NewMessage,
  type NewPost,
  type PhoneRow,
  type PostRow,
} from './rows';

/** Messages of one phone that the page gets; older ones are of no use in a demo. */
const THREAD = 300;

/** Every SQL statement of the simulator; synchronous. Times in epoch ms. */
export class SimulatorStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  setting(key: string): string | null {
    return this.#all<{ value: string }>('SELECT value FROM settings WHERE key = ?', key)[0]?.value ?? null;
  }

  setSetting(key: string, value: string): void {
    this.#sql.exec('INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)', key, value);
  }

  faults(): Faults {
    const stored = this.setting('faults');
    return stored === null ? noFaults : (Faults.safeParse(JSON.parse(stored)).data ?? noFaults);
  }

  phones(): Phone[] {
    return this.#all<PhoneRow>('SELECT * FROM phones ORDER BY last_at DESC, id').map(phoneOf);
  }

  phone(id: string): Phone | null {
    const [row] = this.#all<PhoneRow>('SELECT * FROM phones WHERE id = ?', id);
    return row ? phoneOf(row) : null;
  }

  countPhones(): number {
    return this.#all<{ n: number }>('SELECT count(*) AS n FROM phones')[0]?.n ?? 0;
  }

  /** Adds a phone that is not there yet; keeps one that is. */
  addPhone(phone: Omit<Phone, 'isBlocked'>): void {
    const { id, channelId, provider, address, name, isOpen, lastText, lastAt } = phone;
    this.#sql.exec(
      `INSERT OR IGNORE INTO phones (id, channel_id, provider, address, name, is_open, last_text, last_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[id, channelId, provider, address, name, isOpen ? 1 : 0, lastText, lastAt],
    );
  }

  /** Throws phones away, with what is on them and what they have to post; their ids are those of the conversations. */
  erase(ids: readonly string[]): void {
    const list = JSON.stringify(ids);
    const theirs = 'phone_id IN (SELECT value FROM json_each(?))';
    this.#sql.exec(`DELETE FROM calls WHERE message_id IN (SELECT message_id FROM messages WHERE ${theirs})`, list);
    this.#sql.exec(`DELETE FROM messages WHERE ${theirs}`, list);
    this.#sql.exec(`DELETE FROM posts WHERE ${theirs}`, list);
    this.#sql.exec('DELETE FROM phones WHERE id IN (SELECT value FROM json_each(?))', list);
  }

  setBlocked(id: string, isBlocked: boolean): void {
    this.#sql.exec('UPDATE phones SET is_blocked = ? WHERE id = ?', isBlocked ? 1 : 0, id);
  }

  /** The next number of a row that begins at `first`; none comes twice. */
  nextNumber(row: 'update' | 'message', first: number): number {
    const number = Number(this.setting(`next_${row}`) ?? first);
    this.setSetting(`next_${row}`, String(number + 1));
    return number;
  }

  setOpen(id: string, isOpen: boolean): void {
    this.#sql.exec('UPDATE phones SET is_open = ? WHERE id = ?', isOpen ? 1 : 0, id);
  }

  thread(phoneId: string): PhoneMessage[] {
    return this.#all<MessageRow>('SELECT * FROM messages WHERE phone_id = ? ORDER BY seq DESC LIMIT ?', phoneId, THREAD)
      .reverse()
      .map(messageOf);
  }

  message(id: string): { phoneId: string; message: PhoneMessage } | null {
    const [row] = this.#all<MessageRow>('SELECT * FROM messages WHERE id = ?', id);
    return row ? { phoneId: row.phone_id, message: messageOf(row) } : null;
  }

  /**
   * What the page need not know of a message: the campaign's mark in the button that was `pressed` (its caption), how often it was
   * edited, whether it is the newest.
   */
  marksOf(id: string, pressed: string | null): { token: string | null; edits: number; isLatest: boolean } | null {
    const [row] = this.#all<{ token: string | null; buttons: string; edits: number; latest: number }>(
      `SELECT token, buttons, edited AS edits, seq = (SELECT max(seq) FROM messages AS other WHERE other.phone_id = messages.phone_id) AS latest
       FROM messages WHERE id = ?`,
      id,
    );
    return row ? { token: tokenOf(row, pressed), edits: row.edits, isLatest: row.latest === 1 } : null;
  }

  /** When its end user last wrote, as the provider's time of it; null = never. */
  lastWroteAt(phoneId: string): number | null {
    const query = `SELECT max(at) AS at FROM messages WHERE phone_id = ? AND sender = 'user'`;
    return this.#all<{ at: number | null }>(query, phoneId)[0]?.at ?? null;
  }

  /** The provider's id of an agent's message, when that channel has taken it. */
  idOfTaken(phoneId: string, messageId: string): string | null {
    const rows = this.#all<{ id: string }>('SELECT id FROM messages WHERE message_id = ? AND phone_id = ?', messageId, phoneId);
    return rows[0]?.id ?? null;
  }

  /** Puts a message on a phone; one with a known id is kept as it is. */
  addMessage(phoneId: string, message: NewMessage): void {
    const { id, from, kind, text, at, state, buttons = [], replyTo = null, reaction = null, detail = null } = message;
    const { messageId = null, media = null, token = null } = message;
    this.#sql.exec(
      `INSERT OR IGNORE INTO messages
         (phone_id, id, message_id, sender, kind, text, at, buttons, reply_to, reaction, state, detail, media, token)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[phoneId, id, messageId, from, kind, text, at, JSON.stringify(buttons), replyTo, reaction, state, detail],
      ...[media && JSON.stringify(media), token],
    );
    this.#sql.exec('UPDATE phones SET last_text = ?, last_at = max(last_at, ?) WHERE id = ?', text, at, phoneId);
  }

  /** Also of the further parts of a message with several files: `id#2`, `id#3`, … */
  setState(id: string, state: PhoneMessageState, detail: string | null): void {
    const parts = `id = ?3 OR (id > ?3 || '#' AND id < ?3 || '#~')`;
    this.#sql.exec(`UPDATE messages SET state = ?1, detail = ?2 WHERE ${parts}`, state, detail, id);
  }

  /** The ids of a message and its further parts. */
  partsOf(id: string): string[] {
    return this.#all<{ id: string }>(`SELECT id FROM messages WHERE id = ?1 OR (id > ?1 || '#' AND id < ?1 || '#~')`, id).map(
      (row) => row.id,
    );
  }

  setReaction(id: string, emoji: string | null): void {
    this.#sql.exec('UPDATE messages SET reaction = ? WHERE id = ?', emoji, id);
  }

  setText(id: string, text: string): void {
    this.#sql.exec('UPDATE messages SET text = ?, edited = edited + 1 WHERE id = ?', text, id);
  }

  setRevoked(id: string): void {
    this.#sql.exec('UPDATE messages SET revoked = 1 WHERE id = ?', id);
  }

  /** The brand's messages on a phone that nobody has reported as read. */
  unreadOn(phoneId: string): { id: string; messageId: string; takenAt: number }[] {
    return this.#all<{ id: string; messageId: string; takenAt: number }>(
      `SELECT id, message_id AS messageId, at AS takenAt FROM messages
       WHERE phone_id = ? AND message_id IS NOT NULL AND state IN ('accepted', 'sent', 'delivered') ORDER BY seq`,
      phoneId,
    );
  }

  countCall(channelId: string, messageId: string, answer: string, at: number): void {
    const row = [channelId, messageId, answer, at];
    this.#sql.exec('INSERT INTO calls (channel_id, message_id, answer, at) VALUES (?, ?, ?, ?)', ...row);
  }

  calls(messageId: string): { answer: string; at: number }[] {
    return this.#all<{ answer: string; at: number }>('SELECT answer, at FROM calls WHERE message_id = ? ORDER BY id', messageId);
  }

  addPost(post: NewPost, now: number): void {
    const { phoneId, providerMessageId, eventId, what, body, copies, dueAt } = post;
    this.#sql.exec(
      `INSERT INTO posts (phone_id, provider_message_id, event_id, what, body, copies, due_at, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[phoneId, providerMessageId, eventId, what, body, copies, dueAt, now],
    );
  }

  /** What is due, in the order in which it became due. */
  duePosts(now: number, limit: number): DuePost[] {
    return this.#all<PostRow>('SELECT * FROM posts WHERE due_at <= ? ORDER BY due_at, id LIMIT ?', now, limit).map(postOf);
  }

  nextDueAt(): number | null {
    return this.#all<{ at: number | null }>('SELECT min(due_at) AS at FROM posts WHERE due_at IS NOT NULL')[0]?.at ?? null;
  }

  /** Lets go what is held back: of one phone, or of all; end users' events or receipts. */
  releaseHeld(which: 'inbound' | 'receipts', dueAt: number, phoneId: string | null = null): void {
    const inbound = `what IN (${userActs.map((what) => `'${what}'`).join(', ')})`;
    this.#sql.exec(
      `UPDATE posts SET due_at = ? WHERE due_at IS NULL AND status IS NULL AND (? IS NULL OR phone_id = ?)
       AND ${which === 'inbound' ? inbound : `NOT ${inbound}`}`,
      ...[dueAt, phoneId, phoneId],
    );
  }

  isHolding(phoneId: string): boolean {
    const held = `SELECT 1 AS held FROM posts WHERE phone_id = ? AND due_at IS NULL AND status IS NULL AND what = 'message'`;
    return this.#all<{ held: number }>(held, phoneId).length > 0;
  }

  /** Notes how a post went; `dueAt` is the next try, null = this was the last. */
  answered(id: number, status: number, dueAt: number | null, at: number): void {
    this.#sql.exec(
      'UPDATE posts SET status = ?, due_at = ?, attempts = attempts + 1, at = ? WHERE id = ?',
      status,
      dueAt,
      at,
      id,
    );
  }

  /** The latest answered ones, newest first. */
  posts(limit: number): Post[] {
    return this.#all<PostRow>('SELECT * FROM posts WHERE status IS NOT NULL ORDER BY at DESC, id DESC LIMIT ?', limit).map(
      (row) => ({
        id: row.id,
        phoneId: row.phone_id,
        what: row.what,
        copies: row.copies,
        status: row.status ?? 0,
        at: row.at,
      }),
    );
  }

  #all<Row extends Record<string, SqlStorageValue>>(query: string, ...bindings: SqlStorageValue[]): Row[] {
    return this.#sql.exec<Row>(query, ...bindings).toArray();
  }
}

const Texts = z.array(z.string());

/** One mark for the whole message, or one for each button, as a list. */
function tokenOf({ token, buttons }: { token: string | null; buttons: string }, pressed: string | null): string | null {
  if (token === null || !token.startsWith('[')) return token;
  const place = Texts.parse(JSON.parse(buttons)).indexOf(pressed ?? '');
  return Texts.parse(JSON.parse(token))[place] ?? null;
}
