import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import type { Conversation as State, ConversationTarget } from '../../src/lib/domain/conversation';
import { conversationIdOf } from '../../src/lib/domain/ids';
import type { Message } from '../../src/lib/domain/message';
import type { ThreadFrame } from '../../src/lib/domain/protocol';
import type { Agent } from '../../src/lib/domain/role';
import * as channels from '../../src/lib/server/db/channels';
import { database } from '../../src/lib/server/db/client';
import type { Conversation } from '../../workers/conversation/conversation';
import { conversationOf } from '../../workers/env';
import { headersOf } from '../../workers/sockets';

export const CHANNEL = 'shop-whatsapp';

/** A WhatsApp channel, and settings as `npm start` gives them. */
export async function openShop(): Promise<void> {
  Object.assign(env, { DEMO: 'on', WHATSAPP_API_BASE: 'https://provider.test' });
  const secrets = { appSecret: 'app-secret', verifyToken: 'verify-me', accessToken: 'access-token' };
  const channel = {
    id: CHANNEL,
    provider: 'whatsapp' as const,
    name: 'Shop',
    accountId: '106540352242922',
    settings: {},
    secrets,
  };
  await channels.insert(database(env.DB), channel, env.SECRET_KEY, 1);
}

let people = 0;

/** A new end user and their conversation's object. */
export async function aConversation(): Promise<{ target: ConversationTarget; stub: DurableObjectStub<Conversation> }> {
  const address = `1650555${String(++people).padStart(4, '0')}`;
  const id = await conversationIdOf(CHANNEL, address);
  return { target: { id, channelId: CHANNEL, provider: 'whatsapp', address, name: 'Aanya Rao' }, stub: conversationOf(env, id) };
}

/** What the object has on disk. */
export function stored(storage: DurableObjectStorage): { conversation: State | null; messages: Message[]; outbox: string[] } {
  // An object that nothing has come to has not even tables.
  const made = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'state'").toArray();
  if (made.length === 0) return { conversation: null, messages: [], outbox: [] };
  const messages = storage.sql.exec<{ message: string }>('SELECT message FROM messages ORDER BY seq').toArray();
  const outbox = storage.sql
    .exec<{ kind: string; message_id: string }>('SELECT kind, message_id FROM outbox ORDER BY id')
    .toArray();
  return {
    conversation: stateIn(storage),
    messages: messages.map(({ message }): Message => JSON.parse(message)),
    outbox: outbox.map(({ kind, message_id }) => `${kind} ${message_id}`),
  };
}

/** The conversation as its own row has it, with what has become of it by the last message. */
export function stateIn({ sql }: DurableObjectStorage): State | null {
  const [row] = sql.exec<{ conversation: string }>('SELECT conversation FROM state').toArray();
  const last = sql
    .exec<{ became: string | null }>('SELECT became FROM messages WHERE seq = (SELECT max(seq) FROM messages)')
    .toArray()[0];
  const state: State | null = row ? JSON.parse(row.conversation) : null;
  const became: Partial<State> = JSON.parse(last?.became ?? '{}');
  return state && (became.version ?? 0) > state.version ? { ...state, ...became } : state;
}

export const onDisk = (stub: DurableObjectStub<Conversation>) => runInDurableObject(stub, (_, state) => stored(state.storage));

type Call = { messageId: string; text: string; at: number };

/** The network beyond the Worker is one provider: what it was called with, and what it answers. */
export function provider(answer: (call: Call) => Response | Promise<Response>): Call[] {
  const calls: Call[] = [];
  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    const body: { biz_opaque_callback_data: string; text: { body: string } } = await new Request(input, init).json();
    const call = { messageId: body.biz_opaque_callback_data, text: body.text.body, at: Date.now() };
    calls.push(call);
    return answer(call);
  });
  return calls;
}

export const accepted = (id: string) => Response.json({ messaging_product: 'whatsapp', contacts: [], messages: [{ id }] });

/** A dashboard's socket on one conversation, with all it was told. */
export async function watch(stub: DurableObjectStub<Conversation>, agent: Agent, version?: number) {
  const url = `https://parley.test/live/conversations/x${version === undefined ? '' : `?version=${version}`}`;
  const headers = new Headers([['upgrade', 'websocket'], ...headersOf(agent, `session-of-${agent.id}`)]);
  const { webSocket } = await stub.fetch(url, { headers });
  if (!webSocket) throw new Error('no socket');
  const frames: ThreadFrame[] = [];
  webSocket.addEventListener('message', ({ data }) => {
    if (data !== 'pong') frames.push(JSON.parse(String(data)));
  });
  webSocket.accept();
  return { socket: webSocket, frames, say: (frame: object) => webSocket.send(JSON.stringify(frame)) };
}
