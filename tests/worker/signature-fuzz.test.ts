import { listDurableObjectIds } from 'cloudflare:test';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Channel, ProviderName } from '../../src/lib/domain/provider';
import { channelOf, countedObjects, manners, type Manner } from './forgery-world';
import { call, env, lettersOf, threadOf } from './webhooks-world';

const TOLERANCE_S = 300;
const RUNS = 200;

/** A channel, an authentic call of it, and the proofs of the same made with the secrets of another channel, which exists as well. */
type Case = { manner: Manner; channel: Channel; body: string; good: Record<string, string>; others: Record<string, string> };
/** What a forger sends; without a body, the authentic one. */
type Forgery = (given: Case) => Promise<{ headers: HeadersInit; body?: string }> | { headers: HeadersInit; body?: string };

let id = 0;

async function caseOf(provider: ProviderName): Promise<Case> {
  const manner = manners[provider];
  const channel = await channelOf(provider, manner.secrets);
  const other = await channelOf(provider, manner.otherSecrets);
  const body = JSON.stringify(manner.body(++id));
  const good = await manner.prove(channel.secrets, body, Date.now());
  return { manner, channel, body, good, others: await manner.prove(other.secrets, body, Date.now()) };
}

const proofOf = ({ good, manner: { header } }: Case): string => good[header] ?? '';
const withProof = (given: Case, proof: string) => ({ headers: { ...given.good, [given.manner.header]: proof } });

function without({ good }: Case, header: string) {
  return { headers: Object.entries(good).filter(([name]) => name !== header) };
}

const forgeries: [string, Forgery][] = [
  ['no proof at all', () => ({ headers: {} })],
  ['everything but the proof', (given) => without(given, given.manner.header)],
  ['an empty proof', (given) => withProof(given, '')],
  ['the scheme without a proof', (given) => withProof(given, given.manner.scheme)],
  ['a proof that is cut short', (given) => withProof(given, proofOf(given).slice(0, -1))],
  ['the first half of a proof', (given) => withProof(given, proofOf(given).slice(0, proofOf(given).length / 2))],
  ['a proof with something after it', (given) => withProof(given, `${proofOf(given)}0`)],
  ['a proof in quotes', (given) => withProof(given, `"${proofOf(given)}"`)],
  ['a proof in upper case', (given) => withProof(given, upperProof(given))],
  ['a proof whose scheme alone is in upper case', (given) => withProof(given, upperScheme(given))],
  ['the proof of a wrong secret', async (given) => ({ headers: await provenBy(given, 'wrong') })],
  ['the secrets of another channel', ({ others }) => ({ headers: others })],
  [
    'the proof of another channel beside its own id and time',
    (given) => withProof(given, given.others[given.manner.header] ?? ''),
  ],
  [
    'two proofs, the first of them forged',
    (given) => twoProofs(given, [given.others[given.manner.header] ?? '', proofOf(given)]),
  ],
  [
    'two proofs, the second of them forged',
    (given) => twoProofs(given, [proofOf(given), given.others[given.manner.header] ?? '']),
  ],
  ['the same proof twice', (given) => twoProofs(given, [proofOf(given), proofOf(given)])],
  ['the secret, twice', (given) => withProof(given, `${Object.values(given.channel.secrets)[0]} `.repeat(2))],
];

const bodyForgeries: [string, Forgery][] = [
  [
    'a body that was parsed and written again',
    ({ good, body }) => ({ headers: good, body: JSON.stringify(JSON.parse(body), null, 1) }),
  ],
  ['a body with a line end after it', ({ good, body }) => ({ headers: good, body: `${body}\n` })],
  ['a body with a byte order mark', ({ good, body }) => ({ headers: good, body: `\ufeff${body}` })],
  ['an empty body', ({ good }) => ({ headers: good, body: '' })],
  ['another body', ({ good, manner }) => ({ headers: good, body: JSON.stringify(manner.body(++id)) })],
  ['the right proof of an empty body', async (given) => ({ headers: await proofFor(given, '') })],
  [
    'the right proof of another body',
    async (given) => ({ headers: await proofFor(given, JSON.stringify(given.manner.body(++id))) }),
  ],
  ['a proof without its scheme', (given) => withProof(given, proofOf(given).slice(given.manner.scheme.length))],
  ['a proof of another scheme', (given) => withProof(given, `sha1=${proofOf(given).slice(given.manner.scheme.length)}`)],
];

const genericForgeries: [string, Forgery][] = [
  ['a time just out of tolerance behind', (given) => provenAt(given, -TOLERANCE_S - 2)],
  ['a time just out of tolerance ahead', (given) => provenAt(given, TOLERANCE_S + 2)],
  ['a time of yesterday', (given) => provenAt(given, -86_400)],
  [
    'an old proof with a fresh time',
    async (given) => withTime(await provenAt(given, -TOLERANCE_S - 2), given.good['webhook-timestamp'] ?? ''),
  ],
  ['a time in ms', (given) => withTime({ headers: given.good }, `${given.good['webhook-timestamp']}000`)],
  ['a time that is none', (given) => withTime({ headers: given.good }, 'NaN')],
  ['no time', (given) => without(given, 'webhook-timestamp')],
  ['no id', (given) => without(given, 'webhook-id')],
  ['another id', ({ good }) => ({ headers: { ...good, 'webhook-id': 'call-2' } })],
  ['an id and a time that share their border', shiftedBorder],
  ['two ids', ({ good }) => ({ headers: [...Object.entries(good), ['webhook-id', 'call-2']] })],
  ['two times', ({ good }) => ({ headers: [...Object.entries(good), ['webhook-timestamp', good['webhook-timestamp'] ?? '']] })],
  ['an asymmetric proof', (given) => withProof(given, proofOf(given).replace('v1,', 'v1a,'))],
];

describe.each(Object.entries(manners))('a forged %s delivery', (name, { signsBody, header }) => {
  const provider = nameOf(name);
  const own = [...forgeries, ...(signsBody ? bodyForgeries : []), ...(provider === 'webhook' ? genericForgeries : [])];

  // A list of signatures is what the Standard Webhooks header is: one that fits is enough, whoever put the other there.
  const isList = (about: string) => provider === 'webhook' && /^(?:two proofs, the first|the same proof twice)/.test(about);

  test.each(own.filter(([about]) => !isList(about)))('with %s is 401, stores nothing and wakes nobody', async (_about, forge) => {
    const given = await caseOf(provider);
    const before = await listDurableObjectIds(env.CONVERSATION);
    const { over, stubs } = countedObjects();
    const { headers, body = given.body } = await forge(given);
    const response = await call(given.channel.id, { method: 'POST', body, headers }, over);
    expect(response.status).toBe(401);
    expect(await response.text()).toBe('');
    expect(stubs()).toBe(0);
    expect(await listDurableObjectIds(env.CONVERSATION)).toEqual(before);
    expect(await lettersOf(given.channel)).toEqual([]);
    // What it was made of is authentic: nothing else was wrong with it, and the count counts.
    expect((await call(given.channel.id, { method: 'POST', body: given.body, headers: given.good }, over)).status).toBe(200);
    expect(stubs()).toBeGreaterThan(0);
    expect((await threadOf(given.channel, given.manner.address))?.messages).toHaveLength(1);
  });

  test('with its proof changed in any way is 401 and wakes nobody', async () => {
    const given = await caseOf(provider);
    const proof = proofOf(given);
    const { over, stubs } = countedObjects();
    await fc.assert(
      fc.asyncProperty(changeOf(proof), async (changed) => {
        fc.pre(!holds(changed, proof));
        const headers = { ...given.good, [header]: changed };
        expect((await call(given.channel.id, { method: 'POST', body: given.body, headers }, over)).status).toBe(401);
      }),
      { numRuns: RUNS },
    );
    expect(stubs()).toBe(0);
  });
});

const signing = Object.entries(manners).filter(([, { signsBody }]) => signsBody);

test.each(signing)('a %s delivery with its body changed in any way is 401 and wakes nobody', async (name) => {
  const given = await caseOf(nameOf(name));
  const { over, stubs } = countedObjects();
  await fc.assert(
    fc.asyncProperty(changeOf(given.body), async (body) => {
      fc.pre(body !== given.body);
      expect((await call(given.channel.id, { method: 'POST', body, headers: given.good }, over)).status).toBe(401);
    }),
    { numRuns: RUNS },
  );
  expect(stubs()).toBe(0);
});

describe('the time of a generic delivery', () => {
  test.each([-TOLERANCE_S + 5, TOLERANCE_S - 5])('may be %i s off', async (seconds) => {
    const given = await caseOf('webhook');
    const { headers } = await provenAt(given, seconds);
    expect((await call(given.channel.id, { method: 'POST', body: given.body, headers })).status).toBe(200);
  });
});

function nameOf(text: string): ProviderName {
  const names: ProviderName[] = ['whatsapp', 'messenger', 'telegram', 'webhook'];
  const name = names.find((known) => known === text);
  if (!name) throw new Error(`no provider ${text}`);
  return name;
}

/** Whether the changed proof still is or, in a list, still has the true one. Headers lose the space around them. */
const holds = (changed: string, proof: string) => changed.trim() === proof || changed.split(' ').includes(proof);

function upperProof(given: Case): string {
  const { scheme } = given.manner;
  return scheme + proofOf(given).slice(scheme.length).toUpperCase();
}

/** Where there is no scheme, the whole in lower case is as wrong. */
function upperScheme(given: Case): string {
  const { scheme } = given.manner;
  return scheme === '' ? proofOf(given).toLowerCase() : scheme.toUpperCase() + proofOf(given).slice(scheme.length);
}

const provenBy = ({ manner, body }: Case, secret: string) =>
  manner.prove({ appSecret: secret, webhookSecret: `whsec_${btoa(secret.padEnd(24, '!'))}` }, body, Date.now());

const proofFor = ({ manner, channel }: Case, body: string) => manner.prove(channel.secrets, body, Date.now());

async function provenAt({ manner, channel, body }: Case, seconds: number): Promise<{ headers: Record<string, string> }> {
  return { headers: await manner.prove(channel.secrets, body, Date.now() + seconds * 1_000) };
}

const withTime = ({ headers }: { headers: Record<string, string> }, time: string) => ({
  headers: { ...headers, 'webhook-timestamp': time },
});

/** `id.time.body` reads the same with the border between id and time moved, were a dot in an id allowed. */
function shiftedBorder({ good, body }: Case) {
  const [first = '', ...rest] = [...(good['webhook-timestamp'] ?? '')];
  return { headers: { ...good, 'webhook-id': `call-1.${first}`, 'webhook-timestamp': rest.join('') }, body };
}

/** One header field after the other; they reach us as one value with a comma. */
function twoProofs(given: Case, proofs: string[]) {
  const { header } = given.manner;
  return { headers: [...without(given, header).headers, ...proofs.map((proof): [string, string] => [header, proof])] };
}

/** The text with a piece of it replaced, left out or doubled, or with the case of a letter turned. */
function changeOf(text: string): fc.Arbitrary<string> {
  const at = fc.nat({ max: text.length });
  const piece = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength: 4 });
  return fc.tuple(at, fc.nat({ max: 4 }), piece, fc.boolean()).map(([from, length, put, turns]) => {
    const cut = text.slice(from, from + length);
    const turned = cut === cut.toUpperCase() ? cut.toLowerCase() : cut.toUpperCase();
    return text.slice(0, from) + (turns ? turned : put) + text.slice(from + length);
  });
}
