import type { ContentKind } from '../../src/lib/domain/message';
import type { TicketStatus } from '../../src/lib/domain/ticket';
import type { SlotValues, Turn } from './dialogues/dialogue';
import { fill } from './dialogues/dialogue';
import type { Random } from './random';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** How far an agent's message got. */
export type Outcome = 'sent' | 'delivered' | 'read' | 'failed' | 'unknown';

/** One thing that happened in a conversation; `at` in epoch ms, ascending. */
export type Beat =
  | { type: 'write'; at: number; eventId: string; kind: ContentKind; text: string; button: boolean }
  | { type: 'answer'; at: number; messageId: string; providerMessageId: string; text: string; outcome: Outcome }
  | { type: 'react'; at: number; eventId: string; emoji: string; targetId: string };

/** One agent's work on a conversation, ended with a status; `status` null = left as it is, without an agent looking. */
export type Session = { agent: 'ana' | 'ben'; beats: Beat[]; status: { to: TicketStatus; at: number } | null };

/** Makes ids that differ in every conversation and turn, the same each time. */
export type IdMaker = { event(): string; message(): string; provider(): string };

/**
 * Lays turns out in time so that the end user's last words are at `lastInboundAt` and nothing is later than `until`. Gaps look like
 * people typing; within one session an agent is never idle for ten minutes, so that the hold lasts.
 */
export function layOut(turns: readonly Turn[], lastInboundAt: number, until: number, random: Random): number[] {
  const last = turns.findLastIndex((turn) => turn.by === 'contact');
  const times = turns.map(() => lastInboundAt);
  for (let i = last - 1; i >= 0; i--) times[i] = (times[i + 1] ?? lastInboundAt) - gapBetween(turns[i], turns[i + 1], random);
  for (let i = last + 1; i < turns.length; i++) {
    const before = times[i - 1] ?? lastInboundAt;
    times[i] = before + Math.min(gapBetween(turns[i - 1], turns[i], random), Math.floor((until - before) / 2));
  }
  return times;
}

function gapBetween(from: Turn | undefined, to: Turn | undefined, random: Random): number {
  if (from?.by === 'contact' && to?.by === 'contact') return random.int(6, 40) * SECOND;
  if (to?.by === 'reaction') return random.int(5, 60) * SECOND;
  return random.int(35, 230) * SECOND;
}

/** The agent's closing word on the ticket comes soon after the last beat, and never after `until`. */
export function statusAt(beats: readonly Beat[], until: number, random: Random): number {
  const last = beats.at(-1)?.at ?? until;
  return last + Math.min(random.int(10, 50) * SECOND, Math.floor((until - last) / 2), MINUTE);
}

/** Turns with their times as beats. `outcomeOf` says how far the answer at that index got. */
export function beatsOf(
  turns: readonly Turn[],
  times: readonly number[],
  values: SlotValues,
  ids: IdMaker,
  outcomeOf: (index: number) => Outcome,
): Beat[] {
  const beats: Beat[] = [];
  for (const [index, turn] of turns.entries()) {
    const at = times[index] ?? 0;
    if (turn.by === 'contact') {
      const text = fill(turn.text, values);
      beats.push({ type: 'write', at, eventId: ids.event(), kind: turn.kind, text, button: turn.button });
    } else if (turn.by === 'agent') {
      const text = fill(turn.text, values);
      const answer = { messageId: ids.message(), providerMessageId: ids.provider() };
      beats.push({ type: 'answer', at, ...answer, text, outcome: outcomeOf(index) });
    } else {
      const target = beats.findLast((beat) => beat.type === 'answer');
      if (target?.type !== 'answer') continue;
      beats.push({ type: 'react', at, eventId: ids.event(), emoji: turn.emoji, targetId: target.providerMessageId });
    }
  }
  return beats;
}
