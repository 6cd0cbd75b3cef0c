import { z } from 'zod';
import { Id, soft } from '../../../server/providers/facts';
import { idsFrom, type Contact, type Ids, type Sender } from './person';

const Notice = z.object({
  system: z.object({
    type: soft(z.string()),
    wa_id: soft(Id),
    new_wa_id: soft(Id),
    customer: soft(Id),
    user_id: soft(Id),
    previous_user_id: soft(Id),
  }),
});

/** Whom a system message is about: known until now by `address` and `aliases`, from now on by `movedTo`. */
export type Move = Ids & { movedTo?: string };

/**
 * Reads `user_changed_number`, `user_changed_user_id` and `customer_identity_changed`. Who had a number that goes on is still reached by
 * it: a new scoped id beside it is one more alias. Null when the message names nobody.
 */
export function moveOf(part: unknown, sender: Sender, person: Contact | undefined): Move | null {
  const { data } = Notice.safeParse(part);
  if (!data) return null;
  const { type, wa_id, new_wa_id, customer, user_id, previous_user_id } = data.system;
  const number = wa_id ?? new_wa_id;
  const isNumberGone = type === 'user_changed_number' || (sender.from ?? number) === undefined;
  const next = isNumberGone ? (number ?? user_id) : number === sender.from ? undefined : number;
  const known = [sender.from, customer, previous_user_id, sender.from_user_id, person?.wa_id, person?.user_id];
  const address = known.find((id) => id !== undefined && id !== next) ?? next;
  if (address === undefined) return null;
  const ids = idsFrom(
    address,
    [...known, number, user_id].filter((id) => id !== next),
  );
  return next === undefined || next === address ? ids : { ...ids, movedTo: next };
}
