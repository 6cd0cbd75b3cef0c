import { describe, expect, test } from 'vitest';
import { auditExportHref, auditFiltersOf, auditHref, auditViewFrom, lastDays, wholeAudit } from '../../src/lib/inbox/audit-url';

const view = (query: string) => auditViewFrom(new URLSearchParams(query));

describe('what the audit shows', () => {
  test('is kept in the address, whichever way it was written', () => {
    const one = view('area=ticket&actor=ben&actor=ana&area=channel&from=2026-11-01&to=2026-11-30&subject=abc');
    expect(auditHref(one)).toBe(
      '/settings/audit?actor=ana&actor=ben&area=channel&area=ticket&subject=abc&from=2026-11-01&to=2026-11-30',
    );
    expect(view(auditHref(one).split('?')[1] ?? '')).toEqual(one);
    expect(auditHref(wholeAudit)).toBe('/settings/audit');
  });

  test.each(['area=nothing', 'from=yesterday', 'from=2026-02-31', 'to=0001-01-01', 'actor=', `actor=${'x'.repeat(200)}`])(
    'is everything where the address is wrong: %s',
    (query) => {
      expect(view(query)).toEqual(wholeAudit);
    },
  );

  test('is asked for by whole days of the reader’s own, the last one included', () => {
    const { from, before } = auditFiltersOf(view('from=2026-11-01&to=2026-11-01'));
    expect([from, before]).toEqual([new Date(2026, 10, 1).getTime(), new Date(2026, 10, 2).getTime()]);
    expect(auditFiltersOf(wholeAudit)).toEqual({});
    expect(auditExportHref(view('from=2026-11-01&area=key'))).toBe(`/settings/audit/export?area=key&from=${from}`);
  });

  test('the last days count today', () => {
    const now = new Date(2026, 2, 1, 0, 30).getTime();
    expect(lastDays(1, now)).toEqual({ from: '2026-03-01', to: '' });
    expect(lastDays(7, now).from).toBe('2026-02-23');
  });
});
