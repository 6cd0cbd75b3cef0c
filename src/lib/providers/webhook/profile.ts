import type { Profile } from '../../domain/profile';

const MB = 1_048_576;

/** Any other app, by our own signed JSON: the figures are ours. */
export const profile = {
  title: 'App',
  colour: 'light-dark(#6f7480, #868b96)',
  apiBase: '',
  sendWindow: () => null,
  personalWindow: null,
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
  namesReceiver: false,
  hasPhoneNumbers: false,
  addressWords: [],
  paceMs: 0,
  perSecond: 50,
  form: () => import('./form').then(({ form }) => form),
} satisfies Profile; // prettier-ignore
