import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { Role, type Agent } from '../../src/lib/domain/role';
import { record, recording, recordingIfChanged, type AuditEntry } from '../../src/lib/server/db/audit';
import { lines } from '../../src/lib/server/db/audit-export';
import * as log from '../../src/lib/server/db/audit-log';
import { batch, database } from '../../src/lib/server/db/client';
import { subjectOf } from '../../src/lib/server/pseudonym';
import { appRouter } from '../../src/lib/server/trpc/router';
import { alex, ana, anInbound, ben } from '../fixtures/conversation';
import { aConversation, openShop, stateIn } from './conversation-world';
import { ORIGIN, signIn } from './front-door';

const db = database(env.DB);
const callerOf = (role: Role) =>
  appRouter.createCaller({
    env,
    user: { id: role, name: `The ${role}`, email: `${role}@parley.test`, role, sessionId: 's' },
    origin: ORIGIN,
  });
const { audit, channels } = callerOf('admin');

beforeAll(openShop);

type Row = {
  id: string;
  at: number;
  actor_id: string | null;
  actor_name: string;
  action: string;
  subject_id: string;
  details: string;
};
const rows = async (subjectId?: string): Promise<Row[]> => {
  const { results } = await env.DB.prepare('SELECT * FROM audit WHERE subject_id = coalesce(?, subject_id) ORDER BY at, id')
    .bind(subjectId ?? null)
    .all<Row>();
  return results;
};
const pseudonymOf = async (id: string) =>
  (await env.DB.prepare('SELECT pseudonym FROM pseudonyms WHERE id = ?').bind(id).first<string>('pseudonym')) ?? 'none';
const entry = (fields: Partial<AuditEntry> = {}): AuditEntry => ({
  at: 1_000,
  actor: alex,
  action: 'user.invited',
  subject: { type: 'user', id: 'somebody' },
  ...fields,
});

describe('a row once written', () => {
  test('is not changed and not taken out by anybody', async () => {
    await batch(env.DB, [recording(db, entry({ id: 'fixed' }))]);
    await expect(env.DB.prepare("UPDATE audit SET actor_name = 'Nobody' WHERE id = 'fixed'").run()).rejects.toThrow(
      /append-only/,
    );
    await expect(env.DB.prepare("DELETE FROM audit WHERE id = 'fixed'").run()).rejects.toThrow(/append-only/);
    await env.DB.prepare("REPLACE INTO audit SELECT id, at, 'x', 'x', 'x.x', 'x', 'x', '{}' FROM audit WHERE id = 'fixed'").run();
    expect((await rows('somebody')).map(({ actor_name }) => actor_name)).toEqual(['Alex Moreau']);
  });

  test('stays as it is when the same act is recorded again', async () => {
    await record(env.DB, [entry({ id: 'twice', subject: { type: 'user', id: 'once' } })]);
    const again = entry({ id: 'twice', subject: { type: 'user', id: 'once' }, at: 2_000, actor: ana });
    await record(env.DB, [again, { ...again, id: 'new', at: 3_000 }]);
    expect(await rows('once')).toMatchObject([
      { at: 1_000, actor_id: 'alex' },
      { at: 3_000, actor_id: 'ana' },
    ]);
  });

  test('is not written when the act in the same batch changed nothing', async () => {
    const subject = { type: 'channel', id: 'never' };
    const nothing = db.updateTable('channels').set({ name: 'x' }).where('id', '=', 'never');
    await batch(env.DB, [nothing, recordingIfChanged(db, entry({ subject }))]);
    expect(await rows('never')).toEqual([]);
  });

  test('is not written when its batch fails', async () => {
    const subject = { type: 'channel', id: 'failed' };
    const broken = db.insertInto('campaign_labels').values({ campaign_id: 'no such campaign', label: 'x' });
    await expect(batch(env.DB, [recording(db, entry({ subject })), broken])).rejects.toThrow();
    expect(await rows('failed')).toEqual([]);
  });
});

const acts = async (id: string) =>
  (await rows(await pseudonymOf(id))).map(({ action, actor_name, details }) => [action, actor_name, JSON.parse(details)]);

describe('acts in a conversation', () => {
  test('are one row each, with what was before, and what the end user does to the ticket is none', async () => {
    const { target, stub } = await aConversation();
    await stub.receive(target, [anInbound({ eventId: 'a-1', address: target.address })]);
    const held = await stub.claim(ana);
    if (!held.ok || !held.value.granted) throw new Error('not granted');
    await stub.setTicketStatus(ana, 'pending');
    await stub.setTicketStatus(ana, 'pending');
    await stub.takeOver(alex);
    const { epoch } = (await holder(stub)) ?? { epoch: 0 };
    await stub.close(alex, epoch, 'closed');
    await stub.close(alex, epoch, 'closed');
    await stub.receive(target, [anInbound({ eventId: 'a-2', address: target.address, text: 'Still there?' })]);
    const revoke = { type: 'revoke' as const, eventId: 'a-3', targetId: 'a-2', address: target.address, at: null };
    await stub.receive(target, [revoke, revoke]);
    await stub.claim(ben);
    await vi.waitFor(async () => expect(await acts(target.id)).toHaveLength(4), { timeout: 10_000 });
    expect((await acts(target.id)).sort()).toEqual(
      [
        ['ticket.changed', 'Ana Lima', { from: 'new', to: 'pending' }],
        ['conversation.takenOver', 'Alex Moreau', { from: 'ana' }],
        ['conversation.closed', 'Alex Moreau', { from: 'pending', to: 'closed' }],
        ['message.withdrawn', 'Customer', { seq: expect.any(Number) }],
      ].sort(),
    );
  });

  test('are one row when the record is tried again after its answer was lost', async () => {
    const { target, stub } = await aConversation();
    await stub.receive(target, [anInbound({ eventId: 'b-1', address: target.address })]);
    await stub.setTicketStatus(ana, 'closed');
    await vi.waitFor(async () => expect(await acts(target.id)).toHaveLength(1), { timeout: 10_000 });
    const again = await runInDurableObject(stub, (_, { storage }) => {
      const [kept] = storage.sql.exec<{ n: number }>("SELECT count(*) AS n FROM outbox WHERE kind = 'audit'").toArray();
      return kept?.n;
    });
    expect(again).toBe(0);
    const [row] = await rows(await pseudonymOf(target.id));
    if (!row) throw new Error('no row');
    const subject = subjectOf('conversation', target.id);
    await record(env.DB, [{ ...entry(), id: row.id, subject }]);
    expect(await acts(target.id)).toHaveLength(1);
  });

  test('have neither text, name, number nor the conversation’s own id in them', async () => {
    const { target, stub } = await aConversation();
    await stub.receive(target, [
      anInbound({ eventId: 'c-1', address: target.address, name: 'Canary Kanarienvogel', text: 'canary-text' }),
    ]);
    await stub.setTicketStatus(ana, 'closed');
    await vi.waitFor(async () => expect(await acts(target.id)).toHaveLength(1), { timeout: 10_000 });
    const { results } = await env.DB.prepare('SELECT * FROM audit').all();
    expect(JSON.stringify(results)).not.toMatch(new RegExp(`[Cc]anary|${target.address}|${target.id}`));
  });
});

const holder = (stub: Awaited<ReturnType<typeof aConversation>>['stub']) =>
  runInDurableObject(stub, (_, { storage }) => stateIn(storage)?.lock ?? null);

describe('acts of an Admin on a channel', () => {
  test('are one row each; refused ones are none; no secret is in them', async () => {
    const { id } = await channels.add({
      provider: 'telegram',
      name: 'Bot',
      accessToken: '4242:canary-bot-token',
    });
    await channels.update({ id, name: 'Robot' });
    await channels.rotate({ id, secrets: { accessToken: '4242:canary-new-token' }, overlapMs: 0 });
    await channels.setEnabled({ id, enabled: false });
    await channels.setEnabled({ id, enabled: true });
    await channels.resume({ id });
    await expect(channels.update({ id: 'telegram-none', name: 'x' })).rejects.toThrow();
    await expect(callerOf('agent').channels.setEnabled({ id, enabled: false })).rejects.toThrow();
    const found = await rows(id);
    expect(found.map(({ action }) => action).sort()).toEqual(
      ['channel.added', 'channel.changed', 'channel.rotated', 'channel.disabled', 'channel.enabled', 'channel.resumed'].sort(),
    );
    expect(JSON.stringify(found)).not.toContain('canary');
    expect(found.find(({ action }) => action === 'channel.rotated')?.details).toBe('{"secrets":"accessToken","overlapMs":0}');
  });
});

describe('the log', () => {
  test('is read in pages, each row once, newest first, also where several share a moment', async () => {
    const many = Array.from({ length: 25 }, (_, i) =>
      entry({ id: `page-${i}`, at: 5_000 + Math.floor(i / 10), subject: { type: 'user', id: 'paged' } }),
    );
    await record(env.DB, many);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await audit.list({ subject: 'paged', limit: 10, cursor });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toHaveLength(25);
    expect(new Set(seen).size).toBe(25);
    expect(seen.slice(0, 5).sort()).toEqual(['page-20', 'page-21', 'page-22', 'page-23', 'page-24']);
  });

  test('is narrowed by who, what kind of thing, what exactly and when', async () => {
    const channel = { type: 'channel', id: 'filtered' };
    await record(env.DB, [
      entry({ id: 'f-1', at: 10, subject: channel, action: 'channel.added', actor: ana }),
      entry({ id: 'f-2', at: 20, subject: channel, action: 'channel.changed', actor: ben }),
      entry({ id: 'f-3', at: 30, subject: channel, action: 'key.issued', actor: { id: null, name: 'Set-up' } }),
    ]);
    const ids = async (filters: Parameters<typeof audit.list>[0]) =>
      (await audit.list({ subject: 'filtered', ...filters })).items.map(({ id }) => id);
    expect(await ids({})).toEqual(['f-3', 'f-2', 'f-1']);
    expect(await ids({ actors: ['ana', 'Set-up'] })).toEqual(['f-3', 'f-1']);
    expect(await ids({ areas: ['channel'] })).toEqual(['f-2', 'f-1']);
    expect(await ids({ from: 20, before: 30 })).toEqual(['f-2']);
  });

  test('leads to a conversation while it is there, and finds its acts by its own id', async () => {
    const { target, stub } = await aConversation();
    await stub.receive(target, [anInbound({ eventId: 'd-1', address: target.address })]);
    await stub.setTicketStatus(ana, 'closed');
    const find = async () => (await audit.list({ subject: target.id })).items;
    await vi.waitFor(async () => expect(await find()).toHaveLength(1), { timeout: 10_000 });
    await vi.waitFor(async () => expect((await find())[0]?.subject.title).toBe('Aanya Rao'), { timeout: 10_000 });
    expect((await find())[0]?.subject).toMatchObject({ type: 'conversation', href: `/conversations/${target.id}` });
  });

  test('leaves the house as a file: every act that is asked for, people by pseudonyms only, no cell a formula', async () => {
    const { target, stub } = await aConversation();
    await stub.receive(target, [anInbound({ eventId: 'x-1', address: target.address })]);
    await stub.setTicketStatus(ana, 'pending');
    await vi.waitFor(async () => expect(await acts(target.id)).toHaveLength(1), { timeout: 10_000 });
    const id = await pseudonymOf(target.id);
    const many = Array.from({ length: 1_001 }, (_, i) =>
      entry({ id: `file-${i}`, at: 7_000, subject: { type: 'user', id }, actor: { id: null, name: '=HYPERLINK("x")' } }),
    );
    await record(env.DB, many);
    let text = '';
    for await (const part of lines(db, { subjects: [id] })) text += part;
    expect(text.startsWith('\uFEFFTime,')).toBe(true);
    const [heads, first, ...rest] = text.trim().split('\r\n');
    expect(heads).toBe('Time,Who,Who (id),Act,In words,Subject,Subject (id),Details');
    expect(first).toContain(`Ana Lima,ana,ticket.changed,changed the ticket of conversation ${id} from New to Pending,`);
    expect(rest).toHaveLength(1_001);
    expect(await log.count(db, { subjects: [id] })).toBe(1_002);
    expect(rest[0]).toContain(`"'=HYPERLINK(""x"")"`);
    expect(text).not.toMatch(new RegExp(`${target.address}|Aanya|${target.id}`));
  });

  test('can be asked for what a key of the API has done', async () => {
    const { keys } = callerOf('admin');
    for (const name of ['CRM', 'CRM', 'Shop'])
      await keys.issue({ id: crypto.randomUUID(), name, scopes: ['sends.write'], expiresAt: null });
    await record(env.DB, [entry({ actor: { id: null, name: 'API key Shop' }, subject: { type: 'campaign', id: 'by-key' } })]);
    const offered = await audit.actors();
    expect(offered.filter(({ id }) => id.startsWith('API key'))).toEqual(
      ['API key CRM', 'API key Shop'].map((name) => ({ id: name, name })),
    );
    const acts = await audit.list({ actors: ['API key Shop'] });
    expect(acts.items.map(({ subject }) => subject.id)).toEqual(['by-key']);
  });

  test('can be asked for what was done by nobody who has an account', async () => {
    const offered = await audit.actors();
    expect(offered.slice(-4)).toEqual([
      { id: 'Customer', name: 'Customers' },
      ...['Sign-in', 'Set-up', 'Command line'].map((name) => ({ id: name, name })),
    ]);
    await env.DB.prepare(`INSERT INTO users (id, name, email, email_verified, role, created_at, updated_at) VALUES ('zoe', 'Zoe', 'zoe@parley.test', 1, 'agent', '', '')`).run(); // prettier-ignore
    await signIn('zoe@parley.test', 'wrong');
    const { items } = await audit.list({ actors: ['Sign-in'] });
    expect(items).toMatchObject([{ action: 'user.sign_in_failed', actor: { id: null, name: 'Sign-in' } }]);
  });

  test('a forged cursor is refused', async () => {
    await expect(audit.list({ cursor: 'x' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  test.each(Role.options.filter((role) => role !== 'admin'))('is not for the role %s', async (role: Agent['role']) => {
    await expect(callerOf(role).audit.list({})).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
