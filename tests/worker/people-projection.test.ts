import { env } from 'cloudflare:workers';
import { beforeEach, expect, test } from 'vitest';
import type { Summary } from '../../src/lib/domain/summary';
import * as conversations from '../../src/lib/server/db/conversations';
import { HOUR } from '../fixtures/conversation';
import { recorded } from '../fixtures/recorded-d1';
import { aSummary, idOf, NOW, random } from '../fixtures/summaries';

const write = (d1: D1Database, ...summaries: Summary[]) => conversations.write(d1, summaries);

beforeEach(async () => {
  const tables = ['conversations_fts', 'conversations', 'person_facts', 'person_addresses', 'people'];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

/** Somebody who is reached at the same address on two channels. */
async function withTwoChannels(id: string, address: string): Promise<void> {
  const statements = [
    `INSERT INTO people (id, name, named, created_at, updated_at) VALUES (?1, ?2, 1, 1, 1)`,
    `INSERT INTO person_facts (no, created_at, name) SELECT no, 1, 'two channels' FROM people WHERE id = ?1 AND ?2 = ?2`,
    ...['demo-whatsapp', 'demo-telegram'].map(
      (channel) => `INSERT INTO person_addresses (identity, channel_id, person_no, address)
        SELECT ?2, '${channel}', no, ?2 FROM people WHERE id = ?1`,
    ),
  ];
  await env.DB.batch(statements.map((sql) => env.DB.prepare(sql).bind(id, address)));
}

const onTelegram = { id: 'demo-telegram', provider: 'telegram' } as const;
const everybody = () =>
  env.DB.prepare(
    `SELECT f.*, p.name AS shown, p.conversation_id AS latest, a.identity, a.address, a.conversation_id
     FROM people AS p JOIN person_facts AS f ON f.no = p.no JOIN person_addresses AS a ON a.person_no = p.no ORDER BY p.no, a.identity, a.channel_id`,
  ).all();
const latestOf = (id: string) =>
  env.DB.prepare(
    `SELECT conversation_id, last_reply_at FROM people AS p JOIN person_facts AS f ON f.no = p.no WHERE p.id = ?`,
  ).bind(id).first(); // prettier-ignore

/** Lets somebody else in after the writer has looked and before it writes. */
function interrupted(d1: D1Database, between: () => Promise<void>): D1Database {
  let batches = 0;
  return new Proxy(d1, {
    get(target, key) {
      if (key !== 'batch') return Reflect.get(target, key).bind(target);
      return async (statements: D1PreparedStatement[]) => {
        batches += 1;
        if (batches === 2) await between();
        return target.batch(statements);
      };
    },
  });
}

test('random messages leave of people what building them anew leaves', async () => {
  for (let n = 0; n < 4; n += 1) await withTwoChannels(`both-${n}`, `7700${n}`);
  const { below, chance, pick } = random(7);
  const newest = new Map<string, Summary>();
  for (let round = 0; round < 60; round += 1) {
    const messages = Array.from({ length: 1 + below(12) }, () => {
      const n = below(20);
      const known = newest.get(idOf(n)) ?? aSummary({ id: idOf(n), version: 0, contact: { id: `c${n}`, name: `Name ${n}`, address: `7700${n % 10}` } }); // prettier-ignore
      const at = chance(0.7) ? NOW - HOUR + round * 1_000 + below(999) : known.lastInboundAt;
      const next: Summary = {
        ...known,
        version: known.version + 1,
        channel: n < 10 ? known.channel : onTelegram,
        contact: {
          ...known.contact,
          ...(chance(0.1) && { name: `Name ${below(99)}` }),
          ...(chance(0.1) && { address: `7700${below(12)}` }),
        },
        ticketStatus: pick(['new', 'pending', 'closed'] as const),
        ticketChangedAt: at,
        lastInboundAt: chance(0.05) ? at - HOUR : Math.max(at, known.lastInboundAt),
      };
      newest.set(next.id, next);
      return next;
    });
    await write(env.DB, ...messages);
    if (chance(0.2)) await write(env.DB, ...messages.slice(0, 2));
    const { results } = await everybody();
    await conversations.write(env.DB, [...newest.values()], { again: true });
    expect((await everybody()).results).toEqual(results);
  }
});

test('whom another writer gives a later conversation meanwhile keeps it, and the message is written with the next try', async () => {
  await withTwoChannels('both', '77');
  const contact = { id: 'c', name: 'Two', address: '77' };
  const first = aSummary({ contact });
  const second = aSummary({ id: idOf(2), contact, channel: onTelegram, lastInboundAt: NOW - HOUR + 2_000 });
  await write(env.DB, first);
  const next: Summary = { ...first, version: 2, lastInboundAt: NOW - HOUR + 1_000 };
  const late = write(
    interrupted(env.DB, () => write(env.DB, second)),
    next,
  );
  await expect(late).rejects.toThrow('NOT NULL');
  const stored = env.DB.prepare('SELECT version FROM conversations WHERE id = ?').bind(first.id);
  expect(await stored.first('version')).toBe(1);
  await write(env.DB, next);
  expect(await stored.first('version')).toBe(2);
  expect(await latestOf('both')).toEqual({ conversation_id: second.id, last_reply_at: second.lastInboundAt });
});

test('of two conversations of one person in one batch the later is their latest', async () => {
  await withTwoChannels('both', '77');
  const contact = { id: 'c', name: 'Two', address: '77' };
  const first = aSummary({ contact });
  const second = aSummary({ id: idOf(2), contact, channel: onTelegram, lastInboundAt: NOW - HOUR - 1 });
  await write(env.DB, first, second);
  const later: Summary = { ...second, version: 2, lastInboundAt: NOW };
  await write(env.DB, { ...first, version: 2, lastInboundAt: NOW - 5 }, later);
  expect(await latestOf('both')).toEqual({ conversation_id: second.id, last_reply_at: NOW });
});

test('somebody with hundreds of conversations is looked through once for a batch of theirs', async () => {
  const many = Array.from({ length: 300 }, (_, n) => aSummary({ id: idOf(n), lastInboundAt: NOW - HOUR - n * 1000 }));
  await write(env.DB, ...many);
  const { d1, ran } = recorded(env.DB);
  await write(d1, ...many.slice(100, 150).map((row) => ({ ...row, version: 2, ticketStatus: 'closed' as const })));
  // Nothing of them changes, as the latest is another one.
  expect(await env.DB.prepare('SELECT conversation_id FROM people').first('conversation_id')).toBe(idOf(0));
  expect(ran.reduce((sum, { rowsRead }) => sum + rowsRead, 0)).toBeLessThan(6_000);
});
