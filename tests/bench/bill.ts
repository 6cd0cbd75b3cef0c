import { spawnSync } from 'node:child_process';

const TEST = 'tests/worker/bill.test.ts';

/** What a million messages cost, as the bill's own test counts it in workerd; it is the one that sees an object's rows. Throws when it fails. */
export function readBill(): string {
  const { stdout, stderr, status } = spawnSync('vitest', ['run', '--project', 'worker', TEST], { encoding: 'utf8' });
  const [line] = /A million inbound messages cost .*/.exec(stdout) ?? [];
  if (status !== 0 || line === undefined) throw new Error(`the bill could not be counted:\n${stdout}\n${stderr}`);
  return line;
}
