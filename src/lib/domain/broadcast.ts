import { z } from 'zod';
import type { CampaignContent } from './campaign-content';
import type { CampaignStatus } from './campaign-lifecycle';
import { isAhead, type DeliveryStatus } from './delivery';
import type { SendResult } from './provider';
import { MAX_ATTEMPTS, retryDelayMs } from './sending';
import type { Template } from './template';

/** A campaign as it was approved: everything that its sending needs, so that nothing changes under way. */
export type BroadcastPlan = {
  /** A UUID; also the object's name. */
  campaignId: string;
  name: string;
  labels: string[];
  channelId: string;
  content: CampaignContent;
  /** The channel's template that the content names. */
  template: Template | null;
  /** Who gets it; null = everybody who has an address on the channel. */
  segmentId: string | null;
  /** When it starts, epoch ms; null = at once. */
  at: number | null;
  /** Where the dashboard is reached. */
  origin: string;
};

/** Of a campaign that Parley sends. */
export const CampaignId = z.uuid();

/**
 * `scheduled` until its time; `gathering` the audience; `sending`; `paused` by somebody, or because the channel is stopped; `stopped` for
 * good by somebody; `sent`: every recipient has its outcome.
 */
export const phases = ['scheduled', 'gathering', 'sending', 'paused', 'stopped', 'sent'] as const;
export type Phase = (typeof phases)[number];

/** What a campaign's page calls each phase. Gathering is a part of sending. */
export const phaseStatuses: Record<Phase, CampaignStatus> = {
  scheduled: 'scheduled',
  gathering: 'sending',
  sending: 'sending',
  paused: 'paused',
  stopped: 'stopped',
  sent: 'sent',
};

/**
 * Where one recipient is. As a message's delivery, and `skipped`: no call was made and none will be, because nothing could be written to
 * this person. `unknown`: the provider may have it; it is never called again by ourselves, a receipt settles it.
 */
export type Outcome = DeliveryStatus | 'skipped';
export const outcomes = [
  'queued',
  'sending',
  'unknown',
  'sent',
  'failed',
  'delivered',
  'read',
  'skipped',
] as const satisfies readonly Outcome[];

/** How many recipients have each outcome; every one is counted once. */
export type Tally = Record<Outcome, number>;
export const emptyTally = (): Tally => ({
  queued: 0,
  sending: 0,
  unknown: 0,
  sent: 0,
  failed: 0,
  delivered: 0,
  read: 0,
  skipped: 0,
});

/**
 * How far a campaign is. `recipients` is everybody gathered, each address once. `queued` are still to be called or being called; `sent`
 * the provider took, those delivered and read among them; `delivered` has those read among them. `recipients` = `queued` + `sent` +
 * `failed` + `unknown` + `skipped`. Times in epoch ms. `perSecond`: calls settled a second, over the last seconds.
 */
export type Progress = {
  phase: Phase;
  recipients: number;
  queued: number;
  sent: number;
  delivered: number;
  read: number;
  failed: number;
  unknown: number;
  skipped: number;
  startedAt: number | null;
  finishedAt: number | null;
  perSecond: number;
  /** Why it is paused, in words, where that was not somebody's wish. */
  reason: string | null;
};

/** What `GET /live/campaigns/{id}` says: first how far it is, then every change, at most some four a second. */
export type BroadcastFrame = { type: 'progress'; progress: Progress | null } | { type: 'error'; reason: 'bad_frame' };

/** One recipient as lists show it. `seq` counts from 1 in the order in which they were gathered. */
export type RecipientRow = {
  seq: number;
  personId: string;
  name: string;
  address: string;
  outcome: Outcome;
  /** What went wrong, in words. */
  reason: string | null;
  /** Tries so far. */
  attempts: number;
  /** Epoch ms of the latest move. */
  at: number;
};

export function progressOf(
  tally: Tally,
  facts: Pick<Progress, 'phase' | 'startedAt' | 'finishedAt' | 'perSecond' | 'reason'>,
): Progress {
  const { queued, sending, unknown, sent, failed, delivered, read, skipped } = tally;
  return {
    ...facts,
    recipients: queued + sending + unknown + sent + failed + delivered + read + skipped,
    queued: queued + sending,
    sent: sent + delivered + read,
    delivered: delivered + read,
    read,
    failed,
    unknown,
    skipped,
  };
}

/** Whether every recipient has come to an end of our doing. */
export const isDone = ({ queued, sending }: Tally): boolean => queued + sending === 0;

/** What the answer to one call makes of a recipient. `dueAt`: not to be called again before, epoch ms. */
export type Settled = { outcome: Outcome; dueAt: number; reason: string | null; code: string | null; isTry: boolean };

/** The reason that stands for everything about somebody who was erased. */
export const ERASED = 'Erased.';

/** The same of somebody who was erased while they were being called: nobody calls them again, and nothing that is said of them is kept. */
export const ofErased = (settled: Settled): Settled => ({
  ...settled,
  outcome: settled.outcome === 'queued' ? 'skipped' : settled.outcome,
  reason: ERASED,
});

/**
 * The recipient after a call. `attempt` counts from 1; `jitter` in [0, 1). null = nothing changes: a receipt was quicker, or the answer
 * is about a call that is no longer the latest.
 */
export function settle(
  current: { outcome: Outcome; attempts: number },
  { attempt, result }: { attempt: number; result: SendResult },
  now: number,
  jitter: number,
): Settled | null {
  if (current.attempts !== attempt) return null;
  const { outcome } = current;
  const end = (next: Outcome, reason: string | null, code: string | null): Settled | null =>
    outcome !== 'skipped' && next !== 'skipped' && isAhead(next, outcome)
      ? { outcome: next, dueAt: 0, reason, code, isTry: true }
      : null;
  const again = (dueAt: number, reason: string, code: string, isTry: boolean): Settled | null =>
    // It surely has not gone out, also when we have waited too long for this word and called it in doubt.
    outcome === 'sending' || outcome === 'unknown' ? { outcome: 'queued', dueAt, reason, code, isTry } : null;
  switch (result.status) {
    case 'sent':
      return end('sent', null, null);
    case 'failed':
      return end('failed', result.failure.reason, result.failure.code);
    case 'unknown':
      return end('unknown', result.reason, null);
    case 'stopped':
      return again(now, result.reason, result.code, false);
    case 'retry':
      if (attempt >= MAX_ATTEMPTS) return end('failed', `Gave up after ${MAX_ATTEMPTS} tries: ${result.reason}`, result.code);
      return again(now + retryDelayMs(attempt, result.afterMs, jitter), result.reason, result.code, true);
  }
}

/** The outcome after a receipt about it: forward only, else the same. */
export function receipted(current: Outcome, status: 'sent' | 'delivered' | 'read' | 'failed'): Outcome {
  return current !== 'skipped' && isAhead(status, current) ? status : current;
}

/** Names one recipient's message towards the provider and in `campaign_sends`: `<campaign id>.<seq>`. */
export const sendIdOf = (campaignId: string, seq: number): string => `${campaignId}.${seq}`;

const SEND_ID = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([1-9]\d{0,8})$/;

/** The campaign and recipient that a send's id names; null when it is not one of ours. */
export function partsOfSendId(id: string): { campaignId: string; seq: number } | null {
  const [, campaignId, seq] = SEND_ID.exec(id) ?? [];
  return campaignId === undefined ? null : { campaignId, seq: Number(seq) };
}

/** A wake-up for one lane of a campaign's sending; the truth is the object's. */
export const WakeUp = z.strictObject({ campaignId: CampaignId, piece: z.number().int().nonnegative() });
export type WakeUp = z.infer<typeof WakeUp>;
