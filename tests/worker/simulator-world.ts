import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import { conversationIdOf } from '../../src/lib/domain/ids';
import type { Agent } from '../../src/lib/domain/role';
import * as channels from '../../src/lib/server/db/channels';
import { database } from '../../src/lib/server/db/client';
import { demoChannelList } from '../../workers/demo/channels';
import { conversationOf } from '../../workers/env';
import { handleSimulator } from '../../workers/simulator/routes';
import { handleWebhook } from '../../workers/webhooks';

const ORIGIN = 'http://localhost:8787';
export const API_BASE = `${ORIGIN}/simulator/api/provider`;

export const admin: Agent = { id: 'alex', name: 'Alex Moreau', role: 'admin' };
export const ana: Agent = { id: 'ana', name: 'Ana Lima', role: 'agent' };

/** What a local demo is started with; objects of the same test file see it too. */
export function startDemo(): void {
  Object.assign(env, {
    DEMO: 'on',
    SIMULATOR: 'on',
    SECRET_KEY: 'a secret key of at least thirty-two characters',
    WHATSAPP_API_BASE: API_BASE,
    MESSENGER_API_BASE: API_BASE,
    TELEGRAM_API_BASE: API_BASE,
    WEBHOOK_API_BASE: API_BASE,
  });
}

/** Webhooks that the simulator posted, as they reached Parley. */
export const posted: { url: string; body: string; status: number }[] = [];

/** The network between Parley and its simulator: calls of the local origin reach the Worker's own handlers, nothing else is there. */
export function connect(): void {
  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    if (url.origin !== ORIGIN) throw new TypeError(`No network to ${url.origin}`);
    const ctx = createExecutionContext();
    if (url.pathname.startsWith('/simulator/api/')) return handleSimulator(request, env, ctx, null);
    const body = await request.clone().text();
    const response = await handleWebhook(request, env, ctx, url.pathname.split('/')[2] ?? '');
    posted.push({ url: request.url, body, status: response.status });
    await waitOnExecutionContext(ctx);
    return response;
  });
}

export async function addChannels(): Promise<void> {
  for (const channel of demoChannelList) await channels.insert(database(env.DB), channel, env.SECRET_KEY, 1);
}

type CallOptions = { agent?: Agent | null; headers?: Record<string, string>; over?: Partial<typeof env> };

/** One request of the simulator's API; as the demo's Admin unless said otherwise. */
export async function call(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<Response> {
  const { agent = admin, headers = {}, over = {} } = options;
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const request = new Request(`${ORIGIN}/simulator/api/${path}`, { method, body: text, headers });
  return handleSimulator(request, { ...env, ...over }, createExecutionContext(), agent);
}

let made = 0;

/** A new phone that nobody else in the test file has; `id` is its conversation's id as well. */
export async function aPhone(channelId = 'demo-whatsapp'): Promise<{ id: string; address: string; channelId: string }> {
  const address = `1650555${String(++made).padStart(4, '0')}`;
  const response = await call('POST', 'phones', { channelId, address, name: 'Aanya Rao' });
  if (response.status !== 200) throw new Error(`no phone: ${response.status}`);
  return { id: await conversationIdOf(channelId, address), address, channelId };
}

export async function threadOf(id: string) {
  const result = await conversationOf(env, id).get();
  return result.ok ? result.value : null;
}

/** An agent opens the conversation and answers. */
export async function answer(id: string, text: string): Promise<string> {
  const claim = await conversationOf(env, id).claim(ana);
  if (!claim.ok || !claim.value.granted) throw new Error('not granted');
  const messageId = crypto.randomUUID();
  const { epoch } = claim.value;
  const sent = await conversationOf(env, id).send(ana, { messageId, epoch, seenSeq: 0, text, force: true });
  if (!sent.ok) throw new Error(`refused: ${sent.error.reason}`);
  return messageId;
}

export async function deliveryOf(id: string, messageId: string) {
  return (await threadOf(id))?.messages.find((message) => message.id === messageId)?.delivery ?? null;
}
