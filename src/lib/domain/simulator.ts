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
  /** Its user has blocked the brand. */
  isBlocked: boolean;
  lastText: string;
  lastAt: number;
};

/** The providers that the simulator can play. */
export const simulatedProviders = ['whatsapp', 'messenger', 'telegram', 'webhook'] as const;
export type SimulatedProvider = (typeof simulatedProviders)[number];

/** What its app tells the brand of besides new messages; whatever is false does not reach it there either. */
export type PhoneAbilities = {
  reactions: boolean;
  edits: boolean;
  withdrawals: boolean;
  blocking: boolean;
  /** People of the address book can be passed on. */
  contacts: boolean;
  /** Where the brand can answer beside Parley, in words; null = nowhere that we would hear of. */
  echoFrom: string | null;
};
export const phoneAbilities: Record<SimulatedProvider, PhoneAbilities> = {
  whatsapp: { reactions: true, edits: true, withdrawals: true, blocking: false, contacts: true, echoFrom: 'WhatsApp phone app' },
  messenger: {
    reactions: true,
    edits: true,
    withdrawals: false,
    blocking: false,
    contacts: false,
    echoFrom: 'Messenger page inbox',
  },
  telegram: { reactions: true, edits: true, withdrawals: false, blocking: true, contacts: true, echoFrom: null },
  webhook: {
    reactions: true,
    edits: true,
    withdrawals: true,
    blocking: false,
    contacts: true,
    echoFrom: 'The app’s own console',
  },
};

/** A file on a phone: one of the simulator's samples, one that was chosen, or one that the brand has sent. `size` in bytes. */
export type PhoneMedia = { id: string; mime: string; fileName: string | null; size: number };
/** What a phone can send as a file. */
export const phoneMediaKinds = ['image', 'video', 'audio', 'voice', 'document', 'sticker'] as const;
export type PhoneMediaKind = (typeof phoneMediaKinds)[number];
/** Largest file that can be chosen on a phone. */
export const MAX_PHONE_FILE_BYTES = 2 * 1_024 * 1_024;
/** A file that was chosen on a phone and is kept now. */
export type KeptFile = PhoneMedia & { kind: PhoneMediaKind };

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
  kind: ContentKind | 'template';
  text: string;
  at: number;
  media: PhoneMedia | null;
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

/**
 * What becomes of sends. `accept`; `undeliverable` = taken, then reported as not delivered; `silent` = delivered, but not answered;
 * `lost` = neither; else the key of a refusal in the provider's own list, which only sends to that provider meet.
 */
export const plainSendFaults = ['accept', 'undeliverable', 'silent', 'lost'] as const;

/** One way in which a provider refuses a send, or reports it as failed. */
export type Refusal = {
  key: string;
  provider: SimulatedProvider;
  /** As the provider writes it. */
  code: string;
  words: string;
  /** It is an answer to too many sends, and may say how long to wait. */
  isRateLimit: boolean;
};

const MINUTE_MS = 60_000;

/** How the stand-in misbehaves; each is something that real providers have been seen to do. */
export const Faults = z.strictObject({
  /** The whole provider: `cut` = connections break in the middle of the answer; `silent` = it never answers. */
  provider: z.enum(['up', 'cut', 'badGateway', 'silent']),
  nextSend: z.string().max(64),
  /** `nextSend` stays until it is changed back, instead of for one send. */
  everySend: z.boolean(),
  /** What refusals for too many sends ask for, in whole seconds. */
  retryAfterS: z.number().int().min(1).max(600),
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
  provider: 'up',
  nextSend: 'accept',
  everySend: false,
  retryAfterS: 3,
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
    kind: z.enum(phoneMediaKinds),
    caption: z.string().max(1_024).default(''),
    /** A file that was chosen before; null = a sample of that kind. */
    fileId: z
      .string()
      .regex(/^\d{1,32}$/)
      .nullable()
      .default(null),
  }),
  /** Several photos at once. */
  z.strictObject({
    type: z.literal('album'),
    count: z.number().int().min(2).max(10),
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
  z.strictObject({ type: z.literal('block'), isBlocked: z.boolean() }),
  /** The brand answers by another way than Parley. */
  z.strictObject({ type: z.literal('echo'), text: Words }),
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

/** A campaign that a phone can be sent. */
export type Choice = { id: string; name: string };

/** A channel that a phone can be on. */
export type ChannelChoice = Choice & { provider: SimulatedProvider };

export type Overview = {
  phones: Phone[];
  channels: ChannelChoice[];
  campaigns: Choice[];
  faults: Faults;
  refusals: Refusal[];
  posts: Post[];
};

/** Live socket, server → page; the page only pings. */
export type SimulatorFrame =
  | { type: 'phone'; phone: Phone }
  | { type: 'message'; phoneId: string; message: PhoneMessage }
  | { type: 'faults'; faults: Faults }
  | { type: 'post'; post: Post };
