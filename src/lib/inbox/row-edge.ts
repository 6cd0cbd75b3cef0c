import type { Summary } from '../domain/summary';
import { nextEdgeAt, type Policy, type Tab } from '../domain/window';

/** When the first of the rows leaves its tab by the clock, epoch ms; null = none does. One that is past its edge is only held still. */
export function nextEdgeOf(rows: readonly Summary[], tab: Tab, policy: Policy, now: number): number | null {
  let next: number | null = null;
  for (const row of rows) {
    const at = nextEdgeAt(row.lastInboundAt, tab, policy);
    if (at !== null && at > now && (next === null || at < next)) next = at;
  }
  return next;
}
