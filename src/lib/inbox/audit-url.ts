import { AuditArea, type AuditFilters } from '../domain/audit';

/** What the audit shows. It lives in the URL. `from` and `to` are days of the reader's own, `2026-11-25`, both included; '' = no end. */
export type AuditView = { actors: string[]; areas: AuditArea[]; subject: string; from: string; to: string };

export const wholeAudit: AuditView = { actors: [], areas: [], subject: '', from: '', to: '' };

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The beginning of a day, epoch ms; null when there is no such day. */
function startOf(day: string, later = 0): number | null {
  if (!DAY.test(day)) return null;
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  const start = new Date(year, month - 1, date + later);
  // 31 February is a day of March to a Date.
  return year >= 1970 && dayText(new Date(year, month - 1, date)) === day ? start.getTime() : null;
}

/** A moment's day as a view has it. */
function dayText(date: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The days from so many days ago to today. `now` in epoch ms. */
export function lastDays(days: number, now: number): Pick<AuditView, 'from' | 'to'> {
  const today = new Date(now);
  return { from: dayText(new Date(today.getFullYear(), today.getMonth(), today.getDate() - days + 1)), to: '' };
}

/** Reads a view out of a query string; what is wrong is dropped, because a URL may be old or typed by hand. */
export function auditViewFrom(params: URLSearchParams): AuditView {
  const all = (name: string): string[] => [...new Set(params.getAll(name))].slice(0, 100);
  const day = (name: string): string => {
    const text = params.get(name) ?? '';
    return startOf(text) === null ? '' : text;
  };
  return {
    actors: all('actor').filter((id) => id !== '' && id.length <= 128).sort(), // prettier-ignore
    areas: AuditArea.options.filter((area) => all('area').includes(area)),
    subject: (params.get('subject') ?? '').trim().slice(0, 128),
    from: day('from'),
    to: day('to'),
  };
}

/** The page's address; equal views give equal ones. */
export function auditHref(view: AuditView): string {
  const params = whatAndWho(view);
  if (view.from !== '') params.set('from', view.from);
  if (view.to !== '') params.set('to', view.to);
  return hrefOf('/settings/audit', params);
}

/** The same as the server is asked. */
export function auditFiltersOf({ actors, areas, subject, from, to }: AuditView): AuditFilters {
  const [start, end] = [startOf(from), startOf(to, 1)];
  return {
    ...(actors.length > 0 && { actors }),
    ...(areas.length > 0 && { areas }),
    ...(subject !== '' && { subject }),
    ...(start !== null && { from: start }),
    ...(end !== null && { before: end }),
  };
}

/** Where a view's acts are as a file. */
export function auditExportHref(view: AuditView): string {
  const params = whatAndWho(view);
  const { from, before } = auditFiltersOf(view);
  if (from !== undefined) params.set('from', String(from));
  if (before !== undefined) params.set('before', String(before));
  return hrefOf('/settings/audit/export', params);
}

function whatAndWho({ actors, areas, subject }: AuditView): URLSearchParams {
  const params = new URLSearchParams();
  for (const actor of [...actors].sort()) params.append('actor', actor);
  for (const area of AuditArea.options) if (areas.includes(area)) params.append('area', area);
  if (subject !== '') params.set('subject', subject);
  return params;
}

const hrefOf = (path: string, params: URLSearchParams): string => (params.size === 0 ? path : `${path}?${params.toString()}`);
