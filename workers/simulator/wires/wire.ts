import type { PhoneAct, PhoneMedia, PhoneMessage, Refusal } from '../../../src/lib/domain/simulator';

/** What a wire has to know of one event. Times in epoch ms. */
export type ActContext = {
  /** The provider's id of the new message, or of the event. */
  id: string;
  /** Where providers number their updates: the number of this one. */
  updateId: number;
  at: number;
  address: string;
  name: string | null;
  /** The files that it carries. */
  files: readonly PhoneMedia[];
  /** What the photos of one album have in common. */
  album: string | null;
  /** The message that it is about, or that it answers. */
  target: PhoneMessage | null;
  /** The campaign's mark in the buttons of `target`. */
  token: string | null;
  /** How often `target` has been edited before. */
  edits: number;
  /** Nothing on the phone is newer than `target`. */
  isTargetLatest: boolean;
  /** Where the provider's API is, without a slash at the end. */
  apiBase: string;
};

export type ReceiptContext = {
  /** The provider's id of the message. */
  id: string;
  /** Parley's id of it. */
  messageId: string;
  address: string;
  at: number;
  status: 'sent' | 'delivered' | 'read' | 'failed';
  /** When the provider took it, and what it says. */
  takenAt: number;
  text: string;
  media: PhoneMedia | null;
  /** Why it failed, in the provider's own shape. */
  failure: object | null;
  apiBase: string;
};

/** A message of the brand's as the provider has taken it. */
export type TakenContext = {
  id: string;
  address: string;
  name: string | null;
  at: number;
  text: string;
  media: PhoneMedia | null;
  kind: PhoneMessage['kind'];
};

/** An answer of the provider API: what a real one would say. */
export type ProviderAnswer = { status: number; body: unknown; headers?: Record<string, string> };

/** A refusal and how it looks: at once as the `answer`, or later as the `failure` of a receipt. `retryAfterS` in seconds. */
export type WireRefusal = Refusal & ({ answer(retryAfterS: number): ProviderAnswer } | { failure: object });

/** How one provider talks: the bodies of its webhooks, their signature, and its answers to a send. Pure but for the signature. */
export type Wire = {
  /** The id of a new message in the provider's own style; `number` is one that nothing else has. */
  newId(address: string, number: number): string;
  /** The id of what an end user did, where it is not a message of its own. */
  eventId?(act: PhoneAct, updateId: number): string | null;
  /** Several photos at once are one message. */
  hasAlbumsInOne: boolean;
  /** The webhook body for what the end user did; null when this provider passes no such thing on. */
  act(act: PhoneAct, context: ActContext): object | null;
  /** null when this provider reports no such thing. */
  receipt(context: ReceiptContext): object | null;
  /** `eventId` stays the same over retries and copies. `now` in epoch ms. */
  sign(eventId: string, body: string, now: number): Promise<Record<string, string>>;
  accepted(context: TakenContext): ProviderAnswer;
  refusals: readonly WireRefusal[];
  /** What a receipt says of a message that could not be delivered. */
  undeliverable: object | null;
  /**
   * Keys of the refusals that it gives by itself: its window for answers is over; the end user has blocked the
   * brand; what the send answers is not there.
   */
  closed: { window: string | null; blocked: string | null; missingReply: string | null };
};
