import { lineText } from '../../src/lib/domain/csv';
import type { Mapping } from '../../src/lib/domain/people-import';
import type { PeopleQuery } from '../../src/lib/domain/people-query';
import type { ProviderName } from '../../src/lib/domain/provider';
import { batch, database } from '../../src/lib/server/db/client';
import * as segments from '../../src/lib/server/db/segments';
import { importPeople } from '../../src/lib/server/people-import';
import type { Env } from '../env';
import { demoCampaigns } from './campaigns';
import { demoChannels } from './channels';
import type { DemoConversation } from './content';
import { addressFor, fullNames } from './people';
import { randomFrom, type Random } from './random';

const SEED = 61_204;
const DAY_MS = 86_400_000;
/** Customers who have never written. */
const SILENT = 60;

const providers = ['whatsapp', 'messenger', 'telegram', 'webhook'] as const satisfies readonly ProviderName[];
const cities = [
  'Mumbai',
  'Pune',
  'Bengaluru',
  'Lagos',
  'Lisboa',
  'São Paulo',
  'Madrid',
  'Berlin',
  'Dubai',
  'London',
  '東京',
] as const;
const plans = ['Free', 'Free', 'Plus', 'Plus', 'Premium'] as const;

const mapping: Mapping = [
  { to: 'name' },
  ...providers.map((provider) => ({ to: 'address' as const, channelId: demoChannels[provider].id })),
  { to: 'newProperty', key: 'city', label: 'City', type: 'text' },
  { to: 'newProperty', key: 'plan', label: 'Plan', type: 'text' },
  { to: 'newProperty', key: 'orders', label: 'Orders', type: 'number' },
  { to: 'newProperty', key: 'member_since', label: 'Member since', type: 'date' },
  { to: 'newProperty', key: 'newsletter', label: 'Newsletter', type: 'boolean' },
];

const saved: readonly { id: string; name: string; query: PeopleQuery }[] = [
  {
    id: 'demo-closed-week',
    name: 'Closed in the last 7 days',
    query: {
      match: 'all',
      of: [
        { property: 'ticketStatus', op: 'is', value: 'closed' },
        { property: 'ticketChangedAt', op: 'inLast', value: 7 },
      ],
    },
  },
  {
    id: 'demo-monsoon-answered',
    name: 'Monsoon getaway, answered',
    query: { match: 'all', of: [{ property: 'lastCampaignId', op: 'is', value: demoCampaigns.monsoon.id }] },
  },
  {
    id: 'demo-premium-silent',
    name: 'Paying, never written',
    query: {
      match: 'all',
      of: [
        { property: 'conversationState', op: 'is', value: 'none' },
        {
          match: 'any',
          of: [
            { property: 'custom.plan', op: 'is', value: 'Premium' },
            { property: 'custom.orders', op: 'after', value: 5 },
          ],
        },
      ],
    },
  },
];

/**
 * The demo's customers as a shop would bring them: a file, before any of them writes, so that their conversations find them. A second
 * call changes nothing.
 */
export async function seedCustomers(env: Env, content: readonly DemoConversation[], now: number): Promise<void> {
  const text = customersFile(content, now);
  const agent = { id: 'demo', name: 'Demo', role: 'admin' as const };
  const done = await importPeople(env, { id: 'demo-customers', text, mapping, agent });
  if (!done.ok) throw new Error(`the demo's customers could not be imported: ${done.error}`);
  const db = database(env.DB);
  if (!done.value.repeated) await batch(env.DB, saved.map((segment) => segments.saving(db, segment, 'demo', now)));
} // prettier-ignore

function customersFile(content: readonly DemoConversation[], now: number): string {
  const random = randomFrom(SEED);
  const heading = lineText(['Name', ...providers, 'City', 'Plan', 'Orders', 'Member since', 'Newsletter']);
  // One in eight has written without ever being a customer.
  const known = content.filter((_, i) => i % 8 !== 5).map((one) => row(one.name, one.provider, one.address, random, now));
  const names = fullNames('en', randomFrom(SEED + 1));
  const silent = Array.from({ length: SILENT }, (_, i) => {
    const provider = i % 3 === 0 ? 'telegram' : 'whatsapp';
    return row(names[i] ?? null, provider, addressFor(provider, 'en', random), random, now);
  });
  return heading + [...known, ...silent].join('');
}

function row(name: string | null, provider: ProviderName, address: string, random: Random, now: number): string {
  const addresses = providers.map((one) => (one === provider ? address : null));
  const since = new Date(now - random.int(20, 1_400) * DAY_MS).toISOString().slice(0, 10);
  return lineText([name, ...addresses, random.pick(cities), random.pick(plans), random.int(0, 14), since, random.next() < 0.6]);
}
