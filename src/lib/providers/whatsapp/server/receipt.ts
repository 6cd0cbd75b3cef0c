import { z } from 'zod';
import type { Receipt } from '../../../domain/provider';
import { Id, soft } from '../../../server/providers/facts';
import { failureOf, MetaError } from './errors';
import { timeOf, Timestamp } from './time';

const Status = z.object({
  id: Id,
  status: z.enum(['sent', 'delivered', 'read', 'played', 'failed']),
  timestamp: Timestamp,
  recipient_id: soft(Id),
  recipient_user_id: soft(Id),
  biz_opaque_callback_data: soft(Id),
  errors: soft(z.array(z.unknown())),
});

/** One entry of `statuses`, or null when it is none. `played` is what voice messages say for read. */
export function receiptOf(part: unknown): Receipt | null {
  const parsed = Status.safeParse(part);
  if (!parsed.success) return null;
  const { id, status, timestamp, recipient_id, recipient_user_id, biz_opaque_callback_data, errors } = parsed.data;
  return {
    type: 'receipt',
    address: recipient_id ?? recipient_user_id ?? null,
    at: timeOf(timestamp),
    providerMessageId: id,
    messageId: biz_opaque_callback_data ?? null,
    status: status === 'played' ? 'read' : status,
    failure: status === 'failed' ? failureOf(MetaError.safeParse(errors?.[0]).data) : null,
  };
}
