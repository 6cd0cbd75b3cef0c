import { DurableObject } from 'cloudflare:workers';
import { conversationIdOf } from '../../src/lib/domain/ids';
import type { Actor } from '../../src/lib/server/db/audit';
import * as rows from '../../src/lib/server/db/erasure';
import { broadcastOf, gateOf } from '../../src/lib/server/bindings';
import { mark } from '../../src/lib/server/db/erased-addresses';
import { distinct, identitiesOf, spelled, type ChannelAddress } from '../../src/lib/server/db/spellings';
import { marksOf } from '../../src/lib/server/erased-mark';
import { opaque, subjectOf } from '../../src/lib/server/pseudonym';
import { forgetKeys, SHARDS } from '../directory/directory';
import { conversationOf, hubsOf, readModelOf, type Env } from '../env';
import { simulatorOf } from '../simulator/object';
import { Calls } from './calls';

/** After a failure, or should the process die half-way, it goes on so much later. */
const AGAIN_MS = 10_000;
/** So many calls are made in one run: an invocation may make 1,000, and some go to the database. */
const MOST_CALLS = 300;
/** Campaigns asked at once. */
const CAMPAIGNS = 20;
/** More ids than one person has: something leads in circles. */
const MAX_CONVERSATIONS = 100;
/** Another system's clock, by which its sends are dated, may be ahead of ours by so much. */
const AHEAD_MS = 300_000;

/** One person to be erased. `at`: when an Admin said so, epoch ms. */
export type Order = { person: rows.Known; actor: Actor; at: number };
/**
 * `removedAt`: when they had left People: who is found there after that is somebody new. `addresses`: all by which they are known, in every
 * spelling. `waiting`: conversations whose turn is to come; missing until they are looked
 * for. `campaign`: up to which one, in the order of their ids, all have been told.
 */
type Job = Order & {
  removedAt?: number;
  erased: rows.Erased[];
  addresses: ChannelAddress[];
  waiting?: string[];
  campaign?: string;
};

/**
 * Erases one person, once, whatever happens on the way: each step may be done again, and the alarm goes on where it ended. Of whom there is
 * more than one run may call for, less is left after each. Named by what stands for the person's id; when it is done, nothing is stored here
 * any more.
 */
export class Erasure extends DurableObject<Env> {
  #running: Promise<boolean> | null = null;

  /**
   * Begins, or goes on; resolves with true when all is gone, with false when the rest is for further runs. Rejects when something does not
   * answer. Either way it goes on by itself. Who is back before it is done, and is to be erased again, is so after it.
   */
  async start(order: Order): Promise<boolean> {
    const job = await this.ctx.storage.get<Job>('job');
    if (!job) await this.#begin(order, AGAIN_MS);
    else if (job.removedAt !== undefined && job.removedAt < order.at) await this.ctx.storage.put('next', order);
    return this.#run();
  }

  /** Both or neither, so that it goes on whatever happens. */
  async #begin(order: Order, afterMs: number): Promise<void> {
    const job: Job = { ...order, erased: [], addresses: order.person.addresses };
    await Promise.all([this.ctx.storage.put('job', job), this.ctx.storage.setAlarm(Date.now() + afterMs)]);
  }

  override async alarm(): Promise<void> {
    try {
      await this.#run();
    } catch (error) {
      console.error({ event: 'erasure_failed', error: String(error) });
      await this.ctx.storage.setAlarm(Date.now() + AGAIN_MS);
    }
  }

  #run(): Promise<boolean> {
    this.#running ??= this.#erase().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #erase(): Promise<boolean> {
    const job = await this.ctx.storage.get<Job>('job');
    if (!job) return true;
    job.addresses = await spelled(this.env.DB, job.addresses);
    if (!(await this.#eraseAll(job, new Calls(MOST_CALLS)))) {
      await this.ctx.storage.put('job', job);
      await this.ctx.storage.setAlarm(Date.now());
      return false;
    }
    const next = await this.ctx.storage.get<Order>('next');
    // Not waited for one by one: an order that comes in between would go with them.
    await Promise.all([this.ctx.storage.deleteAlarm(), this.ctx.storage.deleteAll(), next && this.#begin(next, 0)]);
    return next === undefined;
  }

  /** False when there are no calls left for the rest. */
  async #eraseAll(job: Job, calls: Calls): Promise<boolean> {
    const { env } = this;
    const { person, actor, at } = job;
    const id = await opaque(env.SECRET_KEY, `erased ${person.id} ${at}`);
    const subject = subjectOf('person', person.id);
    // First of all, so that whoever writes while this goes on is somebody new.
    await this.#mark(job);
    await rows.removePerson(env.DB, person, { id, at, actor, action: 'person.erased', subject });
    if (job.removedAt === undefined) {
      job.removedAt = Date.now();
      await this.ctx.storage.put('job', job);
    }
    if (!(await this.#eraseConversations(job, calls))) return false;
    await this.#mark(job);
    await Promise.all(hubsOf(env).map((hub) => hub.erase(job.erased)));
    for (const [d1, part] of Map.groupBy(job.erased, (one) => readModelOf(env, one.id))) await rows.removeConversations(d1, part);
    await Promise.all(hubsOf(env).map((hub) => hub.recount()));
    if (!(await this.#eraseSendings(job, calls))) return false;
    await rows.removeRows(env.DB, { personId: person.id, erased: job.erased, addresses: job.addresses });
    for (const one of job.erased) if (!(await this.#eraseMedia(one, calls))) return false;
    const ids = job.erased.map((one) => one.id);
    const channelIds = new Set(job.addresses.map(({ channelId }) => channelId));
    await Promise.all([...channelIds].map((channelId) => gateOf(env, channelId).forget(ids)));
    if (env.SIMULATOR === 'on') await simulatorOf(env).erase(ids);
    // Last, as until then they say what of them is elsewhere.
    await Promise.all(job.erased.map(({ id }) => conversationOf(env, id).erased()));
    return true;
  }

  /** Who reports a send to them has no receiver of it from now on. */
  async #mark({ at, addresses, erased }: Job): Promise<void> {
    const until = Math.max(at, ...erased.map(({ erasedAt }) => erasedAt)) + AHEAD_MS;
    await mark(this.env.DB, await marksOf(this.env.SECRET_KEY, await identitiesOf(this.env.DB, addresses)), until);
  }

  /** Their conversations, and the objects that answer for their other addresses. */
  async #eraseConversations(job: Job, calls: Calls): Promise<boolean> {
    const { env } = this;
    job.waiting ??= [...new Set([...job.person.conversationIds, ...(await objectsOf(env, job.person.addresses))])];
    for (let id = job.waiting[0]; id !== undefined; id = job.waiting[0]) {
      if (!calls.take(1)) return false;
      const { erasedAt, belongings } = await conversationOf(env, id).erase(job.at);
      job.erased = [...job.erased.filter((one) => one.id !== id), { id, erasedAt }];
      const others: string[] = [];
      if (belongings) {
        const { channelId } = belongings;
        const addresses = belongings.addresses.map((address) => ({ channelId, address }));
        job.addresses = distinct([...job.addresses, ...(await spelled(env.DB, addresses))]);
        others.push(...(await objectsOf(env, addresses)));
        if (!(await this.#forgetKeys(id, channelId, calls))) return false;
      }
      const known: ReadonlySet<string> = new Set([...job.erased.map((one) => one.id), ...job.waiting]);
      job.waiting = [...job.waiting.slice(1), ...others.filter((other) => !known.has(other))];
      if (job.erased.length + job.waiting.length > MAX_CONVERSATIONS) throw new Error('an erasure without an end');
      await this.ctx.storage.put('job', job);
    }
    return true;
  }

  /** What the directory knows of a conversation's messages; what is forgotten is not asked for again. */
  async #forgetKeys(id: string, channelId: string, calls: Calls): Promise<boolean> {
    const conversation = conversationOf(this.env, id);
    for (;;) {
      if (!calls.take(1)) return false;
      const keys = await conversation.keysLeft();
      if (keys.length === 0) return true;
      if (!calls.take(SHARDS + 1)) return false;
      await forgetKeys(this.env, channelId, keys);
      await conversation.keysForgotten();
    }
  }

  /** Files that were there when they were erased; those of a new conversation of theirs stay. */
  async #eraseMedia({ id, erasedAt }: rows.Erased, calls: Calls): Promise<boolean> {
    let cursor: string | undefined;
    do {
      if (!calls.take(2)) return false;
      const page = await this.env.MEDIA.list({ prefix: `${id}/`, cursor });
      const old = page.objects.filter(({ uploaded }) => uploaded.getTime() <= erasedAt);
      if (old.length > 0) await this.env.MEDIA.delete(old.map(({ key }) => key));
      cursor = page.truncated ? page.cursor : undefined;
    } while (cursor !== undefined);
    return true;
  }

  /** Who it was for in campaigns whose sending has begun: their figures stay. */
  async #eraseSendings(job: Job, calls: Calls): Promise<boolean> {
    const channelIds = [...new Set(job.addresses.map(({ channelId }) => channelId))];
    const addresses = job.addresses.map(({ address }) => address);
    for (;;) {
      const ids = await rows.launchedCampaigns(this.env.DB, channelIds, { after: job.campaign ?? '', limit: CAMPAIGNS });
      if (ids.length === 0) return true;
      if (!calls.take(ids.length)) return false;
      await Promise.all(ids.map((id) => broadcastOf(this.env, id).erase(addresses)));
      job.campaign = ids.at(-1) ?? '';
      await this.ctx.storage.put('job', job);
    }
  }
}

/** The objects that these addresses lead to. */
async function objectsOf(env: Env, addresses: readonly ChannelAddress[]): Promise<string[]> {
  const identities = await identitiesOf(env.DB, addresses);
  return Promise.all(identities.map(({ channelId, address }) => conversationIdOf(channelId, address)));
}
