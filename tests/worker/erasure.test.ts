import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { conversationIdOf } from '../../src/lib/domain/ids';
import { ImportedCampaign, type ReportedSend } from '../../src/lib/domain/campaign-report';
import type { InboxFrame, ThreadFrame } from '../../src/lib/domain/protocol';
import type { Role } from '../../src/lib/domain/role';
import { insert } from '../../src/lib/server/db/campaigns';
import { recordSends } from '../../src/lib/server/db/campaign-sends';
import * as channels from '../../src/lib/server/db/channels';
import { database } from '../../src/lib/server/db/client';
import { record as keepLetter } from '../../src/lib/server/db/dead-letters';
import { find } from '../../src/lib/server/db/erasure';
import { erasureOf } from '../../src/lib/server/bindings';
import { opaque } from '../../src/lib/server/pseudonym';
import { appRouter } from '../../src/lib/server/trpc/router';
import { keyOf } from '../../src/lib/server/media';
import { directoryOf } from '../../workers/directory/directory';
import { conversationOf, gateOf, hubOf } from '../../workers/env';
import { headersOf } from '../../workers/sockets';
import { alex, ana, anInbound, aReceipt } from '../fixtures/conversation';
import { aConversation, CHANNEL, openShop, stored } from './conversation-world';
import { ORIGIN } from './front-door';

const callerOf = (role: Role) =>
  appRouter.createCaller({
    env,
    user: { id: role, name: 'The Admin', email: 'a@parley.test', role, sessionId: 's' },
    origin: ORIGIN,
  });
const { people, audit, conversations } = callerOf('admin');

const GENERIC = 'an-app';
beforeAll(async () => {
  await openShop();
  await channels.insert(database(env.DB), { id: GENERIC, provider: 'webhook', name: 'App', accountId: 'app', settings: {}, secrets: { webhookSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' } }, env.SECRET_KEY, 1); // prettier-ignore
});

type Someone = Awaited<ReturnType<typeof aConversation>>;
/** Somebody who has written once, a minute ago, and whom People has. */
async function someone(text = 'canary-text'): Promise<Someone & { first: ReturnType<typeof anInbound> }> {
  const { target, stub } = await aConversation();
  const first = anInbound({
    eventId: `wamid.${target.id}.1`,
    address: target.address,
    name: 'Canary Vogel',
    text,
    at: Date.now() - 60_000,
  });
  await stub.receive(target, [first]);
  await vi.waitFor(async () => expect(await find(env.DB, target.id)).not.toBeNull(), { timeout: 10_000 });
  return { target, stub, first };
}
const onDisk = ({ stub }: Someone) => runInDurableObject(stub, (_, { storage }) => stored(storage));
const later = () => Date.now() + 5_000;
const pseudonymOf = (id: string) =>
  env.DB.prepare('SELECT pseudonym FROM pseudonyms WHERE id = ?').bind(id).first<string>('pseudonym');
const everything = async (): Promise<string> => {
  const tables = [
    'conversations',
    'people',
    'person_addresses',
    'person_facts',
    'campaign_sends',
    'dead_letters',
    'unmatched_replies',
    'import_rows',
    'audit',
    'pseudonyms',
    'erased_addresses',
  ];
  const results = await env.DB.batch(tables.map((table) => env.DB.prepare(`SELECT * FROM ${table}`)));
  return JSON.stringify(results.map(({ results: rows }) => rows));
};

describe('somebody who is erased', () => {
  test('is in no table, no object and no bucket any more; the figures of their campaign stay', async () => {
    const one = await someone();
    const { target, stub } = one;
    const { address, id } = target;
    await stub.setTicketStatus(ana, 'closed');
    await insert(env.DB, {
      id: 'spring',
      name: 'Spring',
      labels: [],
      channelId: CHANNEL,
      template: 't',
      status: 'running',
      ref: null,
      createdAt: 1,
    });
    const send = { campaignId: 'spring', channelId: CHANNEL, text: 'Hello Canary', buttons: [], sentAt: 5 };
    await recordSends(env.DB, [
      { ...send, id: 'send-1', address, providerMessageId: 'wamid.send-1', token: 'canary-token' },
      { ...send, id: 'send-2', address: '4915155555', providerMessageId: 'wamid.send-2', token: null, text: 'Hello Other' },
    ]);
    await keepLetter(env.DB, [
      { channelId: CHANNEL, reason: 'odd', body: `{"from":"${address}","text":"canary-letter"}`, at: 1 },
      { channelId: CHANNEL, reason: 'odd', body: '{"from":"4915155555"}', at: 1 },
    ]);
    await env.MEDIA.put(keyOf(id, 'file-1'), 'canary-file');
    await vi.waitFor(async () => expect((await audit.list({ subject: id })).items).toHaveLength(1), { timeout: 10_000 });
    const name = (await pseudonymOf(id)) ?? '';

    expect(await people.erase({ id })).toEqual({ isDone: true });

    const left = await everything();
    expect(left).not.toMatch(new RegExp(`${address}|${id}|[Cc]anary|wamid.send-1"`));
    expect(left).toContain('Hello Other');
    expect(left).toContain('4915155555');
    expect(await env.DB.prepare("SELECT count(*) AS n FROM campaign_sends WHERE campaign_id = 'spring'").first('n')).toBe(2);
    expect(await onDisk(one)).toEqual({ conversation: null, messages: [], outbox: [] });
    expect((await env.MEDIA.list({ prefix: `${id}/` })).objects).toEqual([]);
    expect(await stub.get()).toMatchObject({ ok: false, error: { reason: 'not_found' } });
    const facts = await runInDurableObject(stub, (_, { storage }) => storage.sql.exec('SELECT key FROM facts').toArray());
    expect(facts).toEqual([{ key: 'erased_at' }]);
    expect((await conversations.list({ tab: 'active', search: 'Canary' })).items).toEqual([]);

    const { items } = await audit.list({ areas: ['person'] });
    expect(items).toMatchObject([
      { action: 'person.erased', actor: { name: 'The Admin' }, subject: { href: null, title: null } },
    ]);
    expect(items[0]?.subject.id).toBe(name);
    // What was done stays, and leads nowhere.
    expect((await audit.list({ subject: name, areas: ['ticket'] })).items).toMatchObject([
      { action: 'ticket.changed', subject: { href: null } },
    ]);
  });

  test('is in nothing that was sent to another spelling of their number', async () => {
    const [short, long] = ['551187654321', '5511987654321'];
    const id = await conversationIdOf(CHANNEL, short);
    const target = { id, channelId: CHANNEL, provider: 'whatsapp' as const, address: short, name: 'Canary Vogel' };
    await conversationOf(env, id).receive(target, [anInbound({ eventId: 'br-1', address: short, at: Date.now() - 60_000 })]);
    await vi.waitFor(async () => expect(await find(env.DB, id)).not.toBeNull(), { timeout: 10_000 });
    const send = { campaignId: 'spring', channelId: CHANNEL, token: null, text: 'Hello Canary', buttons: [], sentAt: 5 };
    await recordSends(env.DB, [{ ...send, id: 'send-br', address: long, providerMessageId: 'wamid.send-br' }]);
    await keepLetter(env.DB, [{ channelId: CHANNEL, reason: 'odd', body: `{"from":"${long}"}`, at: 1 }]);
    expect(await people.erase({ id })).toEqual({ isDone: true });
    expect(await everything()).not.toMatch(new RegExp(`${short}|${long}|Canary`));
  });

  test('is in no letter that names them, and those of others stay, however short their name is', async () => {
    const id = await conversationIdOf(GENERIC, '1');
    const target = { id, channelId: GENERIC, provider: 'webhook' as const, address: '1', name: 'Vera' };
    await conversationOf(env, id).receive(target, [anInbound({ eventId: 'one', address: '1', at: Date.now() - 60_000 })]);
    await vi.waitFor(async () => expect(await find(env.DB, id)).not.toBeNull(), { timeout: 10_000 });
    const theirs = [
      '{"data":{"user":{"id":"1"}}}',
      '{"data":{"user":{"id":1,"name":"V"}}}',
      '["x",["1"]]',
      'user=1&text=x',
      '{"user":"1","cut":"',
    ];
    const others = [
      '{"data":{"user":{"id":"21"},"at":"2031-01-11"}}',
      '{"id":"1a","text":"1 of 2"}',
      '{"id":11}',
      'user=12&text=11',
      '{"cut":"1x',
    ];
    await keepLetter(env.DB, [...theirs, ...others].map((body) => ({ channelId: GENERIC, reason: 'odd', body, at: Date.now() }))); // prettier-ignore
    await keepLetter(env.DB, [{ channelId: CHANNEL, reason: 'odd', body: '{"of":"another channel","id":"1"}', at: Date.now() }]);
    expect(await people.erase({ id })).toEqual({ isDone: true });
    const { results } = await env.DB.prepare('SELECT body FROM dead_letters').all<{ body: string }>();
    const left = results.map(({ body }) => body);
    expect(left.filter((body) => theirs.includes(body))).toEqual([]);
    expect(left).toEqual(expect.arrayContaining([...others, '{"of":"another channel","id":"1"}']));
  });

  test('is in no import that is under way or was broken off, by whatever they are named there', async () => {
    const { target } = await someone();
    const { id, address } = target;
    const row = (line: number, personId: string, addresses: { identity: string; address: string }[]) =>
      env.DB.prepare(
        `INSERT INTO import_rows (import_id, line, person_id, name, named, folded, properties, channels, facts, addresses)
          VALUES ('broken-off', ?, ?, 'Canary', 1, 'canary', '{}', '', '{}', ?)`,
      ).bind(line, personId, JSON.stringify(addresses.map((one) => ({ channelId: CHANNEL, ...one }))));
    await env.DB.batch([
      env.DB.prepare(`INSERT INTO imports (id, status, created_by, created_at) VALUES ('broken-off', 'staged', 'admin', 1)`),
      row(2, id, []),
      row(3, 'made-anew', [{ identity: address, address: `+${address}` }]),
      row(4, 'somebody-else', [{ identity: '4915155556', address: '4915155556' }]),
    ]);
    expect(await people.erase({ id })).toEqual({ isDone: true });
    const { results } = await env.DB.prepare('SELECT line FROM import_rows ORDER BY line').all();
    expect(results).toEqual([{ line: 4 }]);
  });

  test('is not brought back by a redelivery, a straggler, a receipt, an edit or a reaction', async () => {
    const one = await someone();
    const { target, stub, first } = one;
    await people.erase({ id: target.id });
    const about = { eventId: 'late-1', targetId: first.eventId, address: target.address };
    await stub.receive(target, [first, first]);
    await stub.receive(target, [anInbound({ eventId: 'straggler', address: target.address, at: Date.now() - 3_600_000 })]);
    await stub.receive(target, [
      { type: 'edit', ...about, at: later(), text: 'canary-edit' },
      { type: 'reaction', ...about, eventId: 'late-2', at: later(), emoji: '👍' },
      {
        type: 'receipt',
        address: target.address,
        at: null,
        providerMessageId: 'x',
        messageId: null,
        status: 'read',
        failure: null,
      },
    ]);
    expect(await onDisk(one)).toEqual({ conversation: null, messages: [], outbox: [] });
    const parked = await runInDurableObject(stub, (_, { storage }) => storage.sql.exec('SELECT * FROM parked_events').toArray());
    expect(parked).toEqual([]);
    expect(await everything()).not.toContain(target.address);
  });

  test('is somebody new when they write again, and a late duplicate is still not taken', async () => {
    const one = await someone();
    const { target, stub, first } = one;
    await people.erase({ id: target.id });
    await stub.receive({ ...target, name: 'Vera' }, [
      anInbound({ eventId: 'again-1', address: target.address, name: 'Vera', text: 'Hi', at: later() }),
    ]);
    await stub.receive(target, [first]);
    const { messages, conversation } = await onDisk(one);
    expect(messages.map(({ seq, text }) => [seq, text])).toEqual([[1, 'Hi']]);
    expect(conversation).toMatchObject({ contact: { name: 'Vera' }, ticketStatus: 'new' });
    await vi.waitFor(async () => expect((await conversations.list({ tab: 'active', search: 'Vera' })).items).toHaveLength(1), {
      timeout: 10_000,
    });
    await vi.waitFor(
      async () => expect(await env.DB.prepare('SELECT name FROM people WHERE id = ?').bind(target.id).first('name')).toBe('Vera'),
      { timeout: 10_000 },
    );
  });

  test('is somebody new in the audit as well: nothing of it leads from what was to who is there now', async () => {
    const { target, stub } = await someone();
    const { id, address } = target;
    await stub.setTicketStatus(ana, 'closed');
    await vi.waitFor(async () => expect((await audit.list({ subject: id })).items).toHaveLength(1), { timeout: 10_000 });
    await people.update({ id, name: 'Canary' });
    const was = (await pseudonymOf(id)) ?? '';
    await people.erase({ id });
    const rows = () =>
      env.DB.prepare('SELECT * FROM audit').all<{ id: string; subject_id: string; action: string }>().then(({ results }) => results); // prettier-ignore
    const before = (await rows()).filter(({ subject_id }) => subject_id === was);
    expect(before.map(({ action }) => action).sort()).toEqual(['person.erased', 'person.updated', 'ticket.changed']);

    await stub.receive(target, [anInbound({ eventId: 'back', address, at: later() })]);
    await stub.setTicketStatus(ana, 'pending');
    await vi.waitFor(async () => expect((await audit.list({ subject: id })).items).toHaveLength(1), { timeout: 10_000 });
    await vi.waitFor(async () => expect(await find(env.DB, id)).not.toBeNull(), { timeout: 10_000 });
    await people.update({ id, name: 'Vera' });
    const acts = (await audit.list({ subject: id })).items;
    expect(acts.map(({ action }) => action).sort()).toEqual(['person.updated', 'ticket.changed']);
    const now = (await pseudonymOf(id)) ?? '';
    expect(new Set(acts.map(({ subject }) => subject.id))).toEqual(new Set([now]));
    expect(now).not.toBe(was);
    expect((await rows()).filter(({ subject_id }) => subject_id === was)).toEqual(before);
    // Nor by the ids of the acts, which are made from whom they are about.
    const heads = [...before, ...acts].map((act) => act.id.slice(0, 8));
    expect(new Set(heads).size).toBe(heads.length);
  });

  test('is gone from open dashboards and threads at once', async () => {
    const one = await someone();
    const frames: InboxFrame[] = [];
    const thread: string[] = [];
    const upgrade = (url: string) => new Request(url, { headers: [['upgrade', 'websocket'], ...headersOf(ana, 'session')] });
    const inbox = (await hubOf(env, one.target.id).fetch(upgrade(`${ORIGIN}/live/inbox`))).webSocket;
    const talk = (await one.stub.fetch(upgrade(`${ORIGIN}/live/conversations/x`))).webSocket;
    inbox?.accept();
    talk?.accept();
    inbox?.addEventListener('message', ({ data }) => frames.push(JSON.parse(String(data))));
    talk?.addEventListener('message', ({ data }) => thread.push(JSON.parse(String(data)).type));
    await people.erase({ id: one.target.id });
    await vi.waitFor(() => {
      expect(frames).toContainEqual({ type: 'erased', ids: expect.arrayContaining([one.target.id]) });
      expect(thread).toContain('erased');
    });
    inbox?.close();
    talk?.close();
  });

  test('is gone from a thread that was out of touch meanwhile, also when they are back by then', async () => {
    const one = await someone();
    const { target, stub } = one;
    for (const text of ['two', 'three']) await stub.note(ana, crypto.randomUUID(), text);
    const version = (await onDisk(one)).conversation?.version ?? 0;
    expect(version).toBeGreaterThan(1);
    const firstFrame = async (from: number) => {
      const headers: [string, string][] = [['upgrade', 'websocket'], ...headersOf(ana, 'session')];
      const { webSocket } = await stub.fetch(new Request(`${ORIGIN}/live/conversations/x?version=${from}`, { headers }));
      webSocket?.accept();
      const frame = await new Promise<ThreadFrame>((resolve) =>
        webSocket?.addEventListener('message', ({ data }) => resolve(JSON.parse(String(data)))),
      );
      webSocket?.close();
      return frame;
    };
    expect(await firstFrame(version)).toMatchObject({ type: 'catchUp' });
    await people.erase({ id: target.id });
    expect(await firstFrame(version)).toEqual({ type: 'erased' });
    await stub.receive(target, [anInbound({ eventId: 'back', address: target.address, text: 'back', at: later() })]);
    for (const text of ['2', '3', '4', '5', '6']) await stub.note(ana, crypto.randomUUID(), text);
    const texts = [{ text: 'back' }, ...['2', '3', '4', '5', '6'].map((text) => ({ text }))];
    expect(await firstFrame(version)).toMatchObject({ type: 'reset', messages: texts });
  });
});

describe('what another system has sent to somebody who was erased', () => {
  const { campaigns } = callerOf('creator');
  let count = 0;
  const theirs = async () => {
    const campaign = ImportedCampaign.parse({ id: `crm-${++count}`, name: 'Spring', channelId: CHANNEL, template: 'Hi' });
    await campaigns.import(campaign);
    const report = (...sends: Omit<ReportedSend, 'buttons'>[]) =>
      campaigns.recordSends({ campaignId: campaign.id, sends: sends.map((send) => ({ ...send, buttons: ['canary-button'] })) });
    const stored = async () =>
      (await env.DB.prepare('SELECT * FROM campaign_sends WHERE campaign_id = ? ORDER BY id').bind(campaign.id).all()).results;
    return { id: campaign.id, report, stored };
  };
  const send = (fields: Partial<ReportedSend> & { address: string }) => {
    const id = `canary-free-${++count}`;
    return {
      id,
      providerMessageId: `wamid.${id}`,
      token: `token-${id}`,
      text: 'Hello canary',
      sentAt: Date.now() - 60_000,
      ...fields,
    };
  };

  test('stays a figure when it is reported again, with more in it, or for the first time', async () => {
    const { target } = await someone();
    const { address } = target;
    const { id, report, stored } = await theirs();
    const known = send({ address: `+${address}` });
    const bare = { ...send({ address }), providerMessageId: undefined, token: undefined };
    await report(known, bare);
    await people.erase({ id: target.id });
    const gone = { address: '', text: '', buttons: '[]', provider_message_id: null, token: null };
    expect(await stored()).toMatchObject([gone, gone]);
    expect(await report(known, { ...bare, providerMessageId: 'wamid.canary', token: 'canary' })).toEqual({ recorded: 0 });
    expect(await report(send({ address }), send({ address: '4915155557' }))).toEqual({ recorded: 2 });
    expect(await stored()).toMatchObject([gone, gone, gone, { address: '4915155557', text: 'Hello canary' }]);
    expect(await report(known)).toEqual({ recorded: 0 });
    const figures = await env.DB.prepare('SELECT recipients, sent FROM campaigns WHERE id = ?').bind(id).first();
    expect(figures).toEqual({ recipients: 4, sent: 4 });
    expect(await everything()).not.toMatch(new RegExp(address));
  });

  test('is a figure too when they are back, but not what is sent to them after the erasure', async () => {
    const { target, stub } = await someone();
    const { address } = target;
    await people.erase({ id: target.id });
    await stub.receive(target, [anInbound({ eventId: 'is-back', address, at: later() })]);
    const { report, stored } = await theirs();
    await env.DB.prepare('UPDATE erased_addresses SET until = until - 400000').run();
    await report(send({ address, sentAt: Date.now() - 500_000 }), send({ address, sentAt: Date.now() }));
    expect((await stored()).map((row) => row.address)).toEqual(['', address]);
  });

  test('is known by a hash for a year, and what is reported later than that has no receiver at all', async () => {
    const { target } = await someone();
    const { address } = target;
    await people.erase({ id: target.id });
    const year = 366 * 86_400_000;
    const marks = () => env.DB.prepare('SELECT count(*) AS n FROM erased_addresses').first<number>('n');
    expect(await marks()).toBeGreaterThan(0);
    await env.DB.prepare('UPDATE erased_addresses SET until = until - ?')
      .bind(year + 600_000)
      .run();
    const { report, stored } = await theirs();
    await report(send({ address, sentAt: Date.now() - year - 60_000 }));
    expect(await marks()).toBe(0);
    expect(await stored()).toMatchObject([{ address: '', text: '', provider_message_id: null }]);
  });
});

describe('an erasure', () => {
  test('twice is once: what has been written since stays', async () => {
    const one = await someone();
    const { target, stub } = one;
    const person = await find(env.DB, target.id);
    if (!person) throw new Error('nobody');
    const order = { person, actor: alex, at: Date.now() };
    const job = erasureOf(env, await opaque(env.SECRET_KEY, person.id));
    await job.start(order);
    const acts = async () =>
      (await audit.list({ areas: ['person'] })).items.filter(({ action }) => action === 'person.erased').length;
    const done = await acts();
    await stub.receive(target, [anInbound({ eventId: 'since', address: target.address, at: later() })]);
    await vi.waitFor(async () => expect(await find(env.DB, target.id)).not.toBeNull(), { timeout: 10_000 });
    await job.start(order);
    expect((await onDisk(one)).messages).toHaveLength(1);
    expect(await find(env.DB, target.id)).not.toBeNull();
    expect(await acts()).toBe(done);
  });

  test('that fails half-way goes on by itself, and forgets its order when it is done', async () => {
    const one = await someone();
    const person = await find(env.DB, one.target.id);
    if (!person) throw new Error('nobody');
    const job = erasureOf(env, await opaque(env.SECRET_KEY, person.id));
    const failed = await runInDurableObject(job, async (instance) => {
      Reflect.set(instance, 'env', { ...env, MEDIA: { list: () => Promise.reject(new Error('R2 is down')) } });
      try {
        await instance.start({ person, actor: alex, at: Date.now() });
        return 'done';
      } catch (error) {
        return String(error);
      }
    });
    expect(failed).toContain('R2 is down');
    const armed = await runInDurableObject(job, (_, { storage }) => storage.getAlarm());
    expect(armed).not.toBeNull();
    await runInDurableObject(job, async (instance) => {
      Reflect.set(instance, 'env', env);
      await instance.alarm();
    });
    const rest = await runInDurableObject(job, async (_, { storage }) => [...(await storage.list()).keys()]);
    expect(rest).toEqual([]);
    expect(await everything()).not.toContain(one.target.address);
  });

  test('that is not done yet when they are back, and are erased again, is not the end of it', async () => {
    const one = await someone();
    const { target, stub } = one;
    const job = erasureOf(env, await opaque(env.SECRET_KEY, target.id));
    const erase = async () => {
      const person = await find(env.DB, target.id);
      if (!person) throw new Error('nobody');
      return runInDurableObject(job, async (instance) => {
        Reflect.set(instance, 'env', { ...env, MEDIA: { list: () => Promise.reject(new Error('R2 is down')) } });
        return instance.start({ person, actor: alex, at: Date.now() }).catch(String);
      });
    };
    expect(await erase()).toContain('R2 is down');
    await stub.receive(target, [anInbound({ eventId: 'back', address: target.address, text: 'canary-again', at: later() })]);
    await vi.waitFor(async () => expect(await find(env.DB, target.id)).not.toBeNull(), { timeout: 10_000 });
    expect(await erase()).toContain('R2 is down');
    const rest = () => runInDurableObject(job, async (_, { storage }) => [...(await storage.list()).keys()]);
    for (let run = 0; run < 5 && (await rest()).length > 0; run += 1) {
      await runInDurableObject(job, async (instance) => {
        Reflect.set(instance, 'env', env);
        await instance.alarm();
      });
    }
    expect(await rest()).toEqual([]);
    expect((await onDisk(one)).messages).toEqual([]);
    expect(await everything()).not.toMatch(new RegExp(`${target.address}|${target.id}|canary-again`));
  });

  test('takes the objects of their other addresses along', async () => {
    const { target, stub } = await aConversation();
    const other = '77700000001';
    const event = anInbound({ eventId: `alias.${target.id}`, address: target.address, at: Date.now() - 1_000, aliases: [other] });
    await stub.receive(target, [event]);
    const otherId = await conversationIdOf(CHANNEL, other);
    const moved = () =>
      runInDurableObject(conversationOf(env, otherId), (_, { storage }) =>
        storage.sql.exec('SELECT key, value FROM facts').toArray(),
      );
    await vi.waitFor(async () => expect(await moved()).toEqual([{ key: 'moved_to', value: target.id }]), { timeout: 10_000 });
    await vi.waitFor(async () => expect(await find(env.DB, target.id)).not.toBeNull(), { timeout: 10_000 });
    await people.erase({ id: target.id });
    expect((await moved()).map(({ key }) => key)).toEqual(['erased_at']);
  });

  test('takes what the directory knows of their messages along, where receipts name nobody', async () => {
    const { target, stub } = await aConversation();
    await stub.receive({ ...target, provider: 'webhook' }, [anInbound({ eventId: 'known-1', address: target.address, at: 1 })]);
    const directory = directoryOf(env, CHANNEL, 'id:known-1');
    await directory.put('id:known-1', target.id);
    await vi.waitFor(async () => expect(await find(env.DB, target.id)).not.toBeNull(), { timeout: 10_000 });
    await people.erase({ id: target.id });
    const receipt = aReceipt({ providerMessageId: 'known-1' });
    expect(await directory.findOrPark('id:known-1', receipt)).toBeNull();
  });

  test('takes what a stopped channel knows of who waits for it along', async () => {
    const one = await someone();
    const gate = gateOf(env, CHANNEL);
    await gate.settle(one.target.id, { status: 'stopped', reason: 'No token.', code: '190' });
    const waiting = () =>
      runInDurableObject(gate, (_, { storage }) => JSON.stringify(storage.sql.exec('SELECT * FROM held').toArray()));
    expect(await waiting()).toContain(one.target.id);
    await people.erase({ id: one.target.id });
    expect(await waiting()).not.toContain(one.target.id);
    await gate.resume();
  });

  describe('of somebody of whom there is more than one invocation may call for', () => {
    /** Cloudflare's limit for one invocation, https://developers.cloudflare.com/workers/platform/limits/#subrequests */
    const MOST = 1_000;
    /** The job, with every call of these objects counted; `rounds` has one number for each run. */
    async function counted(id: string, at = Date.now()) {
      const person = await find(env.DB, id);
      if (!person) throw new Error('nobody');
      const job = erasureOf(env, await opaque(env.SECRET_KEY, person.id));
      const order = { person, actor: alex, at };
      let calls = 0;
      const asked: string[] = [];
      const counting = (namespace: DurableObjectNamespace, answer?: (name: string) => void) => ({
        idFromName: (name: string) => namespace.idFromName(name),
        get: (objectId: DurableObjectId) =>
          new Proxy(namespace.get(objectId), {
            get: (stub, method) => {
              const own: unknown = Reflect.get(stub, method);
              if (typeof own !== 'function') return own;
              return (...given: unknown[]): unknown => {
                calls += 1;
                return answer ? answer(objectId.name ?? '') : Reflect.apply(own, stub, given);
              };
            },
          }),
      });
      const rounds: number[] = [];
      const over = {
        ...env,
        CONVERSATION: counting(env.CONVERSATION),
        DIRECTORY: counting(env.DIRECTORY),
        BROADCAST: counting(env.BROADCAST, (name) => void asked.push(name)),
      };
      const run = (how: 'start' | 'alarm') =>
        runInDurableObject(job, async (instance) => {
          calls = 0;
          Reflect.set(instance, 'env', over);
          await (how === 'start' ? instance.start(order) : instance.alarm());
          rounds.push(calls);
        });
      const isOver = () => runInDurableObject(job, async (_, { storage }) => (await storage.list()).size === 0);
      const erased = async () => {
        await run('start');
        for (let n = 0; n < 20 && !(await isOver()); n++) await run('alarm');
        return { isOver: await isOver(), rounds, asked };
      };
      return { erased };
    }
    const told = async (count: number) => {
      const { target, stub } = await aConversation();
      const said = Array.from({ length: count }, (_, i) => anInbound({ eventId: `many-${target.id}-${i}`, address: target.address, at: 1 + i })); // prettier-ignore
      await stub.receive({ ...target, provider: 'webhook' }, said);
      await vi.waitFor(async () => expect(await find(env.DB, target.id)).not.toBeNull(), { timeout: 50_000 });
      return { target, stub, keys: said.map(({ eventId }) => `id:${eventId}`) };
    };

    test('a thread of thousands of messages is forgotten by the directory, each of its objects asked a few times', async () => {
      const { target, stub, keys } = await told(1_500);
      const some = [keys[0], keys[700], keys[1_499]].map((key = '') => ({ key, directory: directoryOf(env, CHANNEL, key) }));
      for (const { key, directory } of some) await directory.put(key, target.id);
      const { isOver, rounds } = await (await counted(target.id)).erased();
      expect(isOver).toBe(true);
      expect(Math.max(...rounds)).toBeLessThan(MOST / 2);
      for (const { key, directory } of some) expect(await directory.findOrPark(key, aReceipt())).toBeNull();
      expect(await onDisk({ target, stub })).toEqual({ conversation: null, messages: [], outbox: [] });
      const facts = await runInDurableObject(stub, (_, { storage }) => storage.sql.exec('SELECT key FROM facts').toArray());
      expect(facts).toEqual([{ key: 'erased_at' }]);
    });

    test('every campaign that was ever sent is asked once, a bounded number in each round', async () => {
      const { target } = await someone();
      const ids: string[] = Array.from({ length: 1_300 }, () => crypto.randomUUID());
      await env.DB.prepare(
        `INSERT INTO campaigns (id, name, channel_id, template, status, created_at, started_at, source)
          SELECT value, 'Old', ?2, '', 'sent', 1, 1, 'parley' FROM json_each(?1)`,
      )
        .bind(JSON.stringify(ids), CHANNEL)
        .run();
      const { isOver, rounds, asked } = await (await counted(target.id)).erased();
      expect(isOver).toBe(true);
      expect(Math.max(...rounds)).toBeLessThan(MOST);
      expect(asked.filter((id) => ids.includes(id)).sort()).toEqual([...ids].sort());
      await env.DB.prepare('DELETE FROM campaigns WHERE name = ?').bind('Old').run();
    });

    test('what an object has kept of it whole, as it was done before, is forgotten as well', async () => {
      const { target, stub, keys } = await told(3);
      const key = keys[1] ?? '';
      await directoryOf(env, CHANNEL, key).put(key, target.id);
      const at = Date.now();
      await stub.erase(at);
      const whole = JSON.stringify({ channelId: CHANNEL, addresses: ['16505550000'], keys });
      await runInDurableObject(stub, (_, { storage }) => {
        storage.sql.exec(`DELETE FROM facts WHERE key LIKE 'erasing%'`);
        storage.sql.exec(`INSERT INTO facts (key, value) VALUES ('erasing', ?)`, whole);
      });
      await evictDurableObject(stub);
      const { isOver } = await (await counted(target.id, at)).erased();
      expect(isOver).toBe(true);
      expect(await directoryOf(env, CHANNEL, key).findOrPark(key, aReceipt())).toBeNull();
    });
  });

  test('while messages arrive: what was written before is gone, what was written after is all there', async () => {
    const one = await someone();
    const { target, stub } = one;
    const at = Date.now();
    const before = Array.from({ length: 20 }, (_, i) =>
      anInbound({ eventId: `race-b${i}`, address: target.address, text: `before ${i}`, at: at - 10_000 + i }),
    );
    const after = Array.from({ length: 20 }, (_, i) =>
      anInbound({ eventId: `race-a${i}`, address: target.address, text: `after ${i}`, at: at + 120_000 + i }),
    );
    const erasing = people.erase({ id: target.id });
    await Promise.all([erasing, ...before.map((event) => stub.receive(target, [event]))]);
    await Promise.all([...before, ...after].map((event) => stub.receive(target, [event])));
    const { messages } = await onDisk(one);
    expect(messages.map(({ text }) => text).sort()).toEqual(after.map(({ text }) => text).sort());
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, i) => i + 1));
  });

  test.each(['agent', 'member', 'creator', 'approver'] as const)('is not for the role %s', async (role) => {
    await expect(callerOf(role).people.erase({ id: 'whoever' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('of nobody says so', async () => {
    await expect(people.erase({ id: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
