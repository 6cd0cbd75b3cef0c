// `npm test`: every check and every test, from a fresh clone on.
import { mkdirSync, readFileSync } from 'node:fs';
import { check } from './checks.mjs';
import { ensureChromium } from './chromium.mjs';
import { ensureInstalled, root, run } from './project.mjs';

ensureInstalled();
const chromium = ensureChromium();
await check();
mkdirSync(`${root}/.cache`, { recursive: true });

const report = (name) => `${root}/.cache/${name}.json`;
const counts = { passed: 0, failed: 0, skipped: 0 };

for (const project of ['unit', 'worker']) {
  console.log(`\n— ${project} tests`);
  const reporters = ['default', 'json', ...(project === 'worker' ? ['./tests/worker/plans/reporter.ts'] : [])];
  run('vitest', [
    'run',
    '--project',
    project,
    ...reporters.map((name) => `--reporter=${name}`),
    `--outputFile.json=${report(project)}`,
  ]);
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report(project), 'utf8'));
  counts.passed += numPassedTests;
  counts.failed += numFailedTests;
  counts.skipped += numPendingTests;
}

console.log('\n— browser tests');
run('playwright', ['test', '--reporter=list,json'], {
  env: { ...process.env, PARLEY_CHROMIUM: chromium, PARLEY_BUILT: '1', PLAYWRIGHT_JSON_OUTPUT_NAME: report('e2e') },
});
const { stats } = JSON.parse(readFileSync(report('e2e'), 'utf8'));
counts.passed += stats.expected + stats.flaky;
counts.failed += stats.unexpected;
counts.skipped += stats.skipped;

const flaky = stats.flaky > 0 ? `, ${stats.flaky} of them on the second try (named above as flaky)` : '';
console.log(`\n${counts.passed} passed${flaky}, ${counts.failed} failed, ${counts.skipped} skipped`);
