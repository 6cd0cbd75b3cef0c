import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { ListQuery } from '../../src/lib/domain/list';
import { TicketStatus } from '../../src/lib/domain/ticket';
import { indexBodyOf, rowOf } from '../../src/lib/server/db/conversation-row';
import type { Summary } from '../../src/lib/domain/summary';
import * as campaigns from '../../src/lib/server/db/campaigns';
import { database } from '../../src/lib/server/db/client';
import * as conversations from '../../src/lib/server/db/conversations';
import { beginWhole, foldSome } from '../../src/lib/server/db/folding';
import { DAY, HOUR, policy } from '../fixtures/conversation';
import { isFound, partsOf, type Parts } from '../fixtures/search-oracle';
import * as fixtures from '../fixtures/summaries';
import { anyQuery, anySummary, idOf, NOW, random, type Random } from '../fixtures/summaries';

/** One run; `SEED=n` plays another. */
const SEED = Number(process.env.SEED ?? 1);
const OPERATIONS = 10_000;
const CONVERSATIONS = 400;
/** Operations between two looks at the read model. */
const BATCH = 25;
const db = database(env.DB);

type Kind = 'message' | 'answer' | 'late' | 'rename' | 'status' | 'snooze' | 'wake' | 'close' | 'claim' | 'attribute';
const kinds: [Kind, ...Kind[]] = ['message', 'message', 'message', 'answer', 'late', 'rename', 'status', 'snooze', 'snooze', 'wake', 'close', 'claim', 'attribute']; // prettier-ignore

/** What happens to one conversation; always its next version. `any` is where new texts and names come from. */
function after(row: Summary, kind: Kind, now: number, any: Summary, { pick, below, chance }: Random): Summary {
  const next = { ...row, version: row.version + 1 };
  // Providers give whole seconds, so that many conversations want the same recency id.
  const second = Math.floor((now - below(4_000)) / 1000) * 1000;
  switch (kind) {
    case 'message':
      return { ...next, lastInboundAt: second, lastMessage: { text: any.lastMessage.text, direction: 'inbound', at: second }, ticketStatus: 'new', snoozedUntil: null, snoozedBy: null, unanswered: true, unread: row.unread + 1 }; // prettier-ignore
    case 'answer':
      return {
        ...next,
        lastMessage: { text: any.lastMessage.text, direction: 'outbound', at: now },
        unanswered: false,
        unread: 0,
      };
    // A message that comes after newer ones moves neither the clock nor the preview.
    case 'late':
      return { ...next, unread: row.unread + 1 };
    case 'rename':
      // Somebody calls themselves like a filter's token.
      return { ...next, contact: { ...row.contact, name: chance(0.1) ? `\uE000s30 ${any.contact.name}` : any.contact.name } };
    case 'status':
      return { ...next, ticketStatus: pick(['new', 'pending', 'closed']), snoozedUntil: null, snoozedBy: null };
    case 'snooze':
      return { ...next, ticketStatus: 'pending', snoozedUntil: now + DAY, snoozedBy: pick(fixtures.agentIds), lock: null };
    case 'wake':
      return row.snoozedUntil === null ? next : { ...next, ticketStatus: 'new', snoozedUntil: null };
    case 'close':
      return { ...next, ticketStatus: pick(['pending', 'closed']), snoozedUntil: null, snoozedBy: null, lock: null };
    case 'claim':
      return { ...next, lock: { agentId: pick(fixtures.agentIds), agentName: 'Somebody', since: now } };
    case 'attribute':
      return { ...next, campaign: any.campaign };
  }
}

/** The times that follow from `lastInboundAt`, as a conversation's object gives them. */
const timed = (row: Summary): Summary => ({ ...row, activeUntil: row.lastInboundAt + policy.activeWindowMs });

type Known = { row: Summary; name: Parts; text: Parts };

/** Whether a row is in the answer, by comparing fields: none of the product's code. */
function belongs({ row, name, text }: Known, query: ListQuery, now: number, userId: string): boolean {
  const age = now - row.lastInboundAt;
  const tab = age < DAY ? 'active' : age < 15 * DAY ? 'inactive' : 'archived';
  const any = <T>(wanted: readonly T[] | undefined, has: readonly T[]) =>
    !wanted?.length || has.some((one) => wanted.includes(one));
  const labels: readonly string[] = fixtures.campaigns.find(({ id }) => id === row.campaign?.id)?.labels ?? [];
  return (
    tab === query.tab &&
    any<string>(query.ticketStatuses, [row.ticketStatus]) &&
    any<string>(query.channelIds, [row.channel.id]) &&
    any<string>(query.campaignIds, row.campaign ? [row.campaign.id] : []) &&
    any(query.labels, labels) &&
    (!query.unanswered || row.unanswered) &&
    (query.heldBy !== 'me' || row.lock?.agentId === userId) &&
    (query.heldBy !== 'nobody' || row.lock === null) &&
    (!query.snoozed || row.snoozedUntil !== null) &&
    isFound({ name, text }, partsOf(query.search ?? ''))
  );
}

function anyListQuery({ pick, chance, below }: Random, search: string): ListQuery {
  return ListQuery.parse({
    tab: pick(['active', 'inactive']),
    sort: pick(['latest', 'oldest']),
    limit: 20 + below(80),
    ticketStatuses: chance(0.3) ? TicketStatus.options.filter(() => chance(0.5)) : undefined,
    campaignIds: chance(0.2) ? [pick(fixtures.campaigns).id] : undefined,
    labels: chance(0.2) ? [pick(['promo', 'events', 'nothing'])] : undefined,
    channelIds: chance(0.15) ? [pick(fixtures.channelIds)] : undefined,
    unanswered: chance(0.15),
    heldBy: chance(0.15) ? pick(['me', 'nobody']) : undefined,
    snoozed: chance(0.15),
    search: chance(0.6) ? search : undefined,
  });
}

async function everyPage(query: ListQuery, facts: { now: number; userId: string }): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await conversations.list(db, { ...query, cursor }, { ...facts, policy });
    found.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

/** The index has one entry for each row, with exactly the tokens that its newest version has; read back through its own vocabulary. */
async function expectWholeIndex(known: ReadonlyMap<string, Known>): Promise<void> {
  await env.DB.prepare(`INSERT INTO conversations_fts (conversations_fts) VALUES ('integrity-check')`).run();
  const { results: rows } = await env.DB.prepare('SELECT id, rid, version FROM conversations').all<{ id: string; rid: number; version: number }>(); // prettier-ignore
  expect(new Map(rows.map(({ id, version }) => [id, version]))).toEqual(
    new Map([...known].map(([id, { row }]) => [id, row.version])),
  );
  const entries = await env.DB.prepare('SELECT rowid FROM conversations_fts').all<{ rowid: number }>();
  expect(entries.results.map(({ rowid }) => rowid).sort()).toEqual(rows.map(({ rid }) => rid).sort());
  const { results: tokens } = await env.DB.prepare(
    'SELECT doc, json_group_array(term) AS terms FROM vocabulary GROUP BY doc',
  ).all<{ doc: number; terms: string }>();
  const held = new Map(tokens.map(({ doc, terms }) => [doc, new Set<string>(JSON.parse(terms))]));
  expect(held.size).toBe(rows.length);
  for (const { id, rid } of rows) {
    const row = known.get(id)?.row;
    if (row) expect(held.get(rid), id).toEqual(new Set(indexBodyOf(rowOf(row, rid)).split(' ')));
  }
}

test('after random operations, a look at every 25 of them: the read model answers what brute force answers', async () => {
  await env.DB.exec(`CREATE VIRTUAL TABLE vocabulary USING fts5vocab(conversations_fts, instance)`);
  for (const { id, name, labels } of fixtures.campaigns) {
    await campaigns.insert(env.DB, { id, name, labels: [...labels], channelId: 'demo-whatsapp', template: '', status: 'running', ref: null, createdAt: NOW }); // prettier-ignore
  }
  const dice = random(SEED);
  const { below, chance, pick } = dice;
  const known = new Map<string, Known>();
  /** Everything that was ever written: what a repeat repeats. */
  const past: Summary[] = [];
  const done = { operations: 0, repeats: 0, found: 0 };
  let now = NOW;

  for (let n = 0; done.operations < OPERATIONS; n += 1) {
    const batch: Summary[] = [];
    // The newest of each conversation, also of those that this batch changes more than once.
    const newest = new Map<string, Summary>();
    for (let i = 0; i < BATCH; i += 1) {
      done.operations += 1;
      const any = anySummary(below(CONVERSATIONS), random(below(1e9)));
      const before = newest.get(any.id) ?? known.get(any.id)?.row;
      if (past.length > 0 && chance(0.15)) {
        batch.push(pick([past[below(past.length)] ?? any]));
        done.repeats += 1;
        continue;
      }
      const row = timed(
        before ? after(before, pick(kinds), now, any, dice) : { ...any, version: 1, lastInboundAt: now - below(20) * DAY },
      );
      newest.set(row.id, row);
      batch.push(row);
    }
    // Out of order, in one write or in several, and sometimes all of it again.
    batch.sort(() => below(3) - 1);
    for (let start = 0; start < batch.length;) {
      const count = 1 + below(batch.length);
      await conversations.write(env.DB, batch.slice(start, start + count));
      start += count;
    }
    if (chance(0.05)) await conversations.write(env.DB, batch);
    // The hub folds the index at any moment, a step at once; often it is not at the end when the next batch comes.
    if (chance(0.3)) await (chance(0.3) ? beginWhole : foldSome)(env.DB);
    past.push(...batch);
    for (const row of newest.values())
      known.set(row.id, { row, name: partsOf(row.contact.name), text: partsOf(row.lastMessage.text) });
    // Time goes on: rows turn Inactive and leave both tabs without a word being written.
    now += chance(0.02) ? below(40) * HOUR : below(600_000);

    // Asked as of an index whose entries are of two forms, every other time.
    await env.DB.exec(n % 2 ? 'DELETE FROM reindexing' : 'INSERT INTO reindexing (after) VALUES (0)');
    const query = anyListQuery(dice, anyQuery(dice));
    const userId = pick(fixtures.agentIds);
    const expected = [...known.values()].filter((one) => belongs(one, query, now, userId));
    const found = await everyPage(query, { now, userId });
    expect(found.toSorted(), `seed ${SEED}, ${JSON.stringify(query)}`).toEqual(expected.map(({ row }) => row.id).sort());
    const times = found.map((id) => known.get(id)?.row.lastInboundAt ?? 0);
    expect(times).toEqual(times.toSorted((a, b) => (query.sort === 'latest' ? b - a : a - b)));
    const counted = await conversations.counts(db, query, { now, policy, userId });
    expect(counted[query.tab].total).toBe(expected.length);
    if (expected.length > 0 && query.search !== undefined) done.found += 1;
    if (n % 40 === 0) await expectWholeIndex(known);
  }
  await expectWholeIndex(known);
  expect(known.size).toBeGreaterThan(CONVERSATIONS * 0.9);
  expect(done.repeats).toBeGreaterThan(OPERATIONS / 10);
  expect(done.found, 'searches that found something').toBeGreaterThan(OPERATIONS / 200);
}, 180_000);

test('every name is found by each of its substrings of two letters or more, and by each character of scripts without spaces', async () => {
  const names = [
    'Łukasz Wiśniewski',
    'José Ángel Núñez',
    "Siobhán O'Brien",
    '王小明',
    '田中さくら',
    'สมชาย ใจดี',
    '😀 Joker',
    'Zoë Ørsted',
  ];
  const rows = names.map((name, n) => fixtures.aSummary({ id: idOf(90_000 + n), contact: { id: `c${n}`, name, address: '1' }, lastInboundAt: NOW - n * 1000 })); // prettier-ignore
  await conversations.write(env.DB, rows);
  const find = (search: string) => everyPage(ListQuery.parse({ tab: 'active', search, limit: 100 }), { now: NOW, userId: 'x' });
  for (const { id, contact } of rows) {
    for (const word of contact.name.split(' ')) {
      const characters = [...word];
      const isUnspaced = /^\p{sc=Han}|^\p{sc=Hira}|^\p{sc=Thai}|^\p{ExtPict}/u.test(word);
      for (let start = 0; start < characters.length; start += 1) {
        for (let end = start + (isUnspaced ? 1 : 2); end <= characters.length; end += 1) {
          const part = characters.slice(start, end).join('');
          // A vowel sign alone, cut from its letter, is nothing anybody types.
          if (/^\p{M}/u.test(part)) continue;
          expect(await find(part), `${part} of ${contact.name}`).toContain(id);
          const plain = part
            .normalize('NFD')
            .replace(/[\u0300-\u036f]/g, '')
            .toUpperCase();
          expect(await find(plain), `${plain} of ${contact.name}`).toContain(id);
        }
      }
    }
  }
}, 60_000);

test('no text and no search can stand for a filter', async () => {
  const plain = fixtures.aSummary({ id: idOf(95_000), ticketStatus: 'new', lastInboundAt: NOW - 5 });
  const token = '\uE000s32';
  const forged = {
    ...plain,
    id: idOf(95_001),
    contact: { ...plain.contact, name: `Forger ${token}` },
    lastMessage: { ...plain.lastMessage, text: `closed? "${token}" OR ${token}` },
  };
  await conversations.write(env.DB, [plain, forged]);
  const list = async (fields: object) =>
    (await conversations.list(db, ListQuery.parse({ tab: 'active', limit: 100, ...fields }), { now: NOW, policy, userId: 'x' })).items; // prettier-ignore
  expect((await list({ ticketStatuses: ['closed'] })).map(({ id }) => id)).not.toContain(forged.id);
  const searched = await list({ search: token });
  expect(searched.every(({ contact, lastMessage }) => /s32/i.test(contact.name + lastMessage.text))).toBe(true);
  expect(searched.map(({ id }) => id)).not.toContain(plain.id);
});
