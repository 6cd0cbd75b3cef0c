import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { recordSends } from '../../src/lib/server/db/campaign-sends';
import * as campaigns from '../../src/lib/server/db/campaigns';
import { database } from '../../src/lib/server/db/client';
import { write } from '../../src/lib/server/db/conversations';
import { record as keepLetter } from '../../src/lib/server/db/dead-letters';
import * as erasure from '../../src/lib/server/db/erasure';
import * as profile from '../../src/lib/server/db/person-profile';
import { subjectOf } from '../../src/lib/server/pseudonym';
import { d1File } from '../fixtures/d1-file';
import { anySummary, aSummary, NOW, random } from '../fixtures/summaries';

const folder = mkdtempSync(join(tmpdir(), 'parley-erased-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('of who is erased no text is left lying in the file of the database, although SQLite wipes nothing by itself', async () => {
  const { d1, bytes, close } = d1File(join(folder, 'd1.sqlite'));
  const channelId = 'demo-whatsapp';
  const spring = { id: 'spring', name: 'Spring', labels: [], channelId };
  await campaigns.insert(d1, { ...spring, template: 'Hi', status: 'running', ref: null, createdAt: 1 });
  const crowd = Array.from({ length: 300 }, (_, n) => anySummary(n, random(n)));
  for (let at = 0; at < crowd.length; at += 50) await write(d1, crowd.slice(at, at + 50));

  const id = 'abc0'.repeat(10);
  const address = '4915199887766';
  const contact = { id: address, name: 'Canarius Vogelzang', address };
  const lastMessage = { text: 'canary-preview', direction: 'inbound' as const, at: NOW - 1_000 };
  await write(d1, [
    aSummary({ id, contact, lastMessage, lastInboundAt: NOW - 1_000, channel: { id: channelId, provider: 'whatsapp' } }),
  ]);
  await d1.prepare(`INSERT INTO properties VALUES ('mail', 'Mail', 'text', 7, 1)`).run();
  const mail = { key: 'mail', label: 'Mail', type: 'text' as const, slot: 7 };
  const change = { properties: { mail: 'canary@mail.example' } };
  for (const query of await profile.changing(database(d1), id, change, [mail], NOW)) {
    const { sql, parameters } = query.compile();
    await d1.prepare(sql).bind(...parameters).run(); // prettier-ignore
  }
  const send = { id: 'send-1', campaignId: 'spring', channelId, address, buttons: ['canary-button'], sentAt: 5 };
  await recordSends(d1, [{ ...send, providerMessageId: 'wamid.canary', token: 'canary-token', text: 'Hello Canarius' }]);
  await keepLetter(d1, [{ channelId, reason: 'odd', body: `{"from":"${address}","text":"canary-letter"}`, at: 1 }]);
  // Life goes on, but not so much that all space is used again.
  await write(d1, crowd.slice(0, 50).map((summary) => ({ ...summary, version: summary.version + 1 }))); // prettier-ignore
  const texts = ['Canarius', 'canary-preview', 'canary@mail.example', 'canary-button', 'Hello Canarius', 'canary-letter'];
  const before = bytes();
  for (const text of texts) expect(before, text).toContain(text);

  const known = await erasure.find(d1, id);
  if (!known) throw new Error('nobody');
  const entry = {
    id: 'e',
    at: NOW,
    actor: { id: null, name: 'A' },
    action: 'person.erased' as const,
    subject: subjectOf('person', id),
  };
  await erasure.removePerson(d1, known, entry);
  await erasure.removeConversations(d1, [{ id, erasedAt: NOW }]);
  await erasure.removeRows(d1, { personId: id, erased: [{ id, erasedAt: NOW }], addresses: known.addresses });
  const after = bytes();
  for (const text of texts) expect(after, text).not.toContain(text);
  for (const { sql, what } of [
    { what: 'people', sql: 'SELECT count(*) AS n FROM people WHERE id = ?' },
    { what: 'conversations', sql: 'SELECT count(*) AS n FROM conversations WHERE id = ?' },
  ])
    expect(await d1.prepare(sql).bind(id).first('n'), what).toBe(0);
  close();
});
