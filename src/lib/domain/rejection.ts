import type { ActRefusal } from './campaign-lifecycle';
import type { Scope } from './api-key';
import type { DraftProblem } from './campaign-draft';
import type { SendProblem } from './campaign-report';
import type { Message } from './message';

export type LockInfo = { agentId: string; agentName: string; since: number };

/** Every expected refusal, with its facts. `reason` is part of the public interface. */
export type Rejection =
  | { reason: 'not_found' }
  | { reason: 'forbidden' }
  | { reason: 'locked'; lock: LockInfo }
  | { reason: 'stale_epoch'; lock: LockInfo | null }
  /** What is to be taken back is not how things stand: somebody has written, or set the ticket, since. */
  | { reason: 'gone_on' }
  | { reason: 'unseen_messages'; unseen: Message[] }
  | { reason: 'window_closed'; sendWindowUntil: number }
  | { reason: 'not_retryable' }
  /** A snooze has to end in the future, and while the conversation is in a tab: at `latest`, epoch ms. */
  | { reason: 'snooze_past' }
  | { reason: 'snooze_too_late'; latest: number }
  /** `fields`: the placeholders whose values are missing or not taken, as `part.key`; none when there is no such template. */
  | { reason: 'bad_template'; fields: string[] }
  | { reason: 'no_upload' }
  /** This kind of file carries no words on this channel: they go as a message of their own. */
  | { reason: 'no_caption' }
  /** Nobody but an Admin approves what they wrote themselves; or the campaign is in no status for it. */
  | Exclude<ActRefusal, { reason: 'forbidden' }>
  /** Somebody else was quicker: what is there now has this version. `by`: their name. */
  | { reason: 'campaign_changed'; version: number; by: string | null; at: number }
  | { reason: 'campaign_incomplete'; problems: DraftProblem[] }
  /** The campaign is not there, is Parley's own, or is reported on another channel. */
  | { reason: 'campaign_unknown' | 'campaign_own' | 'campaign_channel' }
  /** Nothing of the call was written. `index` of the send, from 0. */
  | { reason: 'bad_send' | 'send_conflict'; index: number; problem: SendProblem }
  | { reason: 'no_channel' }
  /** Of a saved reply: its words cannot be kept, as `words` says; somebody was quicker; it is not there any more; another has the name. */
  | { reason: 'bad_reply'; words: string }
  | { reason: 'reply_changed'; version: number; by: string; at: number }
  | { reason: 'reply_gone' | 'reply_limit' }
  | { reason: 'reply_taken'; name: string }
  | { reason: 'bad_key' }
  | { reason: 'missing_scope'; scope: Scope }
  | { reason: 'rate_limited'; retryAfterMs: number }
  | { reason: 'unavailable'; retryAfterMs: number };
