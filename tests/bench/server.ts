import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from './http.ts';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const READY_MS = 120_000;
const STOP_MS = 5_000;
/** One call makes the bench Worker write thousands of rows. */
const WORK_MS = 300_000;
/** `/proc/<pid>/stat` counts processor time in hundredths of a second on every Linux. */
const TICK_MS = 10;
const KEPT_LINES = 40;

const sleep = (ms: number) => new Promise<void>((wake) => setTimeout(wake, ms));

/** A local server in a process group of its own, so that it is ended whole and its processor time can be told from everyone else's. */
export class Server {
  readonly client: Client;
  readonly #child: ChildProcess;
  readonly #group: number;
  #output: string[] = [];
  #ended = false;

  private constructor(child: ChildProcess, port: number, timeoutMs?: number) {
    if (child.pid === undefined) throw new Error('the server could not be started');
    this.#child = child;
    this.#group = child.pid;
    this.client = new Client(`http://localhost:${port}`, timeoutMs);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = [...this.#output, ...text.split('\n')].slice(-KEPT_LINES);
      });
    }
    child.on('exit', () => (this.#ended = true));
  }

  /** The product as its users start it. `vars` are settings of the Worker. */
  static async product(persistTo: string, vars: Record<string, string>): Promise<Server> {
    const settings = Object.entries(vars).flatMap(([name, value]) => ['--var', `${name}:${value}`]);
    const server = await Server.#start(['node', 'scripts/start.mjs'], [...settings], persistTo);
    await server.#until(() => server.#output.some((line) => line.includes('Parley is ready')));
    return server;
  }

  /** The bench Worker, behind the same kind of proxy as the product. */
  static async floors(persistTo: string): Promise<Server> {
    const settings = [
      '--ip',
      'localhost',
      '--inspector-port',
      '0',
      '--show-interactive-dev-session=false',
      '--log-level',
      'warn',
    ];
    const command = ['wrangler', 'dev', '--config', 'tests/bench/floors/wrangler.toml'];
    const server = await Server.#start(command, settings, persistTo, WORK_MS);
    await server.#until(async () => (await server.client.call('GET', '/empty').catch(() => null))?.status === 200);
    return server;
  }

  /** Everything that the server has left behind on its way, for a message of failure. */
  get output(): string {
    return this.#output.join('\n');
  }

  /** Processor time that the whole group has used so far, in ms; null where the system does not tell. */
  cpuMs(): number | null {
    try {
      const ticks = readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map((pid) => ticksOf(pid, this.#group));
      return ticks.reduce((sum, value) => sum + value, 0) * TICK_MS;
    } catch {
      return null;
    }
  }

  /** Ends the group: politely, then surely. */
  async stop(): Promise<void> {
    this.client.close();
    this.#signal('SIGTERM');
    for (let waited = 0; !this.#ended && waited < STOP_MS; waited += 50) await sleep(50);
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.#group, signal);
    } catch {
      // Nobody of the group is left: what was wanted.
    }
  }

  async #until(isReady: () => boolean | Promise<boolean>): Promise<void> {
    const start = performance.now();
    while (!(await isReady())) {
      if (this.#ended || performance.now() - start > READY_MS) {
        await this.stop();
        throw new Error(`a server did not start:\n${this.output}`);
      }
      await sleep(100);
    }
  }

  static async #start(
    [command = '', ...args]: string[],
    settings: string[],
    persistTo: string,
    timeoutMs?: number,
  ): Promise<Server> {
    const port = await freePort();
    const child = spawn(command, [...args, '--port', String(port), '--persist-to', persistTo, ...settings], {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Server(child, port, timeoutMs);
  }
}

/** Used processor time of one process if it is of that group, else 0. Fields: see proc(5). */
function ticksOf(pid: string, group: number): number {
  try {
    const stat = readFileSync(join('/proc', pid, 'stat'), 'utf8');
    // The name, in brackets, may hold anything; the fields after it are numbers.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[2]) === group ? Number(fields[11]) + Number(fields[12]) : 0;
  } catch {
    // It ended between the listing and the look.
    return 0;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
