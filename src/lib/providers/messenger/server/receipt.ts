import { z } from 'zod';
import type { Receipt } from '../../../domain/provider';
import { Id, soft } from '../../../server/providers/facts';
import type { Occasion } from './parse';
import { timeOf, Timestamp } from './time';

const Delivery = z.object({ mids: soft(z.array(z.unknown())), watermark: Timestamp });
const Read = z.object({ watermark: Timestamp });

/** `delivery`: one receipt per message that it names, else one for all up to its watermark; null when it says neither. */
export function deliveriesOf(part: unknown, occasion: Occasion): Receipt[] | null {
  const { data } = Delivery.safeParse(part);
  if (!data) return null;
  const mids = (data.mids ?? []).flatMap((mid) => Id.safeParse(mid).data ?? []);
  const upTo = timeOf(data.watermark);
  if (mids.length > 0) return mids.map((mid) => ({ ...receipt('delivered', upTo, occasion), providerMessageId: mid }));
  return upTo === null ? null : [{ ...receipt('delivered', upTo, occasion), upTo }];
}

/** `read` has only a watermark: everything before it. */
export function readOf(part: unknown, occasion: Occasion): Receipt[] | null {
  const upTo = timeOf(Read.safeParse(part).data?.watermark);
  return upTo === null ? null : [{ ...receipt('read', upTo, occasion), upTo }];
}

function receipt(status: 'delivered' | 'read', watermark: number | null, { sender, at }: Occasion): Receipt {
  return {
    type: 'receipt',
    address: sender,
    at: at ?? watermark,
    providerMessageId: null,
    messageId: null,
    status,
    failure: null,
  };
}
