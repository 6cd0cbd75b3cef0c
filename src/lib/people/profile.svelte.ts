import { identityOf } from '../domain/address';
import type { PropertyValue } from '../domain/person';
import type { Summary } from '../domain/summary';
import { api } from '../inbox/api';
import { problemOf, type Problem } from '../inbox/problem';
import { newestById } from '../inbox/row-merge';
import { Looks } from './looks';
import { isMissing } from './missing';

/** Everything that is known of one person. */
export type PersonDetail = Awaited<ReturnType<typeof api.people.get.query>>;

/** One person's page, renewed when something happens in their conversations. */
export class Profile {
  readonly id: string;
  #detail: PersonDetail | null = $state.raw(null);
  #state: 'loading' | 'ready' | 'missing' | 'failed' = $state('loading');
  #isStale = $state(false);
  readonly #looks = new Looks(() => this.load());
  #call = 0;
  /** What was heard of their conversations; before it is known which those are, of all. */
  #heard: readonly Summary[] = [];

  constructor(id: string) {
    this.id = id;
  }

  get detail() { return this.#detail; } // prettier-ignore
  get state() { return this.#state; } // prettier-ignore
  /** What is here could not be renewed. */
  get isStale() { return this.#isStale; } // prettier-ignore

  async load(): Promise<void> {
    const call = ++this.#call;
    try {
      const detail = await api.people.get.query({ id: this.id });
      if (call !== this.#call) return;
      if (this.#detail === null) {
        this.#heard = this.#heard.filter((row) => isOf(detail, row));
        if (this.#heard.length > 0) this.#looks.heard();
      }
      this.#detail = { ...detail, conversations: this.#placed(detail.conversations) };
      this.#state = 'ready';
      this.#isStale = false;
    } catch (error) {
      if (call !== this.#call) return;
      if (isMissing(error)) this.#detail = null;
      this.#isStale = this.#detail !== null;
      if (this.#detail !== null) return;
      this.#state = isMissing(error) ? 'missing' : 'failed';
      this.#heard = [];
    }
  }

  /** Conversations have changed, somebody's: looks again soon if any is with this person. */
  heard(rows: readonly Summary[]): void {
    const detail = this.#detail;
    const theirs = detail === null ? rows : rows.filter((row) => isOf(detail, row));
    if (theirs.length === 0) return;
    this.#heard = [...newestById(this.#heard, theirs).values()];
    if (detail !== null) this.#looks.heard();
  }

  /** Conversations have been erased; what comes of them later is of somebody new, whatever its version. */
  erased(ids: readonly string[]): void {
    this.#heard = this.#heard.filter(({ id }) => !ids.includes(id));
    if (this.#detail?.conversations.some(({ id }) => ids.includes(id))) this.#looks.heard();
  }

  /** Something may have been missed: looks again soon. */
  look(): void {
    this.#looks.heard();
  }

  /** Ends timers; what is on its way changes nothing any more. */
  stop(): void {
    this.#call += 1;
    this.#looks.stop();
  }

  /** Answers with what is wrong, in words, or null when it was changed. */
  rename(name: string): Promise<string | null> {
    return this.#change({ name });
  }

  /** The same; null as a value takes it away. */
  setProperty(key: string, value: PropertyValue | null): Promise<string | null> {
    return this.#change({ properties: { [key]: value } });
  }

  /** Makes the person gone, for good. `isDone` false: it goes on by itself. Or what is wrong, in words. */
  async erase(): Promise<{ isDone: boolean } | Problem> {
    try {
      return await api.people.erase.mutate({ id: this.id });
    } catch (error) {
      return problemOf(error);
    }
  }

  /** Each where it stood, because somebody may be about to click, new ones above them; and as new as it was heard of. */
  #placed(conversations: readonly Summary[]): Summary[] {
    const newest = newestById(conversations, this.#heard);
    const places = new Map(this.#detail?.conversations.map(({ id }, place) => [id, place]));
    const placeOf = ({ id }: Summary): number => places.get(id) ?? -1;
    return conversations.map((one) => newest.get(one.id) ?? one).sort((a, b) => placeOf(a) - placeOf(b));
  }

  async #change(what: { name?: string; properties?: Record<string, PropertyValue | null> }): Promise<string | null> {
    try {
      await api.people.update.mutate({ id: this.id, ...what });
    } catch (error) {
      return problemOf(error).words;
    }
    await this.load();
    return null;
  }
}

/** Whether it is a conversation of theirs: one that is known, or the first one at an address of theirs. */
function isOf({ conversations, addresses }: PersonDetail, { id, channel, contact }: Summary): boolean {
  const identity = identityOf(channel.provider, contact.address);
  return (
    conversations.some((one) => one.id === id) ||
    addresses.some(({ channelId, address }) => channelId === channel.id && identityOf(channel.provider, address) === identity)
  );
}
