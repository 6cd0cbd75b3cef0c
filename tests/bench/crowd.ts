import { AgentClient } from './agent.ts';
import { mark, marksOf } from './arrivals.ts';
import { type Measured, measured } from './bench.ts';
import type { Client } from './http.ts';
import { atRate } from './load.ts';
import type { Server } from './server.ts';
import { PlainSocket } from './socket.ts';
import type { Load } from './stats.ts';

/** Those of the demo whose role has the list. */
const emails = ['admin@parley.test', 'ana@parley.test', 'ben@parley.test'];
/** Connections that are being opened at any time. */
const WIDTH = 24;
/** What has not come by then is lost. */
const LOST_MS = 10_000;

const sleep = (ms: number) => new Promise<void>((wake) => setTimeout(wake, ms));

/** Sign-ins that a crowd of dashboards shares: each takes the server a good tenth of a second, as passwords should. */
export async function signIns(client: Client, count: number): Promise<AgentClient[]> {
  const agents: AgentClient[] = [];
  for (let i = 0; i < count; i++) agents.push(await AgentClient.signIn(client, emails[i % emails.length]));
  return agents;
}

/** Does the same for each, a few at once; the results in no order. */
export async function forEach<In, Out>(all: readonly In[], work: (one: In) => Promise<Out>): Promise<Out[]> {
  const results: Out[] = [];
  const left = all.values();
  const lane = async () => {
    for (const one of left) results.push(await work(one));
  };
  await Promise.all(Array.from({ length: WIDTH }, lane));
  return results;
}

/** Does the same for all at once, each timed from the beginning. */
export async function together<One>(all: readonly One[], work: (one: One) => Promise<void>): Promise<Load> {
  const start = performance.now();
  const latenciesMs: number[] = [];
  const done = await Promise.allSettled(
    all.map(async (one) => {
      await work(one);
      latenciesMs.push(performance.now() - start);
    }),
  );
  const failures = done.filter(({ status }) => status === 'rejected').length;
  return { latenciesMs, failures, elapsedMs: performance.now() - start };
}

/** Sockets to one object of the floors. */
export class FloorCrowd {
  /** Gets every frame. */
  onText: (text: string) => void = () => undefined;
  readonly #client: Client;
  readonly #sockets: PlainSocket[] = [];

  constructor(client: Client) {
    this.#client = client;
  }

  /** One more; `asks`: it asks the database for something, too. */
  async come({ asks = false } = {}): Promise<void> {
    this.#sockets.push(await PlainSocket.open(this.#client.origin, '/live/crowd', {}, (text) => this.onText(text)));
    if (asks) await this.#client.expect(200, 'GET', '/select');
  }

  /** A row and its frame at each of them. */
  async append(text: string): Promise<void> {
    await this.#client.expect(200, 'POST', '/append/crowd', {}, text);
  }

  cut(): void {
    for (const socket of this.#sockets.splice(0)) socket.cut();
  }
}

/** How long each of many texts takes to each of many sockets. */
export class Echoes {
  readonly #sockets: number;
  readonly #dueAt = new Map<string, number>();
  readonly #latenciesMs: number[] = [];
  #last: { text: string; marks: string[] } = { text: '', marks: [] };

  constructor(sockets: number) {
    this.#sockets = sockets;
  }

  /** Every frame of every socket comes here. */
  readonly saw = (text: string): void => {
    const now = performance.now();
    // The same text comes out of all of them one after the other.
    if (text !== this.#last.text) this.#last = { text, marks: marksOf(text) };
    for (const found of this.#last.marks) {
      const dueAt = this.#dueAt.get(found);
      if (dueAt !== undefined) this.#latenciesMs.push(now - dueAt);
    }
  };

  /** Sends texts at a rate. A try is a text at a socket, timed from when it was due to be sent; one that never comes is a failure. */
  measure(server: Server, rate: number, seconds: number, send: (i: number, text: string) => Promise<void>): Promise<Measured> {
    return measured(server, async () => {
      const { elapsedMs } = await atRate(rate, seconds * 1000, async (i, from) => {
        const text = mark();
        this.#dueAt.set(text, from);
        await send(i, text);
      });
      const wanted = this.#dueAt.size * this.#sockets;
      for (let waited = 0; this.#latenciesMs.length < wanted && waited < LOST_MS; waited += 20) await sleep(20);
      return { latenciesMs: this.#latenciesMs, failures: wanted - this.#latenciesMs.length, elapsedMs };
    });
  }
}
