import type { Profile } from '../../domain/profile';
import { identityOf, spellingsOf } from './identity';

const KB = 1_024;
const MB = 1_024 * KB;
const DAY_MS = 86_400_000;

/** WhatsApp Business Cloud API: its message, media reference, throughput and policy pages. */
export const profile = {
  title: 'WhatsApp',
  colour: '#1f9d55',
  apiBase: 'https://graph.facebook.com',
  sendWindow: (lastActionAt) => lastActionAt + DAY_MS,
  personalWindow: null,
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
  namesReceiver: true,
  hasPhoneNumbers: true,
  addressWords: ['phone', 'phone number', 'mobile', 'tel', 'telephone', 'whatsapp'],
  identityOf,
  spellingsOf,
  paceMs: 0,
  perSecond: 80,
  form: () => import('./form').then(({ form }) => form),
} satisfies Profile; // prettier-ignore
