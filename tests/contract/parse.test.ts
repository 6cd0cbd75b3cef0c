import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Channel, ProviderName } from '../../src/lib/domain/provider';
import { providerOf } from '../../src/lib/server/providers';

const channels: Record<'whatsapp' | 'webhook', Channel> = {
  whatsapp: { id: 'shop', provider: 'whatsapp', name: 'Shop', accountId: '106540352242922', secrets: {} },
  webhook: { id: 'app', provider: 'webhook', name: 'App', accountId: 'app', secrets: {} },
};

/** Each file: what it shows, a body as the provider sends it, and what must come of it. */
type Fixture = { about: string; body: unknown; events: unknown[]; rejected: string[] };

function fixturesOf(provider: ProviderName): [string, Fixture][] {
  const folder = new URL(`../fixtures/${provider}/`, import.meta.url);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const fixture: Fixture = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
      return [`${fixture.about} (${file})`, fixture];
    });
}

describe.each(['whatsapp', 'webhook'] as const)('%s reads', (name) => {
  const provider = providerOf(name);

  test.each(fixturesOf(name))('%s', (_about, fixture) => {
    const parsed = provider?.parse(fixture.body, channels[name]);
    expect(parsed?.events).toEqual(fixture.events);
    expect(parsed?.rejected.map((rejection) => rejection.reason)).toEqual(fixture.rejected);
  });

  test.each([null, 7, 'text', [], {}, { object: null }, { entry: 3 }])('%j without falling over', (body) => {
    expect(provider?.parse(body, channels[name])).toMatchObject({ events: [], rejected: [{ part: body }] });
  });
});

test('a batch of a thousand updates is read in one go', () => {
  const messages = Array.from({ length: 1_000 }, (_, i) => ({
    from: `1650555${i % 300}`,
    id: `wamid.${i}`,
    timestamp: '1749416383',
    type: 'text',
    text: { body: `text ${i}` },
  }));
  const value = { metadata: { phone_number_id: '106540352242922' }, messages };
  const body = { object: 'whatsapp_business_account', entry: [{ id: '1', changes: [{ field: 'messages', value }] }] };
  const parsed = providerOf('whatsapp')?.parse(body, channels.whatsapp);
  expect(parsed?.rejected).toEqual([]);
  expect(parsed?.events.map((event) => event.type === 'message' && event.text)).toEqual(messages.map((m) => m.text.body));
});

test('reading a hostile body leaves the prototypes alone', () => {
  const body: unknown = JSON.parse(
    '{"__proto__":{"polluted":1},"object":"whatsapp_business_account","entry":[{"__proto__":{"polluted":1}}]}',
  );
  providerOf('whatsapp')?.parse(body, channels.whatsapp);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});
