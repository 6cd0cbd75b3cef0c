import { z } from 'zod';
import { contentKinds, describe, type ContentKind, type Details, type Media } from '../../../domain/message';
import type { Content } from '../../../domain/provider';
import { cleanText } from '../../../domain/text';
import { facts, soft } from '../../../server/providers/facts';

const MAX_URL = 2_048;
const MAX_LABEL = 255;
/** People or telephone numbers looked at in one message. */
const MAX_PEOPLE = 50;

const words = soft(z.string());
/** What a message says, in either direction's words of the contract. */
export const Said = z.object({
  type: z.string().max(64),
  text: words,
  media: soft(z.object({ url: soft(z.string().max(MAX_URL)), mime: words, sha256: words, fileName: words })),
  location: soft(z.object({ latitude: z.number(), longitude: z.number(), name: words, address: words, url: words })),
  contacts: soft(z.array(z.object({ name: words, phones: soft(z.array(z.string()).max(MAX_PEOPLE)) })).max(MAX_PEOPLE)),
  payload: words,
});
type Said = z.infer<typeof Said>;

/** Never fails: what is missing is left out, and a type of a later date is `unsupported`. */
export function contentOf(said: Said): Content {
  const kind = contentKinds.find((known) => known === said.type) ?? 'unsupported';
  const text = cleanText(said.text ?? '');
  return {
    kind,
    text: describe(kind, text.trim() === '' ? cleanText(captionOf(kind, said), MAX_LABEL) : text),
    media: mediaOf(said.media),
    details: detailsOf(kind, said),
  };
}

/** What stands for the text of a place or of people. */
function captionOf(kind: ContentKind, { location, contacts }: Said): string {
  if (kind === 'location') return [location?.name, location?.address].filter(Boolean).join(', ');
  return kind === 'contacts' ? namesOf(contacts) : '';
}

function detailsOf(kind: ContentKind, { type, location, contacts, payload }: Said): Details | null {
  switch (kind) {
    case 'location':
      return facts({ ...location });
    case 'contacts':
      return facts({ name: namesOf(contacts), phones: contacts?.flatMap(({ phones }) => phones ?? []).join(', ') });
    case 'button':
    case 'interactive':
      return facts({ payload });
    case 'unsupported':
      return facts({ type });
    default:
      return null;
  }
}

const namesOf = (contacts: Said['contacts']): string => (contacts ?? []).flatMap(({ name }) => name || []).join(', ');

function mediaOf(media: Said['media']): Media | null {
  if (!media) return null;
  const kept: Media = {};
  if (media.url !== undefined && isWebAddress(media.url)) kept.url = media.url;
  if (media.mime !== undefined) kept.mime = cleanText(media.mime, MAX_LABEL);
  if (media.sha256 !== undefined) kept.sha256 = cleanText(media.sha256, MAX_LABEL);
  if (media.fileName !== undefined) kept.fileName = cleanText(media.fileName, MAX_LABEL);
  return Object.keys(kept).length > 0 ? kept : null;
}

/** Anything but http and https (`javascript:`, `data:`, …) is not something to open. */
function isWebAddress(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}
