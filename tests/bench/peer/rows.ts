import { Readable } from 'node:stream';
import { conversationOf } from '../data/conversations.ts';
import { CAMPAIGNS, campaignOf, LABELS, labelOf } from '../data/vocabulary.ts';
import type { Cluster } from './cluster.ts';

export const inboxes = ['demo-whatsapp', 'demo-messenger', 'demo-telegram'] as const;
/** open, pending, resolved. */
export const statuses = { new: 0, pending: 2, closed: 1 } as const;

/** The same rows as the product has: a conversation, its contact, its latest message, the labels of its campaign. */
export async function loadPeer(cluster: Cluster, rows: number, now: number): Promise<void> {
  const time = (at: number) => new Date(at).toISOString();
  const line = (...values: (string | number | null)[]) =>
    `${values.map((value) => (value === null ? '\\N' : String(value).replaceAll('\\', '\\\\'))).join('\t')}\n`;
  const all = (count: number, lineOf: (n: number) => string) =>
    Readable.from(
      (function* () {
        for (let n = 0; n < count; n += 1) yield lineOf(n);
      })(),
    );
  const campaignNo = (id: string | undefined) => (id === undefined ? null : Number(id.slice('bench-campaign-'.length)));
  const labelsOf = (id: string | undefined) => (id === undefined ? [] : campaignOf(campaignNo(id) ?? 0).labels);

  await cluster.copy(
    'tags (id, name)',
    all(LABELS, (i) => line(i, labelOf(i))),
  );
  await cluster.copy(
    'campaigns (id, account_id, title, inbox_id)',
    all(CAMPAIGNS, (i) => line(i, 1, campaignOf(i).name, 0)),
  );
  await cluster.copy(
    'contacts (id, account_id, name, phone_number, created_at, last_activity_at)',
    all(rows, (n) => {
      const { contact, lastInboundAt } = conversationOf(n, now);
      return line(n, 1, contact.name, `+${contact.address}`, time(lastInboundAt), time(lastInboundAt));
    }),
  );
  await cluster.copy(
    'conversations (id, account_id, inbox_id, status, assignee_id, contact_id, display_id, campaign_id, cached_label_list, uuid, waiting_since, created_at, last_activity_at)',
    all(rows, (n) => {
      const { id, channel, ticketStatus, lock, campaign, unanswered, lastInboundAt } = conversationOf(n, now);
      const inbox = inboxes.findIndex((one) => one === channel.id);
      const at = time(lastInboundAt);
      const labels = labelsOf(campaign?.id).join(', ') || null;
      return line(
        n,
        1,
        inbox,
        statuses[ticketStatus],
        lock ? 7 : null,
        n,
        n,
        campaignNo(campaign?.id),
        labels,
        id,
        unanswered ? at : null,
        at,
        at,
      );
    }),
  );
  await cluster.copy(
    'messages (id, account_id, inbox_id, conversation_id, message_type, content, sender_id, created_at)',
    all(rows, (n) => {
      const { channel, lastMessage, lastInboundAt } = conversationOf(n, now);
      const inbox = inboxes.findIndex((one) => one === channel.id);
      return line(n, 1, inbox, n, lastMessage.direction === 'inbound' ? 0 : 1, lastMessage.text, n, time(lastInboundAt));
    }),
  );
  await cluster.copy(
    'taggings (tag_id, taggable_id, taggable_type, context)',
    all(rows, (n) =>
      labelsOf(conversationOf(n, now).campaign?.id)
        .map((label) => line(Number(label.slice('bench-label-'.length)), n, 'Conversation', 'labels'))
        .join(''),
    ),
  );
}
