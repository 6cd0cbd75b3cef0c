import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

const PLACES = '/usr/lib/postgresql';

/** Settings as a small server would have them; the cache holds everything. */
const settings = {
  shared_buffers: '2GB',
  work_mem: '64MB',
  maintenance_work_mem: '512MB',
  effective_cache_size: '8GB',
  random_page_cost: '1.1',
  max_wal_size: '8GB',
  synchronous_commit: 'on',
  listen_addresses: '',
  jit: 'off',
};

/** A PostgreSQL of its own in a folder of its own, reachable through a socket in it alone. */
export class Cluster {
  readonly #bin: string;
  readonly #folder: string;
  readonly #owner: { uid?: number; gid?: number };

  private constructor(bin: string, folder: string, owner: { uid?: number; gid?: number }) {
    this.#bin = bin;
    this.#folder = folder;
    this.#owner = owner;
  }

  /** Throws with what to install when there is no PostgreSQL. */
  static start(): Cluster {
    const version = existsSync(PLACES) ? readdirSync(PLACES).sort((a, b) => Number(b) - Number(a))[0] : undefined;
    if (version === undefined) throw new Error('There is no PostgreSQL: apt-get install postgresql');
    // It refuses to run as root.
    const owner: { uid?: number; gid?: number } = process.getuid?.() === 0 ? idsOf('postgres') : {};
    const folder = mkdtempSync(join(tmpdir(), 'parley-peer-'));
    if (owner.uid !== undefined) spawnSync('chown', [`${owner.uid}:${owner.gid}`, folder]);
    const cluster = new Cluster(join(PLACES, version, 'bin'), folder, owner);
    cluster.#do('initdb', ['-D', cluster.#data, '-U', 'peer', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync']);
    const options = Object.entries(settings).map(([name, value]) => `-c ${name}='${value}'`);
    const arguments_ = ['-D', cluster.#data, '-w', '-l', join(folder, 'log'), '-o', `-k ${folder} ${options.join(' ')}`, 'start'];
    cluster.#do('pg_ctl', arguments_);
    return cluster;
  }

  /** What psql says to some SQL. Throws when it fails. */
  ask(sql: string): string {
    const { status, stdout, stderr } = spawnSync(join(this.#bin, 'psql'), this.#psql, {
      input: sql,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    if (status !== 0) throw new Error(`PostgreSQL: ${stderr}`);
    return stdout;
  }

  /** Feeds lines of COPY's text format into a table. */
  copy(table: string, lines: Readable): Promise<void> {
    return new Promise((resolve, reject) => {
      const psql = spawn(join(this.#bin, 'psql'), [...this.#psql, '-c', `COPY ${table} FROM STDIN`], {
        stdio: ['pipe', 'ignore', 'inherit'],
      });
      psql.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`COPY ${table} ended with ${code}`))));
      lines.on('error', reject).pipe(psql.stdin);
    });
  }

  stop(): void {
    spawnSync(join(this.#bin, 'pg_ctl'), ['-D', this.#data, '-m', 'immediate', 'stop'], { ...this.#owner });
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #data(): string {
    return join(this.#folder, 'data');
  }

  get #psql(): string[] {
    return ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', this.#folder, '-U', 'peer', '-d', 'postgres'];
  }

  #do(command: string, args: string[]): void {
    // Its children keep the pipes open: nothing may wait for their end.
    const { status } = spawnSync(join(this.#bin, command), args, { ...this.#owner, stdio: ['ignore', 'ignore', 'inherit'] });
    if (status !== 0) throw new Error(`${command} ended with ${status}`);
  }
}

function idsOf(user: string): { uid: number; gid: number } {
  const number = (flag: string) => Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout);
  return { uid: number('-u'), gid: number('-g') };
}
