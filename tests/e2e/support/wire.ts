import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

/** What the demo's channels are configured with; part of the public interface. */
export const demo = {
  phoneNumberId: '106540352242922',
  pageId: '1067280970047460',
  appSecret: 'demo-app-secret',
  accessToken: 'demo-access-token',
  botToken: '110201543:demo-bot-token',
  secretToken: 'demo-secret-token',
  webhookSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
} as const;

export const channelIds = {
  whatsapp: 'demo-whatsapp',
  messenger: 'demo-messenger',
  telegram: 'demo-telegram',
  webhook: 'demo-webhook',
};

/** The apps that the stories' customers write on. */
export type ProviderName = keyof typeof channelIds;

/** A text of an end user. `at` in epoch ms; WhatsApp and Telegram carry whole seconds, Messenger no name. */
export type Said = { id: string; address: string; name: string; text: string; at: number };
/** What a provider reports of a message of ours. `id` is the provider's id of it, `messageId` ours, null where it is not told. */
export type Receipt = {
  id: string;
  messageId: string | null;
  address: string;
  status: 'sent' | 'delivered' | 'read' | 'failed';
  at: number;
};

const inSeconds = (ms: number): number => Math.floor(ms / 1_000);

/** The WhatsApp Cloud API's delivery of these messages and statuses. */
export function whatsappDelivery(value: Record<string, unknown>): unknown {
  const metadata = { display_phone_number: '15550783881', phone_number_id: demo.phoneNumberId };
  const change = { field: 'messages', value: { messaging_product: 'whatsapp', metadata, ...value } };
  return { object: 'whatsapp_business_account', entry: [{ id: '102290129340398', changes: [change] }] };
}

/** The Messenger platform's delivery of these events, each with who, to whom and when. */
export function messengerDelivery(messaging: readonly unknown[]): unknown {
  return { object: 'page', entry: [{ id: demo.pageId, time: Date.now(), messaging }] };
}

/** Telegram's update with this message of an end user; `parts` is what it carries. A message's id is `<chat id>:<message id>`. */
export function telegramUpdate({ id, address, name, at }: Omit<Said, 'text'>, parts: Record<string, unknown>): unknown {
  const messageId = Number(id.slice(id.indexOf(':') + 1));
  const person = { id: Number(address), first_name: name };
  const message = {
    message_id: messageId,
    from: { ...person, is_bot: false },
    chat: { ...person, type: 'private' },
    date: inSeconds(at),
  };
  // Our message ids are unique over all chats, so they name their updates as well.
  return { update_id: messageId, message: { ...message, ...parts } };
}

/** The bodies of the webhooks that bring these messages: Meta batches them, the others have one event a call. */
export function messageBodies(provider: ProviderName, messages: readonly Said[]): unknown[] {
  switch (provider) {
    case 'whatsapp':
      return [
        whatsappDelivery({
          contacts: messages.map(({ address, name }) => ({ profile: { name }, wa_id: address })),
          messages: messages.map(({ address, id, text, at }) => {
            return { from: address, id, timestamp: String(inSeconds(at)), type: 'text', text: { body: text } };
          }),
        }),
      ];
    case 'messenger':
      return [
        messengerDelivery(
          messages.map(({ id, address, text, at }) => {
            return { sender: { id: address }, recipient: { id: demo.pageId }, timestamp: at, message: { mid: id, text } };
          }),
        ),
      ];
    case 'telegram':
      return messages.map((said) => telegramUpdate(said, { text: said.text }));
    case 'webhook':
      return messages.map(({ id, address, name, text, at }) => ({
        type: 'message.received',
        timestamp: new Date(at).toISOString(),
        data: { id, user: { id: address, name }, message: { type: 'text', text } },
      }));
  }
}

/** Throws for what the provider never reports: Telegram nothing at all, Messenger no failures. */
export function receiptBody(provider: ProviderName, receipt: Receipt): unknown {
  const { id, messageId, address, status, at } = receipt;
  switch (provider) {
    case 'whatsapp': {
      const report = { id, status, timestamp: String(inSeconds(at)), recipient_id: address };
      return whatsappDelivery({ statuses: [{ ...report, biz_opaque_callback_data: messageId }] });
    }
    case 'messenger':
      return messengerDelivery([messengerReceipt(receipt)]);
    case 'webhook':
      return { type: 'message.status', timestamp: new Date(at).toISOString(), data: { id, idempotencyKey: messageId, status } };
    case 'telegram':
      throw new Error('Telegram reports nothing');
  }
}

/** That a message was sent is what its echo says; that it was read is a time: all until then. */
function messengerReceipt({ id, messageId, address, status, at }: Receipt): unknown {
  const person = { id: address };
  const page = { id: demo.pageId };
  if (status === 'sent') {
    const message = { is_echo: true, app_id: 151, metadata: messageId, mid: id, text: 'As it was sent' };
    return { sender: page, recipient: person, timestamp: at, message };
  }
  if (status === 'failed') throw new Error('Messenger reports no failures');
  const report = status === 'delivered' ? { delivery: { mids: [id], watermark: at } } : { read: { watermark: at } };
  return { sender: person, recipient: page, timestamp: at, ...report };
}

/** Posts a webhook as its provider signs it. Returns the HTTP status, or 0 when there was no answer. */
export async function postWebhook(origin: string, provider: ProviderName, body: unknown): Promise<number> {
  const text = JSON.stringify(body);
  try {
    const response = await fetch(`${origin}/webhooks/${channelIds[provider]}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...proofs[provider](text) },
      body: text,
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    // Nobody listens, or the line was cut: the provider does not know whether it was taken.
    return 0;
  }
}

/** Between two tries of a webhook, and how many there are: real providers try for days. */
const AGAIN_MS = 250;
const MOST_TRIES = 20;

/** Posts a webhook until it is acknowledged, as its provider does when the line breaks (0) or it is told to come again (503). */
export async function deliverWebhook(origin: string, provider: ProviderName, body: unknown): Promise<void> {
  for (let tries = 1; ; tries++) {
    const status = await postWebhook(origin, provider, body);
    if (status === 200) return;
    if (tries === MOST_TRIES || (status !== 0 && status !== 503)) throw new Error(`The webhook was answered with ${status}`);
    await wait(AGAIN_MS);
  }
}

/** By which headers each provider shows that a body is its own. */
const proofs: Record<ProviderName, (text: string) => Record<string, string>> = {
  whatsapp: metaSignature,
  messenger: metaSignature,
  telegram: () => ({ 'x-telegram-bot-api-secret-token': demo.secretToken }),
  webhook: standardSignature,
};

function metaSignature(text: string): Record<string, string> {
  return { 'x-hub-signature-256': `sha256=${createHmac('sha256', demo.appSecret).update(text).digest('hex')}` };
}

function standardSignature(text: string): Record<string, string> {
  const id = `evt_${randomUUID()}`;
  const timestamp = String(inSeconds(Date.now()));
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': standardDigest(id, timestamp, text) };
}

/** One entry of a Standard Webhooks signature list, made with the demo channel's secret. */
export function standardDigest(id: string, timestamp: string, text: string): string {
  const key = Buffer.from(demo.webhookSecret.slice('whsec_'.length), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest('base64')}`;
}
