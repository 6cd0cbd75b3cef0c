import { replyKey } from '../../src/lib/domain/saved-reply';
import { batch, database } from '../../src/lib/server/db/client';
import type { Env } from '../env';

const DAY_MS = 86_400_000;

/** What the demo's agents say all day. */
const demoReplies = [
  {
    id: '7a1c2e90-4b3d-4f61-8c25-0d9e5f7a1b01',
    name: 'Greeting',
    text: 'Hi {{firstName|there}}, thank you for writing to us. How can I help you?',
    used: 41,
    daysAgo: 9,
  },
  {
    id: '7a1c2e90-4b3d-4f61-8c25-0d9e5f7a1b02',
    name: 'Booking reference',
    text: 'So that I can look it up: could you send me your booking reference? It has six letters and digits and is at the top of your confirmation.',
    used: 28,
    daysAgo: 9,
  },
  {
    id: '7a1c2e90-4b3d-4f61-8c25-0d9e5f7a1b03',
    name: 'Refund on its way',
    text: 'Good news, {{firstName|and thank you for waiting}}: your refund is on its way. Depending on your bank it takes 3 to 5 working days.',
    used: 17,
    daysAgo: 4,
  },
  {
    id: '7a1c2e90-4b3d-4f61-8c25-0d9e5f7a1b04',
    name: 'Handing over to a colleague',
    text: 'I am handing this over to a colleague who knows more about it. You do not have to repeat anything: they can read what we wrote.\n\nAll the best, {{agentName}}',
    used: 9,
    daysAgo: 2,
  },
];

/** Writes them as of this moment; what is there already stays. */
export async function seedReplies(env: Env, now: number): Promise<void> {
  const db = database(env.DB);
  const adding = demoReplies.map(({ id, name, text, used, daysAgo }) => {
    const at = now - daysAgo * DAY_MS;
    const dates = { created_at: at, updated_at: at, updated_by_name: 'Alex Moreau' };
    const values = { id, name, name_key: replyKey(name), text, used, version: 1, ...dates };
    return db
      .insertInto('saved_replies')
      .values(values)
      .onConflict((conflict) => conflict.doNothing());
  });
  await batch(env.DB, adding);
}
