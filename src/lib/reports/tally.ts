import type { Report, Tally } from '../domain/report';

/** A day or an hour, `at` is when it begins. */
export type Part = Tally & { at: number };

const nothing: Tally = { opened: 0, reopened: 0, answered: 0, closed: 0, missed: 0 };

/** Those that came back are opened too. */
export const openedOf = ({ opened, reopened }: Tally): number => opened + reopened;

export const isEmpty = (tally: Tally): boolean => openedOf(tally) + tally.answered + tally.closed + tally.missed === 0;

/** What is counted, as pages name it and in their order. */
export const tallyColumns = [
  { key: 'opened', title: 'Opened', of: openedOf },
  { key: 'answered', title: 'Answered', of: ({ answered }: Tally) => answered },
  { key: 'closed', title: 'Closed', of: ({ closed }: Tally) => closed },
  { key: 'missed', title: 'Left unanswered', of: ({ missed }: Tally) => missed },
] as const;

/** The half hours summed up into parts that begin at `starts`, in order. */
export function partsOf(slots: Report['slots'], starts: readonly number[]): Part[] {
  const parts = starts.map((at) => ({ ...nothing, at }));
  let i = 0;
  for (const slot of slots) {
    // A half hour may begin a quarter before midnight, where a time zone is not of whole half hours: what is early belongs to the first.
    while (i + 1 < starts.length && slot.at >= (starts[i + 1] ?? Infinity)) i += 1;
    const part = parts[i];
    if (part) add(part, slot);
  }
  return parts;
}

function add(to: Tally, { opened, reopened, answered, closed, missed }: Tally): void {
  to.opened += opened;
  to.reopened += reopened;
  to.answered += answered;
  to.closed += closed;
  to.missed += missed;
}
