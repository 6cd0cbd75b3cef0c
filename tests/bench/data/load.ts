import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { recencyOf } from '../../../src/lib/domain/recency.ts';
import type { Summary } from '../../../src/lib/domain/summary.ts';
import { indexBodyOf, rowOf } from '../../../src/lib/server/db/conversation-row.ts';
import { conversationOf } from './conversations.ts';
import { loadPeople } from './people.ts';
import { CAMPAIGNS, campaignOf } from './vocabulary.ts';

const CHUNK = 5_000;
/** Of so many rows the digest is taken, which says that two runs had the same data. */
const DIGESTED = 1_000;

export type Loaded = { rows: number; elapsedMs: number; bytes: number; tokensPerRow: number; digest: string };

/**
 * Fills the file of the local D1, which nobody may have open, with the product's own rows and index entries: oldest first, as they would
 * have come, and with the people they are about. There are no objects behind them; lists, searches and counts read nothing else. Without
 * `searchable` the index stays empty, which people do without.
 */
export function loadD1(file: string, { rows, now, searchable }: { rows: number; now: number; searchable: boolean }): Loaded {
  const start = performance.now();
  const db = new DatabaseSync(file);
  try {
    db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA temp_store = MEMORY');
    loadCampaigns(db, now);
    const columns = Object.keys(rowOf(conversationOf(0, now), 0));
    const insert = db.prepare(`INSERT INTO conversations (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`);
    const index = db.prepare('INSERT INTO conversations_fts (rowid, body) VALUES (?, ?)');
    let [last, tokens] = [Number.MIN_SAFE_INTEGER, 0];
    const order = byAge(rows, now);
    for (let from = 0; from < rows; from += CHUNK) {
      db.exec('BEGIN');
      for (const n of order.subarray(from, from + CHUNK)) {
        const summary = conversationOf(n, now);
        // Ascending, so that the next free one is the one after the last.
        const rid = Math.max(recencyOf(summary.id, summary.lastInboundAt), last + 1);
        last = rid;
        const row = rowOf(summary, rid);
        insert.run(...Object.values(row));
        if (!searchable) continue;
        const body = indexBodyOf(row);
        for (let i = body.indexOf(' '); i >= 0; i = body.indexOf(' ', i + 1)) tokens += 1;
        index.run(BigInt(rid), body);
      }
      db.exec('COMMIT');
    }
    loadPeople(db);
    // As the hub leaves it after a day (workers/inbox/folding.ts).
    db.exec(`INSERT INTO conversations_fts (conversations_fts) VALUES ('optimize')`);
    const size = db.prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()').get();
    return {
      rows,
      elapsedMs: performance.now() - start,
      bytes: Number(size?.bytes ?? 0),
      tokensPerRow: searchable ? tokens / rows + 1 : 0,
      digest: digestOf(rows),
    };
  } finally {
    db.close();
  }
}

function loadCampaigns(db: DatabaseSync, now: number): void {
  const campaign = db.prepare(
    `INSERT INTO campaigns (id, name, channel_id, template, status, ref, created_at) VALUES (?, ?, ?, '', 'running', NULL, ?)`,
  );
  const label = db.prepare('INSERT INTO campaign_labels (campaign_id, label) VALUES (?, ?)');
  for (let i = 0; i < CAMPAIGNS; i += 1) {
    const { id, name, channelId, labels } = campaignOf(i);
    campaign.run(id, name, channelId, now);
    for (const one of labels) label.run(id, one);
  }
}

/** The numbers of the rows, oldest first. */
function byAge(rows: number, now: number): Uint32Array {
  const ages = Float64Array.from({ length: rows }, (_, n) => now - conversationOf(n, now).lastInboundAt);
  return Uint32Array.from({ length: rows }, (_, n) => n).sort((a, b) => (ages[b] ?? 0) - (ages[a] ?? 0));
}

/** Of the data set itself, whatever the time it is loaded at. */
export function digestOf(rows: number): string {
  const hash = createHash('sha256');
  for (let n = 0; n < Math.min(rows, DIGESTED); n += 1) hash.update(JSON.stringify(atRest(conversationOf(n, 0))));
  return hash.digest('hex').slice(0, 16);
}

// Nothing of the data set is snoozed.
const atRest = ({ tab: _tab, snoozedUntil: _until, snoozedBy: _by, ...summary }: Summary) => summary;
