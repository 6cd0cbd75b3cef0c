import { z } from 'zod';
import { standIn, type CampaignContent } from '../../src/lib/domain/campaign-content';
import type { CampaignFigures } from '../../src/lib/domain/campaign-figures';
import type { CampaignStatus, ReviewEntry } from '../../src/lib/domain/campaign-lifecycle';
import { batch, database } from '../../src/lib/server/db/client';
import type { Env } from '../env';
import { demoChannels } from './channels';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type Who = 'carl' | 'vera';
type Said = { act: ReviewEntry['act']; by: Who; hoursAgo: number; comment?: string };
type DemoDraft = {
  id: string;
  name: string;
  labels: string[];
  channelId: string;
  content: CampaignContent;
  status: CampaignStatus;
  daysAgo: number;
  review: Said[];
  figures?: CampaignFigures;
};

const written = (text: string, buttons: string[]): CampaignContent => ({ text, buttons, template: null, values: {} });

/** Campaigns in every stage between the idea and the last message. */
const demoDrafts: readonly DemoDraft[] = [
  {
    id: '6f3b7a10-5d7c-4a52-9a0e-1b4d5c6e7f01',
    name: 'Festive lights preview',
    labels: ['season'],
    channelId: demoChannels.telegram.id,
    content: written('Hi {{firstName|there}}, the first lights of the season are up. Want to see them before everybody else?', [
      'Show me',
    ]),
    status: 'draft',
    daysAgo: 1,
    review: [],
  },
  {
    id: '6f3b7a10-5d7c-4a52-9a0e-1b4d5c6e7f02',
    name: 'Rainy day soups',
    labels: ['food', 'win-back'],
    channelId: demoChannels.webhook.id,
    content: written(
      '{{firstName|Hello}}, it pours. Hot soup at your door in 25 minutes, and this one has our biggest discount ever!!!',
      ['Order soup', 'Not today'],
    ),
    status: 'draft',
    daysAgo: 3,
    review: [
      { act: 'submitted', by: 'carl', hoursAgo: 52 },
      { act: 'sentBack', by: 'vera', hoursAgo: 47, comment: 'Please say how much it is, and one exclamation mark is plenty.' },
    ],
  },
  {
    id: '6f3b7a10-5d7c-4a52-9a0e-1b4d5c6e7f03',
    name: 'Last seats to Goa',
    labels: ['travel', 'q4'],
    channelId: demoChannels.telegram.id,
    content: written(
      'Hi {{firstName|there}}, eleven seats are left on the Friday flights to Goa. Shall we hold one for you until tonight?',
      ['Hold a seat', 'Other dates'],
    ),
    status: 'submitted',
    daysAgo: 2,
    review: [
      { act: 'submitted', by: 'carl', hoursAgo: 30 },
      { act: 'sentBack', by: 'vera', hoursAgo: 26, comment: 'How long do we hold it? Say so.' },
      { act: 'submitted', by: 'carl', hoursAgo: 3 },
    ],
  },
  {
    id: '6f3b7a10-5d7c-4a52-9a0e-1b4d5c6e7f04',
    name: 'Season finale tonight',
    labels: ['streaming'],
    channelId: demoChannels.telegram.id,
    content: written('Tonight at 9: the finale. {{firstName|You}} can watch it in one tap.', ['Remind me', 'No spoilers']),
    status: 'approved',
    daysAgo: 1,
    review: [
      { act: 'submitted', by: 'carl', hoursAgo: 9 },
      { act: 'approved', by: 'vera', hoursAgo: 6 },
    ],
  },
  {
    id: '6f3b7a10-5d7c-4a52-9a0e-1b4d5c6e7f05',
    name: 'Autumn thank-you',
    labels: ['food'],
    channelId: demoChannels.webhook.id,
    content: written('Thank you for a wonderful autumn, {{firstName|friend}}. Dessert is on us this week.', ['Choose dessert']),
    status: 'sent',
    daysAgo: 12,
    review: [
      { act: 'submitted', by: 'carl', hoursAgo: 280 },
      { act: 'approved', by: 'vera', hoursAgo: 276 },
    ],
    figures: { recipients: 1_284, sent: 1_271, delivered: 1_246, read: 903, failed: 13, unknown: 0, replied: 118 },
  },
];

const emails: Record<Who, string> = { carl: 'carl@parley.test', vera: 'vera@parley.test' };
const Row = z.object({ id: z.string(), name: z.string(), email: z.string() });

/** Writes them as of this moment; what is there already stays. The demo users must be there. */
export async function seedDrafts(env: Env, now: number): Promise<void> {
  const { results } = await env.DB.prepare('SELECT id, name, email FROM users').all();
  const rows = z.array(Row).parse(results);
  const db = database(env.DB);
  const who = (key: Who): { id: string; name: string } => {
    const row = rows.find(({ email }) => email === emails[key]);
    if (!row) throw new Error('The demo users must be seeded before the demo');
    return { id: row.id, name: row.name };
  };
  const carl = who('carl');
  for (const { id, name, labels, channelId, content, status, daysAgo, review, figures } of demoDrafts) {
    const said: ReviewEntry[] = review.map(({ act, by, hoursAgo, comment }) => ({ act, by: who(by), at: now - hoursAgo * HOUR_MS, comment: comment ?? null })); // prettier-ignore
    const createdAt = now - daysAgo * DAY_MS;
    const lastAt = said.at(-1)?.at ?? createdAt;
    const ended = figures && { ...figures, started_at: lastAt + HOUR_MS, finished_at: lastAt + HOUR_MS + 95_000 };
    await batch(env.DB, [
      db
        .insertInto('campaigns')
        .values({
          id,
          name,
          channel_id: channelId,
          template: standIn(content, null),
          status,
          ref: null,
          created_at: createdAt,
          content: JSON.stringify(content),
          version: 1 + said.length,
          created_by: carl.id,
          created_by_name: carl.name,
          updated_at: lastAt,
          updated_by_name: said.at(-1)?.by.name ?? carl.name,
          review: JSON.stringify(said),
          ...ended,
        })
        .onConflict((conflict) => conflict.column('id').doNothing()),
      ...labels.map((label) =>
        db
          .insertInto('campaign_labels')
          .values({ campaign_id: id, label })
          .onConflict((conflict) => conflict.columns(['campaign_id', 'label']).doNothing()),
      ),
    ]);
  }
}

/** What the demo's conversations answer: each recorded send is one that arrived and was answered. Later replies count as they come. */
export async function countSends(env: Env, campaignIds: readonly string[]): Promise<void> {
  await env.DB.batch([
    env.DB.prepare(
      `UPDATE campaign_sends SET replied_at = sent_at WHERE replied_at IS NULL AND campaign_id IN (SELECT value FROM json_each(?1))
       AND id NOT LIKE '%.silent-%'`,
    ).bind(JSON.stringify(campaignIds)),
    env.DB.prepare(
      `UPDATE campaigns SET recipients = n, sent = n, delivered = n - n / 25, read = n - n / 4
       FROM (SELECT campaign_id, count(*) AS n FROM campaign_sends GROUP BY campaign_id) AS s
       WHERE s.campaign_id = campaigns.id AND campaigns.id IN (SELECT value FROM json_each(?1))`,
    ).bind(JSON.stringify(campaignIds)),
  ]);
}
