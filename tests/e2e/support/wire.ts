import { createHmac, randomUUID } from 'node:crypto';

/** What the demo's channels are configured with; part of the public interface. */
export const demo = {
  phoneNumberId: '106540352242922',
  appSecret: 'demo-app-secret',
  accessToken: 'demo-access-token',
  webhookSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
} as const;

export type ProviderName = 'whatsapp' | 'webhook';
export const channelIds: Record<ProviderName, string> = { whatsapp: 'demo-whatsapp', webhook: 'demo-webhook' };

/** A text of an end user. `at` in epoch ms; WhatsApp carries whole seconds. */
export type Said = { id: string; address: string; name: string; text: string; at: number };
/** What a provider reports of a message of ours. `id` is the provider's id of it, `messageId` ours. */
export type Receipt = {
  id: string;
  messageId: string;
  address: string;
  status: 'sent' | 'delivered' | 'read' | 'failed';
  at: number;
};

const seconds = (ms: number): string => String(Math.floor(ms / 1_000));

/** The WhatsApp Cloud API's delivery of these messages and statuses of one end user. */
function whatsappDelivery(value: Record<string, unknown>): unknown {
  const metadata = { display_phone_number: '15550783881', phone_number_id: demo.phoneNumberId };
  const change = { field: 'messages', value: { messaging_product: 'whatsapp', metadata, ...value } };
  return { object: 'whatsapp_business_account', entry: [{ id: '102290129340398', changes: [change] }] };
}

/** The bodies of the webhooks that bring these messages: WhatsApp batches them, the generic contract has one event a call. */
export function messageBodies(provider: ProviderName, messages: readonly Said[]): unknown[] {
  if (provider === 'webhook') {
    return messages.map(({ id, address, name, text, at }) => ({
      type: 'message.received',
      timestamp: new Date(at).toISOString(),
      data: { id, user: { id: address, name }, message: { type: 'text', text } },
    }));
  }
  const contacts = messages.map(({ address, name }) => ({ profile: { name }, wa_id: address }));
  const texts = messages.map(({ id, address, text, at }) => ({
    from: address,
    id,
    timestamp: seconds(at),
    type: 'text',
    text: { body: text },
  }));
  return [whatsappDelivery({ contacts, messages: texts })];
}

export function receiptBody(provider: ProviderName, { id, messageId, address, status, at }: Receipt): unknown {
  if (provider === 'webhook') {
    return { type: 'message.status', timestamp: new Date(at).toISOString(), data: { id, idempotencyKey: messageId, status } };
  }
  const report = { id, status, timestamp: seconds(at), recipient_id: address, biz_opaque_callback_data: messageId };
  return whatsappDelivery({ statuses: [report] });
}

/** Posts a webhook as its provider signs it. Returns the HTTP status, or 0 when there was no answer. */
export async function postWebhook(origin: string, provider: ProviderName, body: unknown): Promise<number> {
  const text = JSON.stringify(body);
  const headers = provider === 'whatsapp' ? metaSignature(text) : standardSignature(text);
  try {
    const response = await fetch(`${origin}/webhooks/${channelIds[provider]}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: text,
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    // Nobody listens, or the line was cut: the provider does not know whether it was taken.
    return 0;
  }
}

function metaSignature(text: string): Record<string, string> {
  return { 'x-hub-signature-256': `sha256=${createHmac('sha256', demo.appSecret).update(text).digest('hex')}` };
}

function standardSignature(text: string): Record<string, string> {
  const id = `evt_${randomUUID()}`;
  const timestamp = seconds(Date.now());
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': standardDigest(id, timestamp, text) };
}

/** One entry of a Standard Webhooks signature list, made with the demo channel's secret. */
export function standardDigest(id: string, timestamp: string, text: string): string {
  const key = Buffer.from(demo.webhookSecret.slice('whsec_'.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest('base64')}`;
}
