import { numberText } from '../domain/number-text';
import { ticketStatusNames, type TicketChange, type TicketStatus } from '../domain/ticket';
import type { TicketWish } from '../domain/ticket-changes';
import { isTyping } from './shortcuts';
import { timeAhead } from './thread-time';
import { TicketRun, type RunDeps } from './ticket-run';
import { backFrom, tallyWords } from './ticket-tally';
import { walkThrough, type TicketWalk } from './ticket-walk';

/** What is said of it. `progress` stays until something else is said. */
export type TicketNotice = {
  kind: 'progress' | 'success' | 'error';
  text: string;
  action?: { label: string; run: () => void };
};

export type TicketActsDeps = Pick<RunDeps, 'set' | 'wait'> & {
  say: (notice: TicketNotice) => void;
  /** Opens a conversation. */
  show: (id: string) => void;
  /** Epoch ms. */
  now: () => number;
};

/** A ticket that was set in leaving its conversation. `name`: its customer; `until`: snoozed until then, epoch ms. */
export type LeftTicket = { id: string; name: string; until: number | null } & TicketChange;

/** Sets tickets back. `left`: the conversation that was left by what is taken back; null when none was. */
type Back = { wishes: TicketWish[]; left: string | null };

/** What can be taken back. `words`: what was done. */
type Done = Back & { words: string; at: number };

/**
 * Tickets that are set together. `to`: null when they are set back; `total`: null when nobody has counted them; `left`: shown again once it is
 * set back.
 */
type Job = { walk: TicketWalk; to: TicketStatus | null; total: number | null; left: string | null };

/** A key that is pressed much later means something else. */
const UNDO_MS = 120_000;
/** Nothing is said of what takes less. */
const PATIENCE_MS = 500;

/** Sets tickets away from their conversations, says what came of it, and takes back what was done last. */
export class TicketActs {
  readonly #deps: TicketActsDeps;
  #done: Done | null = $state.raw(null);
  #isRunning = $state(false);
  #isTypedSince = false;

  constructor(deps: TicketActsDeps) {
    this.#deps = deps;
  }

  /** What can be taken back now, in words; null = nothing. */
  get undoable(): string | null {
    const isLate = this.#done !== null && this.#deps.now() - this.#done.at > UNDO_MS;
    return this.#done === null || isLate || this.#isRunning ? null : this.#done.words;
  }

  /** Whether others are still being set, which is said then: these wait for them. */
  isBusy(): boolean {
    if (this.#isRunning)
      this.#deps.say({ kind: 'error', text: 'Other conversations are still being set. Wait for that, or stop it.' });
    return this.#isRunning;
  }

  /** Something has been typed: in a field the key belongs to that from now on. */
  typed(): void {
    this.#isTypedSince = true;
  }

  /** Whether the key that takes back means this when it is pressed there, and not what is written there. */
  takes(at: Element): boolean {
    return !isTyping(at) || (at instanceof HTMLTextAreaElement && at.value === '' && !this.#isTypedSince);
  }

  /** Sets these. */
  set(ids: Iterable<string>, ticketStatus: TicketStatus): Promise<void> {
    const wishes = [...ids].map((id) => ({ id, ticketStatus }));
    return this.#run({ walk: walkThrough(wishes), to: ticketStatus, total: wishes.length, left: null });
  }

  /** Sets all that are walked through. */
  setAll(walk: TicketWalk, ticketStatus: TicketStatus, total: number | null): Promise<void> {
    return this.#run({ walk, to: ticketStatus, total, left: null });
  }

  /** A conversation has been left, closed or snoozed. */
  left({ id, name, until, ...change }: LeftTicket): void {
    const { previous, ticketStatus } = change;
    if (previous === ticketStatus && until === null) return this.forget();
    const back: Back = { wishes: [backFrom(id, change)], left: id };
    if (until === null)
      this.#offer(`${name}: ${ticketStatusNames[ticketStatus]}`, back, `${name}’s ticket is ${ticketStatusNames[ticketStatus]}.`);
    else this.#offer(`${name}: snoozed`, back, `${name} is snoozed until ${timeAhead(until, this.#deps.now())}.`);
  }

  /** What was done last has no way back here: a ticket was set in its conversation, or one was left as it was. */
  forget(): void {
    this.#done = null;
  }

  /** Takes back what was done last, and shows again what was left by it. */
  undo(): void {
    if (this.undoable !== null && this.#done) this.#takeBack(this.#done);
  }

  #takeBack({ wishes, left }: Back): void {
    if (this.isBusy()) return;
    if (this.#done?.wishes === wishes) this.#done = null;
    void this.#run({ walk: walkThrough(wishes), to: null, total: wishes.length, left });
  }

  async #run({ walk, to, total, left }: Job): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    let handled = 0;
    let isLong = false;
    const { set, wait, say } = this.#deps;
    const tell = (): void => {
      if (!isLong) return;
      const of = total === null ? `${numberText(handled)} so far` : `${numberText(handled)} of ${numberText(total)}`;
      say({ kind: 'progress', text: `${doing(to)}: ${of}`, action: { label: 'Stop', run: () => run.stop() } });
    };
    const onprogress = (n: number): void => {
      handled = n;
      tell();
    };
    const run = new TicketRun(walk, { set, wait, onprogress });
    await this.#goOn(run, { to, left }, () => {
      isLong = true;
      tell();
    });
  }

  async #goOn(run: TicketRun, job: Pick<Job, 'to' | 'left'>, isLong: () => void): Promise<void> {
    this.#isRunning = true;
    const timer = setTimeout(isLong, PATIENCE_MS);
    const end = await run.go();
    clearTimeout(timer);
    this.#isRunning = false;
    const { to, left } = job;
    const words = tallyWords(run.tally, to);
    if (end === 'failed') {
      const goOn = { label: 'Go on', run: () => void (this.isBusy() || this.#goOn(run, job, isLong)) };
      // What was set back is not to be set once more: that is for who chooses to go on.
      if (to !== null) this.#keep(words, { wishes: run.tally.undo, left: null });
      this.#deps.say({ kind: 'error', text: `It stopped on the way. Check the connection. ${words}`, action: goOn });
      return;
    }
    const said = end === 'stopped' ? `Stopped. ${words}` : words;
    if (to === null || run.tally.undo.length === 0) this.#deps.say({ kind: 'success', text: said });
    else this.#offer(words, { wishes: run.tally.undo, left: null }, said);
    if (left !== null && run.tally.undo.length > 0) this.#deps.show(left);
  }

  #keep(words: string, back: Back): void {
    if (back.wishes.length === 0) return;
    this.#done = { words, ...back, at: this.#deps.now() };
    this.#isTypedSince = false;
  }

  #offer(words: string, back: Back, text: string): void {
    this.#keep(words, back);
    this.#deps.say({ kind: 'success', text, action: { label: 'Undo', run: () => this.#takeBack(back) } });
  }
}

const doing = (to: TicketStatus | null): string =>
  to === null ? 'Setting back' : to === 'closed' ? 'Closing' : `Setting to ${ticketStatusNames[to]}`;
