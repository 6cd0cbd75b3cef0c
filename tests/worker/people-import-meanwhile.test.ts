import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ColumnTarget, Mapping } from '../../src/lib/domain/people-import';
import * as channels from '../../src/lib/server/db/channels';
import { database } from '../../src/lib/server/db/client';
import { importPeople } from '../../src/lib/server/people-import';
import { appRouter } from '../../src/lib/server/trpc/router';
import { demoChannelList } from '../../workers/demo/channels';
import { NOW } from '../fixtures/summaries';

const agent = { id: 'admin', name: 'Admin', role: 'admin' as const };
const user = { ...agent, email: 'admin@parley.test', sessionId: 's' };
const { people } = appRouter.createCaller({ env, user, origin: 'https://parley.test' });

const telegram: ColumnTarget = { to: 'address', channelId: 'demo-telegram' };
const knownAs = (key: string): Mapping => [telegram, { to: 'property', key }];

/** Imports two columns of a text; `meanwhile` happens between what the first try has read and what it writes. */
function run(mapping: Mapping, text: string, meanwhile: () => Promise<unknown>, id: string = crypto.randomUUID()) {
  let isFirst = true;
  const d1 = new Proxy(env.DB, {
    get(target, key) {
      if (key === 'batch') {
        return async (statements: D1PreparedStatement[]) => {
          if (isFirst && statements.length >= 5) {
            isFirst = false;
            await meanwhile();
          }
          return target.batch(statements);
        };
      }
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return importPeople({ ...env, DB: d1 }, { id, text: `Chat;Value\n${text}`, mapping, agent });
}

const define = (key: string) => people.defineProperty({ key, label: key, type: 'number' });
const howMany = async (key: string) =>
  (await people.count({ query: { match: 'all', of: [{ property: `custom.${key}`, op: 'isSet' }] } })).total;
async function propertiesOf(address: string) {
  const { items } = await people.list({ search: address });
  return { id: items[0]?.id ?? '', ...items[0]?.properties };
}

beforeAll(async () => {
  for (const channel of demoChannelList) await channels.insert(database(env.DB), channel, env.SECRET_KEY, NOW);
});

describe('while a file is read', () => {
  const once: ColumnTarget[] = [telegram, { to: 'name' }];
  const same = '71001;Lena\n71002;Maya\n';

  test('the same import may be sent again: whichever is done first is the one, and both say so', async () => {
    const id = crypto.randomUUID();
    const again: unknown[] = [];
    const first = await run(once, same, async () => void again.push(await run(once, same, async () => undefined, id)), id);
    expect(again).toMatchObject([{ ok: true, value: { made: 2, repeated: false } }]);
    expect(first).toMatchObject({ ok: true, value: { made: 2, repeated: true } });
    expect((await people.list({ search: '71002' })).items).toMatchObject([{ name: 'Maya' }]);
  });

  test('the same import may be begun again: what is done is not done of nothing', async () => {
    const id = crypto.randomUUID();
    const waits = Promise.withResolvers<undefined>();
    const begun = Promise.withResolvers<undefined>();
    let second: ReturnType<typeof run> | null = null;
    const first = await run(
      once,
      '71003;Noor\n',
      async () => {
        second = run(once, '71003;Noor\n', async () => (begun.resolve(undefined), waits.promise), id);
        await begun.promise;
      },
      id,
    );
    expect((await people.list({ search: '71003' })).items).toMatchObject([{ name: 'Noor' }]);
    waits.resolve(undefined);
    expect([first, await second]).toMatchObject([
      { ok: true, value: { made: 1, repeated: false } },
      { ok: true, value: { made: 1, repeated: true } },
    ]);
    expect(await env.DB.prepare('SELECT count(*) AS n FROM import_rows').first('n')).toBe(0);
  });

  test('somebody may define a property where its own was to be: it goes elsewhere', async () => {
    const size: ColumnTarget = { to: 'newProperty', key: 'size', label: 'Size', type: 'number' };
    const result = await run([telegram, size], '70001;4\n70002;5\n', () => define('hat'));
    expect(result).toMatchObject({ ok: true, value: { made: 2 } });
    expect([await howMany('size'), await howMany('hat')]).toEqual([2, 0]);
  });

  test('somebody may remove a property that it has: nothing of the file is imported, nor left to the next in that place', async () => {
    const result = await run(knownAs('hat'), '70001;6\n70003;7\n', async () => {
      await people.removeProperty({ key: 'hat' });
      await define('heir');
    });
    expect(result).toMatchObject({ ok: false, error: expect.stringContaining('“hat”') });
    expect(await howMany('heir')).toBe(0);
    expect(await propertiesOf('70001')).toMatchObject({ size: 4 });
  });

  test('somebody may remove a property that it has not: it does not come back', async () => {
    const { id } = await propertiesOf('70001');
    await people.update({ id, properties: { heir: 1 } });
    const result = await run(knownAs('size'), '70001;8\n', () => people.removeProperty({ key: 'heir' }));
    expect(result).toMatchObject({ ok: true, value: { changed: 1 } });
    expect(await propertiesOf('70001')).toEqual({ id, size: 8 });
  });
});
