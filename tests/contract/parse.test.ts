import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { providerNames } from '../../src/lib/domain/provider-rules';
import type { Channel, ProviderName } from '../../src/lib/domain/provider';
import { providerOf, providers } from '../../src/lib/server/providers';

const registered = Object.values(providers).map(({ name }) => name);

/** Each file: what it shows, a body as the provider sends it, and what must come of it. */
type Fixture = { about: string; body: unknown; events: unknown[]; rejected: string[] };

/** The channel that the fixtures are of. */
const CHANNEL = 'channel.json';

const folderOf = (provider: ProviderName): URL => new URL(`../fixtures/${provider}/`, import.meta.url);
const channelFor = (provider: ProviderName): Channel => JSON.parse(readFileSync(new URL(CHANNEL, folderOf(provider)), 'utf8'));

function fixturesOf(provider: ProviderName): [string, Fixture][] {
  return readdirSync(folderOf(provider))
    .filter((file) => file.endsWith('.json') && file !== CHANNEL)
    .map((file) => {
      const fixture: Fixture = JSON.parse(readFileSync(new URL(file, folderOf(provider)), 'utf8'));
      return [`${fixture.about} (${file})`, fixture];
    });
}

test('every provider with a profile is registered under its own name, and shown by fixtures', () => {
  expect(new Set(registered)).toEqual(new Set(providerNames));
  for (const [name, provider] of Object.entries(providers)) expect(provider.name).toBe(name);
  for (const name of registered) expect(fixturesOf(name).length, name).toBeGreaterThan(0);
});

describe.each(registered)('%s reads', (name) => {
  const provider = providerOf(name);
  const channel = channelFor(name);

  test.each(fixturesOf(name))('%s', (_about, fixture) => {
    const parsed = provider.parse(fixture.body, channel);
    expect(parsed.events).toEqual(fixture.events);
    expect(parsed.rejected.map((rejection) => rejection.reason)).toEqual(fixture.rejected);
  });

  test.each([null, 7, 'text', [], {}, { object: null }, { entry: 3 }])('%j without falling over', (body) => {
    expect(provider.parse(body, channel)).toMatchObject({ events: [], rejected: [{ part: body }] });
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
  const parsed = providerOf('whatsapp').parse(body, channelFor('whatsapp'));
  expect(parsed.rejected).toEqual([]);
  expect(parsed.events.map((event) => event.type === 'message' && event.text)).toEqual(messages.map((m) => m.text.body));
});

test('reading a hostile body leaves the prototypes alone', () => {
  const body: unknown = JSON.parse(
    '{"__proto__":{"polluted":1},"object":"whatsapp_business_account","entry":[{"__proto__":{"polluted":1}}]}',
  );
  providerOf('whatsapp').parse(body, channelFor('whatsapp'));
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});
