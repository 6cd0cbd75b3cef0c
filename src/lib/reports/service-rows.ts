import type { Report, Service, ServiceOf } from '../domain/report';
import { tallyColumns } from './tally';

/** What the figures are told apart by. */
export type Kind = 'channels' | 'campaigns' | 'agents';
/** A column of figures; durations are in ms. */
export type ServiceColumn = { key: string; title: string; isDuration: boolean; of: (service: Service) => number | null };
/** `key`: the column sorted by; null = the name. */
export type Sort = { key: string | null; isDown: boolean };

export const kinds = {
  channels: { title: 'By channel', one: 'Channel', gone: 'Removed channel' },
  campaigns: { title: 'By campaign', one: 'Campaign', gone: 'Removed campaign' },
  agents: { title: 'By agent', one: 'Agent', gone: 'Somebody who left' },
} as const satisfies Record<Kind, unknown>;

/** Whom a customer writes to, or is not answered by, is no agent's figure. */
const ofNoAgent = new Set<string>(['opened', 'missed']);

/** The columns of a table of channels, campaigns or agents. */
export function columnsOf(kind: Kind): ServiceColumn[] {
  const counts = tallyColumns.filter(({ key }) => kind !== 'agents' || !ofNoAgent.has(key));
  return [
    ...counts.map((column) => ({ ...column, isDuration: false })),
    { key: 'answer', title: 'First answer', isDuration: true, of: ({ answer }) => answer.p50 },
    { key: 'closing', title: 'Closing', isDuration: true, of: ({ closing }) => closing.p50 },
  ];
}

/** People are not ranked unless somebody asks for it. */
export const usualSort = (kind: Kind): Sort =>
  kind === 'agents' ? { key: null, isDown: false } : { key: 'opened', isDown: true };

/** The next order when somebody chooses a column: figures begin with the largest, names with A; the same one again turns it round. */
export function sortedBy({ key, isDown }: Sort, chosen: string | null): Sort {
  return { key: chosen, isDown: key === chosen ? !isDown : chosen !== null };
}

export const nameOf = (kind: Kind, { name }: ServiceOf): string => name ?? kinds[kind].gone;

/** In that order; what has no figure or no name any more stands last, equals by name. */
export function sortedRows(kind: Kind, rows: Report[Kind], { key, isDown }: Sort): ServiceOf[] {
  const column = columnsOf(kind).find((one) => one.key === key);
  const sign = isDown ? -1 : 1;
  const nullLast = (a: unknown, b: unknown) => Number(a === null) - Number(b === null);
  const byName = (a: ServiceOf, b: ServiceOf, sign: number) =>
    nullLast(a.name, b.name) || sign * (a.name ?? '').localeCompare(b.name ?? '') || (a.id < b.id ? -1 : 1);
  const byValue = (a: number | null, b: number | null) => nullLast(a, b) || sign * ((a ?? 0) - (b ?? 0));
  return [...rows].sort((a, b) => (column ? byValue(column.of(a), column.of(b)) || byName(a, b, 1) : byName(a, b, sign)));
}
