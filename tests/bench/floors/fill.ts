import type { Summary } from '../../../src/lib/domain/summary';
import * as campaigns from '../../../src/lib/server/db/campaigns';
import { write } from '../../../src/lib/server/db/conversations';
import { aSummary, idOf, random, type Random } from '../../fixtures/summaries';
import { channelIds, COMMON_WORDS, givenNames, campaignOf, CAMPAIGNS, labelsOf, VOCABULARY, wordOf } from './vocabulary';

const DAY_MS = 86_400_000;
/** What the product keeps in its two tabs, less an hour so that nothing is archived while the benchmark runs. */
const PAST_MS = 15 * DAY_MS - 3_600_000;
/** One in ten wrote within the last day. */
const ACTIVE_SHARE = 0.1;
/** Rows given to one call: `write` makes a transaction of each 200. */
const CHUNK = 1_000;

/**
 * Fills the read model with conversations that have no object behind them: lists, searches and counts read nothing else. The same
 * rows in every run but for their times, which end at `now`.
 */
export async function fill(d1: D1Database, rows: number, now: number): Promise<{ rows: number; elapsedMs: number }> {
  const start = performance.now();
  for (let i = 0; i < CAMPAIGNS; i++) {
    const { id, name, channelId } = campaignOf(i);
    await campaigns.insert(d1, { id, name, labels: labelsOf(i), channelId, template: '', status: 'running', ref: null, createdAt: now }); // prettier-ignore
  }
  const dice = random(7);
  for (let from = 0; from < rows; from += CHUNK) {
    const count = Math.min(CHUNK, rows - from);
    await write(
      d1,
      Array.from({ length: count }, (_, i) => rowOf(from + i, now, dice)),
    );
  }
  return { rows, elapsedMs: performance.now() - start };
}

function rowOf(n: number, now: number, dice: Random): Summary {
  const { below, chance, pick } = dice;
  const lastInboundAt = chance(ACTIVE_SHARE) ? now - below(DAY_MS) : now - DAY_MS - below(PAST_MS - DAY_MS);
  // The product of two even throws: a few campaigns are large, most are small.
  const campaign = campaignOf(Math.floor((below(CAMPAIGNS) * below(CAMPAIGNS)) / CAMPAIGNS));
  const unanswered = chance(0.4);
  return aSummary({
    id: idOf(n),
    contact: {
      id: `bench-${n}`,
      name: `${pick(givenNames)} ${capital(wordOf(COMMON_WORDS + below(1_500)))}`,
      address: `+1999${n}`,
    },
    channel: { id: pick(channelIds), provider: 'whatsapp' },
    campaign: chance(0.8) ? { id: campaign.id, name: campaign.name, labels: [], match: 'exact' } : null,
    ticketStatus: pick(['new', 'new', 'pending', 'closed']),
    lastMessage: { text: sentence(dice), direction: unanswered ? 'inbound' : 'outbound', at: lastInboundAt },
    lastInboundAt,
    activeUntil: lastInboundAt + DAY_MS,
    sendWindowUntil: lastInboundAt + DAY_MS,
    unanswered,
    unread: unanswered ? 1 + below(3) : 0,
    lock: chance(0.02) ? { agentId: 'bench-agent', agentName: 'Bench', since: now } : null,
  });
}

/** 8 to 20 words, the k-th most frequent of them about 1/k as frequent as the first, as in any language. */
function sentence({ below }: Random): string {
  const word = () =>
    wordOf(Math.min(VOCABULARY - 1, Math.floor(Math.exp((below(1_000_000) / 1_000_000) * Math.log(VOCABULARY))) - 1));
  return Array.from({ length: 8 + below(13) }, word).join(' ');
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
