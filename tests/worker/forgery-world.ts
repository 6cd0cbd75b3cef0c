import type { Channel, ProviderName } from '../../src/lib/domain/provider';
import * as channels from '../../src/lib/server/db/channels';
import { database } from '../../src/lib/server/db/client';
import type { Env } from '../../workers/env';
import { env } from './webhooks-world';

/** How one provider's calls look and are proven; `address` is who wrote in `body`. */
export type Manner = {
  /** The header that proves a call. */
  header: string;
  /** What stands before the proof in that header. */
  scheme: string;
  /** Whether the proof is of this very body; else it only says who calls. */
  signsBody: boolean;
  accountId: string;
  secrets: Channel['secrets'];
  otherSecrets: Channel['secrets'];
  address: string;
  body(id: number): unknown;
  /** `at` in epoch ms. */
  prove(secrets: Channel['secrets'], body: string, at: number): Promise<Record<string, string>>;
};

const now = () => Math.floor(Date.now() / 1_000);

const meta = {
  header: 'x-hub-signature-256',
  scheme: 'sha256=',
  signsBody: true,
  secrets: { appSecret: 'Secret-of-the-Shop' },
  otherSecrets: { appSecret: 'Secret-of-the-Neighbour' },
  prove: async ({ appSecret = '' }: Channel['secrets'], body: string) => ({
    'x-hub-signature-256': `sha256=${hexOf(await hmac(bytesOf(appSecret), body))}`,
  }),
} satisfies Partial<Manner>;

export const manners: Record<ProviderName, Manner> = {
  whatsapp: {
    ...meta,
    accountId: '106540352242922',
    address: '16505551234',
    body: (id) => {
      const message = { id: `wamid.${id}`, from: '16505551234', timestamp: String(now()), type: 'text', text: { body: 'hi' } };
      const value = { metadata: { phone_number_id: '106540352242922' }, contacts: [], messages: [message] };
      return { object: 'whatsapp_business_account', entry: [{ id: '1', changes: [{ field: 'messages', value }] }] };
    },
  },
  messenger: {
    ...meta,
    accountId: '1067280970047460',
    address: '7003001002003004',
    body: (id) => {
      const [sender, recipient] = [{ id: '7003001002003004' }, { id: '1067280970047460' }];
      const event = { sender, recipient, timestamp: Date.now(), message: { mid: `m_${id}`, text: 'hi' } };
      return { object: 'page', entry: [{ id: '1067280970047460', time: Date.now(), messaging: [event] }] };
    },
  },
  telegram: {
    header: 'x-telegram-bot-api-secret-token',
    scheme: '',
    signsBody: false,
    accountId: '110201543',
    secrets: { webhookSecret: 'Secret-of-the-Bot' },
    otherSecrets: { webhookSecret: 'Secret-of-another-Bot' },
    address: '1001002003',
    body: (id) => {
      const person = { id: 1_001_002_003, first_name: 'Nia' };
      const parts = { from: { ...person, is_bot: false }, chat: { ...person, type: 'private' }, date: now(), text: 'hi' };
      return { update_id: id, message: { message_id: id, ...parts } };
    },
    prove: async ({ webhookSecret = '' }) => ({ 'x-telegram-bot-api-secret-token': webhookSecret }),
  },
  webhook: {
    header: 'webhook-signature',
    scheme: 'v1,',
    signsBody: true,
    accountId: 'shop',
    secrets: { webhookSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
    otherSecrets: { webhookSecret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD' },
    address: 'user-1',
    body: (id) => {
      const data = { id: `in-${id}`, user: { id: 'user-1', name: 'Nia' }, message: { type: 'text', text: 'hi' } };
      return { type: 'message.received', timestamp: new Date().toISOString(), data };
    },
    prove: async ({ webhookSecret = '' }, body, at) => {
      const key = Uint8Array.from(atob(webhookSecret.slice('whsec_'.length)), (char) => char.charCodeAt(0));
      const timestamp = String(Math.floor(at / 1_000));
      const digest = await hmac(key, `call-1.${timestamp}.${body}`);
      const signature = `v1,${btoa(String.fromCharCode(...digest))}`;
      return { 'webhook-id': 'call-1', 'webhook-timestamp': timestamp, 'webhook-signature': signature };
    },
  },
};

let made = 0;

/** A channel of this provider that nobody else uses. */
export async function channelOf(provider: ProviderName, secrets: Channel['secrets']): Promise<Channel> {
  const { accountId } = manners[provider];
  const channel: Channel = { id: `forged-${++made}`, provider, name: 'Shop', accountId, settings: {}, secrets };
  await channels.insert(database(env.DB), channel, env.SECRET_KEY, 1);
  return channel;
}

/** The real bindings, and how many stubs of objects have been made through them: no object wakes without one. */
export function countedObjects(): { over: Env; stubs(): number } {
  let stubs = 0;
  const counted = <T extends object>(namespace: T): T =>
    new Proxy(namespace, {
      get(target, key) {
        if (key === 'get' || key === 'getByName') stubs += 1;
        const value: unknown = Reflect.get(target, key);
        // The runtime's methods refuse any other `this`.
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  const { CONVERSATION, INBOX, SESSION, CHANNEL_GATE, DIRECTORY } = env;
  const over = {
    ...env,
    CONVERSATION: counted(CONVERSATION),
    INBOX: counted(INBOX),
    SESSION: counted(SESSION),
    CHANNEL_GATE: counted(CHANNEL_GATE),
    DIRECTORY: counted(DIRECTORY),
  };
  return { over, stubs: () => stubs };
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

const hexOf = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

async function hmac(key: Uint8Array<ArrayBuffer>, text: string): Promise<Uint8Array> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, bytesOf(text)));
}
