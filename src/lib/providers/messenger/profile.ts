import { attachmentKinds, type Profile } from '../../domain/profile';

const MB = 1_048_576;
const DAY_MS = 86_400_000;

/** How long after the end user's last action any answer is taken. */
export const windowMs = DAY_MS;
/** How long answers by a person are taken, where Meta has approved it for the page. */
export const humanAgentMs = 7 * DAY_MS;

/** Facebook Messenger: Send API and platform policy. */
export const profile = {
  title: 'Messenger',
  colour: '#7a5be0',
  apiBase: 'https://graph.facebook.com',
  sendWindow: (lastActionAt, { humanAgent }) => lastActionAt + (humanAgent === true ? humanAgentMs : windowMs),
  personalWindow: { humanAgent: true },
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
  namesReceiver: true,
  hasPhoneNumbers: false,
  addressWords: ['messenger', 'psid', 'facebook'],
  paceMs: 0,
  perSecond: 300,
  form: () => import('./form').then(({ form }) => form),
} satisfies Profile; // prettier-ignore
