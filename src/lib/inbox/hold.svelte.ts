import type { Message } from '../domain/message';
import type { LockInfo } from '../domain/rejection';
import type { Summary } from '../domain/summary';
import { lossOf, type Loss } from './lock-evidence';

/** Who may answer, as this client sees it. */
export type HoldView =
  | { type: 'claiming' }
  | { type: 'mine'; epoch: number }
  | { type: 'other'; lock: LockInfo; asked: Asked; loss: Loss | null }
  | { type: 'free'; loss: Loss | null };

/** Whether the holder was asked for it: `lately` = asking again makes no sense yet. */
export type Asked = 'no' | 'lately' | 'before';

/** What became of a claim: the fencing number of the grant, or who has it. */
export type ClaimAnswer = { granted: true; epoch: number } | { granted: false; lock: LockInfo };

export type HoldDeps = {
  userId: string;
  lockIdleMs: number;
  /** Epoch ms of the server's clock. */
  now(): number;
  claim(): Promise<ClaimAnswer>;
  /** Tells the server that the agent did something; false when the connection is down. */
  sendActive(): boolean;
  granted(): void;
  lost(): void;
  /** It was granted when the agent had left already. */
  unwanted(epoch: number): void;
};

/** Activity is told at most this often, and oftener only where the idle limit itself is short. */
const ACTIVE_EVERY_MS = 20_000;
const WARN_AT = 0.8;
/** A holder who has not let go by then may be asked again. */
const ASK_AGAIN_MS = 60_000;

/** This agent's hold on one conversation: claims on opening, notices its loss, keeps the idle clock. */
export class Hold {
  readonly #deps: HoldDeps;
  #epoch = $state<number | null>(null);
  #claiming = $state(false);
  #asked = $state<Asked>('no');
  #lock = $state.raw<LockInfo | null>(null);
  #loss = $state.raw<Loss | null>(null);
  #idleAt = $state<number | null>(null);
  /** The latest log, kept for the moment a grant arrives after the frame that tells of its end. */
  #messages: Message[] = [];
  #activeAt = 0;
  #warnTimer: ReturnType<typeof setTimeout> | undefined;
  #laterTimer: ReturnType<typeof setTimeout> | undefined;
  #askTimer: ReturnType<typeof setTimeout> | undefined;
  #left = $state(false);

  constructor(deps: HoldDeps) {
    this.#deps = deps;
  }

  get view(): HoldView {
    if (this.#epoch !== null) return { type: 'mine', epoch: this.#epoch };
    if (this.#claiming || this.#left) return { type: 'claiming' };
    const { userId } = this.#deps;
    if (this.#lock && this.#lock.agentId !== userId) {
      return { type: 'other', lock: this.#lock, asked: this.#asked, loss: this.#loss };
    }
    return { type: 'free', loss: this.#loss };
  }

  get epoch(): number | null {
    return this.#epoch;
  }

  /** When the hold falls free unless the agent does something, while that is close; else null. Epoch ms. */
  get idleAt(): number | null {
    return this.#idleAt;
  }

  /** Asks for the conversation; whoever is first has it. Asking again while holding it changes nothing. */
  async claim(): Promise<void> {
    if (this.#claiming || this.#left) return;
    this.#claiming = true;
    try {
      this.answered(await this.#deps.claim());
    } finally {
      this.#claiming = false;
    }
  }

  /** Takes in the answer to a claim or a take-over. */
  answered(answer: ClaimAnswer): void {
    if (this.#left) {
      if (answer.granted) this.#deps.unwanted(answer.epoch);
      return;
    }
    if (!answer.granted) {
      this.#heldBy(answer.lock);
      this.#deps.lost();
      return;
    }
    this.#epoch = answer.epoch;
    this.#forgetAsking();
    this.#loss = null;
    this.#restartIdle();
    this.#deps.granted();
    this.#checkLoss();
  }

  /** Takes in what the thread tells: a loss, or a conversation that has fallen free. */
  notice(conversation: Summary, messages: Message[]): void {
    this.#heldBy(conversation.lock);
    this.#messages = messages;
    this.#checkLoss();
    if (this.#epoch !== null || this.#claiming || this.#left) return;
    const isMineElsewhere = this.#lock?.agentId === this.#deps.userId;
    // A failed try is repeated by the next frame or by the agent; the refusal is already on screen.
    if (isMineElsewhere || (this.#lock === null && this.#asked !== 'no')) this.claim().catch(() => undefined);
  }

  /** The server refused an act of the holder: the hold is over, whatever was shown. */
  refused(lock: LockInfo | null): void {
    this.#heldBy(lock);
    this.#lose({ why: 'unknown' });
  }

  /** The agent gave it back. */
  released(): void {
    this.#lock = null;
    this.#lose({ why: 'released' });
  }

  /** The holder was asked for it. */
  asked(): void {
    this.#forgetAsking();
    this.#asked = 'lately';
    this.#askTimer = setTimeout(() => (this.#asked = 'before'), ASK_AGAIN_MS);
  }

  /** The agent did something (typed, clicked, scrolled). */
  active(): void {
    if (this.#epoch === null) return;
    const every = Math.min(ACTIVE_EVERY_MS, this.#deps.lockIdleMs / 20);
    const wait = this.#activeAt + every - this.#deps.now();
    if (wait <= 0) this.#tellActive();
    else this.#laterTimer ??= setTimeout(() => this.#tellActive(), wait);
  }

  /** Stops the clocks; nothing is claimed any more. */
  leave(): void {
    this.#left = true;
    this.#epoch = null;
    this.#forgetAsking();
    this.#stopClocks();
  }

  /** Whoever has it now was not asked, unless it is who had it before. */
  #heldBy(lock: LockInfo | null): void {
    if (lock && (lock.agentId !== this.#lock?.agentId || lock.since !== this.#lock.since)) this.#forgetAsking();
    this.#lock = lock;
  }

  #forgetAsking(): void {
    clearTimeout(this.#askTimer);
    this.#asked = 'no';
  }

  #tellActive(): void {
    if (this.#epoch !== null && this.#deps.sendActive()) this.#restartIdle();
  }

  #restartIdle(): void {
    this.#stopClocks();
    this.#activeAt = this.#deps.now();
    const { lockIdleMs } = this.#deps;
    this.#warnTimer = setTimeout(() => (this.#idleAt = this.#activeAt + lockIdleMs), lockIdleMs * WARN_AT);
  }

  #stopClocks(): void {
    clearTimeout(this.#warnTimer);
    clearTimeout(this.#laterTimer);
    this.#laterTimer = undefined;
    this.#idleAt = null;
  }

  #checkLoss(): void {
    const loss = this.#epoch === null ? null : lossOf(this.#epoch, this.#messages);
    if (loss) this.#lose(loss);
  }

  #lose(loss: Loss): void {
    if (this.#epoch === null) return;
    this.#epoch = null;
    this.#forgetAsking();
    this.#loss = loss;
    this.#stopClocks();
    this.#deps.lost();
  }
}
