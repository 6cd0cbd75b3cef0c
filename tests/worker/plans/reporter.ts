import type { Reporter, TestModule } from 'vitest/node';
import { exceptions } from './exceptions';

/** After a run of all worker tests: an exception that no statement needed any more fails it. */
export default class UnusedExceptions implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const used = new Set(modules.flatMap((module) => module.meta().excused ?? []));
    const unused = exceptions.flatMap(({ statement, steps }) => steps.map((step) => `${statement} · ${step}`).filter((one) => !used.has(one))); // prettier-ignore
    // A file that failed may not have got as far as the statement.
    if (unused.length === 0 || modules.some((module) => !module.ok())) return;
    console.error(`\nExceptions in tests/worker/plans/exceptions.ts that no statement needs any more:\n  ${unused.join('\n  ')}`);
    process.exitCode = 1;
  }
}
