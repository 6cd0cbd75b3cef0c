import { z } from 'zod';
import { PING, PING_MS, PONG } from '../../src/lib/domain/protocol.ts';
import { backOffMs } from '../../src/lib/inbox/live-socket.svelte.ts';
import type { AgentClient } from './agent.ts';
import type { PlainSocket } from './socket.ts';

/** What the page asks of its list, and of a list that has more rows than one page when it reads it anew. */
const PAGE = 50;
const CATCH_UP_PAGE = 100;
const VIEW = { tab: 'active', sort: 'latest' } as const;
/** Tries in a row before a dashboard gives up, which the page never does. */
const MOST_TRIES = 10;

const Rows = z.array(z.object({ id: z.string(), version: z.number() }));
const Frame = z.object({
  type: z.string(),
  at: z.string().optional(),
  isCaughtUp: z.boolean().optional(),
  rows: Rows.default([]),
});
const Page = z.object({ items: Rows, nextCursor: z.string().nullable() });
const Opened = z.object({ conversation: z.object({ version: z.number() }) });
const Answer = z.object({ result: z.object({ data: z.unknown() }) });

const sleep = (ms: number) => new Promise<void>((wake) => setTimeout(wake, ms));

/** The same text comes out of a thousand sockets one after the other; it is read once. */
let last = { text: '', frame: Frame.parse({ type: 'none' }) };
function frameOf(text: string): z.infer<typeof Frame> {
  if (text !== last.text) last = { text, frame: Frame.parse(JSON.parse(text)) };
  return last.frame;
}

/**
 * The list of one dashboard as far as the server sees it: the live socket of `src/routes/(app)/conversations/+layout.svelte`, and what
 * `ConversationList` asks for when it is told to read its list anew.
 */
export class Dashboard {
  /** The newest version of each conversation that it has heard of. */
  readonly versions = new Map<string, number>();
  /** Since it was made: calls, sockets among them; bytes of answers and frames; frames of rows, their bytes; tries to connect that failed. */
  readonly cost = { calls: 0, bytes: 0, frames: 0, frameBytes: 0, failures: 0 };
  /** Up to where it has heard everything; null: as after a deploy, when nobody knows what it may have missed. */
  heardAt: string | null = null;
  /** Gets every frame with rows. */
  onRows: (text: string) => void = () => undefined;
  readonly #agent: AgentClient;
  readonly #rows: number;
  #socket: PlainSocket | null = null;
  #pings: NodeJS.Timeout | undefined;
  #hello: PromiseWithResolvers<boolean> = Promise.withResolvers();

  /** `rows`: how many it has loaded. */
  constructor(agent: AgentClient, rows = PAGE) {
    this.#agent = agent;
    this.#rows = rows;
  }

  /** Opens the socket; resolves with whether it has heard all that it missed. */
  async connect(): Promise<boolean> {
    this.#hello = Promise.withResolvers();
    const since = this.heardAt === null ? '' : `?since=${this.heardAt}`;
    this.cost.calls += 1;
    const socket = await this.#agent.live(`/live/inbox${since}`, (text) => this.#heard(text));
    this.#socket = socket;
    this.#pings = setInterval(() => socket.send(PING), PING_MS);
    return this.#hello.promise;
  }

  /** The same, and resolves when it has its whole state again. */
  async open(): Promise<void> {
    if (!(await this.connect())) await this.#readList();
  }

  /** Comes back after a break, with the page's own waits: `random` is where in its spread a wait is, in [0, 1). */
  async comeBack(random: () => number): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      await sleep(backOffMs(tries, random()));
      try {
        return await this.open();
      } catch {
        this.cost.failures += 1;
        this.cut();
      }
    }
    throw new Error('a dashboard never came back');
  }

  /** The connection breaks without a word. */
  cut(): void {
    clearInterval(this.#pings);
    this.#socket?.cut();
    this.#socket = null;
  }

  async #readList(): Promise<void> {
    const limit = this.#rows > PAGE ? CATCH_UP_PAGE : PAGE;
    let read = 0;
    let cursor: string | undefined;
    do {
      const list = ['conversations.list', { ...VIEW, limit, cursor }] as const;
      // What is asked for in one go travels in one call.
      const text = await this.#agent.queries(read === 0 ? [list, ['channels.stopped']] : [list]);
      this.cost.calls += 1;
      this.cost.bytes += text.length;
      const page = Page.parse(z.array(Answer).parse(JSON.parse(text))[0]?.result.data);
      this.#note(page.items);
      read += page.items.length;
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined && read < this.#rows);
  }

  #note(rows: z.infer<typeof Rows>): void {
    for (const { id, version } of rows) this.versions.set(id, Math.max(version, this.versions.get(id) ?? 0));
  }

  #heard(text: string): void {
    if (text === PONG) return;
    this.cost.bytes += text.length;
    const { type, at, isCaughtUp, rows } = frameOf(text);
    if (at !== undefined) this.heardAt = at;
    this.#note(rows);
    if (type === 'hello') this.#hello.resolve(isCaughtUp === true);
    if (type !== 'rows') return;
    this.cost.frames += 1;
    this.cost.frameBytes += text.length;
    this.onRows(text);
  }
}

/** The version of a conversation, as its object has it. */
export async function versionOf(agent: AgentClient, id: string): Promise<number> {
  const answer: unknown = JSON.parse(await agent.query('conversations.get', { id }));
  return Opened.parse(Answer.parse(answer).result.data).conversation.version;
}

/** The latest rows of the list by id, and their versions, as the server has them. */
export async function newest(agent: AgentClient, count: number): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  let cursor: string | undefined;
  do {
    const answer: unknown = JSON.parse(await agent.query('conversations.list', { ...VIEW, limit: CATCH_UP_PAGE, cursor }));
    const page = Page.parse(Answer.parse(answer).result.data);
    for (const { id, version } of page.items) found.set(id, version);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && found.size < count);
  return found;
}
