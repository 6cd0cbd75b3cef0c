import { z } from 'zod';
import { identityOf } from '../../../domain/address';
import { cleanText } from '../../../domain/text';
import { Id, soft } from '../../../server/providers/facts';

const MAX_NAME = 200;

const Contact = z.object({ profile: soft(z.object({ name: soft(z.string()) })), wa_id: soft(Id), user_id: soft(Id) });
/** An entry of `contacts`. `parent_user_id` is of a whole company's users, and so nobody's own. */
export type Contact = z.infer<typeof Contact>;

/** How a message names whom it is from. */
export type Sender = { from?: string | undefined; from_user_id?: string | undefined };

/** The ids of one person: where answers go, and whatever else the provider called them. */
export type Ids = { address: string; aliases?: string[] };

/** The readable ones of `contacts`. */
export const contactsIn = (parts: unknown[]): Contact[] => parts.flatMap((part) => Contact.safeParse(part).data ?? []);

/** The `contacts` entry of the sender; a delivery about one person may leave out the ids on the message itself. */
export function personOf({ from, from_user_id }: Sender, people: Contact[]): Contact | undefined {
  if (from === undefined && from_user_id === undefined) return people.length === 1 ? people[0] : undefined;
  return people.find(
    ({ wa_id, user_id }) => isSameNumber(wa_id, from) || (from_user_id !== undefined && user_id === from_user_id),
  );
}

/** The message may spell a number in another way than `contacts` does. */
const isSameNumber = (a: string | undefined, b: string | undefined): boolean =>
  a !== undefined && b !== undefined && identityOf('whatsapp', a) === identityOf('whatsapp', b);

/** The phone number when it is known: users who hide theirs have only the scoped user id. Null when there is neither. */
export function idsOf({ from, from_user_id }: Sender, person: Contact | undefined): Ids | null {
  const address = from ?? person?.wa_id ?? from_user_id ?? person?.user_id;
  return address === undefined ? null : idsFrom(address, [person?.wa_id, from_user_id, person?.user_id]);
}

/** `aliases` is there only when there are any. */
export function idsFrom(address: string, others: (string | undefined)[]): Ids {
  const aliases = [...new Set(others)].flatMap((id) => (id === undefined || id === address ? [] : [id]));
  return aliases.length === 0 ? { address } : { address, aliases };
}

/** What the person calls themselves; null when they do not say. */
export const nameOf = (person: Contact | undefined): string | null =>
  cleanText(person?.profile?.name ?? '', MAX_NAME).trim() || null;
