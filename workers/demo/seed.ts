import type { ConversationTarget } from '../../src/lib/domain/conversation';
import { conversationIdOf } from '../../src/lib/domain/ids';
import type { Agent } from '../../src/lib/domain/role';
import * as campaignSends from '../../src/lib/server/db/campaign-sends';
import * as campaigns from '../../src/lib/server/db/campaigns';
import * as channels from '../../src/lib/server/db/channels';
import { database } from '../../src/lib/server/db/client';
import * as templates from '../../src/lib/server/db/templates';
import { apiBaseOf } from '../api-base';
import { conversationOf, policyOf, type Env } from '../env';
import { templates as simulated } from '../simulator/provider/templates';
import { simulatorOf } from '../simulator/object';
import { apiBaseOf as simulatedBaseOf } from '../simulator/simulator';
import { demoAgents } from './agents';
import { campaignKeys, demoCampaigns } from './campaigns';
import { demoChannelList, demoChannels, type DemoProvider } from './channels';
import { seedCustomers } from './customers';
import { countSends, seedDrafts } from './drafts';
import { demoContent, type DemoConversation } from './content';
import { phoneOf } from './phones';
import { seedReplies } from './saved-replies';
import { attributionOf, stepsOf, tokenOf } from './steps';
import { isLocalDemo } from './seed-guard';
import type { Session } from './timeline';

export { isLocalDemo };

/** Conversations made at once: enough to keep the machine busy, few enough not to queue up in the hub. */
const WIDTH = 12;
/** The campaigns are this much older than the moment as of which the demo is written. */
const CAMPAIGN_AGE_MS = 20 * 86_400_000;

/** What a synchronisation with the simulator would bring. */
const approvedTemplates = simulated.filter(({ status }) => status === 'APPROVED');

/**
 * Writes the demo: channels, campaigns with their sends, phones and conversations. The demo users must be there. A second call
 * changes nothing; a call after an interrupted one goes on where that stopped, as of the same moment, so that the result is the same.
 */
export async function seedDemo(env: Env, origin: string): Promise<{ seeded: boolean }> {
  if (!isLocalDemo(env, { url: origin })) throw new Error('The demo is for a local machine only');
  const now = await startedAt(env);
  const content = demoContent(now);
  const targets = await Promise.all(content.map(targetOf));
  const pairs = content.map((conversation, i) => ({ conversation, target: targets[i] }));
  const last = pairs.at(-1);
  if (last?.target && (await exists(env, last.target))) return { seeded: false };
  for (const channel of demoChannelList) await channels.insert(database(env.DB), channel, env.SECRET_KEY, now);
  await templates.replaceSynced(env.DB, demoChannels.whatsapp.id, approvedTemplates, now);
  await seedCustomers(env, content, now);
  const sends = content.flatMap(sendsOf);
  await campaignSends.recordSends(env.DB, [...sends, ...sends.flatMap(silentSendsOf)]);
  await countSends(env, campaignKeys.map((key) => demoCampaigns[key].id)); // prettier-ignore
  await seedDrafts(env, now);
  await seedReplies(env, now);
  const phones = await Promise.all(pairs.map(({ conversation, target }) => (target ? phoneOf(conversation, target) : null)));
  await simulatorOf(env).seed(phones.filter((phone) => phone !== null));
  const agents = await demoAgents(env);
  const live = async ({ conversation, target }: (typeof pairs)[number]): Promise<void> => {
    if (target && !(await exists(env, target))) await replay(env, conversation, target, agents, now);
  };
  // The last one is the sign that all the others are there.
  await inParallel(pairs.slice(0, -1), WIDTH, live);
  if (last) await live(last);
  return { seeded: true };
}

/** The moment as of which the demo is written: kept with the first campaign, so that a resumed seed has the same one. */
async function startedAt(env: Env): Promise<number> {
  const createdAt = Date.now() - CAMPAIGN_AGE_MS;
  for (const key of campaignKeys) {
    const { id, name, labels, text } = demoCampaigns[key];
    const campaign = {
      id,
      name,
      labels: [...labels],
      channelId: demoChannels.whatsapp.id,
      template: text,
      status: 'running' as const,
    };
    await campaigns.insert(env.DB, { ...campaign, ref: null, createdAt });
  }
  const first = await database(env.DB)
    .selectFrom('campaigns')
    .select('created_at')
    .where('id', '=', demoCampaigns.monsoon.id)
    .executeTakeFirstOrThrow();
  return first.created_at + CAMPAIGN_AGE_MS;
}

/** Where this deployment's sends to the provider go, when that is the simulator: nobody else has the demo's files. */
function filesAtOf(env: Env, provider: DemoProvider): string | null {
  const base = apiBaseOf(env, provider);
  const url = URL.parse(base);
  return env.SIMULATOR === 'on' && url && base === simulatedBaseOf(url.origin) ? base : null;
}

async function targetOf({ channelId, provider, address, name }: DemoConversation): Promise<ConversationTarget> {
  return { id: await conversationIdOf(channelId, address), channelId, provider, address, name };
}

function sendsOf({ send, channelId, address }: DemoConversation): campaignSends.CampaignSend[] {
  if (!send) return [];
  const { key, sendId, providerMessageId, text, buttons, at } = send;
  const campaignId = demoCampaigns[key].id;
  return [{ id: sendId, campaignId, channelId, address, providerMessageId, token: tokenOf(send), text, buttons, sentAt: at }];
}

/** Not everybody answers: for each one who does, seven were written to who did not. */
const SILENT = 7;

/** Sends of the same campaign that nobody has answered, to numbers and names that nobody has. */
const silentSendsOf = (send: campaignSends.CampaignSend): campaignSends.CampaignSend[] =>
  Array.from({ length: SILENT }, (_, i) => ({
    ...send,
    id: `${send.id}.silent-${i}`,
    address: `silent-${send.id}-${i}`,
    providerMessageId: `${send.providerMessageId ?? send.id}.silent-${i}`,
    token: null,
  }));

const exists = async (env: Env, target: ConversationTarget): Promise<boolean> => (await conversationOf(env, target.id).get()).ok;

async function replay(
  env: Env,
  conversation: DemoConversation,
  target: ConversationTarget,
  agents: Record<Session['agent'], Agent>,
  now: number,
): Promise<void> {
  const cast = { target, agents, attribution: attributionOf(conversation), policy: policyOf(env), now };
  const filesAt = filesAtOf(env, conversation.provider);
  const steps = stepsOf(conversation, { ...cast, ...(filesAt !== null && { filesAt }) });
  await conversationOf(env, target.id).replay(steps);
}

/** Does the work on all items, so many at a time; fails with the first failure. */
async function inParallel<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async (): Promise<void> => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
