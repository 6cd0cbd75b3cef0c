import { isWoken } from '../domain/snooze';
import type { Summary } from '../domain/summary';

/** Of which conversations a person is told: none, those they hold, or those and the ones that nobody holds. */
export type NoticeScope = 'off' | 'mine' | 'free';
export type NoticeChoice = { scope: NoticeScope; sound: boolean };

/** What the person has before them: the inbox in some tab of this browser, with this conversation open in it. null: something else. */
export type Glance = { openId: string | null } | null;

/** So many messages of the customer have come in, or a snooze has ended; `row` is the conversation as it is with that. */
export type Arrival = { row: Summary; messages: number; isWoken: boolean };

/** What is to be shown. A later one with the same tag takes its place, and draws no attention again if it is `quiet`. */
export type Notice = { tag: string; title: string; body: string; opens: string | null; quiet: boolean };

/** What is kept between two decisions; times in epoch ms. */
export type Pace = {
  /** What has come lately, an entry for each conversation, the latest last. */
  recent: readonly Recent[];
  /** Whether these are told in one. */
  isMany: boolean;
  soundAt: number;
};
type Recent = { id: string; name: string; messages: number; at: number; loudAt: number };

export type Circumstances = {
  choice: NoticeChoice;
  userId: string;
  glance: Glance;
  /** Epoch ms. */
  now: number;
  /** Whether they were missed and are caught up with. */
  isBulk: boolean;
};

/** `close`: the tags of notices that have no use any more. */
export type Decision = { pace: Pace; show: readonly Notice[]; close: readonly string[]; sounds: boolean };

/** The tag of the notice that tells of many conversations. */
export const MANY = 'parley:many';
/** Sounds, and notices of one conversation that draw attention, come no oftener than this. */
const LOUD_EVERY_MS = 3_000;
const BURST_MS = 10_000;
const MOST_IN_BURST = 5;
const MAX_BODY = 120;
const MOST_NAMES = 3;

export const calm: Pace = { recent: [], isMany: false, soundAt: -Infinity };

const isMine = ({ lock }: Summary, userId: string): boolean => lock?.agentId === userId;

/** Whether the person wants to be told of this conversation. A colleague's is never theirs to hear of. */
function concerns(row: Summary, scope: NoticeScope, userId: string): boolean {
  if (scope === 'off') return false;
  return row.lock === null ? scope === 'free' : isMine(row, userId);
}

/** Whether it is back for this person: what they had set aside themselves, and nobody has yet. */
const isBack = ({ row, isWoken }: Arrival, { scope }: NoticeChoice, userId: string): boolean =>
  isWoken && scope !== 'off' && row.snoozedBy === userId && (row.lock === null || isMine(row, userId));

/** Whether nothing in it waits for this person any more: it was read or answered, or a colleague has it. */
export function isSettled(row: Summary, userId: string): boolean {
  if (isWoken(row) && row.snoozedBy === userId) return row.lock !== null;
  return row.unread === 0 || !row.unanswered || (row.lock !== null && !isMine(row, userId));
}

/** What to show, sound and close when messages have come in. */
export function decide(pace: Pace, arrivals: readonly Arrival[], circumstances: Circumstances): Decision {
  const { choice, userId, glance, now, isBulk } = circumstances;
  const wanted = arrivals.filter(
    (arrival) => (arrival.messages > 0 && concerns(arrival.row, choice.scope, userId)) || isBack(arrival, choice, userId),
  );
  const nothing = { show: [], close: [], sounds: false };
  if (wanted.length === 0) return { ...nothing, pace };
  const maySound = choice.sound && now - pace.soundAt >= LOUD_EVERY_MS;
  if (glance !== null) {
    // The list before them says it; what they hold or had set aside, and do not see, is worth a sound.
    const sounds = maySound && wanted.some(({ row, isWoken }) => (isWoken || isMine(row, userId)) && row.id !== glance.openId);
    return { pace: { ...calm, soundAt: sounds ? now : pace.soundAt }, show: [], close: [MANY], sounds };
  }
  const next = { ...flow(pace, wanted, now, isBulk), soundAt: maySound ? now : pace.soundAt };
  if (!next.isMany) return { ...nothing, pace: next, show: notices(next, wanted, now), sounds: maySound };
  const show = [summary(next, pace.isMany, isBulk)];
  return { pace: next, show, close: next.recent.map(({ id }) => id), sounds: maySound };
}

/** A burst goes on until nothing has come for so long; told in one are also those that were told each by itself at its beginning. */
function flow(pace: Pace, wanted: readonly Arrival[], now: number, isBulk: boolean): Pick<Pace, 'recent' | 'isMany'> {
  const isRecent = ({ at }: Recent): boolean => now - at < BURST_MS;
  const goesOn = pace.isMany && pace.recent.some(isRecent);
  const recent = new Map((goesOn ? pace.recent : pace.recent.filter(isRecent)).map((one) => [one.id, one]));
  for (const { row, messages } of wanted) {
    const before = recent.get(row.id);
    const loudAt = before && now - before.loudAt < LOUD_EVERY_MS ? before.loudAt : now;
    recent.delete(row.id);
    recent.set(row.id, {
      id: row.id,
      name: row.contact.name,
      messages: messages + (before?.messages ?? 0),
      at: now,
      loudAt,
    });
  }
  const isMany = goesOn || recent.size > MOST_IN_BURST || (isBulk && wanted.length > 1);
  return { recent: [...recent.values()], isMany };
}

/** One for each conversation, with the latest of its messages. */
function notices({ recent }: Pace, wanted: readonly Arrival[], now: number): Notice[] {
  const loud = new Set(recent.filter(({ loudAt }) => loudAt === now).map(({ id }) => id));
  return [...new Map(wanted.map(({ row }) => [row.id, row])).values()].map((row) => ({
    tag: row.id,
    title: row.contact.name,
    body: bodyOf(row),
    opens: row.id,
    quiet: !loud.has(row.id),
  }));
}

function summary({ recent }: Pace, isShown: boolean, isBulk: boolean): Notice {
  const messages = recent.reduce((sum, one) => sum + one.messages, 0);
  const title = recent.some((one) => one.messages === 0)
    ? `${recent.length} conversations are back or have new messages`
    : isBulk && !isShown
      ? `${recent.length} conversations have new messages`
      : `${messages} new messages in ${recent.length} conversations`;
  const names = recent.map(({ name }) => name).reverse();
  const more = names.length - MOST_NAMES;
  const body = more > 0 ? `${names.slice(0, MOST_NAMES).join(', ')} and ${more} more` : names.join(', ');
  return { tag: MANY, title, body, opens: null, quiet: isShown };
}

/** That a snooze has ended, or the beginning of the latest message; of a photo or a place the row has a word already. */
function bodyOf(row: Summary): string {
  if (isWoken(row)) return 'Snooze ended';
  const { text, direction } = row.lastMessage;
  // A late message leaves the row as it is: what stands there then is our own answer.
  if (direction === 'outbound' || text === '') return 'New message';
  const letters = [...text];
  return letters.length <= MAX_BODY ? text : `${letters.slice(0, MAX_BODY - 1).join('')}…`;
}
