import type { CampaignMatch } from '../../src/lib/domain/campaign';
import type { TicketStatus } from '../../src/lib/domain/ticket';
import { demoCampaigns, type CampaignKey } from './campaigns';
import { demoChannels, type DemoProvider } from './channels';
import { fill, slots, turnOf, type Dialogue, type SlotValues, type Turn } from './dialogues/dialogue';
import { food } from './dialogues/food';
import { streaming } from './dialogues/streaming';
import { travel } from './dialogues/travel';
import { featured } from './featured';
import { identities } from './identity';
import { addressFor, fullNames, languages, type DemoPerson, type Language } from './people';
import { agesOf, statusesOf } from './quota';
import { randomFrom, type Random } from './random';
import { beatsOf, layOut, statusAt, type Outcome, type Session } from './timeline';

/** What the contact was sent by a campaign before the conversation began. */
export type DemoSend = {
  key: CampaignKey;
  sendId: string;
  providerMessageId: string;
  text: string;
  buttons: string[];
  at: number;
  match: Extract<CampaignMatch, 'exact' | 'token' | 'inferred'>;
};

/** One conversation of the demo as plain data; the seed turns it into commands. Times in epoch ms. */
export type DemoConversation = {
  provider: DemoProvider;
  channelId: string;
  address: string;
  name: string | null;
  language: Language;
  send: DemoSend | null;
  sessions: Session[];
  ticketStatus: TicketStatus;
  lastInboundAt: number;
};

export const DEMO_SIZE = 200;
const SEED = 20_418;
const HOUR = 3_600_000;

const dialogues: readonly Dialogue[] = [...travel, ...food, ...streaming];
/** How the conversations are shared between languages and providers. */
const languageWeights: Record<Language, number> = { en: 78, es: 24, hi: 20, ar: 18, ja: 18, pt: 18, de: 16 };
const providerWeights: Record<DemoProvider, number> = { whatsapp: 88, messenger: 40, telegram: 38, webhook: 26 };

type Plan = DemoPerson & {
  provider: DemoProvider;
  language: Language;
  dialogue: Dialogue;
  ageMs: number;
  ticketStatus: TicketStatus;
  whole: boolean;
};

/** The whole demo as of `now`: the same for the same `now`, and shifted in time but otherwise equal for another. */
export function demoContent(now: number): DemoConversation[] {
  const random = randomFrom(SEED);
  return plans(random).map((plan, index) => conversationOf(plan, index, now, random));
}

function plans(random: Random): Plan[] {
  const fixed = featured.map((one): Plan => ({ ...one, language: one.dialogue.language, whole: true }));
  const count = DEMO_SIZE - fixed.length;
  const ages = agesOf(count, random);
  const statuses = statusesOf(ages, random);
  const spoken = spread(languageWeights, count, random);
  const carried = spread(providerWeights, count, random);
  const names = new Map(languages.map((language) => [language, fullNames(language, random)]));
  const scripts = new Map(languages.map((language) => [language, scriptsOf(language, random)]));
  const drawn = ages.map((ageMs, i): Plan => {
    const language = spoken[i] ?? 'en';
    const provider = carried[i] ?? 'whatsapp';
    const name = i % 37 === 5 ? null : (names.get(language)?.pop() ?? null);
    const dialogue = next(scripts.get(language) ?? []);
    const address = addressFor(provider, language, random);
    return { name, address, provider, language, dialogue, ageMs, ticketStatus: statuses[i] ?? 'new', whole: false };
  });
  return [...fixed, ...drawn];
}

/** A list of `count` keys in proportion to their weights, shuffled. */
function spread<K extends string>(weights: Record<K, number>, count: number, random: Random): K[] {
  const bag: K[] = [];
  for (const key in weights) for (let i = 0; i < weights[key]; i++) bag.push(key);
  return random.shuffle(bag).slice(0, count);
}

const scriptsOf = (language: Language, random: Random): Dialogue[] =>
  random.shuffle(dialogues.filter((dialogue) => dialogue.language === language));

/** Takes the first and puts it last, so that every script is used before one comes again. */
function next(queue: Dialogue[]): Dialogue {
  const dialogue = queue.shift();
  if (!dialogue) throw new RangeError('A language without a dialogue');
  queue.push(dialogue);
  return dialogue;
}

function conversationOf(plan: Plan, index: number, now: number, random: Random): DemoConversation {
  const ids = identities(plan.provider, index, plan.address);
  const values = valuesOf(plan, random);
  const lastInboundAt = now - plan.ageMs;
  const turns = cut(plan.dialogue.lines.map(turnOf), plan, random);
  const times = layOut(turns, lastInboundAt, now, random);
  const beats = beatsOf(turns, times, values, ids, (i) => outcomeOf(plan.provider, turns, i, random));
  const firstAt = times[0] ?? lastInboundAt;
  const earlier =
    plan.whole || plan.dialogue.campaign !== null || index % 2 !== 0 ? [] : [history(plan, values, ids, firstAt, random)];
  const agentCame = beats.some((beat) => beat.type === 'answer') || plan.ticketStatus !== 'new';
  const status = agentCame ? { to: plan.ticketStatus, at: statusAt(beats, now, random) } : null;
  const latest: Session = { agent: agentOf(index), beats, status: status && endsOpen(turns, plan) ? null : status };
  return {
    provider: plan.provider,
    channelId: demoChannels[plan.provider].id,
    address: plan.address,
    name: plan.name,
    language: plan.language,
    send: sendOf(plan, turns, index, values, firstAt, random),
    sessions: [...earlier, latest],
    ticketStatus: plan.ticketStatus,
    lastInboundAt,
  };
}

const agentOf = (index: number): Session['agent'] => (index % 5 < 3 ? 'ana' : 'ben');

/** New with the end user's words last: nobody has touched the ticket since. */
const endsOpen = (turns: readonly Turn[], plan: Plan): boolean => plan.ticketStatus === 'new' && turns.at(-1)?.by === 'contact';

/** Ends the script where it fits the ticket: New after the end user's words, the others after an agent's, or at the very end. */
function cut(turns: Turn[], plan: Plan, random: Random): Turn[] {
  if (plan.whole) return turns;
  const wanted = plan.ticketStatus === 'new' ? 'contact' : 'agent';
  const ends = turns.flatMap((turn, i) => (turn.by === wanted || (wanted === 'agent' && turn.by === 'reaction') ? [i + 1] : []));
  if (plan.ticketStatus === 'closed' && endsInPeace(turns)) ends.push(turns.length, turns.length);
  return turns.slice(0, ends.length > 0 ? random.pick(ends) : turns.length);
}

/** The end user's last word follows an answer and asks nothing. */
function endsInPeace(turns: readonly Turn[]): boolean {
  const [before, last] = turns.slice(-2);
  return before?.by === 'agent' && last?.by === 'contact' && last.kind === 'text' && !/[?？؟]/u.test(last.text);
}

/** An earlier talk, days before, that was closed: the new reply has revived it. */
function history(plan: Plan, values: SlotValues, ids: ReturnType<typeof identities>, before: number, random: Random): Session {
  const own = dialogues.filter((one) => one.language === plan.language && one !== plan.dialogue && one.campaign === null);
  const turns = random.pick(own).lines.map(turnOf);
  const until = before - random.int(26, 90) * HOUR;
  const times = layOut(turns, until - HOUR, until, random);
  const beats = beatsOf(turns, times, values, ids, (i) => (turns.slice(i).length > 1 ? 'read' : 'delivered'));
  return { agent: random.pick(['ana', 'ben']), beats, status: { to: 'closed', at: statusAt(beats, until, random) } };
}

/** Answers that were answered were read; the last one may have got less far. */
function outcomeOf(provider: DemoProvider, turns: readonly Turn[], index: number, random: Random): Outcome {
  if (provider === 'telegram') return 'sent';
  if (turns.slice(index + 1).some((turn) => turn.by !== 'agent')) return 'read';
  const draw = random.next();
  if (draw < 0.45) return 'read';
  if (draw < 0.72) return 'delivered';
  if (draw < 0.88) return 'sent';
  return draw < 0.97 ? 'failed' : 'unknown';
}

function valuesOf(plan: Plan, random: Random): SlotValues {
  const drawn = Object.entries(slots).map(([slot, options]) => [slot, random.pick<string>(options)]);
  const first = plan.name === null ? 'there' : (plan.name.split(' ')[plan.language === 'ja' ? 1 : 0] ?? plan.name);
  const values: Partial<SlotValues> = Object.fromEntries(drawn);
  return { ...emptyValues, ...values, first };
}

const emptyValues: SlotValues = {
  first: '', order: '', dish: '', flight: '', gate: '', hotel: '', city: '', show: '', code: '', minutes: '', amount: '', day: '',
  driver: '',
}; // prettier-ignore

function sendOf(plan: Plan, turns: readonly Turn[], index: number, values: SlotValues, firstAt: number, random: Random) {
  const key = plan.dialogue.campaign;
  if (key === null) return null;
  const { text, buttons } = demoCampaigns[key];
  const pressed = turns[0]?.by === 'contact' && turns[0].button;
  const match: DemoSend['match'] = !pressed ? 'inferred' : index % 7 === 3 ? 'token' : 'exact';
  return {
    key,
    sendId: `demo-send-${String(index).padStart(3, '0')}`,
    providerMessageId: identities(plan.provider, index, plan.address).campaign(),
    text: fill(text, values),
    buttons: [...buttons],
    at: firstAt - random.int(6, 1_500) * 60_000,
    match,
  };
}
