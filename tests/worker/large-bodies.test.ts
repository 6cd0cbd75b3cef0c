import { isHttpError } from '@sveltejs/kit';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import * as inviting from '../../src/routes/invite/[token]/+page.server';
import * as resetting from '../../src/routes/reset/[token]/+page.server';
import * as settingUp from '../../src/routes/setup/+page.server';
import { call, ORIGIN } from './front-door';

/** A body of which nobody has said how long it is, and which never ends. */
function endless(): { body: ReadableStream<Uint8Array>; sent: () => number } {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 64_000;
      if (sent > 10_000_000) controller.error(new Error('it was read on'));
      else controller.enqueue(new Uint8Array(64_000).fill(0x20));
    },
  });
  return { body, sent: () => sent };
}

type Sent = { body: BodyInit; headers: Record<string, string> };

/** A form's page, as SvelteKit calls it; the status that it answers with. */
const form = (page: { actions: object }) => async (path: string, init: Sent) => {
  const action: unknown = Reflect.get(page.actions, 'default');
  if (typeof action !== 'function') throw new Error('there is no such action');
  const request = new Request(ORIGIN + path, { method: 'POST', ...init });
  try {
    const answer: unknown = await action({ request, params: { token: 'x' }, platform: { env } });
    return Number(Reflect.get(Object(answer), 'status'));
  } catch (error) {
    if (isHttpError(error)) return error.status;
    throw error;
  }
};
const route = async (path: string, init: Sent) => (await call(path, { method: 'POST', ...init })).status;

const urlencoded = 'application/x-www-form-urlencoded';
const multipart = 'multipart/form-data; boundary=x';

test.each([
  ['/api/auth/sign-in/email', 'application/json', route],
  ['/maintenance/search-index', 'application/json', route],
  ['/invite/x', urlencoded, form(inviting)],
  ['/invite/x', multipart, form(inviting)],
  ['/reset/x', urlencoded, form(resetting)],
  ['/setup', multipart, form(settingUp)],
])('%s reads no more of a stranger’s %s than it needs', async (path, type, ask) => {
  const { body, sent } = endless();
  const headers = { 'content-type': type, origin: ORIGIN, 'x-parley-signature': '0'.repeat(64) };
  expect(await ask(path, { body, headers })).toBe(413);
  expect(sent()).toBeLessThan(500_000);
});

test.each([
  '/api/v1/campaigns',
  '/%61pi/v1/campaigns',
  '/api/trpc/campaigns.import',
  '/api/trpc/campaigns%2eimport',
  '/api/trpc/conversations.send',
  '/sign-in',
])('%s, however it is written, gets no body that is larger than any of ours', async (path) => {
  const { body, sent } = endless();
  expect(await route(path, { body, headers: { 'content-type': 'application/json', origin: ORIGIN } })).toBe(413);
  expect(sent()).toBeLessThan(5_000_000);
});

test('a file of people, which may be larger, is left to whoever takes it', async () => {
  const { body, sent } = endless();
  expect(await route('/people/import', { body, headers: { 'content-type': multipart, origin: ORIGIN } })).toBe(200);
  expect(sent()).toBeLessThan(500_000);
});

test('a form that is none is refused like one in which something is missing', async () => {
  const init = { body: 'not a form', headers: { 'content-type': multipart, origin: ORIGIN } };
  expect(await form(inviting)('/invite/x', init)).toBe(400);
});
