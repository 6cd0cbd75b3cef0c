import type { BroadcastPlan } from '../../src/lib/domain/broadcast';
import { rulesOf, type ProviderName } from '../../src/lib/domain/provider-rules';
import { singleFlight } from '../conversation/outbox';
import type { Env } from '../env';
import { audienceOf, gather, queryOf, readQuery } from './audience';
import { NO_OUTLET, outletOf } from './outlet';
import type { State } from './state';
import type { Store } from './store';

/** After a failed look the database is left alone for so long. */
const RETRY_MS = 5_000;
/** People read in one go. */
const PAGE = 250;

type Deps = {
  env: Env;
  store: Store;
  /** All or nothing. */
  transact: (work: () => void) => void;
  /** There is something new to see. */
  moved: () => void;
  /** It cannot go on, for this reason; `isHeld`: until its channel works again. */
  pause: (reason: string, isHeld: boolean) => void;
};

/** Reads a broadcast's audience, page by page, each kept together with where it ended: after a crash it goes on there. */
export class Gathering {
  readonly #deps: Deps;
  readonly #flight = singleFlight(() => this.#gather());
  #retryAt = 0;
  /** How many there were: a page of people that was read before one may have who is gone. */
  #erasures = 0;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** When it may be tried (again). */
  dueAt(now: number): number {
    return Math.max(now, this.#retryAt);
  }

  /** Gathers until everybody is there, or something is in the way. Throws what the database throws, to be tried again after a while. */
  async run(): Promise<void> {
    const now = Date.now();
    if (this.#deps.store.state()?.phase !== 'gathering' || now < this.#retryAt) return;
    this.#retryAt = now + RETRY_MS;
    await this.#flight();
    this.#retryAt = 0;
  }

  /** Somebody has been erased: what is being read of people may have them. */
  erased(): void {
    this.#erasures += 1;
  }

  async #gather(): Promise<void> {
    const { store } = this.#deps;
    for (let state = store.state(); state?.phase === 'gathering'; state = store.state()) await this.#gatherPage(state);
  }

  async #gatherPage({ plan, cursor, startedAt }: State): Promise<void> {
    const { env, store, transact, moved, pause } = this.#deps;
    const outlet = await outletOf(env, plan.channelId);
    if (!outlet) return pause(NO_OUTLET, true);
    const { provider } = outlet.channel;
    const found = await this.#query(plan, provider);
    if ('problem' in found) return pause(found.problem, false);
    const erasures = this.#erasures;
    const people = await audienceOf(env, plan, found.query, { after: cursor, limit: PAGE, at: startedAt ?? Date.now() });
    // A pause, a stop or an erasure may have come meanwhile: what was read is read again.
    const current = store.state();
    if (current?.phase !== 'gathering' || current.cursor !== cursor || this.#erasures !== erasures) return;
    const last = people.at(-1);
    transact(() => {
      store.add(gather(people, plan, provider), Date.now());
      const { perSecond } = rulesOf(provider);
      store.setState({ ...current, perSecond, ...(last ? { cursor: last.no } : { phase: 'sending' }) });
    });
    moved();
  }

  /** Asked for once: a segment that is changed under way changes nothing here. */
  async #query({ segmentId }: BroadcastPlan, provider: ProviderName): ReturnType<typeof queryOf> {
    const { env, store } = this.#deps;
    const kept = store.fact('query');
    const known = kept === null ? null : readQuery(kept);
    if (known) return known;
    const found = await queryOf(env, segmentId, provider);
    if ('query' in found) store.setFact('query', JSON.stringify(found.query));
    return found;
  }
}
