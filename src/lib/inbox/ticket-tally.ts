import { numberText } from '../domain/number-text';
import { ticketStatusNames, type TicketChange, type TicketStatus } from '../domain/ticket';
import type { TicketAnswer, TicketWish } from '../domain/ticket-changes';

/** What has become of several tickets. `undo`: what sets those back that were changed. */
export type Tally = { undo: TicketWish[]; same: number; held: number; goneOn: number; missing: number; failed: number };

export const noneYet: Tally = { undo: [], same: 0, held: 0, goneOn: 0, missing: 0, failed: 0 };

/** How many have been seen to. */
export const seenTo = ({ undo, ...counts }: Tally): number => Object.values(counts).reduce((sum, n) => sum + n, undo.length);

const kinds = { locked: 'held', gone_on: 'goneOn', not_found: 'missing' } as const;
const kindOf = (reason: string): keyof Omit<Tally, 'undo'> =>
  reason === 'locked' || reason === 'gone_on' || reason === 'not_found' ? kinds[reason] : 'failed';

/** Whether it was what it was to be before it was set. Among others a snooze is left on; taken back is also that it was set aside. */
const wasThat = ({ previous, snoozedUntil }: TicketChange, wish: TicketWish | undefined): boolean =>
  previous === wish?.ticketStatus && (wish.since === undefined || snoozedUntil === (wish.snoozedUntil ?? null));

/** What sets it back. */
export const backFrom = (id: string, { previous, snoozedUntil, seq }: TicketChange): TicketWish => ({
  id,
  ticketStatus: previous,
  since: seq,
  ...(snoozedUntil !== null && { snoozedUntil }),
});

/** The tally with these answers. What was that already cannot be set back: whose doing it was is not known. */
export function counted(tally: Tally, answers: readonly TicketAnswer[], wishes: ReadonlyMap<string, TicketWish>): Tally {
  const next = { ...tally, undo: [...tally.undo] };
  for (const answer of answers) {
    if (!answer.done) next[kindOf(answer.reason)] += 1;
    else if (wasThat(answer, wishes.get(answer.id))) next.same += 1;
    else next.undo.push(backFrom(answer.id, answer));
  }
  return next;
}

/** `to`: null when they were set back. */
const doneWords = (n: number, to: TicketStatus | null): string =>
  to === null
    ? `${numberText(n)} set back`
    : to === 'closed'
      ? `${numberText(n)} closed`
      : `${numberText(n)} set to ${ticketStatusNames[to]}`;

const are = (n: number, one: string, many: string): string[] =>
  n === 0 ? [] : [n === 1 ? `1 ${one}.` : `${numberText(n)} ${many}.`];

/** What came of it: `48 closed. 2 are held by colleagues and were left alone.` */
export function tallyWords(tally: Tally, to: TicketStatus | null): string {
  const { undo, same, held, goneOn, missing, failed } = tally;
  const already = to === null ? 'set back' : ticketStatusNames[to];
  return [
    `${undo.length === 0 ? 'Nothing changed' : doneWords(undo.length, to)}.`,
    ...are(held, 'is held by a colleague and was left alone', 'are held by colleagues and were left alone'),
    ...are(goneOn, 'has gone on meanwhile and was left alone', 'have gone on meanwhile and were left alone'),
    ...are(same, `was ${already} already`, `were ${already} already`),
    ...are(missing, 'is not there any more', 'are not there any more'),
    ...are(failed, 'could not be reached. Try it again', 'could not be reached. Try them again'),
  ].join(' ');
}
