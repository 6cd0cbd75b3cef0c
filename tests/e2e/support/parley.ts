import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './ports';

const root = resolve(import.meta.dirname, '../../..');
/** A first start builds, migrates and seeds, on a machine that may be busy with other things. */
const READY_WITHIN_MS = 240_000;
const STOP_WITHIN_MS = 15_000;
/** Said when everything is up. */
const READY = 'Parley is ready';

/** Everything that still runs, so that nothing outlives the tests. */
const running = new Set<Parley>();
process.on('exit', () => {
  for (const parley of running) parley.signal('SIGKILL');
});

export type StartOptions = {
  /** Worker variables, as `--var NAME:VALUE`. */
  vars?: Record<string, string>;
  /** A stopped server's folder whose data to begin with; the original stays as it is. */
  from?: string;
  /** Where the runtime's inspector listens. */
  inspectorPort?: number;
};

/** The product as its users start it: `npm start`, in a process group of its own, on loopback, with its data in a temporary folder. */
export class Parley {
  readonly origin: string;
  readonly folder: string;
  /** How long the latest start took, in ms. */
  startedInMs = 0;
  readonly #port: number;
  readonly #vars: Record<string, string>;
  readonly #inspectorPort: number | undefined;
  #process: ChildProcess | null = null;
  #output = '';

  private constructor(port: number, folder: string, vars: Record<string, string>, inspectorPort?: number) {
    this.#port = port;
    this.origin = `http://localhost:${port}`;
    this.folder = folder;
    this.#vars = vars;
    this.#inspectorPort = inspectorPort;
  }

  static async start({ vars = {}, from, inspectorPort }: StartOptions = {}): Promise<Parley> {
    const folder = mkdtempSync(join(tmpdir(), 'parley-e2e-'));
    if (from !== undefined) cpSync(from, folder, { recursive: true });
    const parley = new Parley(await freePort(), folder, vars, inspectorPort);
    await parley.#start();
    return parley;
  }

  /** The process group of everything that runs for it. */
  get group(): number {
    return this.#process?.pid ?? 0;
  }

  /** What it has printed since it was started. */
  get output(): string {
    return this.#output;
  }

  /** Ends it as Ctrl+C does. The data stays. */
  stop(): Promise<void> {
    return this.#end('SIGINT');
  }

  /** Ends it in the middle of everything: the script, wrangler and the runtime at once. */
  kill9(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Starts it again on the same data and port. */
  async restart(): Promise<void> {
    if (this.#process) await this.stop();
    await this.#start();
  }

  /** Stops it for good and takes its data away. */
  async remove(): Promise<void> {
    if (this.#process) await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  signal(signal: NodeJS.Signals | 0): boolean {
    const pid = this.#process?.pid;
    if (pid === undefined) return false;
    try {
      // The minus means the whole group.
      return process.kill(-pid, signal);
    } catch {
      // Nobody is left in it.
      return false;
    }
  }

  async #start(): Promise<void> {
    const begun = Date.now();
    const vars = Object.entries(this.#vars).flatMap(([name, value]) => ['--var', `${name}:${value}`]);
    const inspector = this.#inspectorPort === undefined ? [] : ['--inspector-port', String(this.#inspectorPort)];
    const child = spawn(
      process.execPath,
      [join(root, 'scripts/start.mjs'), '--port', String(this.#port), '--persist-to', this.folder, ...inspector, ...vars],
      { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#process = child;
    this.#output = '';
    running.add(this);
    const keep = (chunk: Buffer) => void (this.#output += chunk.toString('utf8'));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    while (!this.#output.includes(READY)) {
      const problem = child.exitCode !== null ? 'ended' : Date.now() - begun > READY_WITHIN_MS ? 'did not get ready' : undefined;
      if (problem) {
        await this.kill9();
        throw new Error(`npm start ${problem}:\n${this.#output}`);
      }
      await wait(50);
    }
    this.startedInMs = Date.now() - begun;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const begun = Date.now();
    this.signal(signal);
    // The group is gone when nobody in it can be signalled any more: the port is free then, and the files are closed.
    while (this.signal(0)) {
      if (Date.now() - begun > STOP_WITHIN_MS) this.signal('SIGKILL');
      await wait(25);
    }
    this.#process = null;
    running.delete(this);
  }
}
