import type { DeliveryStatus } from '../domain/delivery';
import type { Message } from '../domain/message';
import type { QueuedSend } from './send-queue';

/** Where in a run of bubbles of one author, less than five minutes apart, a bubble stands. */
export type Place = { first: boolean; last: boolean };

/** One line of the thread as it is drawn. `key` stays the same while an optimistic message becomes the real one. */
export type Item =
  | { type: 'day'; key: string; at: number }
  | { type: 'campaign'; key: string; message: Message; dated: boolean }
  | { type: 'activity'; key: string; message: Message; dated: boolean }
  | { type: 'note'; key: string; message: Message; dated: boolean }
  | { type: 'bubble'; key: string; message: Message; place: Place; dated: boolean }
  /** Pictures that were sent together; `message` is the last of them. */
  | { type: 'album'; key: string; message: Message; messages: Message[]; place: Place; dated: boolean }
  | { type: 'pending'; key: string; send: QueuedSend; place: Place };

const GROUP_MS = 5 * 60_000;

/** The thread's messages in drawing order: by `seq`, each campaign message directly above the first one that answers it. */
export function displayOrder(messages: Message[]): Message[] {
  const campaigns = new Map(messages.filter((message) => message.kind === 'campaign').map((message) => [message.id, message]));
  const answered = new Map<string, Message>();
  for (const { quotedId } of messages) {
    const campaign = quotedId === null ? undefined : campaigns.get(quotedId);
    if (campaign) answered.set(campaign.id, campaign);
  }
  if (answered.size === 0) return messages;
  const placed = new Set<string>();
  const ordered: Message[] = [];
  for (const message of messages) {
    if (message.kind === 'campaign' && answered.has(message.id)) continue;
    const campaign = message.quotedId === null ? undefined : answered.get(message.quotedId);
    if (campaign && !placed.has(campaign.id)) ordered.push(campaign);
    if (campaign) placed.add(campaign.id);
    ordered.push(message);
  }
  return ordered;
}

/** Activities worth a line for everyone: ticket changes and take-overs. Who came and went is for those who ask. */
function isQuietActivity(message: Message): boolean {
  return message.activity?.type === 'claimed' || message.activity?.type === 'released';
}

/**
 * Everything the thread draws, top to bottom. Day separators only ever move forward: what is older than the day above it (a campaign placed
 * above its answer, a message that came late) says its own date instead. `dayOf` gives a day's number or name in the agent's time zone.
 */
export function threadItems(
  messages: Message[],
  pending: QueuedSend[],
  options: { userId: string; showAll: boolean; dayOf: (at: number) => string },
): Item[] {
  const shown = displayOrder(messages).filter((message) => options.showAll || !isQuietActivity(message));
  const items: Item[] = [];
  let latestAt = -Infinity;
  let latestDay = '';
  const separate = (at: number): boolean => {
    const day = options.dayOf(at);
    if (day === latestDay) return false;
    if (at < latestAt) return true;
    items.push({ type: 'day', key: `day:${day}`, at });
    latestDay = day;
    return false;
  };
  for (const message of shown) {
    const dated = separate(message.at);
    latestAt = Math.max(latestAt, message.at);
    if (message.kind === 'campaign' || message.kind === 'activity' || message.kind === 'note') {
      items.push({ type: message.kind, key: message.id, message, dated });
    } else if (!joinAlbum(items, message))
      items.push({ type: 'bubble', key: message.id, message, place: { first: true, last: true }, dated });
  }
  const known = new Set(messages.map((message) => message.id));
  for (const send of pending) {
    if (known.has(send.messageId)) continue;
    separate(Math.max(send.at, latestAt));
    items.push({ type: 'pending', key: send.messageId, send, place: { first: true, last: true } });
  }
  return group(items, options.userId);
}

/** Puts a picture to those of its album that stand directly above. The album keeps the key of its first, so that it grows in its place. */
function joinAlbum(items: Item[], message: Message): boolean {
  const album = albumOf(message);
  const above = items.at(-1);
  if (album === null || (above?.type !== 'bubble' && above?.type !== 'album') || albumOf(above.message) !== album) return false;
  if (above.message.direction !== message.direction) return false;
  const messages = [...(above.type === 'album' ? above.messages : [above.message]), message];
  items[items.length - 1] = { ...above, type: 'album', message, messages };
  return true;
}

/** The album that a picture belongs to. What has a quote or was withdrawn stands alone. */
function albumOf({ kind, details, revokedAt, quotedId }: Message): string | null {
  const album = details?.album;
  if ((kind !== 'image' && kind !== 'video') || revokedAt !== null || quotedId !== null) return null;
  return typeof album === 'string' && album !== '' ? album : null;
}

/** Marks where runs of one author begin and end. */
function group(items: Item[], userId: string): Item[] {
  for (let index = 1; index < items.length; index += 1) {
    const above = items[index - 1];
    const here = items[index];
    if (!above || !here || !('place' in above) || !('place' in here)) continue;
    if (authorOf(above, userId) !== authorOf(here, userId) || Math.abs(timeOf(here) - timeOf(above)) >= GROUP_MS) continue;
    above.place.last = false;
    here.place.first = false;
  }
  return items;
}

type BubbleItem = Extract<Item, { place: Place }>;
/** An optimistic message is the agent's own; everything inbound is the one end user's. */
const authorOf = (item: BubbleItem, userId: string): string =>
  item.type === 'pending' ? userId : item.message.direction === 'inbound' ? 'contact' : (item.message.author?.id ?? '');
const timeOf = (item: BubbleItem): number => (item.type === 'pending' ? item.send.at : item.message.at);

/** How a delivery is told: by the tick's shape and in words. */
export const deliveryNames: Record<DeliveryStatus, string> = {
  queued: 'Waiting to be sent',
  sending: 'Sending',
  unknown: 'Not sure it arrived',
  sent: 'Sent',
  delivered: 'Delivered',
  read: 'Read',
  failed: 'Not delivered',
};

/** When a message made its last step, and when it was written, for a title: `Written …\nRead …`. Both times in words. */
export function deliveryTimes(status: DeliveryStatus, at: string, written: string | undefined): string {
  const last = `${deliveryNames[status]} ${at}`;
  return written === undefined || written === at ? last : `Written ${written}\n${last}`;
}
