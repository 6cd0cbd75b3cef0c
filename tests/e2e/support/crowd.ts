import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ProviderName } from '../../../src/lib/domain/provider-rules';
import { channelIds } from './wire';

/** People of one channel, numbered from 1; `addresses[n - 1]` is where number n is reached. */
export type Crowd = { provider: ProviderName; segment: string; addresses: string[] };

const addressOf: Partial<Record<ProviderName, (n: number) => string>> = {
  whatsapp: (n) => `4915${10_000_000 + n}`,
  telegram: (n) => String(5_000_000_000 + n),
  webhook: (n) => `crowd-${n}`,
};

/** Puts so many people into the database of a server that is not running; their names have the crowd's in them. */
export function gatherCrowd(folder: string, provider: ProviderName, count: number): Crowd {
  const address = addressOf[provider];
  if (!address) throw new Error(`no crowd on ${provider}`);
  const segment = `Crowd of ${provider}`;
  const addresses = Array.from({ length: count }, (_, i) => address(i + 1));
  const db = open(folder);
  try {
    db.exec('BEGIN');
    const [first] = db.prepare('SELECT coalesce(max(no), 0) AS no FROM people').all();
    const person = db.prepare('INSERT INTO people (no, id, name, properties, created_at, updated_at) VALUES (?, ?, ?, ?, 1, 1)');
    const reached = db.prepare('INSERT INTO person_addresses (identity, channel_id, person_no, address) VALUES (?, ?, ?, ?)');
    const facts = db.prepare('INSERT INTO person_facts (no, created_at, channels, name) VALUES (?, 1, ?, ?)');
    for (const [i, at] of addresses.entries()) {
      const no = Number(first?.no) + i + 1;
      person.run(no, `${provider}-${i + 1}`, `${segment} ${i + 1}`, '{}');
      reached.run(at, channelIds[provider], no, at);
      facts.run(no, ` ${channelIds[provider]} `, `${segment} ${i + 1}`.toLowerCase());
    }
    db.exec('COMMIT');
  } finally {
    db.close();
  }
  return { provider, segment, addresses };
}

/** What the records of a server that has ended say was sent: by address the provider's id, null where it was not told. */
export function recordedSends(folder: string, campaignId: string): Map<string, string | null> {
  const db = open(folder);
  try {
    const rows = db
      .prepare('SELECT address, provider_message_id AS id FROM campaign_sends WHERE campaign_id = ?')
      .all(campaignId);
    return new Map(rows.map(({ address, id }) => [String(address), id === null || id === undefined ? null : String(id)]));
  } finally {
    db.close();
  }
}

/** Local D1 keeps each database in a file named by a hash; here there is one. */
function open(folder: string): DatabaseSync {
  const place = join(folder, 'v3/d1/miniflare-D1DatabaseObject');
  const [file] = readdirSync(place).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  if (file === undefined) throw new Error('there is no database');
  return new DatabaseSync(join(place, file));
}
