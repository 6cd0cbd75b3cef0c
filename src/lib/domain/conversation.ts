import type { RecordedAct } from './act';
import type { Attribution, CampaignRef } from './campaign';
import type { Enquiry } from './enquiry';
import { decideHold } from './hold';
import { decideInbound } from './inbound';
import type { Lock } from './lock';
import { lockExpiresAt } from './lock';
import { decideMedia } from './media';
import type { Message } from './message';
import type { ReachedMilestone } from './milestone';
import { decideNote } from './note';
import type { InboundEvent, SendResult } from './provider';
import type { AttachmentKind, ChannelSettings, ProviderName } from './provider-rules';
import type { Rejection } from './rejection';
import type { Result } from './result';
import type { Agent } from './role';
import { decideSending } from './sending';
import { snoozedBy, snoozeOf, type Snooze } from './snooze';
import { decideSnooze } from './snoozing';
import type { Published, Summary } from './summary';
import type { TemplateUse } from './template';
import type { Among, TicketStatus } from './ticket';
import { nextEdgeAt, tabAt, type Policy, type Tab } from './window';

/** Which conversation a webhook is about: enough to make it when this is its first message. */
export type ConversationTarget = {
  id: string;
  channelId: string;
  provider: ProviderName;
  address: string;
  /** The end user's own name, when the provider said it. */
  name: string | null;
  /** What is set of the channel: its send window may depend on it. */
  settings?: ChannelSettings;
};

/** Everything about one conversation but its messages. Times in epoch ms. */
export type Conversation = {
  id: string;
  channelId: string;
  provider: ProviderName;
  contact: { id: string; name: string; address: string };
  /** Other ids of the same person on this channel, each told to lead here. */
  aliases?: string[];
  /** The provider's time of the message that said the present address. */
  addressAt?: number;
  campaign: CampaignRef | null;
  /** The message that said so. */
  attributedSeq?: number;
  ticketStatus: TicketStatus;
  /** When it became that; missing in what was stored before this was noted. */
  ticketChangedAt?: number;
  /** Missing where nobody has ever snoozed; once there was one, null = there is none. */
  snooze?: Snooze | null;
  lock: Lock | null;
  /** The highest fencing number ever granted. */
  epoch: number;
  /** The last message's number. */
  seq: number;
  /** Rises by one with every visible change. */
  version: number;
  /** The tab that was last announced; what is true now is `tabAt(lastInboundAt, …)`. */
  tab: Tab;
  lastInboundAt: number;
  /** When they last reacted to a message, which opens the channel's window and is no reply; missing when they never have. */
  lastReactionAt?: number;
  sendWindowUntil: number | null;
  lastMessage: { seq: number; text: string; direction: 'inbound' | 'outbound'; at: number };
  unread: number;
  unanswered: boolean;
  /** What is open, as reports count it; missing in what was stored before this was noted. */
  enquiry?: Enquiry | null;
  /** The latest milestones; which of them are counted already, the read model knows by their versions. */
  milestones?: readonly ReachedMilestone[];
};

/** Reads of the same moment that a decision may need; pure look-ups without side effects. */
export interface MessageLookup {
  byId(id: string): Message | undefined;
  byProviderId(providerMessageId: string): Message | undefined;
  /** Whether a provider event was taken before. */
  isKnown(eventId: string): boolean;
  /** Events that wait for a message with this provider id or id of ours, oldest first. */
  parkedFor(targetId: string): InboundEvent[];
  /** Messages after `seq`, ascending. */
  after(seq: number): Message[];
  /** The latest messages, ascending. */
  latest(limit: number): Message[];
}

/** What a decision sees. */
export type Snapshot = { conversation: Conversation | null; messages: MessageLookup; policy: Policy };

/** Everything that can happen to a conversation. */
export type Command =
  | { type: 'receive'; target: ConversationTarget; event: InboundEvent }
  /** `opens`: the message made or revived the conversation, rather than going on with it. */
  | { type: 'attribute'; messageId: string; opens: boolean; attribution: Attribution | null }
  /** The provider has said what the end user is called. */
  | { type: 'named'; name: string }
  | { type: 'claim'; agent: Agent }
  | { type: 'release'; agent: Agent; epoch: number }
  | { type: 'takeOver'; agent: Agent }
  /** What the holder's connection looks like; `seenAt` is the last proof that it lives. */
  | { type: 'presence'; agentId: string; connected: boolean; seenAt: number }
  /** The agent did something: the idle clock starts again. */
  | { type: 'touch'; agentId: string }
  /** The agent's last sign-in has ended. */
  | { type: 'signedOut'; agentId: string }
  | { type: 'read'; agentId: string; seq: number }
  | {
      type: 'send';
      agent: Agent;
      messageId: string;
      epoch: number;
      /** The last message the agent saw. */
      seenSeq: number;
      text: string;
      /** Send although there is something new. */
      force: boolean;
      /** The message that it answers, by our id. */
      quotedId?: string;
      media?: SentMedia;
      /** Goes out whatever the window; `text` is what the end user will read. */
      template?: TemplateUse;
    }
  | { type: 'retry'; agent: Agent; messageId: string; epoch: number }
  | { type: 'sendStarted'; messageId: string }
  /** `attempt` counts from 1; `jitter` in [0, 1) spreads the next try. */
  | { type: 'sendResult'; messageId: string; result: SendResult; attempt: number; jitter: number }
  /** An agent asks for an attachment that could not be read. */
  | { type: 'fetchMedia'; agent: Agent; messageId: string }
  /** What became of reading an inbound attachment. `attempt` counts from 1; `jitter` in [0, 1). */
  | { type: 'mediaResult'; messageId: string; result: MediaResult; attempt: number; jitter: number }
  /** Words to colleagues, from whoever may see the conversation. */
  | { type: 'note'; agent: Agent; messageId: string; text: string }
  /** `among`: one of several that are set together. */
  | { type: 'setTicketStatus'; agent: Agent; ticketStatus: TicketStatus; among?: Among }
  /** Pending until then. With an epoch the hold ends with it. */
  | { type: 'snooze'; agent: Agent; until: number; epoch?: number }
  | { type: 'close'; agent: Agent; epoch: number; ticketStatus: TicketStatus }
  /** The clock: lease expiry, the end of a snooze, the Active edge, the archive edge. */
  | { type: 'tick' };

/** A file that an agent has uploaded; `key` names it in the media bucket. */
export type SentMedia = { kind: AttachmentKind; key: string; mime: string; fileName: string; size: number };

/** An inbound attachment: stored under `key`, or not, in words. `retry`: it may work later. */
export type MediaResult =
  { status: 'stored'; key: string; mime: string; size: number } | { status: 'retry' | 'gone'; reason: string };

/** Work to be done after the commit, kept in the outbox until it is. */
export type Effect =
  /** Read this message's attachment from the provider, not before `at`. */
  | { type: 'fetch'; messageId: string; at: number }
  /** Nothing more to read for this message. */
  | { type: 'fetched'; messageId: string }
  /** Tell the objects of these addresses that this conversation is theirs. */
  | { type: 'alias'; messageId: string; addresses: string[] }
  /** Ask the provider what the end user is called. */
  | { type: 'name'; messageId: string }
  /** Hand the message to the provider, not before `at`. */
  | { type: 'deliver'; messageId: string; at: number }
  /** Nothing more to hand over for this message. */
  | { type: 'delivered'; messageId: string }
  /** Write down who did this. `messageId` tells the acts of one conversation apart. */
  | { type: 'audit'; messageId: string; act: RecordedAct }
  /** Find the campaign that this inbound message answers. */
  | {
      type: 'attribute';
      messageId: string;
      opens: boolean;
      replyTo: string | null;
      token: string | null;
      ref: string | null;
      at: number;
    };

/** What to commit, all or nothing. A decision that changes nothing keeps the same `conversation` object. */
export type Change = {
  conversation: Conversation | null;
  /** New and changed messages, whole, by `seq`. */
  messages: Message[];
  /** Provider event ids to recognise from now on. */
  remembered: string[];
  /** Events that name a message we do not have (yet). */
  parked: { targetId: string; event: InboundEvent }[];
  /** Targets whose parked events have been used up. */
  unparked: string[];
  effects: Effect[];
};

/**
 * The whole of what Parley does to a conversation: pure, total, and the only place where it is decided. Every command first lets
 * the clock act (an expired lease is no lease), then is accepted with a change or refused with a reason. Nothing is a refusal
 * when it was already done: twice = once.
 */
export function decide(snapshot: Snapshot, command: Command, now: number): Result<Change, Rejection> {
  switch (command.type) {
    case 'receive':
    case 'attribute':
    case 'named':
      return decideInbound(snapshot, command, now);
    case 'send':
    case 'retry':
    case 'sendStarted':
    case 'sendResult':
      return decideSending(snapshot, command, now);
    case 'note':
      return decideNote(snapshot, command, now);
    case 'snooze':
      return decideSnooze(snapshot, command, now);
    case 'fetchMedia':
    case 'mediaResult':
      return decideMedia(snapshot, command, now);
    default:
      return decideHold(snapshot, command, now);
  }
}

/** The row that lists and dashboards show. */
export function summaryOf(conversation: Conversation, policy: Policy, now: number): Summary {
  const { lock, lastMessage } = conversation;
  return {
    id: conversation.id,
    version: conversation.version,
    contact: conversation.contact,
    channel: { id: conversation.channelId, provider: conversation.provider },
    campaign: conversation.campaign,
    ticketStatus: conversation.ticketStatus,
    ticketChangedAt: conversation.ticketChangedAt ?? conversation.lastMessage.at,
    snoozedUntil: snoozeOf(conversation)?.until ?? null,
    snoozedBy: snoozedBy(conversation),
    tab: tabAt(conversation.lastInboundAt, policy, now),
    lastMessage: { text: lastMessage.text, direction: lastMessage.direction, at: lastMessage.at },
    lastInboundAt: conversation.lastInboundAt,
    activeUntil: conversation.lastInboundAt + policy.activeWindowMs,
    sendWindowUntil: conversation.sendWindowUntil,
    unread: conversation.unread,
    unanswered: conversation.unanswered,
    lock: lock && { agentId: lock.agentId, agentName: lock.agentName, since: lock.since },
  };
}

/** The row as it is handed to the read model. */
export function publishedOf(conversation: Conversation, policy: Policy, now: number): Published {
  const { milestones } = conversation;
  return { ...summaryOf(conversation, policy, now), ...(milestones && { milestones }) };
}

/** When the clock next has something to do here: the end of the lease or of a snooze, or the next edge; null when never. */
export function nextTickAt(conversation: Conversation, policy: Policy): number | null {
  const edge = nextEdgeAt(conversation.lastInboundAt, conversation.tab, policy);
  const lease = conversation.lock && lockExpiresAt(conversation.lock, policy).at;
  const moments = [edge, lease, snoozeOf(conversation)?.until ?? null].filter((moment) => moment !== null);
  return moments.length === 0 ? null : Math.min(...moments);
}
