import type { Delivery } from './delivery';
import type { TemplateUse } from './template';
import type { TicketStatus } from './ticket';

/** What an end user or an agent can write. */
export const contentKinds = [
  'text', 'image', 'video', 'audio', 'voice', 'document', 'sticker', 'location', 'contacts', 'button', 'interactive', 'order',
  'system', 'unsupported',
] as const; // prettier-ignore
export type ContentKind = (typeof contentKinds)[number];
/** `campaign`: the brand's message that was answered; `activity`: what happened to the conversation itself. */
/** `template`: an approved text that an agent sent. `note`: what an agent wrote to colleagues, which never leaves. */
export type MessageKind = ContentKind | 'template' | 'campaign' | 'activity' | 'note';

/**
 * A file in a message. Inbound ones are named by the provider (`providerMediaId`, or `url` where it has no ids) and read by us;
 * `state` says how far: `waiting` to be read, `stored` with us, `failed`. None = known, but not to be read.
 */
export type Media = {
  providerMediaId?: string;
  url?: string;
  /** What the provider says it is; once stored what the bytes say. */
  mime?: string;
  fileName?: string;
  sha256?: string;
  state?: 'waiting' | 'stored' | 'failed';
  /** Bytes; once stored. */
  size?: number;
  /** Where it is stored: a key of the media bucket. */
  key?: string;
  /** Why it is not here (yet), in words. */
  reason?: string;
};

/** What an `activity` message records. */
export type Activity =
  | { type: 'ticket'; from: TicketStatus; to: TicketStatus }
  /** Pending until that moment, epoch ms. */
  | { type: 'snoozed'; until: number }
  /** The moment has come and the ticket is New. `by`: who had chosen it. */
  | { type: 'woken'; by: { id: string; name: string } }
  | { type: 'claimed'; epoch: number }
  | { type: 'released'; epoch: number; why: 'released' | 'closed' | 'gone' | 'idle' }
  | { type: 'takenOver'; epoch: number; from: { id: string; name: string } };

/** The campaign card: what the end user saw. */
export type CampaignCard = { campaignId: string; name: string; labels: string[]; buttons: string[] };

/** A place or people in the message, as the provider sent it; every value is text of the end user. */
export type Details = Record<string, string | number | boolean | null>;

export type Message = {
  /** 1..n without a gap, in commit order. */
  seq: number;
  id: string;
  direction: 'inbound' | 'outbound';
  kind: MessageKind;
  /** What it says; of media its caption or a short description. */
  text: string;
  /** The agent who wrote it or did it; null for the end user, a campaign, or the clock. */
  author: { id: string; name: string } | null;
  /** Epoch ms: the provider's clamped time for inbound, ours for outbound. */
  at: number;
  /** Outbound only. */
  delivery: Delivery | null;
  /** The conversation's version in which this message last changed: what a reconnecting client missed is `version > its own`. */
  version: number;
  providerMessageId: string | null;
  /** Provider ids of earlier attempts, of which nothing but their arrival is news any more. */
  spentIds?: string[];
  /** The id of the message this one answers, when it is in this thread. */
  quotedId: string | null;
  media: Media | null;
  details: Details | null;
  activity: Activity | null;
  campaign: CampaignCard | null;
  /** Of a `template`: which one, and how it was filled. */
  template?: TemplateUse;
  /** Of a message of ours that did not leave through Parley: where it was written, in words. */
  origin?: string;
  /** The end user's reaction to it. */
  reaction: string | null;
  /** The provider's time of the reaction or its removal: an older one that comes later changes nothing. */
  reactionAt: number | null;
  editedAt: number | null;
  /** Withdrawn by the end user at this time; the text stays for the record. */
  revokedAt: number | null;
};

const descriptions: Record<ContentKind, string> = {
  text: 'Empty message',
  image: '📷 Photo',
  video: '🎬 Video',
  audio: '🎵 Audio',
  voice: '🎤 Voice message',
  document: '📄 Document',
  sticker: '🙂 Sticker',
  location: '📍 Location',
  contacts: '👤 Contact',
  button: 'Button',
  interactive: 'Choice',
  order: '🛒 Order',
  system: 'System message',
  unsupported: 'Unsupported message',
};

/** A message's text, or what to show when it has none. */
export function describe(kind: ContentKind, text: string): string {
  return text.trim() === '' ? descriptions[kind] : text;
}

const OWN_ID = /^[0-9a-f]{12}-(\d{1,15})$/;

/** The id of a message that nobody gave another: it says where it stands. */
export function ownIdOf(conversationId: string, seq: number): string {
  return `${conversationId.slice(0, 12)}-${seq}`;
}

/** Where a message stands that has such an id; null = it is another kind of id. */
export function seqOfOwnId(id: string): number | null {
  const [, seq] = OWN_ID.exec(id) ?? [];
  return seq === undefined ? null : Number(seq);
}
