import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test } from 'vitest';
import { database } from '../../src/lib/server/db/client';
import * as profile from '../../src/lib/server/db/person-profile';
import { appRouter } from '../../src/lib/server/trpc/router';
import { anyCustom, anyPerson, storePeople } from '../fixtures/people';
import { random } from '../fixtures/summaries';

const user = { id: 'admin', name: 'Admin', email: 'admin@parley.test', role: 'admin' as const, sessionId: 's' };
const { people } = appRouter.createCaller({ env, user, origin: 'https://parley.test' });
const draw = random(7);
const crowd = Array.from({ length: 6 }, (_, n) => ({ ...anyPerson(n, draw), properties: anyCustom(draw) }));

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
