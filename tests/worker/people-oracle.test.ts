import { env } from 'cloudflare:workers';
import { beforeAll, expect, test } from 'vitest';
import { holds, PeopleQuery } from '../../src/lib/domain/people-query';
import { database, batch } from '../../src/lib/server/db/client';
import * as people from '../../src/lib/server/db/people';
import type { PeopleSort } from '../../src/lib/server/db/people-cursor';
import * as properties from '../../src/lib/server/db/properties';
import { policy } from '../fixtures/conversation';
import { anyCustom, anyPeopleQuery, anyPerson, custom, storePeople } from '../fixtures/people';
import { NOW, random } from '../fixtures/summaries';

const SEED = 20_261_125;
const context = { now: NOW, policy };
const draw = random(SEED);
const crowd = Array.from({ length: 400 }, (_, n) => ({ ...anyPerson(n, draw), properties: anyCustom(draw) }));

beforeAll(async () => {
  const db = database(env.DB);
  await batch(
    env.DB,
    custom.map((property) => properties.defining(db, property, NOW)),
  );
  await storePeople(env.DB, crowd);
});

test('600 random queries find exactly whom the definition says, in pages, in every order and in audiences', async () => {
  const facts = { ...context, custom };
  let found = 0;
  for (let n = 0; n < 600; n += 1) {
    const query = PeopleQuery.parse(anyPeopleQuery(draw));
    const expected = crowd.filter((person) => holds(query, person, facts));
    const told = `seed ${SEED}, query ${n}: ${JSON.stringify(query)}`;
    expect(await people.count(env.DB, query, context), told).toBe(expected.length);
    found += expected.length;
    if (n % 3 > 0) continue;
    const ids = new Set<string>();
    const sort = draw.pick<PeopleSort>(['lastReply', 'name', 'created']);
    let cursor: string | null = null;
    do {
      const page = await people.list(
        env.DB,
        { query, search: '', sort, limit: 100, ...(cursor !== null && { cursor }) },
        context,
      );
      for (const { id } of page.items) {
        expect(ids.has(id), told).toBe(false);
        ids.add(id);
      }
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect([...ids].sort(), told).toEqual(expected.map(({ id }) => id).sort());
    const channelId = draw.pick(['demo-whatsapp', 'demo-messenger', 'nowhere']);
    const reached = await people.reachable(env.DB, query, channelId, { after: 0, limit: 1_000 }, context);
    const onChannel = expected.filter(({ channels }) => channels.includes(channelId));
    expect(reached.map(({ personId }) => personId).sort(), told).toEqual(onChannel.map(({ id }) => id).sort());
    expect(await people.countReachable(env.DB, query, channelId, context), told).toBe(onChannel.length);
  }
  // Neither nobody nor everybody all the time.
  expect(found).toBeGreaterThan(600 * 20);
  expect(found).toBeLessThan(600 * 380);
});
