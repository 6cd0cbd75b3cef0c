// `npm run rebuild-index`: builds lists and search anew from the conversations, while the product runs; then compares. `-- --compare` only
// compares. `-- --url https://…` names another deployment than the local one; its SECRET_KEY is then taken from the environment.
import { webcrypto } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './project.mjs';

const valueOf = (name) => {
  const i = process.argv.findIndex((argument) => argument === name || argument.startsWith(`${name}=`));
  return i < 0 ? undefined : (process.argv[i].split(/=(.*)/s)[1] ?? process.argv[i + 1]);
};
const origin = new URL(valueOf('--url') ?? 'http://localhost:8787').origin;
const secretFile = join(valueOf('--persist-to') ?? join(root, '.wrangler/state'), 'parley-secret');
const secret = process.env.SECRET_KEY ?? (existsSync(secretFile) ? readFileSync(secretFile, 'utf8') : '');
if (secret.length < 32) {
  console.error('Set SECRET_KEY to the secret of the deployment.');
  process.exit(2);
}

const { subtle } = webcrypto;
const bytes = (text) => new TextEncoder().encode(text);
// As `derivedKey` in src/lib/server/derived-key.ts.
const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: bytes('parley/maintenance') };
const material = await subtle.importKey('raw', bytes(secret), 'HKDF', false, ['deriveKey']);
const key = await subtle.deriveKey(derivation, material, { name: 'HMAC', hash: 'SHA-256', length: 256 }, false, ['sign']);

const TRIES = 5;

async function step(action, after) {
  const body = JSON.stringify({ action, after, at: Date.now() });
  const signature = Buffer.from(await subtle.sign('HMAC', key, bytes(body))).toString('hex');
  const headers = { 'content-type': 'application/json', 'x-parley-signature': signature };
  const response = await fetch(`${origin}/maintenance/search-index`, { method: 'POST', headers, body });
  if (response.ok) return response.json();
  const error = new Error(`${response.status} ${await response.text()}`);
  error.isFinal = response.status < 500;
  throw error;
}

/** Steps are safe to repeat: a database that is busy for a moment does not end the walk. */
async function patientStep(action, after) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await step(action, after);
    } catch (error) {
      if (error.isFinal || attempt === TRIES) throw error;
      await new Promise((wake) => setTimeout(wake, attempt * 1_000));
    }
  }
}

async function walk(action) {
  let [conversations, moving, told] = [0, 0, Date.now()];
  const found = {};
  for (let after = ''; after !== null;) {
    const { next, ...one } = await patientStep(action, after);
    conversations += one.conversations;
    moving += one.moving;
    for (const [kind, n] of Object.entries(one.differences)) found[kind] = (found[kind] ?? 0) + n;
    if (Date.now() - told > 5_000) console.log(`  ${conversations} conversations…`);
    if (Date.now() - told > 5_000) told = Date.now();
    after = next;
  }
  const differences = Object.values(found).reduce((sum, n) => sum + n, 0);
  const kinds = Object.entries(found).flatMap(([kind, n]) => (n > 0 ? [`${n} ${kind}`] : []));
  const verb = action === 'rebuild' ? 'Rebuilt' : 'Compared';
  console.log(`${verb}: ${conversations} conversations, ${moving} on their way, ${differences} differences${action === 'rebuild' ? ' put right' : ''}${kinds.length > 0 ? ` (${kinds.join(', ')})` : ''}.`); // prettier-ignore
  return differences;
}

try {
  if (!process.argv.includes('--compare')) await walk('rebuild');
  process.exit((await walk('compare')) === 0 ? 0 : 1);
} catch (error) {
  console.error(`${origin} does not do it: ${error.message}`);
  process.exit(2);
}
