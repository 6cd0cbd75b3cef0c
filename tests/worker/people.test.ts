import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { everybody, PeopleQuery } from '../../src/lib/domain/people-query';
import { Role } from '../../src/lib/domain/role';
import type { Summary } from '../../src/lib/domain/summary';
import * as campaigns from '../../src/lib/server/db/campaigns';
import * as channels from '../../src/lib/server/db/channels';
import { database } from '../../src/lib/server/db/client';
import * as conversations from '../../src/lib/server/db/conversations';
import * as people from '../../src/lib/server/db/people';
import { foldNames } from '../../src/lib/server/db/people-names';
import { appRouter } from '../../src/lib/server/trpc/router';
import { demoChannelList } from '../../workers/demo/channels';
import { hubOf } from '../../workers/env';
import { headersOf } from '../../workers/sockets';
import { DAY, HOUR, policy } from '../fixtures/conversation';
import { planOf, recorded } from '../fixtures/recorded-d1';
import { aSummary, idOf } from '../fixtures/summaries';

const NOW = Date.now();
const callerOf = (role: Role) =>
  appRouter.createCaller({
    env,
    user: { id: role, name: role, email: `${role}@parley.test`, role, sessionId: 's' },
    origin: 'https://parley.test',
  });
const admin = callerOf('admin');
const write = (...summaries: Summary[]) => conversations.write(env.DB, summaries);
let n = 0;
let one: Summary;
beforeAll(async () => {
  for (const channel of demoChannelList) await channels.insert(database(env.DB), channel, env.SECRET_KEY, NOW);
});
beforeEach(() => {
  n += 1;
  const contact = { id: `c${n}`, name: `Aanya ${n}`, address: `1650000${n}` };
  one = aSummary({ id: idOf(n), contact, lastInboundAt: NOW - HOUR, ticketChangedAt: NOW - HOUR });
});
const personOf = async (id: string) => (await admin.people.get({ id })).person;
const all = (...of: PeopleQuery['of']): PeopleQuery => ({ match: 'all', of });
const codeOf = (call: Promise<unknown>) => call.then(() => 'OK', (error: { code?: string }) => error.code); // prettier-ignore

describe('a conversation makes and keeps its person', () => {
  test('and a change of the ticket is what a query finds at once; late and repeated ones change nothing', async () => {
    await write(one);
    const closed = all(
      { property: 'ticketStatus', op: 'is', value: 'closed' },
      { property: 'name', op: 'is', value: `aanya ${n}` },
    );
    expect(await admin.people.count({ query: closed })).toEqual({ total: 0 });
    const next: Summary = { ...one, version: 3, ticketStatus: 'closed', ticketChangedAt: NOW };
    await write(next);
    expect(await admin.people.count({ query: closed })).toEqual({ total: 1 });
    await write({ ...one, version: 2, ticketStatus: 'pending' });
    await write(next, next);
    expect(await personOf(one.id)).toMatchObject({ name: `Aanya ${n}`, ticketStatus: 'closed', ticketChangedAt: NOW, conversationState: 'active' }); // prettier-ignore
  });

  test('and of several channels the one with the latest reply counts, in whatever order they are written', async () => {
    await env.DB.prepare(`INSERT INTO people (id, name, named, created_at, updated_at) VALUES (?1, 'Both', 1, 1, 1)`).bind(`both-${n}`).run();
    for (const channelId of ['demo-whatsapp', 'demo-telegram'])
      await env.DB.prepare(`INSERT INTO person_addresses (identity, channel_id, person_no, address) SELECT ?2, ?3, no, ?2 FROM people WHERE id = ?1`).bind(`both-${n}`, `77${n}`, channelId).run();
    await env.DB.prepare(`INSERT INTO person_facts (no, created_at, channels, name) SELECT no, 1, ' demo-whatsapp demo-telegram ', 'both' FROM people WHERE id = ?1`).bind(`both-${n}`).run();
    const contact = { ...one.contact, address: `77${n}` };
    const telegram: Summary = { ...one, id: idOf(1_000 + n), contact, channel: { id: 'demo-telegram', provider: 'telegram' }, lastInboundAt: NOW - 1_000, ticketStatus: 'pending' };
    await write(telegram);
    await write({ ...one, contact });
    const latest = { name: 'Both', conversationId: telegram.id, lastReplyAt: NOW - 1_000, ticketStatus: 'pending', lastChannelId: 'demo-telegram' };
    expect(await personOf(`both-${n}`)).toMatchObject(latest);
    await write({ ...one, contact, version: 2, lastInboundAt: NOW });
    expect(await personOf(`both-${n}`)).toMatchObject({ conversationId: one.id, lastReplyAt: NOW, ticketStatus: 'new' });
    const profile = await admin.people.get({ id: `both-${n}` });
    expect(profile.conversations.map(({ id }) => id)).toEqual([one.id, telegram.id]);
    expect(await codeOf(admin.people.get({ id: one.id }))).toBe('NOT_FOUND');
  }); // prettier-ignore

  test('and two conversations of one address are one person', async () => {
    await write(one, { ...one, id: idOf(2_000 + n), lastInboundAt: NOW });
    await write({ ...one, id: idOf(3_000 + n), lastInboundAt: NOW - 5 });
    const query = all({ property: 'name', op: 'is', value: one.contact.name });
    expect((await admin.people.list({ query })).items).toHaveLength(1);
    const reached = await people.reachable(env.DB, query, one.channel.id, { after: 0, limit: 10 }, { now: NOW, policy });
    expect(reached.map(({ address }) => address)).toEqual([one.contact.address]);
  });

  test('and is known by a new address, and a new name, unless somebody gave it', async () => {
    await write(one);
    await write({ ...one, version: 2, contact: { ...one.contact, name: 'Áslaug', address: `1999000${n}` } });
    expect((await admin.people.list({ search: 'aslaug' })).items.map(({ id }) => id)).toEqual([one.id]);
    expect((await admin.people.list({ search: `+1999000${n}` })).items.map(({ id }) => id)).toContain(one.id);
    await admin.people.update({ id: one.id, name: 'Ms Rao' });
    await write({ ...one, version: 3, contact: { ...one.contact, name: 'Somebody' } });
    expect((await personOf(one.id)).name).toBe('Ms Rao');
  });

  test('and the state is by the clock, archived ones are still there', async () => {
    await write({ ...one, lastInboundAt: NOW - 30 * DAY });
    const { person, conversations: history } = await admin.people.get({ id: one.id });
    expect(person.conversationState).toBe('archived');
    expect(history.map(({ id, tab }) => [id, tab])).toEqual([[one.id, 'archived']]);
  });
});

test('whom a migration has made is found by a name of any script once somebody has come to the dashboard; twice is once', async () => {
  const names = ['Дарья Йод', '李雷', 'Ångström', ...Array.from({ length: 600 }, (_, i) => `Émile ${i}`)];
  const made = JSON.stringify(names.map((name, i) => ({ no: 5_000_000 + i, name })));
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO people (no, id, name, created_at, updated_at)
      SELECT value->>'no', 'made-' || (value->>'no'), value->>'name', 1, 1 FROM json_each(?)`,
    ).bind(made),
    env.DB.prepare(`INSERT INTO person_facts (no, created_at) SELECT value->>'no', 1 FROM json_each(?)`).bind(made),
  ]);
  const found = async (search: string) => (await admin.people.list({ search })).items.map(({ name }) => name);
  expect(await found('дарья')).toEqual([]);
  const { d1, ran } = recorded(env.DB);
  expect(await foldNames(d1, 2)).toBe(false);
  expect((await Promise.all(ran.map((one) => planOf(env.DB, one)))).join('\n')).not.toMatch(/SCAN (person_facts|people|q)\b/);
  expect(await found('дарья')).toEqual(['Дарья Йод']);
  const ana = { id: 'ana', name: 'Ana Lima', role: 'agent' as const };
  const headers = new Headers([['upgrade', 'websocket'], ...headersOf(ana, 's')]);
  const { webSocket } = await hubOf(env, 'any').fetch('https://parley.test/live/inbox', { headers });
  webSocket?.accept();
  await vi.waitFor(async () => expect(await found('angstrom')).toEqual(['Ångström']), { timeout: 10_000 });
  await vi.waitFor(async () => expect(await found('emile 599')).toEqual(['Émile 599']), { timeout: 10_000 });
  expect(await env.DB.prepare('SELECT count(*) AS n FROM person_facts WHERE name IS NULL').first('n')).toBe(0);
  expect(await foldNames(env.DB, 500)).toBe(true);
  webSocket?.close();
});

describe('properties and segments', () => {
  test('are typed, asked for, and not removed while they are used', async () => {
    await write(one);
    await admin.people.defineProperty({ key: 'tier', label: 'Tier', type: 'number' });
    expect(await codeOf(admin.people.defineProperty({ key: 'tier', label: 'Again', type: 'text' }))).toBe('CONFLICT');
    expect(await codeOf(admin.people.update({ id: one.id, properties: { tier: 'gold' } }))).toBe('BAD_REQUEST');
    expect(await codeOf(admin.people.update({ id: one.id, properties: { nothing: 1 } }))).toBe('BAD_REQUEST');
    expect(await codeOf(admin.people.update({ id: 'nobody', properties: { tier: 1 } }))).toBe('NOT_FOUND');
    await admin.people.update({ id: one.id, properties: { tier: '3' } });
    const query = all({ property: 'custom.tier', op: 'after', value: 2 });
    expect((await admin.people.list({ query })).items).toMatchObject([{ id: one.id, properties: { tier: 3 } }]);

    const { id } = await admin.segments.save({ name: 'Upper tiers', query });
    expect(await codeOf(admin.segments.save({ name: 'UPPER TÏERS', query }))).toBe('CONFLICT');
    await admin.segments.save({ id, name: 'Upper', query });
    expect(await callerOf('creator').segments.options()).toEqual([{ id, name: 'Upper', total: 1 }]);
    expect(await codeOf(admin.people.removeProperty({ key: 'tier' }))).toBe('CONFLICT');

    await campaigns.insert(env.DB, { id: 'k', name: 'Next', labels: [], channelId: 'demo-whatsapp', template: '', status: 'running', ref: null, createdAt: NOW }); // prettier-ignore
    const used = (status: string) => env.DB.prepare(`UPDATE campaigns SET status = ?1, audience = json_object('segmentId', ?2) WHERE id = 'k'`).bind(status, id).run(); // prettier-ignore
    await used('approved');
    expect(await codeOf(admin.segments.remove({ id }))).toBe('CONFLICT');
    await used('sent');
    await admin.segments.remove({ id });
    await admin.people.removeProperty({ key: 'tier' });
    expect((await personOf(one.id)).properties).toEqual({});
    expect(await codeOf(admin.people.list({ query }))).toBe('BAD_REQUEST');
    const { results } = await env.DB.prepare('SELECT action, details FROM audit ORDER BY rowid').all<{ action: string; details: string }>(); // prettier-ignore
    expect(results.map(({ action }) => action)).toEqual(expect.arrayContaining(['property.defined', 'person.updated', 'segment.made', 'segment.changed', 'segment.removed', 'property.removed'])); // prettier-ignore
    expect(JSON.stringify(results)).not.toContain('Aanya');
  });
});

describe('hostile questions', () => {
  const deep = (levels: number): unknown =>
    levels === 0 ? { property: 'name', op: 'isSet' } : { match: 'all', of: [deep(levels - 1)] };
  test.each([
    ['too deep', deep(6)],
    ['far too deep', deep(5_000)],
    ['too many', all(...Array.from({ length: 41 }, () => ({ property: 'name', op: 'isSet' as const })))],
    ['unknown property', all({ property: 'custom.x; DROP TABLE people', op: 'isSet' })],
    ['prototype', all({ property: 'constructor', op: 'isSet' })],
    ['wrong value', all({ property: 'lastReplyAt', op: 'before', value: '2026-02-30' })],
    ['wrong question', all({ property: 'channel', op: 'contains', value: 'x' })],
  ])('%s: refused, with words', async (_, query) => {
    await expect(admin.people.count({ query: Object(query) })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  test('the largest query that is allowed can be asked', async () => {
    const query = all(
      ...Array.from({ length: 40 }, () => ({ property: 'lastReplyAt', op: 'isNot' as const, value: '2020-01-01' })),
    );
    expect((await admin.people.count({ query })).total).toBeGreaterThan(0);
  });

  test('every question passes once over the narrow rows, and looks up only what a page shows', async () => {
    const { d1, ran } = recorded(env.DB);
    const query = all(
      { property: 'ticketStatus', op: 'is', value: 'closed' },
      { property: 'channel', op: 'is', value: 'demo-whatsapp' },
    );
    const context = { now: NOW, policy };
    for (const sort of ['lastReply', 'name', 'created'] as const)
      await people.list(d1, { query, search: 'a 16500', sort, limit: 50 }, context);
    await people.count(d1, query, context);
    await people.reachable(d1, everybody, 'demo-whatsapp', { after: 5, limit: 10 }, context);
    await people.countReachable(d1, query, 'demo-whatsapp', context);
    for (const statement of ran.filter(({ sql }) => sql.includes('person_facts'))) {
      const plan = await planOf(env.DB, statement);
      expect(plan.match(/SCAN (?!page)/g)?.length ?? 0, `${statement.sql}\n${plan}`).toBeLessThanOrEqual(1);
      expect(plan, statement.sql).not.toMatch(/SCAN (q|a|c|k|people|person_addresses|conversations|campaigns)\b/);
    }
  });
});
