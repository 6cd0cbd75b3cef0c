// `npm start`: installs, builds, migrates, serves and seeds the demo on this machine. Arguments go to wrangler
// (`npm start -- --port 9000 --persist-to DIR --var NAME:VALUE`). `--watch` (npm run dev) rebuilds on change.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ensureInstalled, root, run } from './project.mjs';

const { port, persistTo, vars, rest, watch } = readArguments(process.argv.slice(2));
ensureInstalled();
run('node', ['scripts/build.mjs']);
run('wrangler', ['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', persistTo], {
  env: { ...process.env, CI: 'true' },
  stdio: ['ignore', 'ignore', 'inherit'],
});

const origin = `http://localhost:${port}`;
const provider = `${origin}/simulator/api/provider`;
const settings = {
  SECRET_KEY: localSecret(),
  SIMULATOR: 'on',
  DEMO: 'on',
  WHATSAPP_API_BASE: provider,
  MESSENGER_API_BASE: provider,
  TELEGRAM_API_BASE: provider,
  WEBHOOK_API_BASE: provider,
  ...vars,
};
const server = spawn(
  'wrangler',
  [
    'dev',
    ...[
      '--port',
      port,
      ...(rest.some((argument) => argument.startsWith('--ip')) ? [] : ['--ip', 'localhost']),
      '--persist-to',
      persistTo,
      ...(rest.some((argument) => argument.startsWith('--inspector-port')) ? [] : ['--inspector-port', '0']),
      '--show-interactive-dev-session=false',
    ],
    ...['--log-level', watch ? 'info' : 'warn'],
    ...Object.entries(settings).flatMap(([name, value]) => ['--var', `${name}:${value}`]),
    ...rest,
  ],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, PARLEY_BUILT: watch ? '' : '1' } },
);
server.on('exit', (code) => process.exit(code ?? 0));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal));

await ready();
if (settings.DEMO === 'on') {
  const response = await fetch(`${origin}/demo/seed`, { method: 'POST', headers: { origin } });
  if (!response.ok) console.error(`The demo could not be seeded: ${response.status} ${await response.text()}`);
}
announce();

function readArguments(list) {
  const found = { port: '8787', persistTo: join(root, '.wrangler/state'), vars: {}, rest: [], watch: false };
  for (let i = 0; i < list.length; i++) {
    const [name, inline] = list[i].split(/=(.*)/s);
    const value = () => inline ?? list[++i] ?? '';
    if (name === '--watch') found.watch = true;
    else if (name === '--port') found.port = value();
    else if (name === '--persist-to') found.persistTo = resolve(value());
    else if (name === '--var') {
      const [key, text] = value().split(/:(.*)/s);
      found.vars[key] = text ?? '';
    } else found.rest.push(list[i]);
  }
  return found;
}

/** Signs sessions and encrypts channel secrets of this folder's data, so it lives beside the data. */
function localSecret() {
  const file = join(persistTo, 'parley-secret');
  if (!existsSync(file)) {
    mkdirSync(persistTo, { recursive: true });
    writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
  }
  return readFileSync(file, 'utf8');
}

async function ready() {
  for (;;) {
    const response = await fetch(`${origin}/healthz`).catch(() => null);
    if (response?.ok) return;
    await new Promise((wake) => setTimeout(wake, 200));
  }
}

function announce() {
  console.log(`
  Parley is ready: ${origin}

  Sign in with password parley-demo as
    admin@parley.test   Admin   (also plays the customers at ${origin}/simulator)
    ana@parley.test     Agent
    ben@parley.test     Agent
    mia@parley.test     Member, carl@parley.test Creator, vera@parley.test Approver

  Stop with Ctrl+C; the data stays.
`);
}
