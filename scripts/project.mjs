// What every script needs: where the project is, that its packages are installed, and a fingerprint of its sources. Runs on any
// Node from 20 on with nothing installed; the project's own Node then comes first on the PATH.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

process.env.PATH = join(root, 'node_modules/.bin') + delimiter + process.env.PATH;
process.env.WRANGLER_SEND_METRICS = 'false';
// Local serving needs nothing from outside.
process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false';
// Wrangler's local traces make every call of an object several times slower.
process.env.X_LOCAL_OBSERVABILITY = 'false';

/** Installs the locked packages when they are missing or older than the lock file. */
export function ensureInstalled() {
  const mark = join(root, 'node_modules/.parley-lock');
  const lock = fingerprint(['package-lock.json']);
  if (existsSync(mark) && readFileSync(mark, 'utf8') === lock) return;
  console.log('Installing packages…');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(mark, lock);
}

/** A hash over names and contents of files and folders, given relative to the project. */
export function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const path of paths) add(hash, join(root, path));
  return hash.digest('hex');
}

function add(hash, path) {
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).sort()) add(hash, join(path, name));
    return;
  }
  hash.update(path.slice(root.length)).update('\0').update(readFileSync(path)).update('\0');
}

/** Runs a command in the project and ends this process with its status if it fails. */
export function run(command, args, options = {}) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (status !== 0) process.exit(status ?? 1);
}
