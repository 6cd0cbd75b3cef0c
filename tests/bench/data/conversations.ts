import type { Summary } from '../../../src/lib/domain/summary.ts';
import {
  CAMPAIGNS,
  campaignOf,
  FAMILY_NAMES,
  familyNameOf,
  foreign,
  GIVEN_NAMES,
  givenNameOf,
  VOCABULARY,
  wordOf,
} from './vocabulary.ts';

const DAY_MS = 86_400_000;
/** What the product keeps in its two tabs, less an hour so that nothing is archived while the benchmark runs. */
const PAST_MS = 15 * DAY_MS - 3_600_000;
/** One in ten wrote within the last day. */
const ACTIVE_SHARE = 0.1;
const FOREIGN_SHARE = 0.03;
const MIN_TEXT = 60;
const MAX_TEXT = 120;

const channelIds = ['demo-whatsapp', 'demo-messenger', 'demo-telegram'] as const;
const providers = ['whatsapp', 'messenger', 'telegram'] as const;
const statuses = ['new', 'new', 'pending', 'closed'] as const;

/** Repeatable randomness (mulberry32) of one row: the same number gives the same row, whatever was made before it. */
class Dice {
  #state: number;

  constructor(n: number) {
    this.#state = Math.imul(n + 1, 0x9e3779b1) ^ 0x7a11_e7;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let x = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  /** The k-th value about 1/k as often as the first, as words are in any language. */
  zipf(n: number): number {
    return Math.min(n - 1, Math.floor(Math.exp(this.next() * Math.log(n + 1))) - 1);
  }
}

/** A conversation of the data set, whose times end at `now`. Everything else of it depends on `n` alone. */
export function conversationOf(n: number, now: number): Summary {
  const dice = new Dice(n);
  const age = dice.chance(ACTIVE_SHARE) ? dice.below(DAY_MS) : DAY_MS + dice.below(PAST_MS - DAY_MS);
  const lastInboundAt = now - age;
  const campaign = campaignOf(Math.floor(CAMPAIGNS * dice.next() * dice.next()));
  const unanswered = dice.chance(0.4);
  const channel = dice.below(channelIds.length);
  const heldSince = dice.chance(0.02) ? now - dice.below(600_000) : null;
  return {
    id: idOf(n),
    version: 1 + dice.below(20),
    contact: { id: `bench-${n}`, name: nameOf(dice), address: `1999${String(n).padStart(8, '0')}` },
    channel: { id: channelIds[channel] ?? channelIds[0], provider: providers[channel] ?? providers[0] },
    campaign: dice.chance(0.8) ? { id: campaign.id, name: campaign.name, labels: [], match: 'exact' } : null,
    ticketStatus: statuses[dice.below(statuses.length)] ?? 'new',
    ticketChangedAt: lastInboundAt,
    snoozedUntil: null,
    snoozedBy: null,
    tab: age < DAY_MS ? 'active' : 'inactive',
    lastMessage: { text: textOf(dice), direction: unanswered ? 'inbound' : 'outbound', at: lastInboundAt },
    lastInboundAt,
    activeUntil: lastInboundAt + DAY_MS,
    sendWindowUntil: lastInboundAt + DAY_MS,
    unread: unanswered ? 1 + dice.below(3) : 0,
    unanswered,
    lock: heldSince === null ? null : { agentId: 'bench-agent', agentName: 'Bench', since: heldSince },
  };
}

const nameOf = (dice: Dice): string => `${givenNameOf(dice.below(GIVEN_NAMES))} ${familyNameOf(dice.below(FAMILY_NAMES))}`;

/** 60 to 120 characters. */
function textOf(dice: Dice): string {
  const length = MIN_TEXT + dice.below(MAX_TEXT - MIN_TEXT + 1);
  let text = dice.chance(FOREIGN_SHARE) ? `${foreign[dice.below(foreign.length)] ?? ''} ` : '';
  while (text.length < length) text += `${wordOf(dice.zipf(VOCABULARY))} `;
  return text.slice(0, length).trimEnd();
}

/** 40 hex digits, spread like the hash that real ids are. */
export function idOf(n: number): string {
  let id = '';
  for (let part = 0; part < 5; part += 1) id += spread(n * 5 + part + 1).toString(16).padStart(8, '0'); // prettier-ignore
  return id;
}

/** A 32-bit finalizer: a permutation, in which neighbours come out far apart. */
function spread(n: number): number {
  let x = n >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}
