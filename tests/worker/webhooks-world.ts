import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env as bindings } from 'cloudflare:workers';
import type { ConversationTarget } from '../../src/lib/domain/conversation';
import { conversationIdOf } from '../../src/lib/domain/ids';
import type { Channel, InboundEvent } from '../../src/lib/domain/provider';
import * as channels from '../../src/lib/server/db/channels';
import { database } from '../../src/lib/server/db/client';
import type { Received } from '../../workers/conversation/calls';
import { conversationOf, type Env } from '../../workers/env';
import { handleWebhook } from '../../workers/webhooks';

/** The real bindings, with a key for the channels' secrets. */
export const env: Env = { ...bindings, SECRET_KEY: 'a secret key of at least thirty-two characters' };

let made = 0;

/** A new channel, so that no test meets the conversations or cached rows of another. */
export async function aChannel(provider: 'whatsapp' | 'webhook' | 'messenger', change: Partial<Channel> = {}): Promise<Channel> {
  const channel: Channel = {
    id: `channel-${++made}`,
    provider,
    name: 'Shop',
    accountId: '106540352242922',
    settings: {},
    secrets: { appSecret: 'app-secret', verifyToken: 'verify-me', webhookSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
    ...change,
  };
  await channels.insert(database(env.DB), channel, env.SECRET_KEY, 1);
  return channel;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

async function hmac(key: Uint8Array<ArrayBuffer>, text: string): Promise<Uint8Array> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, bytesOf(text)));
}

/** The headers that make a body authentic for the channel, made as its provider makes them. */
export async function signed(channel: Pick<Channel, 'provider' | 'secrets'>, body: string): Promise<Record<string, string>> {
  if (channel.provider !== 'webhook') {
    const digest = await hmac(bytesOf(channel.secrets.appSecret ?? ''), body);
    const hex = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return { 'x-hub-signature-256': `sha256=${hex}` };
  }
  const key = Uint8Array.from(atob((channel.secrets.webhookSecret ?? '').slice(6)), (char) => char.charCodeAt(0));
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const digest = await hmac(key, `call-1.${timestamp}.${body}`);
  const signature = `v1,${btoa(String.fromCharCode(...digest))}`;
  return { 'webhook-id': 'call-1', 'webhook-timestamp': timestamp, 'webhook-signature': signature };
}

/** One call of the edge; resolves when what it started afterwards is done too. */
export async function call(channelId: string, init: RequestInit & { query?: string } = {}, over: Env = env): Promise<Response> {
  const ctx = createExecutionContext();
  const { query = '', ...rest } = init;
  const response = await handleWebhook(
    new Request(`https://parley.test/webhooks/${channelId}${query}`, rest),
    over,
    ctx,
    channelId,
  );
  await waitOnExecutionContext(ctx);
  return response;
}

/** An authentic delivery: of an object as JSON, of a text as it is. */
export async function deliver(channel: Channel, body: unknown, over: Env = env): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return call(channel.id, { method: 'POST', body: text, headers: await signed(channel, text) }, over);
}

type Said = { id: string; from?: string; text?: string; timestamp?: unknown } & Record<string, unknown>;

export const said = ({ id, from = '16505551234', text = 'hi', ...rest }: Said) => ({
  id,
  from,
  timestamp: String(Math.floor(Date.now() / 1_000)),
  type: 'text',
  text: { body: text },
  ...rest,
});

/** A WhatsApp delivery of these messages and statuses. */
export const whatsappBody = (messages: unknown[], statuses: unknown[] = [], phoneNumberId = '106540352242922') => ({
  object: 'whatsapp_business_account',
  entry: [
    {
      id: '1',
      changes: [{ field: 'messages', value: { metadata: { phone_number_id: phoneNumberId }, contacts: [], messages, statuses } }],
    },
  ],
});

/** The conversation of that address: its row and messages, or null when there is none. */
export async function threadOf(channel: Channel, address = '16505551234') {
  const result = await conversationOf(env, await conversationIdOf(channel.id, address)).get();
  return result.ok ? result.value : null;
}

/** What the end user is seen to have written, in the thread's order. */
export async function textsOf(channel: Channel, address?: string): Promise<string[]> {
  const thread = await threadOf(channel, address);
  return (thread?.messages ?? []).filter((message) => message.direction === 'inbound').map((message) => message.text);
}

export type Letter = { reason: string; body: string; count: number; hash: string };

export async function lettersOf(channel: Channel): Promise<Letter[]> {
  const letters = database(env.DB).selectFrom('dead_letters').select(['reason', 'body', 'count', 'hash']);
  return letters.where('channel_id', '=', channel.id).orderBy('reason').execute();
}

/** A database that fails every query, until told otherwise; what it did before stays. */
export function failingDatabase(): { over: Env; fail(on: boolean): void } {
  let failing = false;
  const check = () => {
    if (failing) throw new Error('D1_ERROR: D1 DB is overloaded. Requests queued for too long.');
  };
  const DB = new Proxy(env.DB, {
    get(target, key) {
      check();
      return bound(target, key);
    },
  });
  return { over: { ...env, DB }, fail: (on) => void (failing = on) };
}

type Receive = (target: ConversationTarget, events: InboundEvent[]) => Promise<Received>;

/** The real objects behind stubs that run `before` each call, which may wait, or throw what a broken stub throws. */
export function troubledConversations(before: (name: string, call: number) => void | Promise<void>): {
  over: Env;
  calls(): number;
} {
  let calls = 0;
  const CONVERSATION = new Proxy(env.CONVERSATION, {
    get(namespace, key) {
      if (key !== 'get') return bound(namespace, key);
      return (id: DurableObjectId) => {
        const stub = namespace.get(id);
        const receive: Receive = async (target, events) => {
          await before(target.id, ++calls);
          return stub.receive(target, events);
        };
        return { receive };
      };
    },
  });
  return { over: { ...env, CONVERSATION }, calls: () => calls };
}

/** A property as its own object would have it: the runtime's methods refuse any other `this`. */
function bound(target: object, key: string | symbol): unknown {
  const value: unknown = Reflect.get(target, key);
  return typeof value === 'function' ? value.bind(target) : value;
}
