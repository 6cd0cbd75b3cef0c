import { describe, type ContentKind, type Message } from '../domain/message';
import { fileSize } from './file-size';

/** How far the bytes of an attachment are; `stored`: they are at `src`. `reason` in words. */
export type FileView =
  | { state: 'stored'; src: string }
  | { state: 'waiting'; reason: string | null }
  /** `mayFetch`: asking for it again can help. */
  | { state: 'failed'; reason: string; mayFetch: boolean };

/** What a message that is not plain text carries: a name for it, a detail, and the caption when there is one. */
export type Attachment = {
  kind: ContentKind;
  name: string;
  detail: string | null;
  href: string | null;
  caption: string | null;
  /** Null when there are no bytes to show: a place, a person, a file that is known but never read. */
  file: FileView | null;
};

/** What a message that an agent has spoken is called, without its extension. Providers keep it as an audio file. */
export const VOICE_NAME = 'Voice message';

const names: Partial<Record<ContentKind, string>> = {
  image: 'Photo',
  video: 'Video',
  audio: 'Audio',
  voice: 'Voice message',
  document: 'Document',
  sticker: 'Sticker',
  location: 'Location',
  contacts: 'Contact',
  order: 'Order',
  unsupported: 'Unsupported message',
};

/** The attachment of a message, or null when it is only text. */
export function attachmentOf(message: Message): Attachment | null {
  const { kind, text, media, details } = message;
  if (kind === 'campaign' || kind === 'activity' || kind === 'note' || kind === 'template') return null;
  const name = names[kind];
  if (name === undefined) return null;
  const caption = text === describe(kind, '') || text === media?.fileName ? null : text;
  if (kind === 'location') {
    const place = coordinatesOf(details?.latitude, details?.longitude);
    return { kind, name, detail: place?.text ?? null, href: place?.href ?? null, caption, file: null };
  }
  const file = fileOf(message);
  if (kind === 'unsupported' && file?.state !== 'stored') {
    return { kind, name, detail: 'Look at it in the customer’s app', href: null, caption, file };
  }
  const size = media?.size === undefined ? null : fileSize(media.size);
  const detail = [mimeName(media?.mime), size].filter((part) => part !== null).join(' · ') || null;
  // Ours that was spoken here looks like theirs.
  const isSpoken = kind === 'audio' && message.direction === 'outbound' && media?.fileName?.startsWith(VOICE_NAME) === true;
  if (isSpoken) return { kind: 'voice', name: VOICE_NAME, detail, href: null, caption, file };
  return { kind, name: media?.fileName ?? name, detail, href: null, caption, file };
}

function fileOf({ media, direction, origin }: Message): FileView | null {
  switch (media?.state) {
    case 'stored':
      return media.key === undefined ? null : { state: 'stored', src: `/media/${media.key}` };
    case 'waiting':
      return { state: 'waiting', reason: media.reason ?? null };
    case 'failed':
      // What an agent uploaded is nowhere else.
      return {
        state: 'failed',
        reason: media.reason ?? 'It could not be read.',
        mayFetch: direction === 'inbound' || origin !== undefined,
      };
    default:
      return null;
  }
}

/** A place on the map as text and as an https address; null when these are no coordinates. */
export function coordinatesOf(latitude: unknown, longitude: unknown): { text: string; href: string } | null {
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return null;
  if (!(Math.abs(latitude) <= 90) || !(Math.abs(longitude) <= 180)) return null;
  const [lat, lon] = [latitude.toFixed(5), longitude.toFixed(5)];
  return { text: `${lat}, ${lon}`, href: `https://www.openstreetmap.org/?mlat=${lat}&mlon=${lon}#map=16/${lat}/${lon}` };
}

/** `application/pdf` → `PDF`; null when it says nothing to a person. */
function mimeName(mime: string | undefined): string | null {
  const type = /^[a-z]+\/([a-z0-9.+-]+)/iu.exec(mime ?? '')?.[1];
  if (type === undefined || type.length > 12 || type === 'octet-stream') return null;
  return type.replace(/\+.*$/u, '').toUpperCase();
}

/** One line of a message for a quote or an announcement. */
export function lineOf(message: Message): string {
  if (message.revokedAt !== null) return 'Message withdrawn';
  const attachment = attachmentOf(message);
  return attachment ? (attachment.caption ?? attachment.name) : message.text;
}

/** Whether a reply can name this message: the provider knows it, and it is something somebody said. */
export function isQuotable({ kind, providerMessageId, revokedAt }: Message): boolean {
  return providerMessageId !== null && revokedAt === null && kind !== 'activity' && kind !== 'campaign' && kind !== 'system';
}

/** Where a message of ours that did not leave through Parley was written: `from the WhatsApp phone app`, `from another app`. */
export function originWords(origin: string): string {
  return /^(?:an?|another|the)\s/iu.test(origin) ? `from ${origin}` : `from the ${origin}`;
}
