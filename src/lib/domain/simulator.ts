import { z } from 'zod';
import { ChannelId, ConversationId } from './ids';
import type { ContentKind } from './message';

/** What the simulator's page and its server say to each other. Times in epoch ms. */

/** One end user's phone on one channel. `id` is the id of the conversation that it writes in. */
export type Phone = {
  id: string;
  channelId: string;
  provider: SimulatedProvider;
  address: string;
  name: string | null;
  /** Whether somebody looks at it: only then are answers reported as read. */
  isOpen: boolean;
  lastText: string;
  lastAt: number;
};

/** The providers that the simulator can play. */
export const simulatedProviders = ['whatsapp', 'webhook'] as const;
export type SimulatedProvider = (typeof simulatedProviders)[number];

/**
 * Where a message is. The end user's own: `waiting` to be posted, `held` back by a fault, `taken` by Parley, `refused` by it. The
 * brand's: as far as its receipts have been reported.
 */
export type PhoneMessageState = 'waiting' | 'held' | 'taken' | 'refused' | 'accepted' | 'sent' | 'delivered' | 'read' | 'failed';

export type PhoneMessage = {
  /** Rises in the order of arrival at the phone. */
  seq: number;
  /** The provider's id of it. */
  id: string;
  from: 'user' | 'brand' | 'campaign';
  kind: ContentKind;
  text: string;
  at: number;
  buttons: string[];
  /** Provider id of the message it answers. */
  replyTo: string | null;
  reaction: string | null;
  edited: boolean;
  revoked: boolean;
  state: PhoneMessageState;
  /** Why it was refused or failed. */
  detail: string | null;
};

/** What becomes of the next send; after one send it is `accept` again. */
export const sendFaults = [
  'accept', 'undeliverable', 'window', 'tooFast', 'busy', 'serverError', 'token', 'silent', 'lost',
] as const; // prettier-ignore
export type SendFault = (typeof sendFaults)[number];

const MINUTE_MS = 60_000;

/** How the stand-in misbehaves; each is something that real providers have been seen to do. */
export const Faults = z.strictObject({
  nextSend: z.enum(sendFaults),
  /** The answer to a send takes this long. */
  sendDelayMs: z.number().int().min(0).max(MINUTE_MS),
  /** `withheld` ones are let go when this is changed back. */
  receipts: z.enum(['inOrder', 'reversed', 'withheld']),
  /** Every webhook is posted this many times, at once. */
  copies: z.number().int().min(1).max(5),
  /** What the end user writes is posted this much later. */
  inboundDelayMs: z.number().int().min(0).max(MINUTE_MS),
  /** Each message of the end user waits for the next one and is posted after it. */
  swapInbound: z.boolean(),
});
export type Faults = z.infer<typeof Faults>;

export const noFaults: Faults = {
  nextSend: 'accept',
  sendDelayMs: 0,
  receipts: 'inOrder',
  copies: 1,
  inboundDelayMs: 0,
  swapInbound: false,
};

const ProviderId = z.string().min(1).max(512);
const Words = z.string().min(1).max(4_096);

/** What an end user can do on a phone. */
export const PhoneAct = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: Words, replyTo: ProviderId.nullable().default(null) }),
  /** Presses a button of a campaign message. */
  z.strictObject({ type: z.literal('button'), targetId: ProviderId, text: Words }),
  z.strictObject({
    type: z.literal('media'),
    kind: z.enum(['image', 'video', 'voice', 'document', 'sticker']),
    caption: z.string().max(1_024).default(''),
  }),
  z.strictObject({
    type: z.literal('location'),
    latitude: z.number().min(-90).max(90),
    longitude: z.number().min(-180).max(180),
    name: z.string().max(200).default(''),
  }),
  z.strictObject({ type: z.literal('contacts'), name: Words, phone: z.string().max(40) }),
  /** Something that the provider does not pass on. */
  z.strictObject({ type: z.literal('unsupported') }),
  /** `emoji` null takes the reaction back. */
  z.strictObject({ type: z.literal('reaction'), targetId: ProviderId, emoji: z.string().min(1).max(32).nullable() }),
  z.strictObject({ type: z.literal('edit'), targetId: ProviderId, text: Words }),
  z.strictObject({ type: z.literal('revoke'), targetId: ProviderId }),
]);
export type PhoneAct = z.infer<typeof PhoneAct>;

/** The time travel: 16 days reach beyond every window and the retention. */
const MAX_AGO_MS = 16 * 86_400_000;

/** `agoMs`: the provider's time of it lies this far in the past. */
export const ActRequest = z.strictObject({ act: PhoneAct, agoMs: z.number().int().min(0).max(MAX_AGO_MS).default(0) });
export type ActRequest = z.input<typeof ActRequest>;

export const NewPhone = z.strictObject({
  channelId: ChannelId,
  address: z
    .string()
    .trim()
    .min(1)
    .max(128)
    .regex(/^[\w.+@-]+$/),
  name: z.string().trim().max(200),
});
export type NewPhone = z.input<typeof NewPhone>;

export const OpenRequest = z.strictObject({ isOpen: z.boolean() });
export const CampaignRequest = z.strictObject({ campaignId: z.string().min(1).max(64) });
export const PhoneId = ConversationId;

/** One webhook that was posted to Parley, as its HTTP status tells; 0 = no answer. */
export type Post = { id: number; phoneId: string; what: string; copies: number; status: number; at: number };

/** A campaign that a phone can be sent, and a channel that a phone can be on. */
export type Choice = { id: string; name: string };

export type Overview = { phones: Phone[]; channels: Choice[]; campaigns: Choice[]; faults: Faults; posts: Post[] };

/** Live socket, server → page; the page only pings. */
export type SimulatorFrame =
  | { type: 'phone'; phone: Phone }
  | { type: 'message'; phoneId: string; message: PhoneMessage }
  | { type: 'faults'; faults: Faults }
  | { type: 'post'; post: Post };
