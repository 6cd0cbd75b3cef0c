import { readdirSync, readFileSync } from 'node:fs';

const PAGE_BYTES = 4_096;
const MB = 1_048_576;

/** What the runtime's processes of a process group hold in memory, in MB. */
export function runtimeMemory(group: number): number {
  let pages = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [, name, rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(stat) ?? [];
      if (!name?.startsWith('workerd') || Number(rest.split(' ')[2]) !== group) continue;
      pages += Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    } catch {
      // It has ended between the two looks.
    }
  }
  return Math.round((pages * PAGE_BYTES) / MB);
}
