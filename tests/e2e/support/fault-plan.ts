import { randomFrom } from '../../../workers/demo/random';
import { faults, silence, untilDate, type Fault, type Meaning } from './faults';
import type { Behaviour, Call } from './provider';

/** What the provider did with one call. `notBefore`: the time, in epoch ms, before which it told us not to come again. */
export type Judged = { call: Call; number: number; verdict: 'taken' | Meaning; notBefore: number };

const FAULTY = 0.3;
/** Of the faults. */
const REFUSED = 0.6;
const FINAL = 0.12;
/** Of the refusals that name a time. */
const DATED = 0.1;

/**
 * A provider in trouble: of its calls 30 % get a fault, by a seed. What becomes of a call hangs on the seed, the message's number and
 * the try alone, not on the order in which the calls arrive, so that a seed is one and the same run on any machine. A message's number
 * is the last word of its text, because not every provider is told our id.
 */
export class FaultPlan {
  readonly judged: Judged[] = [];
  readonly #seed: number;
  readonly #silent: ReadonlySet<number>;
  readonly #tries = new Map<number, number>();

  /** `silent`: the numbers whose first call is never answered. */
  constructor(seed: number, silent: ReadonlySet<number>) {
    this.#seed = seed;
    this.#silent = silent;
  }

  /** What to do with this call; to be asked once for each. */
  readonly decide = (call: Call): Behaviour => {
    const number = Number(call.text.split(' ').at(-1));
    const attempt = (this.#tries.get(number) ?? 0) + 1;
    this.#tries.set(number, attempt);
    const { verdict, fault } = this.#draw(call, number, attempt);
    this.judged.push({ call, number, verdict, notBefore: call.at + (fault?.waitMs ?? 0) });
    return fault?.behaviour ?? {};
  };

  /** How often each verdict was given. */
  counts(): Record<Judged['verdict'], number> {
    const counts = { taken: 0, refused: 0, doubtful: 0, final: 0 };
    for (const { verdict } of this.judged) counts[verdict] += 1;
    return counts;
  }

  #draw({ provider }: Call, number: number, attempt: number): { verdict: Judged['verdict']; fault?: Fault } {
    if (attempt === 1 && this.#silent.has(number)) return { verdict: 'doubtful', fault: silence };
    const random = randomFrom(this.#seed + number * 7_919 + attempt * 104_729);
    if (!random.chance(FAULTY)) return { verdict: 'taken' };
    const draw = random.next();
    const verdict = draw < REFUSED ? 'refused' : draw < REFUSED + FINAL ? 'final' : 'doubtful';
    if (verdict === 'refused' && provider !== 'telegram' && random.chance(DATED))
      return { verdict, fault: untilDate(random.int(1, 8)) };
    return { verdict, fault: random.pick(faults[provider][verdict]) };
  }
}
