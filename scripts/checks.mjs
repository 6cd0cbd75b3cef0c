// The static checks, in the order in which a mistake is cheapest to see.
import { ensureInstalled, run } from './project.mjs';

export function check() {
  ensureInstalled();
  run('svelte-kit', ['sync']);
  run('node', ['scripts/build.mjs']);
  for (const [title, command, ...args] of [
    ['types', 'tsc', '--noEmit', '-p', '.'],
    ['svelte-check', 'svelte-check', '--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human'],
    ['lint', 'eslint', '.', '--max-warnings', '0'],
    ['format', 'prettier', '--check', '.', '--log-level', 'warn'],
  ]) {
    console.log(`\n— ${title}`);
    run(command, args);
  }
}
