// `npm run bench`: figures of the built product beside the floors of its platform, about twenty minutes at a million conversations;
// `-- --quick` takes a tenth of them and writes nothing. The exit code says only whether it ran. How each figure is got: docs/benchmarks.md.
import { ensureInstalled, run } from './project.mjs';

ensureInstalled();
// The build is the product's, not the benchmark's: it is done before the clock of the benchmark starts.
run('node', ['scripts/build.mjs']);
run('node', [
  '--disable-warning=ExperimentalWarning',
  '--import',
  './tests/bench/resolve.mjs',
  'tests/bench/main.ts',
  ...process.argv.slice(2),
]);
