/** Where one outbound message is on its way to the end user. */
export type DeliveryStatus = 'queued' | 'sending' | 'unknown' | 'sent' | 'failed' | 'delivered' | 'read';

export type Delivery = {
  status: DeliveryStatus;
  /** Epoch ms of the last move. */
  at: number;
  /** What went wrong, in words an agent can act on; only with `failed`, `unknown`, or `queued` between tries. */
  reason?: string;
  /** The provider's own error code, for the record. */
  code?: string;
  /** Whether sending it again can help. */
  retryable?: boolean;
  /** It waits, `queued`, until its channel has been put right. */
  held?: boolean;
};

/**
 * How strong the evidence of each status is. `unknown` (it may have gone out) yields to any receipt; `failed` yields only to proof
 * that it arrived, because providers send `delivered` after `failed`, and late copies of older receipts.
 */
const strength: Record<DeliveryStatus, number> = {
  queued: 0,
  sending: 1,
  unknown: 2,
  sent: 3,
  failed: 4,
  delivered: 5,
  read: 6,
};

/** The delivery after a report about it: forward only, otherwise the same object. */
export function advance(current: Delivery, report: Delivery): Delivery {
  return strength[report.status] > strength[current.status] ? report : current;
}

/** Whether an agent may ask to send it again. */
export function canRetry(delivery: Delivery): boolean {
  return delivery.status === 'unknown' || (delivery.status === 'failed' && delivery.retryable !== false);
}

export const isAhead = (a: DeliveryStatus, b: DeliveryStatus): boolean => strength[a] > strength[b];
