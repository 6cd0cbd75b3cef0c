import type { ContentKind, Details, Media } from './message';

export const providerNames = ['whatsapp', 'messenger', 'telegram', 'webhook'] as const;
export type ProviderName = (typeof providerNames)[number];

/** A configured number, page, bot or app, with what its provider needs. Never sent to a browser, never logged. */
export type Channel = {
  id: string;
  provider: ProviderName;
  name: string;
  /** The provider's own name of it: phone number id, page id, bot id; for the generic webhook the channel id. */
  accountId: string;
  secrets: ChannelSecrets;
};
export type ChannelSecrets = {
  /** Meta: HMAC key of webhooks. */
  appSecret?: string;
  /** Meta: expected in the GET handshake. */
  verifyToken?: string;
  /** Meta: bearer token of sends; Telegram: the bot token. */
  accessToken?: string;
  /** Telegram: the fixed header; generic: the Standard Webhooks secret (`whsec_…`). */
  webhookSecret?: string;
};

/** Something about the end user's side of a conversation. `at` is the provider's time in epoch ms, null when missing. */
export type InboundEvent =
  | {
      type: 'message';
      /** The provider's id of it: the dedupe key. */
      eventId: string;
      address: string;
      name: string | null;
      at: number | null;
      kind: ContentKind;
      text: string;
      media: Media | null;
      details: Details | null;
      /** Provider id of the message it answers. */
      replyTo: string | null;
      /** Our campaign token out of a button, a start link or a payload. */
      token: string | null;
      /** A referral of the provider (ad or link). */
      ref: string | null;
    }
  | { type: 'reaction'; eventId: string; address: string; at: number | null; targetId: string; emoji: string | null }
  | { type: 'edit'; eventId: string; address: string; at: number | null; targetId: string; text: string }
  | { type: 'revoke'; eventId: string; address: string; at: number | null; targetId: string }
  | Receipt;

/** What a provider reports about a message of ours. It names the message by the provider's id, by ours, or by both. */
export type Receipt = {
  type: 'receipt';
  /** null when the provider does not say whom it was sent to (generic webhook). */
  address: string | null;
  at: number | null;
  providerMessageId: string | null;
  messageId: string | null;
  status: 'sent' | 'delivered' | 'read' | 'failed';
  failure: Failure | null;
};

/** Why a send failed, in words for the agent. */
export type Failure = { code: string; reason: string; retryable: boolean };

/** What a webhook body held. `rejected` parts were authentic but could not be understood; they are kept, not lost. */
export type ParsedWebhook = { events: InboundEvent[]; rejected: { reason: string; part: unknown }[] };

export type OutboundMessage = {
  /** Our id: travels to the provider and comes back with receipts. */
  id: string;
  address: string;
  text: string;
  /** Provider id of the quoted message. */
  replyTo: string | null;
};

/**
 * What became of one call to the provider.
 * `retry`: surely not taken, try again (not before `afterMs`); `unknown`: may have been taken, never try again by ourselves.
 */
export type SendResult =
  | { status: 'sent'; providerMessageId: string | null }
  | { status: 'failed'; failure: Failure; windowClosed?: boolean }
  | { status: 'retry'; afterMs: number | null; reason: string; code: string }
  | { status: 'unknown'; reason: string };

export type SendDeps = { fetch: typeof fetch; apiBase: string; now: number; signal: AbortSignal };

/** One messaging app behind one port. Values, not classes; `parse` is pure. */
export type Provider = {
  name: ProviderName;
  /** Answers the provider's GET handshake with the text to echo, or null to refuse. */
  handshake(query: URLSearchParams, channel: Channel): string | null;
  /** Whether the raw bytes are authentic; constant time. `now` in epoch ms. */
  verify(body: Uint8Array, headers: Headers, channel: Channel, now: number): Promise<boolean>;
  parse(body: unknown, channel: Channel): ParsedWebhook;
  send(message: OutboundMessage, channel: Channel, deps: SendDeps): Promise<SendResult>;
};
