import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Template } from '../../src/lib/domain/template';
import * as channels from '../../src/lib/server/db/channels';
import { batch, database } from '../../src/lib/server/db/client';
import * as templates from '../../src/lib/server/db/templates';
import { gateOf } from '../../src/lib/server/bindings';
import { keyOf, labelled } from '../../src/lib/server/media';
import { appRouter } from '../../src/lib/server/trpc/router';
import { conversationOf } from '../../workers/env';
import { anInbound } from '../fixtures/conversation';
import { accepted, aConversation, CHANNEL, onDisk, openShop } from './conversation-world';
import { ORIGIN } from './front-door';

const ana = { id: 'ana', name: 'Ana Lima', email: 'ana@parley.test', role: 'agent' as const, sessionId: 's' };
const { conversations } = appRouter.createCaller({ env, user: ana, origin: ORIGIN });

const template: Template = {
  name: 'order_update',
  language: 'en_US',
  category: 'UTILITY',
  header: 'For {{name}}',
  body: 'Your order {{1}} leaves on {{2}}.',
  footer: 'Demo Shop',
  buttons: [],
};

/** A conversation that Ana holds, and the base of her next message. */
async function held() {
  const { target, stub } = await aConversation();
  const inbound = anInbound({ eventId: crypto.randomUUID() });
  await stub.receive(target, [inbound]);
  await conversations.claim({ id: target.id });
  const base = () => ({ id: target.id, messageId: crypto.randomUUID(), epoch: 1, seenSeq: 99, text: '' });
  const sent = async (messageId: string) => (await onDisk(stub)).messages.find(({ id }) => id === messageId);
  const first = (await onDisk(stub)).messages.find(({ direction }) => direction === 'inbound');
  return { id: target.id, base, sent, first };
}

async function anUpload(conversationId: string): Promise<string> {
  const uploadId = crypto.randomUUID();
  const label = labelled({ mime: 'image/png', fileName: 'Pläne.png', kind: 'image' });
  await env.MEDIA.put(keyOf(conversationId, uploadId), new Uint8Array([1, 2, 3]), label);
  return uploadId;
}

beforeEach(async () => {
  await openShop();
  await templates.insertingManual(database(env.DB), CHANNEL, template, 1).execute();
  vi.stubGlobal('fetch', async () => Response.json({ error: { code: 131026, message: 'undeliverable' } }, { status: 400 }));
});

describe('an agent sends', () => {
  test.each(['', 'See here'])('an uploaded file with the words "%s"', async (text) => {
    const { id, base, sent } = await held();
    const uploadId = await anUpload(id);
    const message = { ...base(), text, uploadId };
    await conversations.send(message);
    expect(await sent(message.messageId)).toMatchObject({
      kind: 'image',
      text: text || '📷 Photo',
      media: { state: 'stored', key: `${id}/${uploadId}`, mime: 'image/png', fileName: 'Pläne.png', size: 3 },
    });
  });

  test('an answer to a message', async () => {
    const { base, sent, first } = await held();
    const message = { ...base(), text: 'Yes', quotedId: first?.id };
    await conversations.send(message);
    expect(await sent(message.messageId)).toMatchObject({ text: 'Yes', quotedId: first?.id });
    expect(first?.id).toEqual(expect.any(String));
  });

  test("a template in the template's words, not their own", async () => {
    const { base, sent } = await held();
    const values = { 'header.name': 'Asha', 'body.1': '77', 'body.2': 'Friday' };
    const message = { ...base(), text: 'ignored', template: { name: 'order_update', language: 'en_US', values } };
    await conversations.send(message);
    expect(await sent(message.messageId)).toMatchObject({
      kind: 'template',
      text: 'For Asha\n\nYour order 77 leaves on Friday.\n\nDemo Shop',
      template: {
        name: 'order_update',
        language: 'en_US',
        header: [{ name: 'name', text: 'Asha' }],
        body: [
          { name: null, text: '77' },
          { name: null, text: 'Friday' },
        ],
      },
    });
  });
});

describe('nothing is sent', () => {
  const rejection = (facts: object) => ({ cause: { rejection: facts } });

  test('of a file that is not there, or of another conversation', async () => {
    const { base, sent } = await held();
    const elsewhere = await anUpload((await held()).id);
    for (const uploadId of [crypto.randomUUID(), elsewhere]) {
      const message = { ...base(), text: 'See here', uploadId };
      await expect(conversations.send(message)).rejects.toMatchObject(rejection({ reason: 'no_upload' }));
      expect(await sent(message.messageId)).toBeUndefined();
    }
  });

  test.each<[string, Record<string, string>, string[]]>([
    ['with a value missing', { 'header.name': 'Asha', 'body.1': '77' }, ['body.2']],
    ['with an empty value', { 'header.name': ' ', 'body.1': '77', 'body.2': 'Friday' }, ['header.name']],
    ['with a line break in one', { 'header.name': 'Asha', 'body.1': '7\n7', 'body.2': 'Friday' }, ['body.1']],
    ['with values of the wrong part', { 'body.name': 'Asha', 'header.1': '77' }, ['header.name', 'body.1', 'body.2']],
    ['with too long a value', { 'header.name': 'Asha', 'body.1': 'x'.repeat(1_025), 'body.2': 'Friday' }, ['body.1']],
  ])('of a template %s, and its fields are named', async (_, values, fields) => {
    const { base, sent } = await held();
    const message = { ...base(), template: { name: 'order_update', language: 'en_US', values } };
    await expect(conversations.send(message)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      ...rejection({ reason: 'bad_template', fields }),
    });
    expect(await sent(message.messageId)).toBeUndefined();
  });

  test('of a template that the channel does not have', async () => {
    const { base } = await held();
    for (const [name, language] of [
      ['order_update', 'de'],
      ['other', 'en_US'],
    ] as const) {
      const message = { ...base(), template: { name, language, values: {} } };
      await expect(conversations.send(message)).rejects.toMatchObject(rejection({ reason: 'bad_template', fields: [] }));
    }
  });

  test('without words, a file or a template, or with a file and a template', async () => {
    const { id, base } = await held();
    const uploadId = await anUpload(id);
    const values = { 'header.name': 'Asha', 'body.1': '77', 'body.2': 'Friday' };
    const both = { ...base(), uploadId, template: { name: 'order_update', language: 'en_US', values } };
    for (const message of [base(), { ...base(), text: ' \n' }, both]) {
      await expect(conversations.send(message)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
  });
});

test('an attachment can be asked for again where there is one', async () => {
  const { id, first } = await held();
  for (const messageId of [crypto.randomUUID(), first?.id ?? '']) {
    await expect(conversations.fetchMedia({ id, messageId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  }
  const { target, stub } = await aConversation();
  const media = { providerMediaId: '42', mime: 'image/png' };
  await stub.receive(target, [anInbound({ eventId: 'wamid.photo', kind: 'image', text: 'Look', media })]);
  const photo = (await onDisk(stub)).messages.find(({ kind }) => kind === 'image');
  expect(await conversations.fetchMedia({ id: target.id, messageId: photo?.id ?? '' })).toEqual({});
});

test('what a stopped channel did not take was no try, and waits', async () => {
  vi.stubGlobal('fetch', async () => Response.json({ error: { code: 190, message: 'expired' } }, { status: 401 }));
  const { id, base, sent } = await held();
  const message = { ...base(), text: 'Are you there?' };
  await conversations.send(message);
  await vi.waitFor(async () => expect((await gateOf(env, CHANNEL).health()).stopped).not.toBeNull(), { timeout: 10_000 });
  await vi.waitFor(async () => expect(await sent(message.messageId)).toMatchObject({ delivery: { status: 'queued' } }), { timeout: 10_000 }); // prettier-ignore
  const tries = await runInDurableObject(conversationOf(env, id), (_, { storage }) =>
    storage.sql.exec('SELECT attempts FROM outbox WHERE message_id = ?', message.messageId).toArray(),
  );
  expect(tries).toEqual([{ attempts: 0 }]);
});

describe('with an access token that is refused', () => {
  beforeEach(() => gateOf(env, CHANNEL).resume());
  /** The provider takes this token and no other. */
  const takes = (token: string) =>
    vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) =>
      new Request(input, init).headers.get('authorization') === `Bearer ${token}`
        ? accepted(`wamid.${crypto.randomUUID()}`)
        : Response.json({ error: { code: 190, message: 'expired', type: 'OAuthException' } }, { status: 401 }),
    );
  /** As another isolate writes it: nobody here hears of it. */
  async function replaceToken(accessToken: string): Promise<void> {
    const rotation = await channels.rotating(database(env.DB), CHANNEL, { accessToken }, { overlapMs: 0, secretKey: env.SECRET_KEY, now: Date.now() }); // prettier-ignore
    if (rotation) await batch(env.DB, [rotation.query]);
  }

  test('and has been replaced since it was read here, what is sent goes out, and the channel stops for nobody', async () => {
    const { base, sent } = await held();
    takes('access-token');
    const [first, second] = [
      { ...base(), text: 'One' },
      { ...base(), text: 'Two' },
    ];
    await conversations.send(first);
    await vi.waitFor(async () => expect(await sent(first.messageId)).toMatchObject({ delivery: { status: 'sent' } }));
    await replaceToken('token-2');
    takes('token-2');
    await conversations.send(second);
    await vi.waitFor(async () => expect(await sent(second.messageId)).toMatchObject({ delivery: { status: 'sent' } }), { timeout: 10_000 }); // prettier-ignore
    expect(await gateOf(env, CHANNEL).stopped()).toBeNull();
  });

  test('and is the one that is set, the channel stops', async () => {
    const { base, sent } = await held();
    takes('another');
    const message = { ...base(), text: 'One' };
    await conversations.send(message);
    await vi.waitFor(async () => expect(await gateOf(env, CHANNEL).stopped()).toMatchObject({ code: '190' }));
    expect(await sent(message.messageId)).toMatchObject({ delivery: { status: 'queued', code: '190' } });
  });
});
