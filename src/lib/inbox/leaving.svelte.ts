import { toast } from 'svelte-sonner';
import type { TicketStatus } from '../domain/ticket';
import type { LeftBehind } from './left-behind';
import type { Thread } from './thread.svelte';

type Deps = {
  thread: Thread;
  /** The conversation that comes after this one in the list; null when there is none. */
  nextId: () => string | null;
  /** Goes to a conversation, or to the list. */
  onleave: (nextId: string | null) => void;
};

/** Nothing is said of an answer that comes sooner. */
const PATIENCE_MS = 600;

/** How an agent leaves a conversation: whoever holds it is asked for the ticket status, or until when; a reader just goes. */
export class Leaving {
  readonly #deps: Deps;
  /** The agent is asked for the ticket status. */
  isAsking = $state(false);
  /** The agent is asked until when it is to be set aside. */
  isAskingUntil = $state(false);
  #isBusy = $state(false);
  /** Another conversation is on screen: what was still under way here leads nobody away from that. */
  #isGone = false;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The answer of the server is on its way. */
  get isBusy() { return this.#isBusy; } // prettier-ignore

  /** X or Esc. */
  begin(): void {
    if (this.#deps.thread.hold.view.type === 'mine') this.isAsking = true;
    else this.#deps.onleave(null);
  }

  /** Closes it; `next`: and goes on to the one after it. */
  async close(status: TicketStatus, next: boolean, leaves: LeftBehind = 'anything'): Promise<void> {
    const { thread, nextId } = this.#deps;
    await this.#after(() => thread.closeAs(status, leaves), next ? nextId() : null);
  }

  /** Z: asks until when, instead of for the status. */
  askUntil(): void {
    this.isAsking = false;
    this.isAskingUntil = true;
  }

  /** Sets it aside until then (epoch ms), and goes on to the one after it. */
  async snooze(until: number): Promise<void> {
    const { thread, nextId } = this.#deps;
    await this.#after(() => thread.snooze(until), nextId());
  }

  /** Only lets it go; its ticket stays as it is. */
  async release(): Promise<void> {
    await this.#after(() => this.#deps.thread.release(), null);
  }

  /** The pane is not on screen any more. */
  gone(): void {
    this.#isGone = true;
    void this.#deps.thread.leave();
  }

  async #after(act: () => Promise<boolean>, target: string | null): Promise<void> {
    const { thread, onleave } = this.#deps;
    this.#isBusy = true;
    const said = setTimeout(() => toast.loading('Closing once everything is sent…', { id: thread.id }), PATIENCE_MS);
    const done = await act();
    clearTimeout(said);
    toast.dismiss(thread.id);
    this.#isBusy = false;
    this.isAsking = false;
    this.isAskingUntil = false;
    if (done && !this.#isGone) onleave(target);
  }
}
