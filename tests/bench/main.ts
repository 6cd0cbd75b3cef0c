import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { AgentClient } from './agent.ts';
import { type Bench, type Figure, plans } from './bench.ts';
import { acts } from './figures/acts.ts';
import { batches, highest, steady } from './figures/intake.ts';
import { live } from './figures/live.ts';
import { reads } from './figures/reads.ts';
import { ProviderStub } from './provider.ts';
import { asText, circumstances, type Run, writeInto } from './report.ts';
import { Server } from './server.ts';
import { type SqlFigure, timeSql } from './sql.ts';

const DOCUMENT = 'docs/benchmarks.md';
/** This long after the servers are ready no new group of figures is begun. */
const BUDGET_MS = { full: 200_000, quick: 35_000 };
/** Past this everything is ended, whatever it is doing. */
const LIMIT_MS = { full: 420_000, quick: 240_000 };
const SQL_RUNS = 200;

const size = process.argv.includes('--quick') ? 'quick' : 'full';
/** `--only=live,acts`: these groups alone, for a closer look; nothing is written then. */
const only = process.argv
  .find((argument) => argument.startsWith('--only='))
  ?.slice('--only='.length)
  .split(',');
const plan = plans[size];
const start = performance.now();
const startedAt = new Date();
const [loadBefore = 0] = loadavg();
const lag = monitorEventLoopDelay({ resolution: 1 });
const state = mkdtempSync(join(tmpdir(), 'parley-bench-'));
const servers = new Set<Server>();
const figures: Figure[] = [];
const skipped: string[] = [];

const limit = setTimeout(() => void end(1, 'The benchmark took too long.'), LIMIT_MS[size]);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(1, 'Interrupted.'));

try {
  const sql = await filled();
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
  const groups = { reads: () => reads(bench, sql), batches, live, acts, highest, steady };
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

/** Fills the database through the bench Worker, which writes it with the product's own code, and times its statements. */
async function filled(): Promise<SqlFigure[]> {
  say(`Filling ${plan.rows} rows…`);
  const args = ['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', state];
  const { status, stderr } = spawnSync('wrangler', args, { env: { ...process.env, CI: 'true' }, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the migrations could not be applied:\n${stderr}`);
  const floors = await kept(Server.floors(state));
  const { text } = await floors.client.expect(200, 'POST', `/fill?rows=${plan.rows}`);
  say(`  ${text}`);
  const asked = await floors.client.expect(200, 'GET', `/queries?runs=${plan.queries}`);
  await floors.stop();
  return timeSql(asked.text, state, SQL_RUNS);
}

async function kept(starting: Promise<Server>): Promise<Server> {
  const server = await starting;
  servers.add(server);
  return server;
}

function finish(): void {
  const command = ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ');
  const elapsedMs = performance.now() - start;
  const run: Run = { startedAt, command, elapsedMs, loadBefore, generatorLagMs: lag.percentile(99) / 1e6, skipped };
  console.log(
    `\n${circumstances(run).join('\n')}\nTimes in ms; CPU is the servers' processor time for each.\n\n${asText(figures)}\n`,
  );
  if (size === 'quick' || only !== undefined) return;
  writeInto(DOCUMENT, run, figures);
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
