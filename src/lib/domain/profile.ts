import type { ChannelForm } from './channel-form';

/** What an agent can attach. A voice message is an `audio` that was spoken into the app. */
export const attachmentKinds = ['image', 'video', 'audio', 'document', 'sticker'] as const;
export type AttachmentKind = (typeof attachmentKinds)[number];

/** One kind of attachment that a provider takes. `mimes` empty = any. */
export type AttachmentRule = { kind: AttachmentKind; mimes: readonly string[]; maxBytes: number };

/** What an Admin sets of a channel beside its name, account and secrets; which settings there are is the provider's to say. */
export type Setting = string | boolean | string[];
export type ChannelSettings = {
  /** WhatsApp: the business account, whose templates can be sent. */
  businessId?: string;
  /** Messenger: Meta has approved the human-agent tag for this page. */
  humanAgent?: boolean;
  /** Generic webhook: where sends go; without, to the deployment's WEBHOOK_API_BASE. */
  sendUrl?: string;
  /** Generic webhook: further hosts that media may be read from; that of `sendUrl` always may. */
  mediaHosts?: string[];
} & { [name: string]: Setting | undefined };

/**
 * The pure half of a messaging app: what it is called, allows and promises. The core, the server and the dashboard all decide by it, so
 * it has no I/O and is small. Its other half, the code that speaks to the app, is a `Provider`.
 */
export type Profile = {
  /** As agents know it. */
  title: string;
  /** Its dot: a CSS colour, `light-dark(…)` where one does not suit both themes. */
  colour: string;
  /** Where its API is, when the deployment's `<NAME>_API_BASE` does not say; empty = only the deployment knows. */
  apiBase: string;
  /**
   * Epoch ms until which the app takes free text, when the end user last did something at `lastActionAt`; null = always. Pure, and never
   * earlier for a later action.
   */
  sendWindow(lastActionAt: number, settings: ChannelSettings): number | null;
  /** The settings under which answers by a person are taken for longer; null = there is no such rule. */
  personalWindow: ChannelSettings | null;
  /** Longest text of one message, in UTF-16 units. */
  maxText: number;
  /** Longest caption of an attachment, in UTF-16 units; 0 = none. */
  maxCaption: number;
  /** Kinds by preference: a file goes out as the first kind that takes it. */
  attachments: readonly AttachmentRule[];
  /** Kinds that cannot carry a caption: the text goes out as a message of its own instead. */
  withoutCaption: readonly AttachmentKind[];
  /** Whether approved templates can be sent when the window is closed. */
  hasTemplates: boolean;
  /** Whether the provider reports delivery and reading; without, a message stays at "sent". */
  hasReceipts: boolean;
  /** Whether a receipt says whom the message was sent to; without, the directory keeps it. */
  namesReceiver: boolean;
  /** Whether addresses are phone numbers in international form, to be shown as such. */
  hasPhoneNumbers: boolean;
  /** How the column of addresses in a file of people may be headed, folded. */
  addressWords: readonly string[];
  /** The form by which a person is known, where the app writes one address in several ways. Idempotent. */
  identityOf?(address: string): string;
  /** All the ways in which it writes the address of that identity. */
  spellingsOf?(identity: string): readonly string[];
  /** Least time between two messages to one end user. */
  paceMs: number;
  /** Most messages a second on one channel. */
  perSecond: number;
  /** What Settings asks for and says of its channels; a chunk of its own in the browser. */
  form(): Promise<ChannelForm>;
};
