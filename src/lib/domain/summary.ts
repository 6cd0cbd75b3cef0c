import type { CampaignRef } from './campaign';
import type { ReachedMilestone } from './milestone';
import type { ProviderName } from './provider';
import type { LockInfo } from './rejection';
import type { TicketStatus } from './ticket';
import type { Tab } from './window';

/** One row of the list: everything about a conversation but its messages. Part of the public interface. Times in epoch ms. */
export type Summary = {
  id: string;
  /** Rises with every visible change; the newer of two summaries is the one with the higher version. */
  version: number;
  contact: { id: string; name: string; address: string };
  channel: { id: string; provider: ProviderName };
  campaign: CampaignRef | null;
  ticketStatus: TicketStatus;
  /** When the ticket became that. */
  ticketChangedAt: number;
  /** Until when it is set aside as Pending; it becomes New by itself then. */
  snoozedUntil: number | null;
  /** The id of whoever set that aside; also while the ticket is New because the snooze has ended. */
  snoozedBy: string | null;
  tab: Tab;
  lastMessage: { text: string; direction: 'inbound' | 'outbound'; at: number };
  lastInboundAt: number;
  activeUntil: number;
  /** Until when the provider takes free text; null = always. */
  sendWindowUntil: number | null;
  /** Inbound messages that no holder has seen yet. */
  unread: number;
  /** Whether the end user wrote last. */
  unanswered: boolean;
  lock: LockInfo | null;
};

/** A row on its way to the read model, with what is to be counted when it gets there. */
export type Published = Summary & { milestones?: readonly ReachedMilestone[] };

/** What of it is anybody's to see. */
export const shown = ({ milestones: _, ...summary }: Published): Summary => summary;
