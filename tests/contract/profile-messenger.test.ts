import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Channel } from '../../src/lib/domain/provider';
import { messenger } from '../../src/lib/providers/messenger/server';
import { startProviderServer, type ProviderServer } from './provider-server';

const channel: Channel = {
  id: 'page',
  provider: 'messenger',
  name: 'Page',
  accountId: '1067280970047460',
  settings: {},
  secrets: { accessToken: 'token&1' },
};

let server: ProviderServer;
beforeAll(async () => void (server = await startProviderServer()));
beforeEach(() => void (server.received.length = 0));
afterAll(() => server.close());

const nameOf = (address: string, status: number, body: unknown) => {
  server.reply = { status, body: JSON.stringify(body) };
  return messenger.readName?.(address, channel, { fetch, apiBase: server.base, now: 0, signal: AbortSignal.timeout(5_000) });
};

test.each([
  [{ first_name: 'Asha', last_name: 'Rao' }, 'Asha Rao'],
  [{ first_name: 'Asha' }, 'Asha'],
  [{ first_name: '', name: 'A \u202eRao' }, 'A \u202eRao'],
  [{}, null],
  [[], null],
])('the profile %j is %j', async (profile, name) => {
  expect(await nameOf('5512', 200, profile)).toBe(name);
  expect(server.received[0]?.path).toBe('/v24.0/5512?fields=first_name%2Clast_name&access_token=token%261');
});

test('a profile that may not be seen, or is not to be had, is no name', async () => {
  expect(await nameOf('5512', 400, { error: { code: 100 } })).toBeNull();
  expect(await nameOf('5512', 500, {})).toBeNull();
});

test('what is no page-scoped id is not asked for', async () => {
  expect(await nameOf('../me', 200, { first_name: 'X' })).toBeNull();
  expect(server.received).toEqual([]);
});
