import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { AgentClient } from './agent.ts';
import { type Bench, type Figure, plans } from './bench.ts';
import { readBill } from './bill.ts';
import { acts } from './figures/acts.ts';
import { dashboard } from './figures/dashboard.ts';
import { batches, highest, steady } from './figures/intake.ts';
import { live } from './figures/live.ts';
import { people } from './figures/people.ts';
import { reads } from './figures/reads.ts';
import { sockets } from './figures/sockets.ts';
import { ProviderStub } from './provider.ts';
import { asText, circumstances, type Run, writeInto } from './report.ts';
import { loadD1 } from './data/load.ts';
import { statements } from './figures/statements.ts';
import { readWritten, writesOf } from './figures/writes.ts';
import { peopleQuestions } from './floors/people-questions.ts';
import { questions } from './floors/questions.ts';
import { measurePeer } from './peer/peer.ts';
import { Server } from './server.ts';
import { databaseFile, type SqlFigure, timeSql } from './sql.ts';

const DOCUMENT = 'docs/benchmarks.md';
/** This long after the servers are ready no new group of figures is begun. */
const BUDGET_MS = { full: 1_200_000, quick: 150_000 };
/** Past this everything is ended, whatever it is doing. */
const LIMIT_MS = { full: 3_600_000, quick: 420_000 };
const SQL_RUNS = { full: 200, quick: 25 };
const D1_RUNS = 20;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    /** People alone, and what is asked of them. */
    people: { type: 'boolean', default: false },
    peer: { type: 'boolean', default: false },
    rows: { type: 'string' },
    /** `--only=live,acts`: these groups alone, for a closer look; nothing is written then. */
    only: { type: 'string' },
  },
});
const size = options.quick ? 'quick' : 'full';
const only = options.only?.split(',');
const plan = options.rows === undefined ? plans[size] : { ...plans[size], rows: Number(options.rows) };
/** The times of the data set end here. */
const now = Date.now();
const facts: string[] = [];
const start = performance.now();
const startedAt = new Date();
const [loadBefore = 0] = loadavg();
const lag = monitorEventLoopDelay({ resolution: 1 });
const state = mkdtempSync(join(tmpdir(), 'parley-bench-'));
const servers = new Set<Server>();
const figures: Figure[] = [];
const writes: Figure[] = [];
const skipped: string[] = [];

const limit = setTimeout(() => void end(1, 'The benchmark took too long.'), LIMIT_MS[size]);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(1, 'Interrupted.'));

try {
  const sql = await filled();
  // Some twenty seconds, which are counted in a quick run.
  if (only === undefined && !options.people && !options.quick) facts.push(readBill());
  const peer = options.peer ? await besidePeer() : null;
  if (!options.people) figures.push(...statements(sql, peer), ...writes);
  // A large run takes half an hour: what is known is shown.
  if (figures.length > 0) console.log(`\n${[...facts, asText(figures)].join('\n')}\n`);
  const provider = await ProviderStub.start();
  const [product, floors] = await Promise.all([
    kept(Server.product(state, { WHATSAPP_API_BASE: provider.base })),
    kept(Server.floors(join(state, 'floors'))),
  ]);
  const agent = await AgentClient.signIn(product.client);
  const readyAt = performance.now();
  const bench: Bench = {
    plan,
    product,
    floors,
    agent,
    provider,
    report: (figure) => {
      figures.push(figure);
      say(`  ${figure.group}: ${figure.name}`);
    },
    hasTimeFor: (group) => {
      const has = performance.now() - readyAt < BUDGET_MS[size];
      if (!has) skipped.push(group);
      return has;
    },
  };
  lag.enable();
  const groups = options.people
    ? { people: () => people(bench, sql) }
    : { reads: () => reads(bench, sql), batches, live, acts, sockets, dashboard, highest, steady };
  for (const [name, measure] of Object.entries(groups)) {
    if ((only === undefined || only.includes(name)) && bench.hasTimeFor(name)) await measure(bench);
  }
  lag.disable();
  provider.stop();
  finish();
  await end(0);
} catch (error) {
  await end(1, error instanceof Error ? (error.stack ?? error.message) : String(error));
}

/** Fills the local D1, has the bench Worker run the product's statements and writes on it, and times the statements alone. */
async function filled(): Promise<SqlFigure[]> {
  say(`Loading ${plan.rows} conversations…`);
  const args = ['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', state];
  const { status, stderr } = spawnSync('wrangler', args, { env: { ...process.env, CI: 'true' }, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the migrations could not be applied:\n${stderr}`);
  const loading = { rows: plan.rows, now, searchable: !options.people };
  const { elapsedMs, bytes, tokensPerRow, digest } = loadD1(databaseFile(state), loading);
  const perSecond = Math.round((plan.rows * 1000) / elapsedMs);
  facts.push(
    `${plan.rows.toLocaleString('en')} conversations and as many people (data set ${digest}) loaded in ${Math.round(elapsedMs / 1000)} s, ${perSecond} a second; ` +
      `${(bytes / 1e6).toFixed(0)} MB in D1, ${Math.round(bytes / plan.rows)} bytes and ${Math.round(tokensPerRow)} tokens each`,
  );
  say(`  ${facts[0]}`);
  const floors = await kept(Server.floors(state));
  const asked: string[] = [];
  for (const { name } of options.people ? peopleQuestions : questions) {
    const query = `runs=${Math.min(plan.queries, D1_RUNS)}&question=${encodeURIComponent(name)}`;
    asked.push((await floors.client.expect(200, 'GET', `/queries?${query}`)).text);
  }
  for (const [round, { size: rowsOfOne, batches: count }] of options.people ? [] : writesOf(size).entries()) {
    const query = `size=${rowsOfOne}&batches=${count}&rows=${plan.rows}&round=${round + 1}&now=${now}`;
    writes.push(readWritten((await floors.client.expect(200, 'POST', `/writes?${query}`)).text));
    say(`  written in batches of ${rowsOfOne}`);
  }
  await floors.stop();
  return timeSql(asked, databaseFile(state), SQL_RUNS[size]);
}

async function besidePeer() {
  say('Loading and asking PostgreSQL…');
  const peer = await measurePeer(plan.rows, now);
  facts.push(
    `PostgreSQL with the same rows: ${(peer.bytes / 1e6).toFixed(0)} MB, loaded and indexed in ${Math.round(peer.loadMs / 1000)} s`,
  );
  return peer.answers;
}

async function kept(starting: Promise<Server>): Promise<Server> {
  const server = await starting;
  servers.add(server);
  return server;
}

function finish(): void {
  const command = ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ');
  const elapsedMs = performance.now() - start;
  const run: Run = { startedAt, command, elapsedMs, loadBefore, generatorLagMs: lag.percentile(99) / 1e6, skipped, facts };
  console.log(
    `\n${circumstances(run).join('\n')}\nTimes in ms; CPU is the servers' processor time for each.\n\n${asText(figures)}\n`,
  );
  if (size === 'quick' || only !== undefined || options.rows !== undefined) return;
  writeInto(DOCUMENT, `npm run bench${options.people ? ' -- --people' : ''}`, run, figures);
  console.log(`Written into ${DOCUMENT}`);
}

async function end(code: number, message?: string): Promise<never> {
  clearTimeout(limit);
  if (message !== undefined) {
    console.error(message);
    for (const server of servers) console.error(server.output);
  }
  await Promise.all([...servers].map((server) => server.stop()));
  rmSync(state, { recursive: true, force: true });
  process.exit(code);
}

function say(text: string): void {
  console.log(`${String(Math.round((performance.now() - start) / 1000)).padStart(4)} s ${text}`);
}
