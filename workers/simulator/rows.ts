import { z } from 'zod';
import type { Phone, PhoneMedia, PhoneMessage, PhoneMessageState } from '../../src/lib/domain/simulator';

/** A message to be put on a phone. `messageId` is Parley's id of an agent's message. */
export type NewMessage = Pick<PhoneMessage, 'id' | 'from' | 'kind' | 'text' | 'at' | 'state'> &
  Partial<Pick<PhoneMessage, 'media' | 'buttons' | 'replyTo' | 'reaction' | 'detail'>> & {
    messageId?: string;
    token?: string | null;
  };

/** What the end user did, and what a provider reports of a message of ours. */
export const userActs = ['message', 'reaction', 'edit', 'revoke', 'block', 'echo'] as const;
export type PostKind = (typeof userActs)[number] | 'sent' | 'delivered' | 'read' | 'failed';

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

export type PhoneRow = {
  id: string;
  channel_id: string;
  provider: Phone['provider'];
  address: string;
  name: string | null;
  is_open: number;
  is_blocked: number;
  last_text: string;
  last_at: number;
};
export type MessageRow = {
  seq: number;
  phone_id: string;
  id: string;
  message_id: string | null;
  sender: PhoneMessage['from'];
  kind: PhoneMessage['kind'];
  text: string;
  at: number;
  buttons: string;
  media: string | null;
  token: string | null;
  reply_to: string | null;
  reaction: string | null;
  edited: number;
  revoked: number;
  state: PhoneMessageState;
  detail: string | null;
};
export type PostRow = {
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

export const phoneOf = ({ channel_id, is_open, is_blocked, last_text, last_at, ...row }: PhoneRow): Phone => ({
  ...row,
  channelId: channel_id,
  isOpen: is_open === 1,
  isBlocked: is_blocked === 1,
  lastText: last_text,
  lastAt: last_at,
});

export const messageOf = (row: MessageRow): PhoneMessage => ({
  seq: row.seq,
  id: row.id,
  from: row.sender,
  kind: row.kind,
  text: row.text,
  at: row.at,
  media: fileOf(row.media),
  buttons: textsOf(row.buttons),
  replyTo: row.reply_to,
  reaction: row.reaction,
  edited: row.edited > 0,
  revoked: row.revoked === 1,
  state: row.state,
  detail: row.detail,
});

function textsOf(json: string): string[] {
  const parsed: unknown = JSON.parse(json);
  return Array.isArray(parsed) ? parsed.filter((text) => typeof text === 'string') : [];
}

const StoredFile = z.object({ id: z.string(), mime: z.string(), fileName: z.string().nullable(), size: z.number() });

const fileOf = (json: string | null): PhoneMedia | null =>
  json === null ? null : (StoredFile.safeParse(JSON.parse(json)).data ?? null);

export const postOf = (row: PostRow): DuePost => ({
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
