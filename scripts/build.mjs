// Builds the SvelteKit half into .svelte-kit/cloudflare, unless nothing it reads has changed since the last build.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { ensureInstalled, fingerprint, root } from './project.mjs';

// `npm start` has just built; wrangler calls this once more before it serves.
if (process.env.PARLEY_BUILT === '1') process.exit(0);
ensureInstalled();
const stamp = `${root}/.cache/build`;
const sources = ['src', 'workers/site.toml', 'package-lock.json', 'svelte.config.js', 'vite.config.ts', 'tsconfig.json'];
const print = fingerprint(sources);
const built =
  existsSync(`${root}/.svelte-kit/cloudflare/_worker.js`) && existsSync(stamp) && readFileSync(stamp, 'utf8') === print;

if (!built) {
  const { status } = spawnSync('node', ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
  mkdirSync(`${root}/.cache`, { recursive: true });
  writeFileSync(stamp, print);
}
