import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test } from 'vitest';
import { Role } from '../../src/lib/domain/role';
import { everybody } from '../../src/lib/domain/people-query';
import type { Mapping } from '../../src/lib/domain/people-import';
import * as conversations from '../../src/lib/server/db/conversations';
import * as people from '../../src/lib/server/db/people';
import { lines } from '../../src/lib/server/db/people-export';
import { importPeople } from '../../src/lib/server/people-import';
import { appRouter } from '../../src/lib/server/trpc/router';
import { demoChannelList } from '../../workers/demo/channels';
import * as channels from '../../src/lib/server/db/channels';
import { database } from '../../src/lib/server/db/client';
import { policy } from '../fixtures/conversation';
import { recorded } from '../fixtures/recorded-d1';
import { aSummary, idOf, NOW } from '../fixtures/summaries';

const callerOf = (role: Role) =>
  appRouter.createCaller({
    env,
    user: { id: role, name: role, email: `${role}@parley.test`, role, sessionId: 's' },
    origin: 'https://parley.test',
  });
const admin = callerOf('admin');
const agent = { id: 'admin', name: 'Admin', role: 'admin' as const };
const context = { now: NOW, policy };

const mapping: Mapping = [
  { to: 'name' },
  { to: 'address', channelId: 'demo-whatsapp' },
  { to: 'address', channelId: 'demo-telegram' },
  { to: 'newProperty', key: 'city', label: 'City', type: 'text' },
  { to: 'newProperty', key: 'orders', label: 'Orders', type: 'number' },
];
const later: Mapping = mapping.map((target) => (target.to === 'newProperty' ? { to: 'property', key: target.key } : target));
const run = (text: string, use: Mapping = later, id: string = crypto.randomUUID()) =>
  importPeople(env, { id, text, mapping: use, agent });
const everyone = async () => (await people.list(env.DB, { query: everybody, search: '', sort: 'name', limit: 100 }, context)).items; // prettier-ignore
const named = async (name: string) => (await everyone()).find((person) => person.name === name);
const HEAD = 'Name;Phone;Telegram;City;Orders\r\n';

beforeAll(async () => {
  for (const channel of demoChannelList) await channels.insert(database(env.DB), channel, env.SECRET_KEY, NOW);
});

describe('a file of people', () => {
  test('is looked at first: what its columns are and what is wrong with its rows', async () => {
    const head =
      '\uFEFFFull name,Mobile,Chat ID,Member since,Orders,Code,Notes\r\n"Rao, Aanya",+91 98765 43210,77,2024-03-01,3,007,\r\nBen,12,,yesterday,x,008,\n';
    const seen = await admin.people.previewImport({ head });
    expect(seen.headings).toEqual(['Full name', 'Mobile', 'Chat ID', 'Member since', 'Orders', 'Code', 'Notes']);
    expect(seen.rows[0]).toEqual(['Rao, Aanya', '+91 98765 43210', '77', '2024-03-01', '3', '007', '']);
    expect(seen.mapping.map((target) => ('type' in target ? `${target.key} ${target.type}` : target.to))).toEqual([
      'name', 'address', 'address', 'member_since text', 'orders text', 'code text', 'nothing',
    ]); // prettier-ignore
    expect(seen.failures).toEqual([{ line: 3, column: 2, problem: expect.stringContaining('phone number') }]);
    expect(await everyone()).toEqual([]);
  });

  test('makes, changes and leaves people, says what it could not take, and twice is once', async () => {
    const id = crypto.randomUUID();
    const text = `${HEAD}Aanya Rao;+91 98765 43210;77;Pune;3\r\nBen;0049 170 1234567;;Köln;x\r\nNobody;;;;\r\n"Zoë ""Z""";;88;"Line\nbreak";\r\nTwin;919876543210;;;\r\n`;
    const first = await run(text, mapping, id);
    expect(first).toMatchObject({ ok: true, value: { made: 2, changed: 0, unchanged: 0, failed: 3, repeated: false } });
    const failures = first.ok ? first.value.failures : [];
    expect(failures.map(({ line, column }) => [line, column])).toEqual([[3, 5], [4, null], [7, null]]); // prettier-ignore
    expect(failures[2]?.problem).toContain('line 2');
    expect(failures[2]?.cells).toEqual(['Twin', '919876543210', '', '', '']);
    expect(await run(text, mapping, id)).toMatchObject({ ok: true, value: { made: 2, failed: 3, repeated: true } });
    expect(await everyone()).toHaveLength(2);
    expect(await named('Aanya Rao')).toMatchObject({
      properties: { city: 'Pune', orders: 3 },
      channels: ['demo-whatsapp', 'demo-telegram'],
      conversationState: 'none',
    });
    const query = { match: 'all' as const, of: [{ property: 'custom.city', op: 'contains' as const, value: 'PUN' }] };
    expect(await admin.people.count({ query })).toEqual({ total: 1 });

    const again = await run(`${HEAD}Aanya R.;+919876543210;;Pune;4\n;;88;;\n`);
    expect(again).toMatchObject({ ok: true, value: { made: 0, changed: 1, unchanged: 1, failed: 0 } });
    expect(await named('Aanya R.')).toMatchObject({ properties: { city: 'Pune', orders: 4 } });
    const { results } = await env.DB.prepare(`SELECT details FROM audit WHERE action = 'people.imported' ORDER BY rowid`).all();
    expect(results).toEqual([
      { details: JSON.stringify({ made: 2, changed: 0, unchanged: 0, failed: 3 }) },
      { details: JSON.stringify({ made: 0, changed: 1, unchanged: 1, failed: 0 }) },
    ]);
    expect(await env.DB.prepare('SELECT count(*) AS n FROM import_rows').first('n')).toBe(0);
  });

  test('with a quote that is never closed loses that row alone', async () => {
    const result = await run(`${HEAD}"Open;;201;;\nNext;;202;;\nLast;;203;;\n`);
    expect(result).toMatchObject({ ok: true, value: { made: 2, failed: 1, failures: [{ line: 2, column: null }] } });
    const head = `${HEAD}Whole;;204;;\nCut;;205;"Line\nand`;
    expect(await admin.people.previewImport({ head, cut: true })).toMatchObject({ failures: [], rowsRead: 1 });
  });

  test('does not join two people, and takes no row that does', async () => {
    const result = await run(`${HEAD}One;+4915112345678;;;\nTwo;;99;;\n`);
    expect(result).toMatchObject({ ok: true, value: { made: 2 } });
    const joined = await run(`${HEAD}Both;+4915112345678;99;;\n`);
    expect(joined).toMatchObject({ ok: true, value: { made: 0, changed: 0, failed: 1 } });
    expect(joined.ok && joined.value.failures[0]?.problem).toContain('two different people');
  });

  test('is taken whole or not at all: a person who was changed meanwhile puts it off, a failure undoes it', async () => {
    const before = await everyone();
    const d1 = new Proxy(env.DB, {
      get(target, key) {
        if (key === 'batch') {
          return async (statements: D1PreparedStatement[]) => {
            if (statements.length < 5) return target.batch(statements);
            await target.prepare('UPDATE people SET updated_at = updated_at + 1').run();
            return target.batch(statements);
          };
        }
        const value: unknown = Reflect.get(target, key);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const refused = await importPeople({ ...env, DB: d1 }, { id: crypto.randomUUID(), text: `${HEAD}Fresh;+4915199999999;;;\nAanya R.;+919876543210;;Delhi;\n`, mapping: later, agent }); // prettier-ignore
    expect(refused).toMatchObject({ ok: false, error: expect.stringContaining('Nothing was imported') });
    const strip = (all: typeof before) => all.map(({ updatedAt: _, ...person }) => person);
    expect(strip(await everyone())).toEqual(strip(before));
    expect(await env.DB.prepare('SELECT count(*) AS n FROM import_rows').first('n')).toBe(0);
  });

  test('finds the conversation that comes later, also by another spelling of the number', async () => {
    await run(`${HEAD}João;+55 11 98765 4321;;Recife;\n`);
    await conversations.write(env.DB, [
      aSummary({ id: idOf(70), contact: { id: 'c', name: 'joao from whatsapp', address: '551187654321' } }),
    ]);
    expect(await named('João')).toMatchObject({ conversationId: idOf(70), ticketStatus: 'new', properties: { city: 'Recife' } });
    const reached = await people.reachable(env.DB, everybody, 'demo-whatsapp', { after: 0, limit: 100 }, context);
    // As the provider gave it.
    expect(reached.filter(({ name }) => name === 'João').map(({ address }) => address)).toEqual(['551187654321']);
  });

  test('10,000 rows go in at once', async () => {
    const text = HEAD + Array.from({ length: 10_000 }, (_, n) => `Person ${n};;big-${n};Lima;${n}\n`).join('');
    expect(await run(text)).toMatchObject({ ok: true, value: { made: 10_000, failed: 0 } });
    const query = { match: 'all' as const, of: [{ property: 'custom.orders', op: 'after' as const, value: 9_989 }, { property: 'custom.city', op: 'is' as const, value: 'lima' }] }; // prettier-ignore
    expect(await admin.people.count({ query })).toEqual({ total: 10 });
    expect(await run(text)).toMatchObject({ ok: true, value: { made: 0, unchanged: 10_000 } });
  });
});

test('an export has everybody, no formula, and reads back as unchanged', async () => {
  await run(`${HEAD}"=HYPERLINK(""http://x"")";;666;@SUM(A1);-5\n`);
  const query = { match: 'all' as const, of: [{ property: 'custom.city', op: 'isNot' as const, value: 'lima' }] };
  let text = '';
  for await (const part of lines(env.DB, query, '', context)) text += part;
  expect(text.startsWith('\uFEFFName,')).toBe(true);
  expect(text).toContain(`"'=HYPERLINK(""http://x"")"`);
  expect(text).toContain(`'@SUM(A1)`);
  for (const line of text.split('\r\n')) for (const cell of line.split(',')) expect(cell).not.toMatch(/^"?[=+@]/);
  const seen = await admin.people.previewImport({ head: text });
  const kept = seen.mapping.map((target) => (target.to === 'newProperty' ? { to: 'nothing' as const } : target));
  expect(await run(text, kept)).toMatchObject({ ok: true, value: { made: 0, changed: 0, failed: 0 } });
});

test('long rows are looked up and staged in as many parts as a parameter of the database has room for', async () => {
  const wide: Mapping = Array.from({ length: 20 }, (_, n) => ({ to: 'newProperty', key: `wide_${n}`, label: `Wide ${n}`, type: 'text' })); // prettier-ignore
  const addresses: Mapping = Array.from({ length: 10 }, () => ({ to: 'address', channelId: 'demo-telegram' }));
  const rows = Array.from({ length: 1_000 }, (_, n) =>
    [`Wide ${n}`, ...wide.map((_, i) => `${i}`.padEnd(60, '鞋')), ...addresses.map((_, i) => `${n}-${i}-`.padEnd(128, '9'))].join(';'),
  ); // prettier-ignore
  const text = [rows[0]?.replace(/[^;]+/g, 'Heading'), ...rows].join('\n');
  const { d1, ran } = recorded(env.DB);
  const use: Mapping = [{ to: 'name' }, ...wide, ...addresses];
  const result = await importPeople({ ...env, DB: d1 }, { id: crypto.randomUUID(), text, mapping: use, agent });
  expect(result).toMatchObject({ ok: true, value: { made: 1_000, failed: 0 } });
  const bytes = ran.flatMap(({ parameters }) => parameters).map((value) => new TextEncoder().encode(String(value)).length);
  expect(Math.max(...bytes)).toBeLessThan(2_000_000);
  const { items } = await people.list(env.DB, { query: everybody, search: 'Wide 999', sort: 'name', limit: 2 }, context);
  expect(items).toMatchObject([{ properties: { wide_0: '0'.padEnd(60, '鞋'), wide_19: '19'.padEnd(60, '鞋') } }]);
  expect(await run(text, use.map((one) => (one.to === 'newProperty' ? { to: 'property', key: one.key } : one)))).toMatchObject({ ok: true, value: { unchanged: 1_000 } }); // prettier-ignore
});
