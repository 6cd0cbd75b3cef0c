import type { Faults } from '../../src/lib/domain/simulator';

/** The end of a message's way, as its receipts tell it. */
export type ReceiptStatus = 'sent' | 'delivered' | 'read' | 'failed';
export type PlannedReceipt = { status: ReceiptStatus; dueAt: number | null };

/** Long enough to see each tick, short enough not to wait for it. */
const STEPS_MS = [120, 500, 1_100] as const;

/** The receipts of a message that was taken at `now`, with their times; null = held back. */
export function receiptsFor(faults: Faults, isOpen: boolean, fails: boolean, now: number): PlannedReceipt[] {
  const statuses: ReceiptStatus[] = fails ? ['failed'] : isOpen ? ['sent', 'delivered', 'read'] : ['sent', 'delivered'];
  const order = faults.receipts === 'reversed' ? statuses.toReversed() : statuses;
  const held = faults.receipts === 'withheld';
  return order.map((status, i) => ({ status, dueAt: held ? null : now + (STEPS_MS[i] ?? 0) }));
}

/** When an end user's message is posted; null = it waits for the next one. */
export function inboundDueAt(faults: Faults, isHolding: boolean, now: number): number | null {
  return faults.swapInbound && !isHolding ? null : now + faults.inboundDelayMs;
}
