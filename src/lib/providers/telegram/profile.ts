import type { Profile } from '../../domain/profile';

const MB = 1_048_576;

/** Telegram: Bot API 10.1 and its FAQ’s rates. */
export const profile = {
  title: 'Telegram',
  colour: '#2a8fd0',
  apiBase: 'https://api.telegram.org',
  sendWindow: () => null,
  personalWindow: null,
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
  namesReceiver: true,
  hasPhoneNumbers: false,
  addressWords: ['telegram', 'chat id'],
  paceMs: 1_000,
  perSecond: 30,
  form: () => import('./form').then(({ form }) => form),
} satisfies Profile; // prettier-ignore
