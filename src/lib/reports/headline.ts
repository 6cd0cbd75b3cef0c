import { numberText } from '../domain/number-text';
import type { Service } from '../domain/report';
import { durationOrDash, durationText } from './duration-text';
import type { Beside } from './period-words';
import { isEmpty, openedOf } from './tally';

/** One figure of a period: what it is now, how that differs from before (null = there is nothing to compare), and what it means. */
export type HeadlineFigure = { title: string; value: string; change: string | null; meaning: string };

/** A percentage of fewer than these says nothing. */
const FEW = 10;
const shares = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });
const changes = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' });

/** A share as text: `4.2%`. */
export const shareText = (share: number): string => shares.format(share);

/** `+12% on the 7 days before`; of few, how many they were. */
export function countChange(count: number, before: number, { on, during }: Beside): string {
  if (count === before) return `as many as ${during}`;
  if (before < FEW) return `${numberText(before)} ${during}`;
  const change = changes.format(count / before - 1);
  return change === changes.format(0) ? `nearly as many as ${during}` : `${change} on ${on}`;
}

const reopenRate = ({ reopened, closed }: Service): number | null => (closed === 0 ? null : reopened / closed);
const was = (text: string | null): string | null => text && `${text} before`;
const estimated = 'Times are estimated from ranges of durations.';

/** What happened, beside what happened before. */
export function countFigures(total: Service, previous: Service, beside: Beside): HeadlineFigure[] {
  const count = (title: string, of: (service: Service) => number, meaning: string): HeadlineFigure => ({
    title,
    value: numberText(of(total)),
    change: isEmpty(previous) ? null : countChange(of(total), of(previous), beside),
    meaning,
  });
  const [rate, rateBefore] = [reopenRate(total), reopenRate(previous)];
  return [
    count(
      'Opened',
      openedOf,
      'A customer wrote, and nothing of theirs was open. Those who came back soon after it was closed are among them.',
    ),
    count(
      'Answered',
      ({ answered }) => answered,
      'A first answer was written. Further ones do not count again; the conversation tells whether it arrived.',
    ),
    count('Closed', ({ closed }) => closed, 'The ticket was set to Closed.'),
    count(
      'Left unanswered',
      ({ missed }) => missed,
      'The customer wrote last, and the conversation stopped being Active before anybody answered.',
    ),
    {
      title: 'Reopened',
      value: rate === null ? '–' : shareText(rate),
      change: was(rateBefore === null ? null : shareText(rateBefore)),
      meaning:
        'Customers who wrote again after the ticket was set to Closed and before the conversation was Inactive, out of all that were closed in this time.',
    },
  ];
}

/** How long it took, beside how long it took before. */
export function durationFigures(total: Service, previous: Service): HeadlineFigure[] {
  const pair = (title: string, what: 'answer' | 'closing', meaning: string): HeadlineFigure[] => {
    const one = (name: string, share: 'p50' | 'p90', words: string): HeadlineFigure => {
      const before = previous[what][share];
      return { title: `${title}: ${name}`, value: durationOrDash(total[what][share]), change: was(before === null ? null : durationText(before)), meaning: `${words} ${meaning} ${estimated}` }; // prettier-ignore
    };
    return [
      one('half within', 'p50', 'Half of all took no longer.'),
      one('nine of ten within', 'p90', 'Nine of ten took no longer.'),
    ];
  };
  return [
    ...pair('First answer', 'answer', 'From the customer’s first message to the first answer.'),
    ...pair('Closing', 'closing', 'From the customer’s first message until the ticket was set to Closed.'),
  ];
}
