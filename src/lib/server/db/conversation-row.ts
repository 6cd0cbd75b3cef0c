import type { Selectable } from 'kysely';
import { z } from 'zod';
import { facetToken, tokensOf } from '../../domain/search';
import type { Summary } from '../../domain/summary';
import { TicketStatus } from '../../domain/ticket';
import { type Policy, tabAt } from '../../domain/window';
import type { ConversationTable } from './schema';

/** A stored row with what its campaign is called today. */
export type ConversationRow = Selectable<ConversationTable> & {
  campaign_name: string | null;
  /** JSON array of labels. */
  campaign_labels: string | null;
};

const Labels = z.array(z.string());
const statuses = TicketStatus.options;
export const DAY_MS = 86_400_000;

/** The index token of each filter value. Hex of the ids themselves, so that neither writing nor querying has to look a number up. */
export const facets = {
  ticketStatus: (status: TicketStatus) => facetToken('s', String(statuses.indexOf(status))),
  channel: (id: string) => facetToken('h', id),
  campaign: (id: string) => facetToken('c', id),
  unanswered: facetToken('u'),
  snoozed: facetToken('z'),
  heldBy: (agentId: string) => facetToken('a', agentId),
  free: facetToken('f'),
};

/**
 * What follows a campaign's token in the one of that campaign in a status, or on a day (UTC, of `last_inbound_at`): lists of their own, so
 * that a long one need not be walked for them. Hex has neither letter.
 */
export const inStatus = (status: TicketStatus): string => `s${statuses.indexOf(status)}`;
export const onDay = (day: number): string => `t${day}`;
export const dayOf = (at: number): number => Math.floor(at / DAY_MS);

/** The read model's row as the product shows it, with the tab and the time left by the clock. */
export function summaryOf(row: ConversationRow, { now, policy }: { now: number; policy: Policy }): Summary {
  return {
    id: row.id,
    version: row.version,
    contact: { id: row.contact_id, name: row.name, address: row.address },
    channel: { id: row.channel_id, provider: row.provider },
    campaign: campaignOf(row),
    ticketStatus: statuses[row.ticket_status] ?? 'new',
    ticketChangedAt: row.ticket_changed_at,
    snoozedUntil: row.snoozed_until,
    snoozedBy: row.snoozed_by,
    tab: tabAt(row.last_inbound_at, policy, now),
    lastMessage: { text: row.preview, direction: row.preview_direction, at: row.last_at },
    lastInboundAt: row.last_inbound_at,
    activeUntil: row.last_inbound_at + policy.activeWindowMs,
    sendWindowUntil: row.send_window_until,
    unread: row.unread,
    unanswered: row.unanswered === 1,
    lock:
      row.lock_agent_id === null
        ? null
        : { agentId: row.lock_agent_id, agentName: row.lock_agent_name ?? '', since: row.lock_since ?? 0 },
  };
}

function campaignOf(row: ConversationRow): Summary['campaign'] {
  if (row.campaign_id === null || row.campaign_match === null) return null;
  // A campaign that is gone is still the one that was answered.
  const labels = row.campaign_labels === null ? [] : Labels.parse(JSON.parse(row.campaign_labels));
  return { id: row.campaign_id, name: row.campaign_name ?? row.campaign_id, labels, match: row.campaign_match };
}

/** What is stored of a summary, under a recency id. Numbers become whole, as the table takes nothing else. */
export function rowOf(summary: Summary, rid: number): Selectable<ConversationTable> {
  const { contact, channel, campaign, lastMessage, lock, snoozedUntil } = summary;
  return {
    rid,
    id: summary.id,
    version: Math.trunc(summary.version),
    channel_id: channel.id,
    provider: channel.provider,
    contact_id: contact.id,
    name: contact.name,
    address: contact.address,
    preview: lastMessage.text,
    preview_direction: lastMessage.direction,
    campaign_id: campaign?.id ?? null,
    campaign_match: campaign?.match ?? null,
    ticket_status: statuses.indexOf(summary.ticketStatus),
    ticket_changed_at: Math.trunc(summary.ticketChangedAt),
    // Missing in what an object that is still of the version before publishes.
    snoozed_until: snoozedUntil ? Math.trunc(snoozedUntil) : null,
    snoozed_by: summary.snoozedBy ?? null,
    last_inbound_at: Math.trunc(summary.lastInboundAt),
    last_at: Math.trunc(lastMessage.at),
    send_window_until: summary.sendWindowUntil === null ? null : Math.trunc(summary.sendWindowUntil),
    unread: Math.trunc(summary.unread),
    unanswered: summary.unanswered ? 1 : 0,
    lock_agent_id: lock?.agentId ?? null,
    lock_agent_name: lock?.agentName ?? null,
    lock_since: lock === null ? null : Math.trunc(lock.since),
  };
}

/** The text the index gets of a row: the words it is found by and a token per filter value, split by spaces. */
export function indexBodyOf(row: Selectable<ConversationTable>): string {
  const campaign = row.campaign_id === null ? null : facets.campaign(row.campaign_id);
  const status = statuses[row.ticket_status] ?? 'new';
  return [
    ...tokensOf({ name: row.name, text: row.preview }),
    facets.ticketStatus(status),
    facets.channel(row.channel_id),
    ...(campaign === null ? [] : [campaign, campaign + inStatus(status), campaign + onDay(dayOf(row.last_inbound_at))]),
    ...(row.unanswered ? [facets.unanswered] : []),
    ...(row.snoozed_until === null ? [] : [facets.snoozed]),
    row.lock_agent_id === null ? facets.free : facets.heldBy(row.lock_agent_id),
  ].join(' ');
}
