import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test } from 'vitest';
import { everybody, type Op } from '../../src/lib/domain/people-query';
import { policyOf } from '../../src/lib/server/bindings';
import { batch, database } from '../../src/lib/server/db/client';
import { lines } from '../../src/lib/server/db/people-export';
import * as profile from '../../src/lib/server/db/person-profile';
import * as stored from '../../src/lib/server/db/properties';
import { appRouter } from '../../src/lib/server/trpc/router';
import { anyPerson, storePeople } from '../fixtures/people';
import { random } from '../fixtures/summaries';

const user = { id: 'admin', name: 'Admin', email: 'admin@parley.test', role: 'admin' as const, sessionId: 's' };
const { people } = appRouter.createCaller({ env, user, origin: 'https://parley.test' });
const draw = random(7);
const crowd = Array.from({ length: 6 }, (_, n) => ({ ...anyPerson(n, draw), properties: {} }));

beforeAll(() => storePeople(env.DB, crowd));

describe('one person', () => {
  test('is found by id, and each of their conversations leads to them', async () => {
    const { items } = await people.list({ limit: 100 });
    expect(items).toHaveLength(crowd.length);
    for (const { id, name } of items) {
      const { person, addresses } = await people.get({ id });
      expect(person).toMatchObject({ id, name });
      for (const { conversationId } of addresses)
        if (conversationId !== null) expect(await profile.ofConversation(database(env.DB), conversationId)).toBe(id);
    }
    await expect(people.get({ id: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await profile.ofConversation(database(env.DB), '0'.repeat(40))).toBeNull();
  });
});

describe('a property', () => {
  test('has no name that everything has by itself; one from before says nothing of who has none, and can be removed', async () => {
    const [first] = (await people.list({})).items;
    const id = first?.id ?? '';
    for (const key of ['constructor', 'toString', 'hasOwnProperty'])
      await expect(people.defineProperty({ key, label: key, type: 'text' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    const before = "INSERT INTO properties (key, label, type, slot, created_at) VALUES ('constructor', 'Team', 'text', 1, 1)";
    await env.DB.prepare(before).run();
    await people.update({ id, name: 'Lewis' });
    expect((await people.get({ id })).person).toMatchObject({ name: 'Lewis', properties: {} });
    const context = { now: Date.now(), policy: policyOf(env) };
    let text = '';
    for await (const part of lines(env.DB, everybody, '', context)) text += part;
    expect(text).not.toContain('native code');
    await people.removeProperty({ key: 'constructor' });
    expect((await people.properties()).custom).toEqual([]);
  });

  test('that is renamed keeps its key, its type and everybody’s values; the audit says that it was renamed', async () => {
    const [first] = (await people.list({})).items;
    const id = first?.id ?? '';
    await people.defineProperty({ key: 'shoeSize', label: 'Size', type: 'number' });
    await people.update({ id, properties: { shoeSize: 43 } });
    await people.renameProperty({ key: 'shoeSize', label: 'Shoe size' });
    const { custom } = await people.properties();
    expect(custom).toContainEqual({ key: 'shoeSize', label: 'Shoe size', type: 'number' });
    expect((await people.get({ id })).person.properties.shoeSize).toBe(43);
    const query = { match: 'all' as const, of: [{ property: 'custom.shoeSize', op: 'is' as const, value: 43 }] };
    expect(await people.count({ query })).toEqual({ total: 1 });
    const { results } = await env.DB.prepare("select subject_id from audit where action = 'property.renamed'").all();
    expect(results).toEqual([{ subject_id: 'shoeSize' }]);
    await expect(people.renameProperty({ key: 'hatSize', label: 'Hat' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a person who is changed', () => {
  const db = database(env.DB);
  const known = async (key: string, op: Op, value?: number | string) =>
    (await people.count({ query: { match: 'all', of: [{ property: `custom.${key}`, op, ...(value !== undefined && { value }) }] } })).total; // prettier-ignore
  async function somebody(place: number) {
    const { items } = await people.list({ limit: 100, sort: 'created' });
    return items[place]?.id ?? '';
  }
  const changed = async (id: string, properties: profile.PersonChange['properties']) =>
    profile.changing(db, id, { properties }, await stored.list(db), Date.now());

  test('in a property that goes meanwhile leaves nothing to the one that gets its place', async () => {
    const id = await somebody(2);
    await people.defineProperty({ key: 'vip', label: 'VIP', type: 'boolean' });
    await people.removeProperty({ key: 'shoeSize' });
    await people.defineProperty({ key: 'gone', label: 'Gone', type: 'number' });
    const late = await changed(id, { gone: 7, vip: true });
    await people.removeProperty({ key: 'gone' });
    await people.defineProperty({ key: 'heir', label: 'Heir', type: 'number' });
    await batch(env.DB, late);
    expect((await people.get({ id })).person.properties).not.toHaveProperty('gone');
    expect(await known('heir', 'isSet')).toBe(0);
    expect((await people.get({ id })).person.properties.vip).toBe(true);
    const other = await changed(id, { heir: 8 });
    await people.removeProperty({ key: 'heir' });
    await people.defineProperty({ key: 'heir', label: 'Heir', type: 'boolean' });
    await batch(env.DB, other);
    expect(await known('heir', 'isSet')).toBe(0);
    await people.removeProperty({ key: 'heir' });
  });

  test('by two at once keeps what both have said, on the page and in what is asked', async () => {
    const id = await somebody(2);
    await people.defineProperty({ key: 'city', label: 'City', type: 'text' });
    await people.defineProperty({ key: 'visits', label: 'Visits', type: 'number' });
    await people.defineProperty({ key: 'born', label: 'Born', type: 'date' });
    await people.update({ id, properties: { city: 'Oslo', visits: 1 } });
    const before = (await people.get({ id })).person.updatedAt;
    const [one, two] = [await changed(id, { city: null, vip: false }), await changed(id, { visits: 2.5, born: '2001-02-03' })];
    for (const queries of [one, two, two]) await batch(env.DB, queries);
    const { person } = await people.get({ id });
    expect(person.properties).toMatchObject({ vip: false, visits: 2.5, born: '2001-02-03' });
    expect(person.properties).not.toHaveProperty('city');
    expect(person.updatedAt).toBeGreaterThan(before);
    expect([await known('city', 'is', 'oslo'), await known('vip', 'isSet'), await known('visits', 'is', 2.5), await known('born', 'is', '2001-02-03')]).toEqual([0, 1, 1, 1]); // prettier-ignore
  });
});
