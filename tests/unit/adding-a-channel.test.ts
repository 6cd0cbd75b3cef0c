import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { identityOf, spellingsOf } from '../../src/lib/domain/address';
import { attachmentFor, providerNames, rulesOf } from '../../src/lib/domain/provider-rules';
import { channelForms, newChannelFields, newChannelFrom, settingsFrom, valuesOf } from '../../src/lib/inbox/channel-forms';
import { charactersLeft } from '../../src/lib/inbox/text-limit';
import { channelFrom, NewChannel, secretsFrom, settingsFor } from '../../src/lib/server/channel-admin';
import { providers } from '../../src/lib/server/providers';
import { apiBaseOf } from '../../workers/api-base';
import { route } from '../../workers/webhooks/routing';
import { policy } from '../fixtures/conversation';
import { World } from '../fixtures/world';

// The two lines of the registries, and nothing else.
vi.mock(import('../../src/lib/providers/profiles'), async (original) => {
  const { profile: pigeon } = await import('../fixtures/fifth-provider/profile');
  return { profiles: { ...(await original()).profiles, pigeon } };
});
vi.mock(import('../../src/lib/server/providers'), async (original) => {
  const [real, { pigeon }] = [await original(), await import('../fixtures/fifth-provider/server')];
  return { ...real, providers: { ...real.providers, ...Object({ pigeon }) } };
});

/** The names of the product, of which the compiler does not know this one. */
const found = providerNames.find((name) => String(name) === 'pigeon');
if (!found) throw new Error('not registered');
const pigeon = found;
const code = providers[pigeon];

describe('a fifth app is its folder and a line in each registry', () => {
  test('Settings offers it, asks what its form asks, and stores what was entered', async () => {
    const { form } = (await channelForms()).at(-1) ?? {};
    if (!form) throw new Error('no form');
    expect(newChannelFields(form).map(({ label }) => label)).toEqual(['Name', 'Ring number', 'Seal', 'Loft', 'Night flights']);
    const typed = newChannelFrom(pigeon, form, { name: 'Cote', accountId: '1234', accessToken: 'seal-1', loft: ' north ' });
    const { channel, shown } = channelFrom(await NewChannel.parseAsync(typed));
    expect(channel).toMatchObject({
      provider: 'pigeon',
      name: 'Cote',
      accountId: '1234',
      settings: { loft: 'north', nightFlights: false },
    });
    expect(channel.id).toMatch(/^pigeon-[0-9a-f]{16}$/);
    expect(channel.secrets).toEqual({ accessToken: 'seal-1', ...shown });
    expect(shown.webhookSecret).toMatch(/^[\w-]{32}$/);
    expect(valuesOf(channel.name, channel.settings)).toEqual({ name: 'Cote', loft: 'north', nightFlights: false });
    expect(settingsFrom(form, { nightFlights: true, loft: '' })).toEqual({ nightFlights: true });

    for (const [wrong, path] of [
      [{ loft: 'west' }, 'loft'],
      [{ accessToken: 'none' }, 'accessToken'],
      [{ accountId: 'x' }, 'accountId'],
      [{ name: ' ' }, 'name'],
    ] as const) {
      // prettier-ignore
      const refused = await NewChannel.safeParseAsync({ ...typed, ...wrong });
      expect(refused.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
    }
    expect((await NewChannel.safeParseAsync({ ...typed, sendUrl: 'https://app.example' })).success).toBe(false);
    expect(await settingsFor(pigeon, { loft: 'south' })).toEqual({ settings: { loft: 'south' } });
    expect(await settingsFor(pigeon, { loft: 'west' })).toHaveProperty('error');
    expect(await settingsFor(pigeon, { humanAgent: true })).toEqual({ refusal: 'Pigeon post has no such setting.' });
    const rotated = await secretsFrom(channel, { secrets: { accessToken: 'seal-2' }, generate: ['webhookSecret'] });
    expect(rotated).toMatchObject({ secrets: { accessToken: 'seal-2' }, shown: { webhookSecret: expect.any(String) } });
    expect(await secretsFrom(channel, { secrets: { appSecret: 'app-secret' }, generate: [] })).toHaveProperty('refusal');
  });

  test('its deliveries are verified, read and decided by its own window and its own idea of who is who', async () => {
    const channel = {
      id: 'cote',
      provider: pigeon,
      name: 'Cote',
      accountId: '1',
      settings: { loft: 'north' },
      secrets: { webhookSecret: 'toot' },
    };
    expect(await code.verify(new Uint8Array(), new Headers({ whistle: 'toot' }), channel, 0)).toBe(true);
    expect(await code.verify(new Uint8Array(), new Headers({ whistle: 'tut' }), channel, 0)).toBe(false);
    const now = Date.UTC(2026, 10, 22, 12);
    const { events } = code.parse({ id: 'l1', from: 'Coo', text: 'Hello', at: now }, channel);
    const [group] = (await route(events, channel)).groups;
    if (!group) throw new Error('nobody’s');
    const world = new World(policy);
    for (const event of group.events) world.run({ type: 'receive', target: group.target, event }, now);
    expect(world.conversation).toMatchObject({ provider: 'pigeon', sendWindowUntil: now + 3_600_000 });
    expect(identityOf(pigeon, 'COO')).toBe(identityOf(pigeon, 'coo'));
    expect(spellingsOf(pigeon, 'Coo')).toEqual(['Coo', 'coo', 'COO']);
    expect(charactersLeft(pigeon, 'four')).toBe(136);
    expect(attachmentFor(pigeon, { mime: 'text/plain', size: 5_000 })).toEqual({
      refusal: 'Pigeon post takes at most 1 KB of this type.',
    });
  });

  test('its sends go to its own API, or where the deployment says', async () => {
    const env = Object({});
    expect(apiBaseOf(env, pigeon)).toBe('https://api.pigeon.example');
    expect(apiBaseOf({ ...env, PIGEON_API_BASE: 'http://localhost:1' }, pigeon)).toBe('http://localhost:1');
    const asked: string[] = [];
    const fetch = async (input: RequestInfo | URL) => {
      asked.push(String(input));
      return new Response('{}');
    };
    const channel = {
      id: 'cote',
      provider: pigeon,
      name: 'Cote',
      accountId: '1',
      settings: {},
      secrets: { accessToken: 'seal-1' },
    };
    const message = { id: 'm', address: 'coo', text: 'Hi', replyTo: null, media: null, template: null, lastActionAt: 0 };
    const deps = { fetch, apiBase: apiBaseOf(env, pigeon), now: 0, signal: AbortSignal.timeout(5_000) };
    expect(await code.send(message, channel, deps)).toEqual({ status: 'sent', providerMessageId: 'letter-200' });
    expect(asked).toEqual(['https://api.pigeon.example/letters']);
  });
});

const registries = ['src/lib/providers/profiles.ts', 'src/lib/server/providers/index.ts'];
/** Where an app may be named beside its folder, and why. Folders end with a slash. */
const reasons: Record<string, string> = {
  'src/lib/providers/profiles.ts': 'the registry of profiles',
  'src/lib/server/providers/index.ts': 'the registry of code',
  'src/lib/domain/simulator.ts': 'what the simulator can play',
  'src/lib/components/simulator/': 'the simulator',
  'workers/simulator/': 'the simulator',
  'workers/demo/': 'the demo',
  'migrations/': 'history: each knows the apps of its day, and a new app needs none',
  'scripts/start.mjs': 'the demo: its sends go to the simulator',
};

describe('what docs/adding-a-channel.md promises', () => {
  const files = ['src', 'workers', 'scripts', 'migrations', 'wrangler.toml', 'svelte.config.js', 'vite.config.ts'].flatMap(
    (root) =>
      root.includes('.')
        ? [root]
        : readdirSync(root, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile() && /\.(ts|svelte|css|html|js|mjs|sql|toml)$/.test(entry.name))
            .map((entry) => join(entry.parentPath, entry.name)),
  );
  /** Without comments: those may give an app as an example. */
  const codeOf = (file: string) =>
    readFileSync(file, 'utf8')
      .replaceAll(/\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->/g, '')
      .replaceAll(/(^|\s)(\/\/|#|--) .*/g, '$1');

  test.each(providerNames.filter((name) => name !== pigeon))(
    '%s is named in its folder and the registries, and nowhere else',
    (name) => {
      // "Webhook" is a word of its own.
      const naming = name === 'webhook' ? /(['"`])webhook\1/ : new RegExp(`\\b${name}\\b`, 'i');
      const named = files.filter((file) => naming.test(codeOf(file)));
      const elsewhere = named.filter(
        (file) => !file.startsWith(`src/lib/providers/${name}/`) && !Object.keys(reasons).some((place) => file.startsWith(place)),
      );
      expect(elsewhere).toEqual([]);
      for (const registry of registries) expect(codeOf(registry)).toMatch(new RegExp(`\\b${name}\\b`));
    },
  );

  test('the page names both registries', () => {
    const page = readFileSync('docs/adding-a-channel.md', 'utf8');
    for (const registry of registries) expect(page).toContain(registry);
  });

  test('the form says whether the app can be told our address, and its code can', async () => {
    for (const name of providerNames.filter((name) => name !== pigeon)) {
      const { connects } = await rulesOf(name).form();
      expect(connects, name).toBe(providers[name].connect !== undefined);
    }
  });
});
