import type { AgentClient } from './agent.ts';
import type { ProviderStub } from './provider.ts';
import type { Server } from './server.ts';
import { oneByOne } from './load.ts';
import { type Load, type Spread, spreadOf } from './stats.ts';

/** How much of everything is done. */
export type Plan = {
  /** Conversations of the data set. */
  rows: number;
  /** Runs of each question to the read model, to people, and of each act of an agent. */
  queries: number;
  people: number;
  acts: number;
  /** Batches of 1,000 updates over 300 conversations. */
  batches: number;
  seconds: number;
  floorSeconds: number;
  /** How long that takes which `putAway` waits for. */
  restMs: number;
  /** Posts a second of the steady streams to known conversations. */
  rates: number[];
  /** Calls under way at once in the search for the highest rate, and how many go to each conversation. */
  widths: number[];
  widthTurns: number;
  dashboard: DashboardPlan;
  sockets: SocketsPlan;
};

/** What is done in a browser, and how often. */
export type DashboardPlan = {
  opens: number;
  switches: number;
  keys: number;
  searches: number;
  /** Rows of the list that are scrolled through, and a fifth of them back. */
  rows: number;
  /** Messages of the long thread, in thousands. */
  thousands: number;
  /** How long rows change while they are free to move, and while a pointer rests on one. */
  changeSeconds: number;
  restSeconds: number;
  /** Frames of the socket, of five rows each: 7,200 are an hour of ten changes a second. */
  frames: number;
};

/** What is done with many live sockets at once. */
export type SocketsPlan = {
  /** Dashboards that look on, and the sign-ins that they share. */
  dashboards: number;
  signIns: number;
  /** How long each stream of changes is. */
  seconds: number;
  /** Events that somebody has missed, and how often they come back to them. */
  missed: number;
  returns: number;
};

export const plans: Record<'full' | 'quick', Plan> = {
  full: {
    rows: 1_000_000,
    queries: 100,
    people: 100,
    acts: 80,
    batches: 2,
    seconds: 8,
    floorSeconds: 4,
    restMs: 15_000,
    rates: [20, 50, 100],
    widths: [4, 16, 64],
    widthTurns: 2,
    dashboard: {
      opens: 8,
      switches: 40,
      keys: 100,
      searches: 30,
      rows: 10_000,
      thousands: 10,
      changeSeconds: 12,
      restSeconds: 5,
      frames: 7_200,
    },
    sockets: { dashboards: 1_000, signIns: 6, seconds: 6, missed: 500, returns: 12 },
  },
  quick: {
    rows: 100_000,
    queries: 5,
    people: 20,
    acts: 10,
    batches: 1,
    seconds: 2,
    floorSeconds: 1,
    restMs: 0,
    rates: [50],
    widths: [16],
    widthTurns: 1,
    dashboard: {
      opens: 2,
      switches: 5,
      keys: 20,
      searches: 4,
      rows: 500,
      thousands: 1,
      changeSeconds: 1,
      restSeconds: 1,
      frames: 250,
    },
    sockets: { dashboards: 60, signIns: 2, seconds: 1, missed: 60, returns: 2 },
  },
};

export type Measured = Spread & {
  failures: number;
  /** Good ones a second. */
  perSecond: number;
  /** Processor time of the server's processes for each, in ms; null where the system does not tell. */
  cpuMs: number | null;
};

export type Figure = {
  group: string;
  name: string;
  product: Measured;
  floor: { name: string; measured: Measured } | null;
  /** Whatever else belongs to it, in words. */
  beside?: string;
};

export type Bench = {
  plan: Plan;
  product: Server;
  floors: Server;
  agent: AgentClient;
  provider: ProviderStub;
  report(figure: Figure): void;
  /** Whether there is time for this group of figures; says so in the report when there is not. */
  hasTimeFor(group: string): boolean;
};

/** What is done after an answer (a row on its way to the read model, say) belongs to its cost, and must not slow the next figure. */
const LOOK_EVERY_MS = 200;
/** A server that uses less than a tenth of a processor has nothing left to do. */
const QUIET_SHARE = 0.1;
const AFTERMATH_MS = 12_000;

/**
 * Runs a load against a server, with the processor time that it cost there until all was quiet again. `restMs` is for a server that
 * puts work off for a while: it looks quiet before it is.
 */
export async function measured(server: Server, run: () => Promise<Load>, restMs = 0): Promise<Measured> {
  const before = server.cpuMs();
  const load = await run();
  await new Promise((wake) => setTimeout(wake, restMs));
  const after = await quiet(server);
  const spread = spreadOf(load.latenciesMs);
  return {
    ...spread,
    failures: load.failures,
    perSecond: (spread.n * 1000) / load.elapsedMs,
    cpuMs: before === null || after === null ? null : (after - before) / (spread.n + load.failures),
  };
}

/** Calls before the clock runs: a code path is compiled only after some use. */
const WARM_UP = 5;

/** One call after the other, `count` of them or as many as there is time for. */
export async function repeated(
  server: Server,
  shoot: () => Promise<unknown>,
  count: number,
  atMostMs: number,
): Promise<Measured> {
  await oneByOne(WARM_UP, atMostMs, async () => void (await shoot()));
  return measured(server, () => oneByOne(count, atMostMs, async () => void (await shoot())));
}

/** Waits until the objects of the figure before are put away: the local runtime closes hundreds at once, and does nothing else meanwhile. */
export const putAway = ({ plan }: Bench): Promise<void> => new Promise((wake) => setTimeout(wake, plan.restMs));

/** Waits until the server has nothing left to do, or for 12 s; the processor time it has used by then. */
async function quiet(server: Server): Promise<number | null> {
  let before = server.cpuMs();
  for (let waited = 0; waited < AFTERMATH_MS; waited += LOOK_EVERY_MS) {
    await new Promise((wake) => setTimeout(wake, LOOK_EVERY_MS));
    const after = server.cpuMs();
    if (after === null || before === null || after - before < LOOK_EVERY_MS * QUIET_SHARE) return after;
    before = after;
  }
  return before;
}
