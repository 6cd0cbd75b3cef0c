// `npm run soak`: the tests under load and faults at their full size, an hour on two processors; prints their figures. `SEED=n npm run soak`
// plays another run.
import { ensureInstalled, run } from './project.mjs';

ensureInstalled();
run('node', ['scripts/build.mjs']);
run('playwright', ['test', 'tests/e2e/flood.test.ts', 'tests/e2e/send-faults.test.ts', 'tests/e2e/broadcast.test.ts'], {
  env: { ...process.env, PARLEY_BUILT: '1', PARLEY_SOAK: '1' },
});
