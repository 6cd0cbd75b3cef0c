// The static checks. They need nothing of each other, so two run at a time; what each has to say is printed in one piece.
import { spawn } from 'node:child_process';
import { ensureInstalled, root, run } from './project.mjs';

const checks = [
  ['svelte-check', 'svelte-check', '--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human'],
  ['types', 'tsc', '--noEmit', '-p', '.'],
  ['lint', 'eslint', '.', '--max-warnings', '0'],
  ['format', 'prettier', '--check', '.', '--log-level', 'warn'],
];
const AT_ONCE = 2;

/** Runs them all, those behind a failed one too, and ends this process when one has failed. */
export async function check() {
  ensureInstalled();
  run('svelte-kit', ['sync']);
  run('node', ['scripts/build.mjs']);
  const waiting = [...checks];
  const failed = [];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [title, command, ...args] = next;
      const { status, output } = await outputOf(command, args);
      console.log(`\n— ${title}${status === 0 ? '' : ' failed'}\n${output.trimEnd()}`);
      if (status !== 0) failed.push(title);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  if (failed.length === 0) return;
  console.log(`\nFailed: ${failed.join(', ')}`);
  process.exit(1);
}

/** The status of a command, and all that it has printed. */
function outputOf(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, output }));
  });
}
