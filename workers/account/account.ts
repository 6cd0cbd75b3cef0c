import { DurableObject } from 'cloudflare:workers';
import { sessionOf, type Env } from '../env';

/** A sign-in of this user: the id of its `Session`, when (epoch ms) and with what it began. */
export type SignIn = { id: string; createdAt: number; userAgent: string };

const PREFIX = 'session:';
/** No sign-in lasts longer; what is older has ended without a word. */
const LONGEST_MS = 24 * 3_600_000;
/** What was promised to end does so by itself after this, and is tried again after as long. */
const SOON_MS = 10_000;
const PROMISE = 'ending';

/** Which sign-ins a user has, so that all of them can be ended at once. Named by the user's id. */
export class Account extends DurableObject<Env> {
  async add(signIn: SignIn): Promise<void> {
    await this.ctx.storage.put(PREFIX + signIn.id, signIn);
  }

  async remove(id: string): Promise<void> {
    await this.ctx.storage.delete(PREFIX + id);
  }

  /** Those that go on, the latest first, with when each was last used (epoch ms). */
  async list(): Promise<(SignIn & { seenAt: number })[]> {
    const known = await this.#all();
    const seen = await Promise.all(known.map(({ id }) => sessionOf(this.env, id).seenAt()));
    return known
      .flatMap((signIn, i) => {
        const seenAt = seen[i];
        return seenAt === null || seenAt === undefined ? [] : [{ ...signIn, seenAt }];
      })
      .sort((a, b) => b.seenAt - a.seenAt);
  }

  /** Promises that they end, all but one: said before what they must not outlast is written. `end` keeps it, `goOn` takes it back. */
  async endSoon(except: string | null): Promise<void> {
    await this.ctx.storage.put(PROMISE, { except });
    await this.ctx.storage.setAlarm(Date.now() + SOON_MS);
  }

  async goOn(): Promise<void> {
    await this.ctx.storage.delete(PROMISE);
    await this.ctx.storage.deleteAlarm();
  }

  override async alarm(): Promise<void> {
    const promised = await this.ctx.storage.get<{ except: string | null }>(PROMISE);
    if (!promised) return;
    try {
      await this.end(promised.except);
    } catch (error) {
      console.error({ event: 'sessions_not_ended', userId: this.ctx.id.name, error: String(error) });
      await this.ctx.storage.setAlarm(Date.now() + SOON_MS);
    }
  }

  /** Ends them all but one; answers how many. When it returns, none of them opens anything any more. */
  async end(except: string | null = null): Promise<number> {
    const ending = (await this.#all()).filter(({ id }) => id !== except);
    // Each takes itself off the list when it has ended.
    await Promise.all(ending.map(({ id }) => sessionOf(this.env, id).end()));
    await this.goOn();
    return ending.length;
  }

  async #all(): Promise<SignIn[]> {
    const all = [...(await this.ctx.storage.list<SignIn>({ prefix: PREFIX })).values()];
    const old = all.filter(({ createdAt }) => Date.now() - createdAt > LONGEST_MS);
    if (old.length > 0) await this.ctx.storage.delete(old.map(({ id }) => PREFIX + id));
    return all.filter((signIn) => !old.includes(signIn));
  }
}
