import type { InboxFrame } from '../domain/protocol';
import type { Summary } from '../domain/summary';
import { calm, decide, isSettled, MANY, type Arrival, type Glance, type Notice, type NoticeChoice, type Pace } from './notices';
import { SeenRows } from './seen-rows';

export type NotifierDeps = {
  userId: string;
  /** Epoch ms of the server's clock. */
  now(): number;
  choice(): NoticeChoice;
  /** Whether it is this tab of the browser that shows and sounds. */
  isLeader(): boolean;
  glance(): Promise<Glance>;
  /** `silent`: the browser is to make no sound of its own. */
  show(notice: Notice, silent: boolean): void;
  close(tag: string): void;
  /** False when the browser lets no page sound that nobody has touched yet. */
  chime(): boolean;
};

/** Tells of customers' messages, and of snoozes that end, as they come in. Every tab keeps count, so that any of them can go on when the one that tells is closed. */
export class Notifier {
  readonly #deps: NotifierDeps;
  readonly #seen: SeenRows;
  #pace: Pace = calm;

  constructor(deps: NotifierDeps) {
    this.#deps = deps;
    this.#seen = new SeenRows(deps.now());
  }

  /** Takes in a frame of the inbox socket. What the first one after a gap brings is told in one. */
  hear(frame: InboxFrame): void {
    if (frame.type === 'rows' || frame.type === 'hello') void this.#take(this.#seen.hear(frame.rows), frame.type === 'hello');
    if (frame.type !== 'erased') return;
    this.#seen.forget(frame.ids);
    for (const id of frame.ids) this.#deps.close(id);
  }

  /** Takes in the rows of the list: after a gap that was too long to be told, they are the first to know. */
  read(rows: readonly Summary[]): void {
    void this.#take(this.#seen.read(rows), true);
  }

  /** The person looks at the inbox: what came before that is no part of a later burst. */
  looked(): void {
    this.#pace = { ...calm, soundAt: this.#pace.soundAt };
    this.#deps.close(MANY);
  }

  async #take(changed: readonly Arrival[], isBulk: boolean): Promise<void> {
    const { userId, now, choice, isLeader, glance, show, close, chime } = this.#deps;
    for (const { row } of changed) if (isSettled(row, userId)) close(row.id);
    const arrivals = changed.filter(({ messages, isWoken }) => messages > 0 || isWoken);
    if (arrivals.length === 0 || !isLeader()) return;
    const seen = await glance();
    const decision = decide(this.#pace, arrivals, { choice: choice(), userId, glance: seen, now: now(), isBulk });
    this.#pace = decision.pace;
    decision.close.forEach(close);
    const needsTheirSound = decision.sounds && !chime();
    for (const notice of decision.show) show(notice, !needsTheirSound);
  }
}
