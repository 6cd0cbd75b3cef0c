import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CampaignContent } from '../../src/lib/domain/campaign-content';
import type { ProviderName } from '../../src/lib/domain/provider-rules';
import { signIn, type Session } from './support/agent';
import { gatherCrowd, recordedSends, type Crowd } from './support/crowd';
import { heapUsed, runtimeMemory } from './support/memory';
import { Parley } from './support/parley';
import { freePort } from './support/ports';
import { StubProvider, type Behaviour, type Call } from './support/provider';
import { seededFolder } from './support/seed-once';
import { size } from './support/soak';
import { expect, test } from './support/test';
import { channelIds } from './support/wire';

/** By what each channel may send in a second, so that all of them end at about the same time. */
const sizes: [ProviderName, number][] = [
  ['whatsapp', size({ soak: 50_000, normal: 750 })],
  ['webhook', size({ soak: 31_250, normal: 470 })],
  ['telegram', size({ soak: 18_750, normal: 280 })],
];
const RECIPIENTS = sizes.reduce((sum, [, count]) => sum + count, 0);
const KILLS = size({ soak: 2, normal: 1 });
/** Most calls that one kill can cut off: lanes, times what each takes at once, for every campaign. */
const IN_FLIGHT = 8 * 12 * sizes.length;
/** What the product's isolate may hold more in objects at the end than when it had warmed up, and how long that takes it after a start. */
const GROWTH_MB = 20;
const WARM_MS = 60_000;
/** Garbage comes and goes: the least that is held within so long is what cannot be let go. */
const WITHIN_MS = 60_000;

const finals: Partial<Record<ProviderName, Behaviour>> = {
  whatsapp: { refusal: { status: 400, body: { error: { code: 131026, message: 'Undeliverable', type: 'OAuthException' } } } },
  webhook: { refusal: { status: 422, body: { reason: 'No such user' } } },
  telegram: {
    refusal: { status: 403, body: { ok: false, error_code: 403, description: 'Forbidden: bot was blocked by the user' } },
  },
};
const BUSY: Behaviour = { refusal: { status: 429, body: {} } };

test('a campaign reaches everybody once, through refusals and kills of the server; nobody is lost and nobody is called twice', async () => {
  test.setTimeout(size({ soak: 3_600_000, normal: 240_000 }));
  const folder = mkdtempSync(join(tmpdir(), 'parley-crowd-'));
  cpSync(seededFolder(), folder, { recursive: true });
  const crowds = sizes.map(([provider, count]) => gatherCrowd(folder, provider, count));
  const provider = await StubProvider.start();
  const tries = new Map<string, number>();
  const ended: Call[] = [];
  provider.follow((call) => {
    const n = (tries.get(call.address) ?? 0) + 1;
    tries.set(call.address, n);
    if (n === 1 && isBusyFor(call)) return BUSY;
    ended.push(call);
    return isFinalFor(call) ? finals[call.provider] : undefined;
  });
  const inspectorPort = await freePort();
  const parley = await Parley.start({ from: folder, vars: provider.vars, inspectorPort });
  try {
    const { origin } = parley;
    const begun = Date.now();
    const campaigns: { crowd: Crowd; id: string }[] = [];
    for (const crowd of crowds) campaigns.push({ crowd, id: await launch(origin, crowd) });
    const memory: Sample[] = [];
    const sampling = setInterval(() => {
      const at = Date.now();
      void heapUsed(inspectorPort).then((heap) => memory.push({ at, resident: runtimeMemory(parley.group), heap }));
    }, 1_000);
    let startedAt = begun;
    let downMs = 0;
    for (let kill = 1; kill <= KILLS; kill++) {
      const from = (RECIPIENTS * kill) / (KILLS + 1);
      await expect.poll(() => ended.length, { timeout: 1_800_000, intervals: [20] }).toBeGreaterThanOrEqual(from);
      const killedAt = Date.now();
      await parley.kill9();
      await parley.restart();
      startedAt = Date.now();
      downMs += startedAt - killedAt;
    }
    const admin = await signIn(origin, 'admin');
    const statuses = () => Promise.all(campaigns.map(async ({ id }) => (await admin.api.campaigns.get.query({ id })).status));
    await expect.poll(statuses, { timeout: 1_800_000, intervals: [500] }).toEqual(campaigns.map(() => 'sent'));
    const lastCall = Math.max(...ended.map(({ at }) => at));
    clearInterval(sampling);
    expect(provider.complaints).toEqual([]);

    for (const { crowd, id } of campaigns) {
      await test.step(`${crowd.provider}: everybody is counted once, as what became of them`, async () => {
        const { figures } = await admin.api.campaigns.get.query({ id });
        const doubtful = await doubtfulOf(admin, id);
        const calls = Map.groupBy(ended, ({ address }) => address);
        const failed = crowd.addresses.filter((address) => isFinal(crowd, address) && !doubtful.has(address));
        expect(figures).toMatchObject({
          recipients: crowd.addresses.length,
          sent: crowd.addresses.length - failed.length - doubtful.size,
          failed: failed.length,
          unknown: doubtful.size,
        });
        expect(doubtful.size).toBeLessThanOrEqual(IN_FLIGHT * KILLS);
        const odd = crowd.addresses.filter((address) => {
          const times = calls.get(address)?.length ?? 0;
          return doubtful.has(address) ? times > 1 : times !== 1;
        });
        expect(odd).toEqual([]);
      });
    }
    const calls = [...tries.values()].reduce((sum, n) => sum + n, 0);
    const warmAt = startedAt + WARM_MS;
    // The small run is over before the runtime has warmed up.
    const held = [heldFrom(memory, warmAt), heldFrom(memory, Math.max(warmAt, lastCall - WITHIN_MS))] as const;
    report({ ms: lastCall - begun - downMs, calls, held, resident: Math.max(...memory.map(({ resident }) => resident)) });
    if (held[0] !== null) expect(held[1]).toBeLessThanOrEqual(held[0] + GROWTH_MB);

    await parley.stop();
    for (const { crowd, id } of campaigns) {
      await test.step(`${crowd.provider}: the records know every message by the provider's id`, () => {
        const recorded = recordedSends(parley.folder, id);
        const taken = ended.filter((call) => call.provider === crowd.provider && !isFinalFor(call));
        const unknown = taken.filter(({ address, id: named }) => recorded.get(address) !== named);
        // Of what was cut off nobody was told the id.
        expect(unknown.length).toBeLessThanOrEqual(IN_FLIGHT * KILLS);
        expect(unknown.every(({ address }) => recorded.get(address) === null || !recorded.has(address))).toBe(true);
      });
    }
  } finally {
    await parley.remove();
    await provider.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Written by a Creator, approved by an Approver, sent at once. */
async function launch(origin: string, { provider, segment }: Crowd): Promise<string> {
  const [admin, carl, vera] = await Promise.all([signIn(origin, 'admin'), signIn(origin, 'carl'), signIn(origin, 'vera')]);
  const query = { match: 'all' as const, of: [{ property: 'name', op: 'contains' as const, value: segment }] };
  const { id: segmentId } = await admin.api.segments.save.mutate({ name: segment, query });
  const content: CampaignContent =
    provider === 'whatsapp'
      ? {
          text: '',
          buttons: [],
          template: { name: 'order_follow_up', language: 'en_US' },
          values: { 'body.1': '{{name}}', 'body.2': '#4471' },
        }
      : { text: 'Hi {{name}}, we have news', buttons: ['Yes, please', 'Not now'], template: null, values: {} };
  const id = randomUUID();
  const draft = { name: segment, labels: [], channelId: channelIds[provider], content, audience: { segmentId } };
  await carl.api.campaigns.create.mutate({ id, draft });
  await carl.api.campaigns.submit.mutate({ id, version: await versionOf(carl, id) });
  await vera.api.campaigns.approve.mutate({ id, version: await versionOf(vera, id) });
  await vera.api.campaigns.sendNow.mutate({ id, version: await versionOf(vera, id) });
  return id;
}

const versionOf = async ({ api }: Session, id: string): Promise<number> => (await api.campaigns.get.query({ id })).version;

/** Whose call was cut off, so that nobody can know. */
async function doubtfulOf({ api }: Session, id: string): Promise<Set<string>> {
  const found = new Set<string>();
  for (let after = 0; ;) {
    const { items } = await api.campaigns.recipients.query({ id, outcome: 'unknown', after, limit: 200 });
    for (const { person } of items) if (person) found.add(person.address);
    const last = items.at(-1);
    if (!last) return found;
    after = last.seq;
  }
}

/** 5 % are told to come again, 1 % are refused for good, by the number in their address. */
const numberOf = (address: string): number => Number(/(\d{1,7})$/.exec(address)?.[1]);
const isBusyFor = ({ address }: Pick<Call, 'address'>): boolean => numberOf(address) % 20 === 3;
const isFinalFor = ({ address }: Pick<Call, 'address'>): boolean => numberOf(address) % 100 === 7;
const isFinal = (_: Crowd, address: string): boolean => isFinalFor({ address });

/** What was held at a time, in MB: by the processes, and in objects of the product's isolate (null: nobody has said). */
type Sample = { at: number; resident: number; heap: number | null };

/** The least that the isolate held in the time from then on, in MB; null when that was not seen. */
function heldFrom(memory: readonly Sample[], from: number): number | null {
  const heaps = memory.filter(({ at }) => at >= from && at < from + WITHIN_MS).flatMap(({ heap }) => heap ?? []);
  return heaps.length === 0 ? null : Math.min(...heaps);
}

type Figures = { ms: number; calls: number; held: readonly [number | null, number | null]; resident: number };

function report({ ms, calls, held, resident }: Figures): void {
  const rate = Math.round(RECIPIENTS / (ms / 1_000));
  const inLastLife = held[0] === null ? '' : `, its objects ${held[0]} MB when warm and ${held[1]} MB at the end`;
  console.log(
    `  broadcast: ${RECIPIENTS} recipients on ${sizes.length} channels, ${calls} calls in ${(ms / 1_000).toFixed(1)} s up, ${rate}/s, ` +
      `${KILLS} kills; the runtime ${resident} MB at most${inLastLife}`,
  );
}
