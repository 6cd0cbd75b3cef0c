import type { ContentKind, Details, Media } from './message';
import type { AttachmentKind, ChannelSettings } from './profile';
import type { ProviderName } from './provider-rules';
import type { Template, TemplateUse } from './template';

export type { ChannelSettings } from './profile';
export type { ProviderName } from './provider-rules';

/** A configured number, page, bot or app, with what its provider needs. Never sent to a browser, never logged. */
export type Channel = {
  id: string;
  provider: ProviderName;
  name: string;
  /** The provider's own name of it: phone number id, page id, bot id; for the generic webhook the channel id. */
  accountId: string;
  settings: ChannelSettings;
  secrets: ChannelSecrets;
};
/** A channel's secrets, by what they are for; a provider has some of them, under names of its own. */
export type ChannelSecrets = {
  /** HMAC key of webhooks (Meta). */
  appSecret?: string;
  /** Expected in the GET handshake (Meta). */
  verifyToken?: string;
  /** What our calls are let in with: a bearer token, a bot's token. */
  accessToken?: string;
  /** What deliveries are known by: a fixed header (Telegram), a Standard Webhooks secret (`whsec_…`). */
  webhookSecret?: string;
};

/** What a message carries, whoever wrote it. */
export type Content = {
  kind: ContentKind;
  text: string;
  media: Media | null;
  details: Details | null;
};

/**
 * Something about the end user's side of a conversation. `at` is the provider's time in epoch ms, null when missing. `address` is how
 * the provider takes answers to them.
 */
export type InboundEvent =
  | {
      type: 'message';
      /** The provider's id of it: the dedupe key. */
      eventId: string;
      address: string;
      /** Other ids of the same person on this channel: whichever comes next, it is the same conversation. */
      aliases?: string[];
      /** The person has changed their number or id to this one. */
      movedTo?: string;
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
  | Echo
  | Receipt;

/** A message of the brand that left by another way than Parley: a phone app, a page's own inbox, another tool. */
export type Echo = Content & {
  type: 'echo';
  eventId: string;
  address: string;
  at: number | null;
  /** Our id, when it turns out to be one of ours. */
  messageId: string | null;
  /** Where it was written, in words. */
  origin: string;
};

/** What a provider reports about a message of ours. It names the message by the provider's id, by ours, or by both. */
export type Receipt = {
  type: 'receipt';
  /** null when the provider does not say whom it was sent to (generic webhook). */
  address: string | null;
  at: number | null;
  providerMessageId: string | null;
  messageId: string | null;
  /** Instead of one message: all that were sent up to this time. */
  upTo?: number;
  status: 'sent' | 'delivered' | 'read' | 'failed';
  failure: Failure | null;
};

/** Why a send failed, in words for the agent. */
export type Failure = { code: string; reason: string; retryable: boolean };

/** What a webhook body held. `rejected` parts were authentic but could not be understood; they are kept, not lost. */
export type ParsedWebhook = {
  events: InboundEvent[];
  rejected: { reason: string; part: unknown }[];
  /** What the provider waits to have confirmed once the events are stored (Telegram's callback queries), by its own ids. */
  confirmations?: string[];
};

/** A file on its way out. */
export type OutboundMedia = {
  kind: AttachmentKind;
  mime: string;
  fileName: string;
  size: number;
  /** The bytes; rejects when they are gone. */
  read(): Promise<Blob>;
  /** An address, good for some days, at which the app may fetch it. */
  url(): Promise<string>;
};

/** What a campaign's message carries so that its replies find it: our mark, and one for each button. */
export type CampaignMark = { token: string; buttons: { title: string; token: string }[] };

export type OutboundMessage = {
  /** Our id: travels to the provider and comes back with receipts. */
  id: string;
  address: string;
  /** With media: its caption. With a template: what the end user will read. */
  text: string;
  /** Provider id of the quoted message. */
  replyTo: string | null;
  media: OutboundMedia | null;
  template: TemplateUse | null;
  /** When the end user last did something, epoch ms: some providers want to be told under which rule a message goes. */
  lastActionAt: number;
  /** Only of a campaign's message, which nobody has asked for: `lastActionAt` says nothing then. */
  campaign?: CampaignMark;
};

/**
 * What became of one call to the provider.
 * `retry`: surely not taken, try again (not before `afterMs`); `unknown`: may have been taken, never try again by ourselves;
 * `stopped`: surely not taken, and nothing of this channel will be until an Admin has put it right (`reason`, in words).
 */
export type SendResult =
  | { status: 'sent'; providerMessageId: string | null }
  | { status: 'failed'; failure: Failure; windowClosed?: boolean }
  | { status: 'retry'; afterMs: number | null; reason: string; code: string }
  | { status: 'stopped'; reason: string; code: string }
  | { status: 'unknown'; reason: string };

/** `apiBase` is where this provider's API is; `now` in epoch ms. */
export type SendDeps = { fetch: typeof fetch; apiBase: string; now: number; signal: AbortSignal };

/** The bytes of an inbound attachment, or why there are none. `retry`: they may come; `gone`: they will not. */
export type MediaAnswer =
  | { status: 'found'; body: ReadableStream<Uint8Array>; size: number | null; mime: string | null }
  | { status: 'retry'; reason: string }
  | { status: 'gone'; reason: string };

/** One thing that a channel's test looked at. `help` says what to do about it. */
export type Check = { name: string; ok: boolean; help: string | null };

/**
 * One messaging app behind one port. Values, not classes; `parse` is pure. What a provider does not have is left out. What it allows
 * (windows, limits, kinds) is its `Profile`.
 */
export type Provider = {
  name: ProviderName;
  /** Answers the provider's GET handshake with the text to echo, or null to refuse. */
  handshake(query: URLSearchParams, channel: Channel): string | null;
  /** Whether the raw bytes are authentic; constant time. `now` in epoch ms. */
  verify(body: Uint8Array, headers: Headers, channel: Channel, now: number): Promise<boolean>;
  /** The headers of a genuine delivery with this body, for trying our own webhook; null for a channel without a secret. */
  prove(body: string, channel: Channel, now: number): Promise<Record<string, string> | null>;
  parse(body: unknown, channel: Channel): ParsedWebhook;
  /** Exactly one message; never throws. */
  send(message: OutboundMessage, channel: Channel, deps: SendDeps): Promise<SendResult>;
  /** Reads an inbound attachment from the provider's own hosts, by id; never from an address that an end user could have chosen. */
  readMedia?(media: Media, channel: Channel, deps: SendDeps): Promise<MediaAnswer>;
  /** The end user's own name, where events do not carry it; null when it is not to be had. Never throws. */
  readName?(address: string, channel: Channel, deps: SendDeps): Promise<string | null>;
  /** Confirms what `parse` found to be confirmed. Never throws. */
  confirm?(id: string, channel: Channel, deps: SendDeps): Promise<void>;
  /** Looks whether the channel's credentials are good. Never throws. */
  check(channel: Channel, deps: SendDeps): Promise<Check[]>;
  /** Tells the provider where our webhook is. Without, the operator does so in the provider's own pages. */
  connect?(webhookUrl: string, channel: Channel, deps: SendDeps): Promise<Check>;
  /** The approved templates; rejects with words for an Admin. */
  listTemplates?(channel: Channel, deps: SendDeps): Promise<Template[]>;
};
