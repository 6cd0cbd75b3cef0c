import type { Attribution } from '../../src/lib/domain/campaign';
import type { Command, ConversationTarget } from '../../src/lib/domain/conversation';
import { ownIdOf, type ContentKind, type Details } from '../../src/lib/domain/message';
import type { Failure, InboundEvent, SendResult } from '../../src/lib/domain/provider';
import type { DemoProvider } from './channels';
import type { Agent } from '../../src/lib/domain/role';
import type { Policy } from '../../src/lib/domain/window';
import { demoCampaigns } from './campaigns';
import type { DemoConversation, DemoSend } from './content';
import { inboundMedia } from './files';
import type { Beat, Session } from './timeline';

/** A command and the moment at which it is lived through, in epoch ms. */
export type Step = { command: Command; at: number };

export type Cast = {
  target: ConversationTarget;
  agents: Record<Session['agent'], Agent>;
  attribution: Attribution | null;
  policy: Policy;
  now: number;
  /** The simulator's provider API, where the conversation's files are; without it they are only named. */
  filesAt?: string;
};

/** Our mark in the buttons of a send that is to be known by it alone; null for the others. */
export const tokenOf = (send: DemoSend): string | null => (send.match === 'token' ? `pc_${send.sendId}` : null);

/** What the look-up of the campaign's records says about the conversation; it will say the same again. */
export function attributionOf({ send }: DemoConversation): Attribution | null {
  if (!send) return null;
  const { id, name, labels } = demoCampaigns[send.key];
  const { sendId, providerMessageId, text, buttons, at, match } = send;
  return { campaign: { id, name, labels: labels.toSorted(), match }, send: { id: sendId, providerMessageId, text, buttons, at } };
}

const SECOND = 1_000;

/** The id that a conversation gives its first message. Were it another one day, the look-up would find the campaign a little later. */
const firstMessageOf = (target: ConversationTarget): string => ownIdOf(target.id, 1);

/**
 * Everything that happened in a conversation as the commands that the real object takes, in order of time. An agent's send is
 * followed at once by its result, so that the outbox has nothing left to hand to a provider.
 */
export function stepsOf(conversation: DemoConversation, cast: Cast): Step[] {
  const recorder = new Recorder(cast);
  for (const session of conversation.sessions)
    playSession(recorder, session, conversation, session === conversation.sessions.at(-1));
  recorder.add({ type: 'tick' }, cast.now);
  return recorder.steps;
}

/** Collects steps, and keeps what commands need from earlier ones: the epoch of the agent's hold, and whether it still lasts. */
class Recorder {
  readonly steps: Step[] = [];
  readonly cast: Cast;
  #epoch = 0;
  #hold: { agent: Agent; seenAt: number; activeAt: number } | null = null;

  constructor(cast: Cast) {
    this.cast = cast;
  }

  /** Adds a step, never earlier than the one before. A hold that would run out is kept alive by its agent's connection. */
  add(command: Command, wanted: number): void {
    const at = Math.max(wanted, this.steps.at(-1)?.at ?? 0);
    const { lockGraceMs, lockIdleMs } = this.cast.policy;
    if (this.#hold && at >= this.#hold.activeAt + lockIdleMs) this.#hold = null;
    if (this.#hold && at >= this.#hold.seenAt + lockGraceMs) this.#beSeen(this.#hold, at);
    this.steps.push({ command, at });
    if (this.#hold && command.type === 'send') this.#hold = { ...this.#hold, seenAt: at, activeAt: at };
  }

  /** The agent has had the conversation open since shortly before `at`; answers with the epoch of the hold. */
  open(agent: Agent, at: number, beforeMs: number): number {
    const { lockIdleMs } = this.cast.policy;
    if (this.#hold && at < this.#hold.activeAt + lockIdleMs) return this.#epoch;
    this.add({ type: 'claim', agent }, at - Math.min(beforeMs, lockIdleMs / 2));
    this.#epoch += 1;
    const claimedAt = this.steps.at(-1)?.at ?? at;
    this.#hold = { agent, seenAt: claimedAt, activeAt: claimedAt };
    this.#beSeen(this.#hold, claimedAt);
    return this.#epoch;
  }

  /** Ends the hold with this command. */
  leave(command: Command, at: number): void {
    this.add(command, at);
    this.#hold = null;
  }

  #beSeen(hold: { agent: Agent; seenAt: number }, at: number): void {
    this.steps.push({ command: { type: 'presence', agentId: hold.agent.id, connected: true, seenAt: at }, at });
    hold.seenAt = at;
  }
}

function playSession(recorder: Recorder, session: Session, conversation: DemoConversation, latest: boolean): void {
  const agent = recorder.cast.agents[session.agent];
  const lastAnswer = session.beats.findLastIndex((beat) => beat.type === 'answer');
  for (const [index, beat] of session.beats.entries()) {
    const nextAt = session.beats[index + 1]?.at ?? recorder.cast.now;
    if (beat.type === 'answer') {
      playAnswer(recorder, agent, beat, nextAt, conversation.provider);
      // Nobody looks at what the end user writes after this: it stays unread.
      if (index === lastAnswer && !session.status)
        leave(recorder, agent, beat.at + Math.min(20 * SECOND, (nextAt - beat.at) / 2));
    } else {
      playContact(recorder, beat, conversation, latest && index === 0);
    }
  }
  if (!session.status) return;
  const { to, at } = session.status;
  const epoch = recorder.open(agent, at, 5 * SECOND);
  recorder.add({ type: 'read', agentId: agent.id, seq: Number.MAX_SAFE_INTEGER }, at);
  recorder.leave({ type: 'close', agent, epoch, ticketStatus: to }, at);
}

function leave(recorder: Recorder, agent: Agent, at: number): void {
  const epoch = recorder.open(agent, at, 0);
  recorder.leave({ type: 'release', agent, epoch }, at);
}

function playContact(
  recorder: Recorder,
  beat: Exclude<Beat, { type: 'answer' }>,
  conversation: DemoConversation,
  answersCampaign: boolean,
): void {
  const { target, attribution } = recorder.cast;
  const { send, address } = conversation;
  const { at, eventId } = beat;
  if (beat.type === 'react') {
    const event: InboundEvent = { type: 'reaction', eventId, address, at, targetId: beat.targetId, emoji: beat.emoji };
    recorder.add({ type: 'receive', target, event }, at);
    return;
  }
  const event: InboundEvent = {
    type: 'message',
    eventId,
    address,
    name: conversation.name,
    at,
    kind: beat.kind,
    text: beat.text,
    media: inboundMedia(beat.kind, eventId, conversation.provider, recorder.cast.filesAt),
    details: detailsOf(beat.kind),
    replyTo: answersCampaign && send?.match === 'exact' ? send.providerMessageId : null,
    token: answersCampaign && send ? tokenOf(send) : null,
    ref: null,
  };
  recorder.add({ type: 'receive', target, event }, at);
  if (answersCampaign && attribution) {
    // At once, as the look-up would, so that the next messages need none. Only a first message has a campaign: its number is 1.
    recorder.add({ type: 'attribute', messageId: firstMessageOf(target), opens: true, attribution }, at);
  }
}

function playAnswer(
  recorder: Recorder,
  agent: Agent,
  beat: Extract<Beat, { type: 'answer' }>,
  nextAt: number,
  provider: DemoProvider,
): void {
  const { messageId, at } = beat;
  const epoch = recorder.open(agent, at, 12 * SECOND);
  recorder.add({ type: 'send', agent, messageId, epoch, seenSeq: 0, text: beat.text, force: true }, at);
  recorder.add({ type: 'sendStarted', messageId }, at);
  recorder.add({ type: 'sendResult', messageId, result: resultOf(beat, provider), attempt: 1, jitter: 0 }, at);
  if (beat.outcome !== 'delivered' && beat.outcome !== 'read') return;
  const { target } = recorder.cast;
  const receiptAt = at + Math.min(3 * SECOND, Math.floor((nextAt - at) / 4));
  const event: InboundEvent = {
    type: 'receipt',
    address: target.address,
    at: receiptAt,
    providerMessageId: beat.providerMessageId,
    messageId,
    status: beat.outcome,
    failure: null,
  };
  recorder.add({ type: 'receive', target, event }, receiptAt);
}

function resultOf(beat: Extract<Beat, { type: 'answer' }>, provider: DemoProvider): SendResult {
  if (beat.outcome === 'failed') return { status: 'failed', failure: failures[provider] };
  if (beat.outcome === 'unknown')
    return { status: 'unknown', reason: 'The provider did not answer in time. It may have gone out.' };
  return { status: 'sent', providerMessageId: beat.providerMessageId };
}

const failures: Record<DemoProvider, Failure> = {
  whatsapp: {
    code: '131026',
    reason: 'Not delivered: this number cannot receive WhatsApp messages right now.',
    retryable: false,
  },
  messenger: { code: '551', reason: 'Not delivered: this person is not available on Messenger.', retryable: false },
  telegram: { code: '403', reason: 'Not delivered: this person has blocked the bot.', retryable: false },
  webhook: { code: '500', reason: "Not delivered: the app's server had a fault. Try again.", retryable: true },
};

/** Arrivals hall of Cochin airport: somewhere on the map. */
const detailsOf = (kind: ContentKind): Details | null => (kind === 'location' ? { latitude: 10.1518, longitude: 76.393 } : null);
