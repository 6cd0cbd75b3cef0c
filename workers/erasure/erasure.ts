import { DurableObject } from 'cloudflare:workers';
import { conversationIdOf } from '../../src/lib/domain/ids';
import type { Actor } from '../../src/lib/server/db/audit';
import * as rows from '../../src/lib/server/db/erasure';
import { broadcastOf } from '../../src/lib/server/bindings';
import { mark } from '../../src/lib/server/db/erased-addresses';
import { distinct, identitiesOf, spelled, type ChannelAddress } from '../../src/lib/server/db/spellings';
import { marksOf } from '../../src/lib/server/erased-mark';
import { opaque, subjectOf } from '../../src/lib/server/pseudonym';
import { directoryOf } from '../directory/directory';
import { conversationOf, hubsOf, readModelOf, type Env } from '../env';
import { simulatorOf } from '../simulator/object';

/** After a failure, or should the process die half-way, it goes on so much later. */
const AGAIN_MS = 10_000;
/** More ids than one person has: something leads in circles. */
const MAX_CONVERSATIONS = 100;
/** Another system's clock, by which its sends are dated, may be ahead of ours by so much. */
const AHEAD_MS = 300_000;

/** One person to be erased. `at`: when an Admin said so, epoch ms. */
export type Order = { person: rows.Known; actor: Actor; at: number };
/** `addresses`: all by which they are known, in every spelling. */
type Job = Order & { erased: rows.Erased[]; addresses: ChannelAddress[] };

/**
 * Erases one person, once, whatever happens on the way: each step may be done again, and the alarm goes on where it ended. Named by the
 * what stands for the person's id; when it is done, nothing is stored here any more.
 */
export class Erasure extends DurableObject<Env> {
  #running: Promise<void> | null = null;

  /** Begins, or goes on; resolves when all is gone. Rejects when something does not answer: then it is tried again by itself. */
  async start(order: Order): Promise<void> {
    if (!(await this.ctx.storage.get('job'))) {
      await this.ctx.storage.put<Job>('job', { ...order, erased: [], addresses: order.person.addresses });
      await this.ctx.storage.setAlarm(Date.now() + AGAIN_MS);
    }
    await this.#run();
  }

  override async alarm(): Promise<void> {
    try {
      await this.#run();
    } catch (error) {
      console.error({ event: 'erasure_failed', error: String(error) });
      await this.ctx.storage.setAlarm(Date.now() + AGAIN_MS);
    }
  }

  #run(): Promise<void> {
    this.#running ??= this.#erase().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #erase(): Promise<void> {
    const job = await this.ctx.storage.get<Job>('job');
    if (!job) return;
    const { env } = this;
    const { person, actor, at } = job;
    job.addresses = await spelled(env.DB, job.addresses);
    const id = await opaque(env.SECRET_KEY, `erased ${person.id} ${at}`);
    const subject = subjectOf('person', person.id);
    // First of all, so that whoever writes while this goes on is somebody new.
    await this.#mark(job);
    await rows.removePerson(env.DB, person, { id, at, actor, action: 'person.erased', subject });
    await this.#eraseConversations(job);
    await this.#mark(job);
    await Promise.all(hubsOf(env).map((hub) => hub.erase(job.erased)));
    for (const [d1, part] of Map.groupBy(job.erased, (one) => readModelOf(env, one.id))) await rows.removeConversations(d1, part);
    await Promise.all(hubsOf(env).map((hub) => hub.recount()));
    await this.#eraseSendings(job);
    await rows.removeRows(env.DB, { personId: person.id, erased: job.erased, addresses: job.addresses });
    await Promise.all(job.erased.map(({ id, erasedAt }) => this.#eraseMedia(id, erasedAt)));
    if (env.SIMULATOR === 'on') await simulatorOf(env).erase(job.erased.map(({ id }) => id));
    // Last, as until then they say what of them is elsewhere.
    await Promise.all(job.erased.map(({ id }) => conversationOf(env, id).erased()));
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  /** Who reports a send to them has no receiver of it from now on. */
  async #mark({ at, addresses, erased }: Job): Promise<void> {
    const until = Math.max(at, ...erased.map(({ erasedAt }) => erasedAt)) + AHEAD_MS;
    await mark(this.env.DB, await marksOf(this.env.SECRET_KEY, await identitiesOf(this.env.DB, addresses)), until);
  }

  /** Their conversations, and the objects that answer for their other addresses. */
  async #eraseConversations(job: Job): Promise<void> {
    const { env } = this;
    const asked = [...job.person.conversationIds, ...(await objectsOf(env, job.person.addresses))];
    const queue = new Set(asked);
    for (const id of queue) {
      if (queue.size > MAX_CONVERSATIONS) throw new Error('an erasure without an end');
      const { erasedAt, belongings } = await conversationOf(env, id).erase(job.at);
      job.erased = [...job.erased.filter((one) => one.id !== id), { id, erasedAt }];
      if (!belongings) continue;
      const { channelId, keys } = belongings;
      const addresses = belongings.addresses.map((address) => ({ channelId, address }));
      job.addresses = distinct([...job.addresses, ...(await spelled(env.DB, addresses))]);
      for (const other of await objectsOf(env, addresses)) queue.add(other);
      await Promise.all(keys.map((key) => directoryOf(env, channelId, key).forget([key])));
    }
    await this.ctx.storage.put('job', job);
  }

  /** Files that were there when they were erased; those of a new conversation of theirs stay. */
  async #eraseMedia(conversationId: string, erasedAt: number): Promise<void> {
    let cursor: string | undefined;
    do {
      const page = await this.env.MEDIA.list({ prefix: `${conversationId}/`, cursor });
      const old = page.objects.filter(({ uploaded }) => uploaded.getTime() <= erasedAt);
      if (old.length > 0) await this.env.MEDIA.delete(old.map(({ key }) => key));
      cursor = page.truncated ? page.cursor : undefined;
    } while (cursor !== undefined);
  }

  /** Who it was for in campaigns whose sending has begun: their figures stay. */
  async #eraseSendings({ addresses }: Job): Promise<void> {
    const channelIds = [...new Set(addresses.map(({ channelId }) => channelId))];
    for (const id of await rows.begunCampaigns(this.env.DB, channelIds))
      await broadcastOf(this.env, id).erase(addresses.map(({ address }) => address));
  }
}

/** The objects that these addresses lead to. */
async function objectsOf(env: Env, addresses: readonly ChannelAddress[]): Promise<string[]> {
  const identities = await identitiesOf(env.DB, addresses);
  return Promise.all(identities.map(({ channelId, address }) => conversationIdOf(channelId, address)));
}
