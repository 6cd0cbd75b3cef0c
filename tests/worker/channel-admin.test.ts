import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Role } from '../../src/lib/domain/role';
import * as channels from '../../src/lib/server/db/channels';
import { database } from '../../src/lib/server/db/client';
import { appRouter } from '../../src/lib/server/trpc/router';
import { channelOf } from '../../workers/channels';
import { gateOf } from '../../workers/env';
import { handleWebhook } from '../../workers/webhooks';
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';

const HOUR = 3_600_000;
const callerOf = (role: Role, origin = 'https://parley.test') =>
  appRouter.createCaller({
    env,
    user: { id: role, name: role, email: `${role}@parley.test`, role, sessionId: 's' },
    origin,
  }).channels;
const admin = callerOf('admin');

let account = 10_000;
const canary = (what: string) => `canary-${what}-${++account}`;
const whatsapp = () => ({
  provider: 'whatsapp' as const,
  name: 'Shop',
  accountId: String(++account),
  appSecret: canary('app'),
  accessToken: canary('access'),
});
const telegram = () => ({ provider: 'telegram' as const, name: 'Bot', accessToken: `${++account}:canary-bot-token` });
const app = () => ({ provider: 'webhook' as const, name: 'App' });

/** Everything that a provider is asked, and an answer that repeats all of it, as a careless one would. */
const asked: { url: string; body: string }[] = [];
let answer: (request: Request) => Response | Promise<Response>;
beforeEach(() => {
  asked.length = 0;
  answer = (request) => {
    const echo = `${request.url} ${[...request.headers].join(' ')}`;
    return Response.json({ ok: false, error_code: 400, description: echo, error: { code: 100, message: echo } }, { status: 400 });
  };
  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(input, init);
    asked.push({ url: request.url, body: await request.clone().text() });
    return answer(request);
  });
});
afterEach(() => void vi.unstubAllGlobals());

const codeOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
    return 'OK';
  } catch (error) {
    return String(Reflect.get(Object(error), 'code'));
  }
};
const secretsOf = async (id: string) => (await channels.load(database(env.DB), id, env.SECRET_KEY))?.channel.secrets;

describe('adding a channel', () => {
  test('shows a generated verify token once, and what was typed never', async () => {
    const { id, shown } = await admin.add(whatsapp());
    expect(id).toMatch(/^whatsapp-[0-9a-f]{16}$/);
    expect(shown).toEqual({ verifyToken: (await secretsOf(id))?.verifyToken });
    expect(shown.verifyToken).toMatch(/^[A-Za-z0-9_-]{32}$/);
    const typed = await admin.add({ ...whatsapp(), verifyToken: 'my-own-verify-token' });
    expect(await secretsOf(typed.id)).toMatchObject({ verifyToken: 'my-own-verify-token' });
    expect(await admin.get({ id })).toMatchObject({ provider: 'whatsapp', enabled: true, secretNames: ['appSecret', 'verifyToken', 'accessToken'] }); // prettier-ignore
  });

  test('an app gets a signing secret by the standard, and its own id for an account', async () => {
    const { id, shown } = await admin.add(app());
    expect(atob(shown.webhookSecret?.slice('whsec_'.length) ?? '')).toHaveLength(32);
    expect(await admin.get({ id })).toMatchObject({ accountId: id, settings: {} });
    const other = await admin.add(app());
    expect(other.shown.webhookSecret).not.toBe(shown.webhookSecret);
  });

  test('a bot’s account is the id in its token, and its secret is nobody’s to see', async () => {
    const bot = telegram();
    const { id, shown } = await admin.add(bot);
    expect(shown).toEqual({});
    expect((await admin.get({ id })).accountId).toBe(bot.accessToken.split(':')[0]);
    expect((await secretsOf(id))?.webhookSecret).toMatch(/^[A-Za-z0-9_-]{64}$/);
  });

  test('the same account cannot be connected twice', async () => {
    const shop = whatsapp();
    await admin.add(shop);
    await expect(admin.add({ ...shop, name: 'Again' })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: /connected, as “Shop”/,
    });
  });

  test.each([
    ['an unknown field', { ...whatsapp(), enabled: true }],
    ['another provider’s field', { ...whatsapp(), sendUrl: 'https://app.example' }],
    ['no name', { ...whatsapp(), name: '  ' }],
    ['an account that is no id', { ...whatsapp(), accountId: '123/../me' }],
    ['a secret with a comma, which would be two', { ...whatsapp(), appSecret: 'one-secret,another' }],
    ['a token that is none of a bot', { ...telegram(), accessToken: 'canary-without-a-bot' }],
    ['a signing secret that is too short', { ...app(), webhookSecret: 'whsec_c2hvcnQ=' }],
    ['plain http', { ...app(), sendUrl: 'http://app.example/hooks' }],
    ['credentials in an address', { ...app(), sendUrl: 'https://me:secret@app.example' }],
    ['an address of the private network', { ...app(), sendUrl: 'https://192.168.1.1/' }],
    ['the same in other digits', { ...app(), sendUrl: 'https://0xc0a80101/' }],
    ['the cloud’s own metadata', { ...app(), sendUrl: 'https://169.254.169.254/latest' }],
    ['a private address of the newer kind', { ...app(), sendUrl: 'https://[fd00::1]/' }],
    ['a media host that is an address', { ...app(), mediaHosts: ['https://cdn.example/x'] }],
    ['a provider that there is not', { ...app(), provider: 'pigeon' }],
  ])('%s is refused', async (_, input) => {
    expect(await codeOf(admin.add(Object(input)))).toBe('BAD_REQUEST');
  });

  test('an app on this machine may be sent to without https', async () => {
    expect(await codeOf(admin.add({ ...app(), sendUrl: 'http://localhost:3000/hooks', mediaHosts: ['cdn.example', 'files.example:8443'] }))).toBe('OK'); // prettier-ignore
  });
});

describe('rotating secrets', () => {
  test('a generated one is shown once; both are taken during the overlap, and only the new one after it', async () => {
    const { id, shown: before } = await admin.add(app());
    const { shown } = await admin.rotate({ id, generate: ['webhookSecret'], overlapMs: HOUR });
    expect(shown.webhookSecret).not.toBe(before.webhookSecret);
    const now = Date.now();
    const found = await channels.find(database(env.DB), id, env.SECRET_KEY, now);
    expect(found?.secrets.webhookSecret).toBe(`${shown.webhookSecret},${before.webhookSecret}`);
    expect((await channels.find(database(env.DB), id, env.SECRET_KEY, now + HOUR))?.secrets).toEqual(shown);
    expect((await admin.get({ id })).previousUntil).toBeGreaterThan(now);
  });

  test('webhooks under the old secret pass until the overlap is over and are refused from then on', async () => {
    const { id, shown } = await admin.add(app());
    const status = (secret = '') => post(id, secret);
    expect(await status(shown.webhookSecret)).toBe(200);
    const next = (await admin.rotate({ id, generate: ['webhookSecret'], overlapMs: HOUR })).shown.webhookSecret;
    expect([await status(shown.webhookSecret), await status(next)]).toEqual([200, 200]);
    vi.setSystemTime(Date.now() + HOUR);
    expect([await status(shown.webhookSecret), await status(next)]).toEqual([401, 200]);
    vi.useRealTimers();
    const last = (await admin.rotate({ id, generate: ['webhookSecret'], overlapMs: 0 })).shown.webhookSecret;
    expect([await status(next), await status(last)]).toEqual([401, 200]);
  });

  test('what is typed is checked against the provider, and shown to nobody', async () => {
    const { id } = await admin.add(whatsapp());
    expect(await admin.rotate({ id, secrets: { accessToken: 'a-new-access-token' }, overlapMs: 0 })).toEqual({ shown: {} });
    expect(await secretsOf(id)).toMatchObject({ accessToken: 'a-new-access-token' });
    expect(await codeOf(admin.rotate({ id, secrets: { webhookSecret: 'not-of-whatsapp' }, overlapMs: 0 }))).toBe('BAD_REQUEST');
    expect(await codeOf(admin.rotate({ id, generate: ['webhookSecret'], overlapMs: 0 }))).toBe('BAD_REQUEST');
    expect(await codeOf(admin.rotate({ id, overlapMs: 0 }))).toBe('BAD_REQUEST');
    expect(await codeOf(admin.rotate({ id, secrets: { accessToken: 'a-new-one' }, overlapMs: Object(5) }))).toBe('BAD_REQUEST');
  });

  test('a bot’s channel takes no other bot’s token', async () => {
    const bot = telegram();
    const { id } = await admin.add(bot);
    const refusal = admin.rotate({ id, secrets: { accessToken: '1:canary-other-bot' }, overlapMs: 0 });
    await expect(refusal).rejects.toMatchObject({ code: 'BAD_REQUEST', message: /another bot/ });
    const [botId = ''] = bot.accessToken.split(':');
    const secrets = { accessToken: `${botId}:canary-new-token` };
    expect(await admin.rotate({ id, secrets, generate: ['webhookSecret'], overlapMs: HOUR })).toEqual({ shown: {} });
  });
});

describe('changing a channel', () => {
  test('its name and settings, but no setting of another provider’s', async () => {
    const { id } = await admin.add(whatsapp());
    await admin.update({ id, name: 'Store', settings: { businessId: '123456' } });
    expect(await admin.get({ id })).toMatchObject({ name: 'Store', settings: { businessId: '123456' } });
    expect(await codeOf(admin.update({ id, settings: { humanAgent: true } }))).toBe('BAD_REQUEST');
    expect(await codeOf(admin.update({ id: 'nobody', name: 'x' }))).toBe('NOT_FOUND');
  });

  test('a disabled channel refuses its webhooks at once, and takes them again when it is enabled', async () => {
    const { id, shown } = await admin.add(app());
    expect(await post(id, shown.webhookSecret ?? '')).toBe(200);
    await admin.setEnabled({ id, enabled: false });
    expect(await post(id, shown.webhookSecret ?? '')).toBe(404);
    await admin.setEnabled({ id, enabled: true });
    expect(await post(id, shown.webhookSecret ?? '')).toBe(200);
    expect(await channelOf(env, id)).not.toBeNull();
  });

  test('a stopped channel is shown with its reason, and sends again when it is resumed', async () => {
    const { id } = await admin.add(whatsapp());
    await gateOf(env, id).settle('c1', { status: 'stopped', reason: 'The token has expired.', code: '190' });
    const [shown] = (await admin.all()).filter((one) => one.id === id);
    expect(shown?.health).toMatchObject({ stopped: { reason: 'The token has expired.' }, waiting: 1 });
    const named = { id, name: 'Shop', reason: 'The token has expired.' };
    expect(await callerOf('agent').stopped()).toContainEqual(named);
    await admin.setEnabled({ id, enabled: false });
    expect(await callerOf('agent').stopped()).not.toContainEqual(named);
    await admin.setEnabled({ id, enabled: true });
    await admin.resume({ id });
    expect(await callerOf('agent').stopped()).not.toContainEqual(named);
    expect((await admin.get({ id })).health?.stopped).toBeNull();
  });
});

describe('trying a channel', () => {
  test('says of each thing whether it is well, and what to do', async () => {
    const { id, shown } = await admin.add({ ...app(), sendUrl: 'https://app.example' });
    const served = (request: Request) => handleWebhook(request, env, createExecutionContext(), id);
    answer = (request) =>
      request.url.startsWith('https://parley.test/') ? served(request) : new Response(null, { status: 204 });
    const checks = await admin.test({ id });
    expect(checks.find(({ name }) => name === 'Messages arrive')).toMatchObject({ ok: false, help: /Nothing has come in yet/ });
    await post(id, shown.webhookSecret ?? '');
    expect((await admin.test({ id })).filter(({ ok }) => !ok)).toEqual([]);
    for (const origin of ['http://localhost:8787', 'http://192.168.1.9', 'https://[::1]', 'http://shop.example']) {
      const checks = await callerOf('admin', origin).test({ id });
      expect(
        checks.filter(({ ok }) => !ok).map(({ name }) => name),
        origin,
      ).toEqual(['A test event reaches the webhook']);
    }
    await admin.setEnabled({ id, enabled: false });
    const wrong = (await admin.test({ id })).filter(({ ok }) => !ok);
    expect(wrong.map(({ name }) => name)).toEqual(['A test event reaches the webhook', 'The channel is enabled']);
  });

  test.each([
    ['WhatsApp', () => whatsapp()],
    ['Telegram', () => telegram()],
    ['an app', () => app()],
  ])('a test event of %s is believed, leaves nothing, and says when it is not', async (_, make) => {
    const { id } = await admin.add(make());
    const reached = async () => (await admin.test({ id })).find(({ name }) => name.startsWith('A test event'));
    let believed = true;
    answer = (request) => {
      if (!request.url.startsWith('https://parley.test/')) return new Response(null, { status: 204 });
      if (!believed) return new Response(null, { status: 401 });
      return handleWebhook(request, env, createExecutionContext(), id);
    };
    expect(await reached()).toMatchObject({ ok: true });
    const letters = await env.DB.prepare('SELECT count(*) AS n FROM dead_letters WHERE channel_id = ?').bind(id).first('n');
    expect(letters).toBe(0);
    expect((await admin.get({ id })).health?.lastInboundAt).toBeNull();
    believed = false;
    expect(await reached()).toMatchObject({ ok: false, help: /not believed/ });
    answer = () => Promise.reject(new Error('nobody there'));
    expect(await reached()).toMatchObject({ ok: false, help: /did not answer/ });
  });

  test('a channel whose secrets were stored under another key says so', async () => {
    const { id } = await admin.add(whatsapp());
    await env.DB.prepare(`UPDATE channels SET secrets = 'v1.AAAA.AAAA' WHERE id = ?`).bind(id).run();
    expect(await admin.get({ id })).toMatchObject({ secretNames: null });
    expect(await admin.test({ id })).toEqual([expect.objectContaining({ ok: false, name: 'Its secrets can be read' })]);
  });

  test('Telegram is told our address and the new secret only', async () => {
    const bot = telegram();
    const { id } = await admin.add(bot);
    await admin.rotate({ id, generate: ['webhookSecret'], overlapMs: HOUR });
    answer = () => Response.json({ ok: true, result: true });
    expect(await admin.connect({ id })).toMatchObject({ ok: true });
    const call = asked.find(({ url }) => url.endsWith('/setWebhook'));
    expect(JSON.parse(call?.body ?? '')).toMatchObject({ url: `https://parley.test/webhooks/${id}`, secret_token: (await secretsOf(id))?.webhookSecret }); // prettier-ignore
    const shop = await admin.add(whatsapp());
    expect(await admin.connect({ id: shop.id })).toMatchObject({ ok: false, help: /WhatsApp’s own settings/ });
  });
});

const written = { name: 'by_hand', language: 'en_US', category: 'UTILITY' as const, header: null, body: 'Hi {{1}}', footer: null, buttons: [] }; // prettier-ignore

describe('templates', () => {
  test('are the provider’s list and what an Admin writes down', async () => {
    const { id } = await admin.add({ ...whatsapp(), businessId: '987654' });
    const components = [{ type: 'BODY', text: 'Your order is ready' }];
    const listed = { name: 'order_ready', language: 'en_US', status: 'APPROVED', category: 'UTILITY', components };
    answer = () => Response.json({ data: [listed, { ...listed, name: 'refused', status: 'REJECTED' }] });
    expect(await admin.syncTemplates({ id })).toEqual({ count: 1 });
    await admin.addTemplate({ id, template: written });
    expect(await codeOf(admin.addTemplate({ id, template: written }))).toBe('CONFLICT');
    const agent = callerOf('agent');
    expect((await agent.templates({ channelId: id })).map(({ name, source }) => [name, source])).toEqual([
      ['by_hand', 'manual'],
      ['order_ready', 'provider'],
    ]);
    await admin.removeTemplate({ id, name: 'by_hand', language: 'en_US' });
    expect(await agent.templates({ channelId: id })).toHaveLength(1);
  });

  test('a sync that fails says why and leaves the list as it is', async () => {
    const { id } = await admin.add(whatsapp());
    await admin.addTemplate({ id, template: written });
    await expect(admin.syncTemplates({ id })).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
      message: /Business account id/,
    });
    expect(await admin.templates({ channelId: id })).toHaveLength(1);
  });

  test('only a provider that has templates gets one', async () => {
    const { id } = await admin.add(app());
    expect(await codeOf(admin.addTemplate({ id, template: written }))).toBe('BAD_REQUEST');
    expect(await codeOf(admin.syncTemplates({ id }))).toBe('PRECONDITION_FAILED');
  });
});

test('no procedure ever answers with a stored secret, whatever a provider says, and nothing logs one', async () => {
  const logged: unknown[] = [];
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, level).mockImplementation((...words) => void logged.push(...words));
  }
  const answers: unknown[] = [];
  const note = async (call: Promise<unknown>) => answers.push(await call.catch((error: unknown) => [error, String(error)]));
  const messenger = { ...whatsapp(), provider: 'messenger' as const };
  for (const input of [{ ...whatsapp(), businessId: '987654' }, messenger, telegram(), app()]) {
    const { id } = await admin.add(input);
    await gateOf(env, id).settle('c', { status: 'failed' });
    const secrets = Object.values((await secretsOf(id)) ?? {});
    await note(admin.all());
    await note(admin.get({ id }));
    await note(admin.options());
    await note(admin.update({ id, name: 'Renamed' }));
    await note(admin.test({ id }));
    await note(admin.connect({ id }));
    await note(admin.syncTemplates({ id }));
    await note(admin.resume({ id }));
    await note(admin.setEnabled({ id, enabled: false }));
    await note(admin.templates({ channelId: id }));
    await note(admin.rotate({ id, secrets: { appSecret: 'no' }, overlapMs: 0 }));
    await note(admin.add(Object({ ...input, name: '' })));
    await note(admin.add(input));
    const text = JSON.stringify([answers, logged], (_, value) => (value instanceof Error ? { ...value, message: value.message } : value)); // prettier-ignore
    for (const secret of secrets) expect(text).not.toContain(secret);
  }
  expect(answers.length).toBe(4 * 13);
  expect(asked.some(({ url }) => url.includes('canary-bot-token'))).toBe(true);
  vi.restoreAllMocks();
});

describe('who may', () => {
  const others = Role.options.filter((role) => role !== 'admin');
  test.each(others)('%s may none of it but read what agents need', async (role) => {
    const { id } = await admin.add(app());
    const caller = callerOf(role);
    const calls = [
      caller.all(),
      caller.get({ id }),
      caller.add(app()),
      caller.update({ id, name: 'Mine' }),
      caller.rotate({ id, generate: ['webhookSecret'], overlapMs: 0 }),
      caller.test({ id }),
      caller.connect({ id }),
      caller.setEnabled({ id, enabled: false }),
      caller.resume({ id }),
      caller.syncTemplates({ id }),
      caller.addTemplate({ id, template: written }),
      caller.removeTemplate({ id, name: 'x', language: 'en' }),
    ];
    expect(new Set(await Promise.all(calls.map(codeOf)))).toEqual(new Set(['FORBIDDEN']));
    expect(await codeOf(caller.stopped())).toBe(role === 'agent' ? 'OK' : 'FORBIDDEN');
    expect(await codeOf(caller.templates({ channelId: id }))).toBe(role === 'agent' ? 'OK' : 'FORBIDDEN');
    expect(await admin.get({ id })).toMatchObject({ name: 'App', enabled: true });
  });
});

/** The answer to an app's signed, empty call. */
async function post(id: string, secret: string): Promise<number> {
  const body = JSON.stringify({ type: 'nothing.of.note', timestamp: new Date().toISOString(), data: {} });
  const key = Uint8Array.from(atob(secret.slice('whsec_'.length)), (char) => char.charCodeAt(0));
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const at = String(Math.floor(Date.now() / 1_000));
  const digest = await crypto.subtle.sign('HMAC', imported, new TextEncoder().encode(`call.${at}.${body}`));
  const signature = `v1,${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
  const headers = { 'webhook-id': 'call', 'webhook-timestamp': at, 'webhook-signature': signature };
  const ctx = createExecutionContext();
  const request = new Request(`https://parley.test/webhooks/${id}`, { method: 'POST', body, headers });
  const response = await handleWebhook(request, env, ctx, id);
  await waitOnExecutionContext(ctx);
  return response.status;
}
