import { createHash, createHmac } from 'node:crypto';

/** The demo's WhatsApp channel, as the public interface names it. */
const CHANNEL_ID = 'demo-whatsapp';
const PHONE_NUMBER_ID = '106540352242922';
const APP_SECRET = 'demo-app-secret';

export const WEBHOOK_PATH = `/webhooks/${CHANNEL_ID}`;

/** One message of an end user; `address` is their number. */
export type Update = { address: string; text: string };
/** A call of the provider, signed and ready to go. */
export type Delivery = { headers: Record<string, string>; body: Buffer };

let serial = 0;

/** One webhook call with these messages, each with an id of its own, in the shape of the WhatsApp Cloud API. */
export function deliveryOf(updates: readonly Update[]): Delivery {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const addresses = [...new Set(updates.map(({ address }) => address))];
  const value = {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: '15550783881', phone_number_id: PHONE_NUMBER_ID },
    contacts: addresses.map((address) => ({ profile: { name: `Bench ${address.slice(-5)}` }, wa_id: address })),
    messages: updates.map(({ address, text }) => ({
      from: address,
      id: `wamid.BENCH${process.pid}.${serial++}`,
      timestamp,
      type: 'text',
      text: { body: text },
    })),
  };
  const body = Buffer.from(
    JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [{ id: '102290129340398', changes: [{ field: 'messages', value }] }],
    }),
  );
  const signature = createHmac('sha256', APP_SECRET).update(body).digest('hex');
  return { headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` }, body };
}

/** Numbers of people, the same for the same group; no two groups share one. */
export function addressesOf(group: number, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `1999${String(group).padStart(3, '0')}${String(i).padStart(5, '0')}`);
}

/** The conversation of a number, as the product names it: SHA-256 over length-prefixed channel and address, 40 hex digits. */
export function conversationIdOf(address: string): string {
  const text = `${CHANNEL_ID.length}:${CHANNEL_ID}${address.length}:${address}`;
  return createHash('sha256').update(text).digest('hex').slice(0, 40);
}
