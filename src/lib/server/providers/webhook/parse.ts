import { z } from 'zod';
import { contentKinds, describe, type ContentKind, type Media } from '../../../domain/message';
import type { InboundEvent, ParsedWebhook, Receipt } from '../../../domain/provider';
import { cleanText } from '../../../domain/text';
import { facts, Id, soft } from '../facts';

const MAX_NAME = 200;
const MAX_REASON = 500;
const MAX_URL = 2_048;
const MAX_LABEL = 255;

const Envelope = z.object({ type: z.string(), timestamp: soft(z.union([z.string(), z.number()])), data: z.unknown() });

const Received = z.object({
  id: Id,
  user: z.object({ id: Id, name: soft(z.string()) }),
  message: z.object({
    type: z.string().max(64),
    text: soft(z.string()),
    media: soft(
      z.object({
        url: soft(z.string().max(MAX_URL)),
        mime: soft(z.string()),
        sha256: soft(z.string()),
        fileName: soft(z.string()),
      }),
    ),
  }),
  replyTo: soft(Id),
  campaignToken: soft(z.string().min(1).max(256)),
});

const Status = z
  .object({
    id: soft(Id),
    idempotencyKey: soft(Id),
    status: z.enum(['sent', 'delivered', 'read', 'failed']),
    reason: soft(z.string()),
    code: soft(Id),
  })
  .refine((status) => status.id !== undefined || status.idempotencyKey !== undefined);

/** One signed call carries one event: `message.received` or `message.status`. */
export function parse(body: unknown): ParsedWebhook {
  const envelope = Envelope.safeParse(body);
  if (!envelope.success) return reject('not an event', body);
  const { type, timestamp, data } = envelope.data;
  const event =
    type === 'message.received' ? received(data, timestamp) : type === 'message.status' ? receipt(data, timestamp) : null;
  return event ? { events: [event], rejected: [] } : reject(`unreadable ${cleanText(type, 64)}`, body);
}

const reject = (reason: string, part: unknown): ParsedWebhook => ({ events: [], rejected: [{ reason, part }] });

function received(data: unknown, timestamp: string | number | undefined): InboundEvent | null {
  const parsed = Received.safeParse(data);
  if (!parsed.success) return null;
  const { id, user, message, replyTo, campaignToken } = parsed.data;
  const kind = kindOf(message.type);
  return {
    type: 'message',
    eventId: id,
    address: user.id,
    name: cleanText(user.name ?? '', MAX_NAME).trim() || null,
    at: timeOf(timestamp),
    kind,
    text: describe(kind, cleanText(message.text ?? '')),
    media: mediaOf(message.media),
    details: kind === 'unsupported' ? facts({ type: message.type }) : null,
    replyTo: replyTo ?? null,
    token: campaignToken ?? null,
    ref: null,
  };
}

function receipt(data: unknown, timestamp: string | number | undefined): Receipt | null {
  const parsed = Status.safeParse(data);
  if (!parsed.success) return null;
  const { id, idempotencyKey, status, reason, code } = parsed.data;
  return {
    type: 'receipt',
    address: null,
    at: timeOf(timestamp),
    providerMessageId: id ?? null,
    messageId: idempotencyKey ?? null,
    status,
    failure:
      status === 'failed'
        ? {
            code: code ?? 'failed',
            reason: cleanText(reason ?? '', MAX_REASON).trim() || 'The app could not deliver it.',
            retryable: true,
          }
        : null,
  };
}

const kindOf = (type: string): ContentKind => contentKinds.find((kind) => kind === type) ?? 'unsupported';

/** ISO text or a number of ms; null when it is no time at all. */
function timeOf(timestamp: string | number | undefined): number | null {
  const at = typeof timestamp === 'string' ? Date.parse(timestamp) : timestamp;
  return at !== undefined && Number.isFinite(at) ? at : null;
}

function mediaOf(media: z.infer<typeof Received>['message']['media']): Media | null {
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
