import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Channel } from '../../src/lib/domain/provider';
import { webhook } from '../../src/lib/providers/webhook/server';
import { startRoutedServer, type RoutedServer } from './routed-server';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const channel: Channel = {
  id: 'app',
  provider: 'webhook',
  name: 'App',
  accountId: 'app',
  settings: {},
  secrets: { webhookSecret: secret },
};
const page = readFileSync('docs/generic-channel.md', 'utf8');
const blocksOf = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, code = '']) => code);

const Script = z.object({
  isFromParley: z.function({ input: [z.record(z.string(), z.string()), z.string()], output: z.boolean() }),
});
const script = join(mkdtempSync(join(tmpdir(), 'parley-docs-')), 'parley.mjs');
let server: RoutedServer;
beforeAll(async () => {
  server = await startRoutedServer();
  server.routes.set('POST /webhooks/app', { status: 200 });
  server.routes.set('POST /messages', { status: 200, body: { id: 'out-1' } });
  writeFileSync(script, blocksOf('js')[0] ?? '');
});
afterAll(() => server.close());

test('the script on the page posts a message that is authentic and understood', async () => {
  const environment = { ...process.env, PARLEY_URL: `${server.base}/webhooks/app`, PARLEY_SECRET: secret };
  const { stdout } = await promisify(execFile)(process.execPath, [script, 'Is the gate still B14? ☂'], { env: environment });
  expect(stdout.trim()).toBe('200');
  const [call] = server.calls.splice(0);
  if (!call) throw new Error('no call');
  expect(await webhook.verify(new Uint8Array(call.body), call.headers, channel, Date.now())).toBe(true);
  const { events } = webhook.parse(JSON.parse(call.body.toString('utf8')), channel);
  expect(events).toMatchObject([{ type: 'message', address: 'user-7', text: 'Is the gate still B14? ☂' }]);
});

test('the script on the page knows a call of ours from a forged one', async () => {
  const deps = { fetch, apiBase: server.base, now: Date.now(), signal: AbortSignal.timeout(5_000) };
  const nothing = { replyTo: null, media: null, template: null, lastActionAt: 0 };
  await webhook.send({ id: 'm-1', address: 'user-7', text: 'It is. ☂', ...nothing }, channel, deps);
  const [call] = server.calls.splice(0);
  if (!call) throw new Error('no call');
  process.env.PARLEY_SECRET = secret;
  const { isFromParley } = Script.parse(await import(pathToFileURL(script).href));
  const headers = Object.fromEntries(call.headers);
  const body = call.body.toString('utf8');
  expect(isFromParley(headers, body)).toBe(true);
  expect(isFromParley(headers, `${body} `)).toBe(false);
  expect(isFromParley({ ...headers, 'webhook-id': 'm-2' }, body)).toBe(false);
  expect(isFromParley({ ...headers, 'webhook-timestamp': '1' }, body)).toBe(false);
  expect(isFromParley({}, body)).toBe(false);
});

test('every call on the page is one that is understood', () => {
  const calls = blocksOf('json').flatMap((block) => block.split(/\n(?=\{)/).map((text): unknown => JSON.parse(text)));
  const types = calls.map((call) => {
    const { type } = z.object({ type: z.string() }).parse(call);
    const { events, rejected } = webhook.parse(call, channel);
    // The last one is what goes out.
    expect(rejected).toHaveLength(type === 'message.send' ? 1 : 0);
    expect(events).toHaveLength(type === 'message.send' ? 0 : 1);
    return type;
  });
  expect(types).toEqual([
    'message.received',
    'message.reaction',
    'message.edited',
    'message.revoked',
    'message.sent',
    'message.status',
    'message.send',
  ]);
});
