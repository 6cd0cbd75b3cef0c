import { z } from 'zod';
import { describe, type ContentKind, type Media } from '../../../domain/message';
import type { Content } from '../../../domain/provider';
import { cleanText } from '../../../domain/text';
import { facts, Id, soft } from '../../../server/providers/facts';

/** Longest address kept; those of Meta's file hosts are about 500 characters. */
const MAX_URL = 4_096;
const MAX_LABEL = 255;

const words = soft(z.string());
const titles = soft(z.array(z.object({ title: words, subtitle: words })));

const Attachment = z.object({
  type: z.string().max(64),
  title: words,
  url: words,
  payload: soft(
    z.object({
      url: words,
      title: words,
      text: words,
      sticker_id: soft(Id),
      reel_video_id: soft(Id),
      coordinates: soft(z.object({ lat: z.number(), long: z.number() })),
      template_type: words,
      elements: titles,
      buttons: titles,
      product: soft(z.object({ elements: titles })),
      booking_id: soft(Id),
      status: words,
      start_time: soft(z.number()),
      end_time: soft(z.number()),
      timezone: words,
    }),
  ),
});
type Attachment = z.infer<typeof Attachment>;

const files: Record<string, ContentKind> = {
  image: 'image',
  audio: 'audio',
  video: 'video',
  file: 'document',
  sticker: 'sticker',
};

/** What was shared out of Facebook or Instagram, as agents call it. */
const shares: Record<string, string> = {
  reel: '🎬 Reel',
  ig_reel: '🎬 Instagram reel',
  post: '🔗 Post',
  ig_post: '🔗 Instagram post',
  share: '🔗 Shared post',
  fallback: '🔗 Link',
};

/**
 * One attachment and the text that came with it. A file is named by its address, which is Meta's, not the end user's. A kind that
 * was added after this was written, or that is misshapen, is `unsupported`: shown, not lost.
 */
export function attachmentOf(part: unknown, text: string): Content {
  const { data } = Attachment.safeParse(part);
  if (!data) return contentOf('unsupported', text);
  const { type, payload } = data;
  const file = Object.hasOwn(files, type) ? files[type] : undefined;
  if (file) return fileContent(payload?.sticker_id === undefined ? file : 'sticker', data, text);
  const share = Object.hasOwn(shares, type) ? shares[type] : undefined;
  if (share) return shareContent(share, data, text);
  switch (type) {
    case 'location':
      return locationContent(data, text);
    case 'template':
      return templateContent(data, text);
    case 'appointment_booking':
      return bookingContent(data, text);
    default:
      return contentOf('unsupported', text, { type });
  }
}

type Facts = Parameters<typeof facts>[0];

function contentOf(kind: ContentKind, text: string, found: Facts = {}): Content {
  return { kind, text: describe(kind, cleanText(text)), media: null, details: facts(found) };
}

function fileContent(kind: ContentKind, { title, payload }: Attachment, text: string): Content {
  const media: Media = {};
  const url = payload?.url;
  if (url !== undefined && url !== '' && url.length <= MAX_URL) media.url = cleanText(url);
  const fileName = kind === 'document' ? payload?.title || title || lastSegment(url) : undefined;
  if (fileName) media.fileName = cleanText(fileName, MAX_LABEL);
  return { ...contentOf(kind, text, { stickerId: payload?.sticker_id }), media };
}

/** The file name at the end of an address, as people read it; empty when there is none. */
function lastSegment(address: string | undefined): string {
  const path = URL.parse(address ?? '')?.pathname ?? '';
  const name = path.slice(path.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function shareContent(label: string, { title, url, payload }: Attachment, text: string): Content {
  const link = payload?.url || url || '';
  const heading = payload?.title || title || '';
  const known = { url: link, title: heading, reelId: payload?.reel_video_id };
  if (link === '' && heading === '') return contentOf(text === '' ? 'unsupported' : 'text', text || label, known);
  // Of a link that stands in the text the card says nothing new.
  if (link !== '' && text.includes(link)) return contentOf('text', text, known);
  const description = [heading === '' ? label : `${label}: ${heading}`, link].filter(Boolean);
  return contentOf('text', [text, ...description].filter(Boolean).join('\n'), known);
}

function locationContent({ title, url, payload }: Attachment, text: string): Content {
  const place = payload?.coordinates;
  const name = payload?.title || title;
  if (!place) return contentOf('unsupported', text || name || '', { type: 'location' });
  const { lat: latitude, long: longitude } = place;
  return contentOf('location', text || name || '', { latitude, longitude, name, url: payload?.url || url });
}

/** A card: a product that a person asks about, or, in an echo, what another tool has sent. */
function templateContent({ title, payload }: Attachment, text: string): Content {
  const cards = [...(payload?.product?.elements ?? []), ...(payload?.elements ?? [])];
  const lines = cards.map((card) => [card.title, card.subtitle].filter(Boolean).join(' · '));
  const said = [text, payload?.text || title, ...lines].filter(Boolean).join('\n');
  const type = payload?.template_type ?? (payload?.product ? 'product' : 'template');
  const buttons = (payload?.buttons ?? []).map((button) => button.title).filter(Boolean);
  return contentOf(said === '' ? 'unsupported' : 'text', said, { type, buttons: buttons.join(', ') });
}

function bookingContent({ payload }: Attachment, text: string): Content {
  const { booking_id: bookingId, status, start_time, end_time, timezone } = payload ?? {};
  const heading = ['📅 Appointment', status].filter(Boolean).join(' ');
  const when = start_time === undefined ? '' : timeText(start_time * 1_000, timezone);
  const said = [text, [heading, when].filter(Boolean).join(': ')].filter(Boolean).join('\n');
  const seconds = { startsAt: start_time && start_time * 1_000, endsAt: end_time && end_time * 1_000 };
  return contentOf('text', said, { bookingId, status, ...seconds, timezone });
}

/** A time as people write it, on the clock of its own zone; empty when there is no such time. */
function timeText(at: number, zone = 'UTC'): string {
  const format = (timeZone: string) =>
    new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(at);
  try {
    return `${format(zone)} (${cleanText(zone, 64)})`;
  } catch {
    return Number.isNaN(new Date(at).getTime()) ? '' : `${format('UTC')} (UTC)`;
  }
}
