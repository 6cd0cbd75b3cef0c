const KB = 1_024;
const MB = 1_024 * KB;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What an agent can attach. A voice message is an `audio` that was spoken into the app. */
export const attachmentKinds = ['image', 'video', 'audio', 'document', 'sticker'] as const;
export type AttachmentKind = (typeof attachmentKinds)[number];

/** One kind of attachment that a provider takes. `mimes` empty = any. */
export type AttachmentRule = { kind: AttachmentKind; mimes: readonly string[]; maxBytes: number };

/** What one messaging app allows. Data only: the core, the server and the dashboard all decide by it. */
export type ProviderRules = {
  /** As agents know it. */
  title: string;
  /** How long after the end user's last action free text is taken; null = always. */
  windowMs: number | null;
  /** The longer window for answers written by a person, where the channel has it enabled. */
  humanAgentMs: number | null;
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
  /** Least time between two messages to one end user. */
  paceMs: number;
  /** Most messages a second on one channel. */
  perSecond: number;
};

/**
 * WhatsApp: Cloud API, media reference and throughput pages. Messenger: Send API, platform policy. Telegram: Bot API 10.1 and its FAQ's
 * rates. Generic webhook: ours.
 */
export const providerRules = {
  whatsapp: {
    title: 'WhatsApp',
    windowMs: DAY_MS,
    humanAgentMs: null,
    maxText: 4_096,
    maxCaption: 1_024,
    attachments: [
      { kind: 'image', mimes: ['image/jpeg', 'image/png'], maxBytes: 5 * MB },
      { kind: 'sticker', mimes: ['image/webp'], maxBytes: 500 * KB },
      { kind: 'video', mimes: ['video/mp4', 'video/3gpp'], maxBytes: 16 * MB },
      { kind: 'audio', mimes: ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'], maxBytes: 16 * MB },
      {
        kind: 'document',
        mimes: [
          'application/pdf', 'text/plain', 'application/msword', 'application/vnd.ms-excel', 'application/vnd.ms-powerpoint',
          'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
          'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
          'application/vnd.openxmlformats-officedocument.presentationml.presentation',
        ],
        maxBytes: 100 * MB,
      },
    ],
    withoutCaption: ['audio', 'sticker'],
    hasTemplates: true,
    hasReceipts: true,
    paceMs: 0,
    perSecond: 80,
  },
  messenger: {
    title: 'Messenger',
    windowMs: DAY_MS,
    humanAgentMs: 7 * DAY_MS,
    maxText: 2_000,
    maxCaption: 0,
    attachments: [
      { kind: 'image', mimes: ['image/jpeg', 'image/png', 'image/gif', 'image/webp'], maxBytes: 8 * MB },
      { kind: 'video', mimes: ['video/mp4', 'video/quicktime', 'video/webm'], maxBytes: 25 * MB },
      { kind: 'audio', mimes: ['audio/mpeg', 'audio/mp4', 'audio/aac', 'audio/ogg', 'audio/wav', 'audio/webm'], maxBytes: 25 * MB },
      { kind: 'document', mimes: [], maxBytes: 25 * MB },
    ],
    withoutCaption: attachmentKinds,
    hasTemplates: false,
    hasReceipts: true,
    paceMs: 0,
    perSecond: 300,
  },
  telegram: {
    title: 'Telegram',
    windowMs: null,
    humanAgentMs: null,
    maxText: 4_096,
    maxCaption: 1_024,
    attachments: [
      { kind: 'image', mimes: ['image/jpeg', 'image/png'], maxBytes: 10 * MB },
      { kind: 'video', mimes: ['video/mp4'], maxBytes: 50 * MB },
      { kind: 'audio', mimes: ['audio/mpeg', 'audio/mp4', 'audio/ogg'], maxBytes: 50 * MB },
      { kind: 'document', mimes: [], maxBytes: 50 * MB },
    ],
    withoutCaption: [],
    hasTemplates: false,
    hasReceipts: false,
    paceMs: 1_000,
    perSecond: 30,
  },
  webhook: {
    title: 'App',
    windowMs: null,
    humanAgentMs: null,
    maxText: 65_536,
    maxCaption: 4_096,
    attachments: [
      { kind: 'image', mimes: ['image/jpeg', 'image/png', 'image/gif', 'image/webp'], maxBytes: 25 * MB },
      { kind: 'video', mimes: ['video/mp4', 'video/webm', 'video/quicktime'], maxBytes: 25 * MB },
      { kind: 'audio', mimes: ['audio/mpeg', 'audio/mp4', 'audio/aac', 'audio/ogg', 'audio/wav', 'audio/webm'], maxBytes: 25 * MB },
      { kind: 'document', mimes: [], maxBytes: 25 * MB },
    ],
    withoutCaption: [],
    hasTemplates: false,
    hasReceipts: true,
    paceMs: 0,
    perSecond: 50,
  },
} as const satisfies Record<string, ProviderRules>; // prettier-ignore

export type ProviderName = keyof typeof providerRules;

/** The same table, its entries seen alike. */
export const rulesOf = (provider: ProviderName): ProviderRules => providerRules[provider];

/** How a file can go out on this provider, or in words why it cannot. `mime` is what its bytes say. */
export function attachmentFor(
  provider: ProviderName,
  file: { mime: string; size: number },
): { kind: AttachmentKind } | { refusal: string } {
  const { title, attachments } = rulesOf(provider);
  const taking = attachments.filter(({ mimes }) => mimes.length === 0 || mimes.includes(file.mime));
  if (taking.length === 0) return { refusal: `${title} does not take files of this type.` };
  if (file.size === 0) return { refusal: 'This file is empty.' };
  const fitting = taking.find(({ maxBytes }) => file.size <= maxBytes);
  if (fitting) return { kind: fitting.kind };
  const most = Math.max(...taking.map(({ maxBytes }) => maxBytes));
  const limit = most >= MB ? `${Math.floor(most / MB)} MB` : `${Math.floor(most / KB)} KB`;
  return { refusal: `${title} takes at most ${limit} of this type.` };
}
