import {
  Faults,
  noFaults,
  type Phone,
  type PhoneMessage,
  type PhoneMessageState,
  type Post,
} from '../../src/lib/domain/simulator';

/** A message to be put on a phone. `messageId` is Parley's id of an agent's message. */
export type NewMessage = Pick<PhoneMessage, 'id' | 'from' | 'kind' | 'text' | 'at' | 'state'> &
  Partial<Pick<PhoneMessage, 'buttons' | 'replyTo' | 'reaction' | 'detail'>> & { messageId?: string };

/** What a webhook is about: a message of the end user, a change to one, or a receipt of ours. */
export type PostKind = 'message' | 'reaction' | 'edit' | 'revoke' | 'sent' | 'delivered' | 'read' | 'failed';

/** A webhook to be posted. `dueAt` null = held back until a fault ends. */
export type NewPost = {
  phoneId: string;
  /** The message it is about, by the provider's id. */
  providerMessageId: string;
  /** The same over retries and copies. */
  eventId: string;
  what: PostKind;
  body: string;
  copies: number;
  dueAt: number | null;
};
export type DuePost = NewPost & { id: number; attempts: number };

type PhoneRow = {
  id: string;
  channel_id: string;
  provider: Phone['provider'];
  address: string;
  name: string | null;
  is_open: number;
  last_text: string;
  last_at: number;
};
type MessageRow = {
  seq: number;
  phone_id: string;
  id: string;
  message_id: string | null;
  sender: PhoneMessage['from'];
  kind: PhoneMessage['kind'];
  text: string;
  at: number;
  buttons: string;
  reply_to: string | null;
  reaction: string | null;
  edited: number;
  revoked: number;
  state: PhoneMessageState;
  detail: string | null;
};
type PostRow = {
  id: number;
  phone_id: string;
  provider_message_id: string;
  event_id: string;
  what: PostKind;
  body: string;
  copies: number;
  due_at: number | null;
  attempts: number;
  status: number | null;
  at: number;
};

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

  /** Adds a phone that is not there yet; keeps one that is. */
  addPhone(phone: Phone): void {
    const { id, channelId, provider, address, name, isOpen, lastText, lastAt } = phone;
    const row = [id, channelId, provider, address, name, isOpen ? 1 : 0, lastText, lastAt];
    this.#sql.exec('INSERT OR IGNORE INTO phones VALUES (?, ?, ?, ?, ?, ?, ?, ?)', ...row);
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

  /** The provider's id of an agent's message, when that channel has taken it. */
  idOfTaken(phoneId: string, messageId: string): string | null {
    const rows = this.#all<{ id: string }>('SELECT id FROM messages WHERE message_id = ? AND phone_id = ?', messageId, phoneId);
    return rows[0]?.id ?? null;
  }

  /** Puts a message on a phone; one with a known id is kept as it is. */
  addMessage(phoneId: string, message: NewMessage): void {
    const { id, from, kind, text, at, state, buttons = [], replyTo = null, reaction = null, detail = null } = message;
    this.#sql.exec(
      `INSERT OR IGNORE INTO messages (phone_id, id, message_id, sender, kind, text, at, buttons, reply_to, reaction, state, detail)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[
        phoneId,
        id,
        message.messageId ?? null,
        from,
        kind,
        text,
        at,
        JSON.stringify(buttons),
        replyTo,
        reaction,
        state,
        detail,
      ],
    );
    this.#sql.exec('UPDATE phones SET last_text = ?, last_at = max(last_at, ?) WHERE id = ?', text, at, phoneId);
  }

  setState(id: string, state: PhoneMessageState, detail: string | null): void {
    this.#sql.exec('UPDATE messages SET state = ?, detail = ? WHERE id = ?', state, detail, id);
  }

  setReaction(id: string, emoji: string | null): void {
    this.#sql.exec('UPDATE messages SET reaction = ? WHERE id = ?', emoji, id);
  }

  setText(id: string, text: string): void {
    this.#sql.exec('UPDATE messages SET text = ?, edited = 1 WHERE id = ?', text, id);
  }

  setRevoked(id: string): void {
    this.#sql.exec('UPDATE messages SET revoked = 1 WHERE id = ?', id);
  }

  /** The brand's messages on a phone that nobody has reported as read. */
  unreadOn(phoneId: string): { id: string; messageId: string }[] {
    return this.#all<{ id: string; messageId: string }>(
      `SELECT id, message_id AS messageId FROM messages
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
    const inbound = `what IN ('message', 'reaction', 'edit', 'revoke')`;
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

const phoneOf = ({ channel_id, is_open, last_text, last_at, ...row }: PhoneRow): Phone => ({
  ...row,
  channelId: channel_id,
  isOpen: is_open === 1,
  lastText: last_text,
  lastAt: last_at,
});

const messageOf = (row: MessageRow): PhoneMessage => ({
  seq: row.seq,
  id: row.id,
  from: row.sender,
  kind: row.kind,
  text: row.text,
  at: row.at,
  buttons: textsOf(row.buttons),
  replyTo: row.reply_to,
  reaction: row.reaction,
  edited: row.edited === 1,
  revoked: row.revoked === 1,
  state: row.state,
  detail: row.detail,
});

function textsOf(json: string): string[] {
  const parsed: unknown = JSON.parse(json);
  return Array.isArray(parsed) ? parsed.filter((text) => typeof text === 'string') : [];
}

const postOf = (row: PostRow): DuePost => ({
  id: row.id,
  phoneId: row.phone_id,
  providerMessageId: row.provider_message_id,
  eventId: row.event_id,
  what: row.what,
  body: row.body,
  copies: row.copies,
  dueAt: row.due_at,
  attempts: row.attempts,
});
