import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { providerRules } from '../../src/lib/domain/provider-rules';
import type { Channel, ProviderName } from '../../src/lib/domain/provider';
import { providerOf, providers } from '../../src/lib/server/providers';

const channel = { name: 'Shop', settings: {}, secrets: {} };
const channels: Record<ProviderName, Channel> = {
  whatsapp: { ...channel, id: 'shop', provider: 'whatsapp', accountId: '106540352242922' },
  messenger: { ...channel, id: 'page', provider: 'messenger', accountId: '1067280970047460' },
  telegram: { ...channel, id: 'bot', provider: 'telegram', accountId: '110201543' },
  webhook: { ...channel, id: 'app', provider: 'webhook', accountId: 'app' },
};
const registered = Object.values(providers).map(({ name }) => name);

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

test('every provider that the rules know is registered under its own name, and shown by fixtures', () => {
  expect(new Set(registered)).toEqual(new Set(Object.keys(providerRules)));
  for (const [name, provider] of Object.entries(providers)) expect(provider.name).toBe(name);
  for (const name of registered) expect(fixturesOf(name).length, name).toBeGreaterThan(0);
});

describe.each(registered)('%s reads', (name) => {
  const provider = providerOf(name);

  test.each(fixturesOf(name))('%s', (_about, fixture) => {
    const parsed = provider.parse(fixture.body, channels[name]);
    expect(parsed.events).toEqual(fixture.events);
    expect(parsed.rejected.map((rejection) => rejection.reason)).toEqual(fixture.rejected);
  });

  test.each([null, 7, 'text', [], {}, { object: null }, { entry: 3 }])('%j without falling over', (body) => {
    expect(provider.parse(body, channels[name])).toMatchObject({ events: [], rejected: [{ part: body }] });
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
  const parsed = providerOf('whatsapp').parse(body, channels.whatsapp);
  expect(parsed.rejected).toEqual([]);
  expect(parsed.events.map((event) => event.type === 'message' && event.text)).toEqual(messages.map((m) => m.text.body));
});

test('reading a hostile body leaves the prototypes alone', () => {
  const body: unknown = JSON.parse(
    '{"__proto__":{"polluted":1},"object":"whatsapp_business_account","entry":[{"__proto__":{"polluted":1}}]}',
  );
  providerOf('whatsapp').parse(body, channels.whatsapp);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});
