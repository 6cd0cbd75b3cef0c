import { describe, type ContentKind, type Message } from '../domain/message';

/** What a message that is not plain text carries: a name for it, a detail, and the caption when there is one. */
export type Attachment = { kind: ContentKind; name: string; detail: string | null; href: string | null; caption: string | null };

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
export function attachmentOf({ kind, text, media, details }: Message): Attachment | null {
  if (kind === 'campaign' || kind === 'activity') return null;
  const name = names[kind];
  if (name === undefined) return null;
  const caption = text === describe(kind, '') || text === media?.fileName ? null : text;
  if (kind === 'location') {
    const place = coordinatesOf(details?.latitude, details?.longitude);
    return { kind, name, detail: place?.text ?? null, href: place?.href ?? null, caption };
  }
  if (kind === 'unsupported') return { kind, name, detail: 'Look at it in the customer’s app', href: null, caption };
  return { kind, name: media?.fileName ?? name, detail: mimeName(media?.mime), href: null, caption };
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
