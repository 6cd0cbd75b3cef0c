import { z } from 'zod';
import { describe, type ContentKind, type Details, type Media } from '../../../domain/message';
import type { Content } from '../../../domain/provider';
import { cleanText } from '../../../domain/text';
import { facts, soft } from '../../../server/providers/facts';

const MAX_LABEL = 255;
const words = soft(z.string());
const count = soft(z.number().int().nonnegative());

/** What all files share. `file_id` is what `getFile` takes, and only from the same bot. */
const File = z.object({ file_id: words, file_size: count, file_name: words, mime_type: words });
type File = z.infer<typeof File>;
const Size = File.extend({ width: count, height: count });

/** Makes the content of one part of a message; null when it is misshapen. */
type Reader = (part: unknown, caption: string | undefined) => Content | null;

function reader<Part>(schema: z.ZodType<Part>, make: (part: Part, caption: string | undefined) => Content): Reader {
  return (part, caption) => {
    const parsed = schema.safeParse(part);
    return parsed.success ? make(parsed.data, caption) : null;
  };
}

/** By the name of the part. In this order, because some kinds carry the part of an older kind along: the first one is what it is. */
const readers: Record<string, Reader> = {
  text: reader(z.string(), (text) => content('text', text)),
  // Telegram sends GIFs as silent MP4, with a `document` beside it.
  animation: reader(File, (file, caption) =>
    ofFile(file.mime_type === 'image/gif' ? 'image' : 'video', file, caption, { animated: true }),
  ),
  // Every photo is a JPEG, in several sizes.
  photo: reader(z.array(Size).min(1), (sizes, caption) => ofFile('image', largestOf(sizes), caption, {}, 'image/jpeg')),
  video: reader(File.extend({ duration: count }), (file, caption) => ofFile('video', file, caption, { duration: file.duration })),
  video_note: reader(File.extend({ duration: count }), (file, caption) =>
    ofFile('video', file, caption, { videoNote: true, duration: file.duration }, 'video/mp4'),
  ),
  voice: reader(File.extend({ duration: count }), (file, caption) =>
    ofFile('voice', file, caption, { duration: file.duration }, 'audio/ogg'),
  ),
  audio: reader(File.extend({ title: words, performer: words, duration: count }), (file, caption) => {
    const { title, performer, duration } = file;
    return ofFile('audio', file, caption, { title, performer, duration });
  }),
  document: reader(File, (file, caption) => ofFile('document', file, caption)),
  sticker: reader(
    File.extend({ emoji: words, is_animated: soft(z.boolean()), is_video: soft(z.boolean()) }),
    ({ emoji, is_animated, is_video, ...file }, caption) => {
      const mime = is_animated ? 'application/x-tgsticker' : is_video ? 'video/webm' : 'image/webp';
      return ofFile('sticker', file, caption, { emoji, animated: is_animated || is_video || undefined }, mime);
    },
  ),
  // A venue carries its `location` beside it.
  venue: reader(
    z.object({ location: z.object({ latitude: z.number(), longitude: z.number() }), title: words, address: words }),
    ({ location: { latitude, longitude }, title, address }) =>
      content('location', [title, address].filter(Boolean).join(', '), facts({ latitude, longitude, name: title, address })),
  ),
  location: reader(
    z.object({ latitude: z.number(), longitude: z.number(), live_period: count }),
    ({ latitude, longitude, live_period }) =>
      content('location', '', facts({ latitude, longitude, live: live_period !== undefined || undefined })),
  ),
  contact: reader(z.object({ phone_number: words, first_name: words, last_name: words }), (person) => {
    const name = [person.first_name, person.last_name].filter(Boolean).join(' ');
    return content('contacts', name, facts({ name, phones: person.phone_number }));
  }),
  web_app_data: reader(z.object({ data: words, button_text: words }), ({ data, button_text }) =>
    content('interactive', button_text ?? data, facts({ type: 'web_app_data', response: data })),
  ),
  // Parley does not show these whole; their words say what to look for in the app.
  poll: reader(z.object({ question: words }), ({ question }) => content('unsupported', question, facts({ type: 'poll' }))),
  dice: reader(z.object({ emoji: words, value: count }), ({ emoji, value }) =>
    content('unsupported', [emoji, value].join(' ').trim(), facts({ type: 'dice', value })),
  ),
  game: reader(z.object({ title: words }), ({ title }) => content('unsupported', title, facts({ type: 'game' }))),
  checklist: reader(z.object({ title: words }), ({ title }) => content('unsupported', title, facts({ type: 'checklist' }))),
};

/** What Telegram itself writes into the chat when the person did something there. */
const notices: Record<string, string> = {
  pinned_message: 'Pinned a message',
  message_auto_delete_timer_changed: 'Changed when messages are deleted by themselves',
  chat_background_set: 'Changed the background of the chat',
  write_access_allowed: 'Allowed the bot to write',
  connected_website: 'Signed in to a website with the bot',
};

/** Parts that say something about a message, not what it says. */
const envelope = new Set([
  'from', 'chat', 'sender_chat', 'sender_business_bot', 'via_bot', 'forward_origin', 'reply_to_message', 'external_reply', 'quote',
  'reply_to_story', 'entities', 'caption_entities', 'link_preview_options', 'reply_markup', 'direct_messages_topic',
  'suggested_post_info',
]); // prettier-ignore

/**
 * The content of a `Message` by the part that it carries (https://core.telegram.org/bots/api#message); null when that part is
 * misshapen. What Telegram adds after this was written is `unsupported`: shown, not lost.
 */
export function contentOf(message: Record<string, unknown>): Content | null {
  const carries = (name: string) => message[name] !== undefined;
  const known = Object.entries(readers).find(([name]) => carries(name));
  if (known) {
    const [name, read] = known;
    return read(message[name], words.parse(message.caption));
  }
  const notice = Object.keys(notices).find(carries);
  if (notice !== undefined) return content('system', notices[notice], facts({ change: notice }));
  const other = Object.keys(message).find((name) => typeof message[name] === 'object' && !envelope.has(name));
  return content('unsupported', words.parse(message.caption), facts({ type: other }));
}

function content(kind: ContentKind, text: string | undefined, details: Details | null = null): Content {
  return { kind, text: describe(kind, cleanText(text ?? '')), media: null, details };
}

function ofFile(
  kind: ContentKind,
  file: File,
  caption: string | undefined,
  about: Parameters<typeof facts>[0] = {},
  usualMime?: string,
): Content {
  const mime = file.mime_type ?? usualMime;
  const media: Media = {};
  if (file.file_id !== undefined) media.providerMediaId = cleanText(file.file_id, MAX_LABEL);
  if (mime !== undefined) media.mime = cleanText(mime, MAX_LABEL);
  if (file.file_name !== undefined) media.fileName = cleanText(file.file_name, MAX_LABEL);
  if (file.file_size !== undefined) media.size = file.file_size;
  return { ...content(kind, caption, facts(about)), media };
}

function largestOf(sizes: z.infer<typeof Size>[]): File {
  const area = ({ width = 0, height = 0 }: z.infer<typeof Size>) => width * height;
  return sizes.reduce((largest, size) => (area(size) >= area(largest) ? size : largest));
}
