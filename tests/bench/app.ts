import { createHmac, randomUUID } from 'node:crypto';
import type { Delivery } from './whatsapp.ts';

/** The demo's channel of any app, whose people nobody else in the benchmark is: it has the list to itself. */
export const APP_CHANNEL = 'demo-webhook';
export const APP_PATH = `/webhooks/${APP_CHANNEL}`;
const SECRET = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');

/** One message of an app's user, signed by Standard Webhooks and ready to go. */
export function appDeliveryOf(user: string, text: string): Delivery {
  const [id, at] = [randomUUID(), Date.now()];
  const data = { id, user: { id: user, name: `Bench ${user}` }, message: { type: 'text', text } };
  const body = Buffer.from(JSON.stringify({ type: 'message.received', timestamp: at, data }));
  const seconds = String(Math.floor(at / 1_000));
  const signature = createHmac('sha256', SECRET).update(`${id}.${seconds}.`).update(body).digest('base64');
  const signed = { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${signature}` };
  return { headers: { 'content-type': 'application/json', ...signed }, body };
}
