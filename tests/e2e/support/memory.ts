import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';

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

const HeapUsage = z.object({ result: z.object({ usedSize: z.number() }) });

/** What the product's own isolate holds in objects, in MB, by the inspector at this port; null while nobody answers there. */
export async function heapUsed(port: number): Promise<number | null> {
  // The runtime lets nobody in who does not say where from, which Node's sockets can and the browsers' type of them does not know.
  const from = { headers: { origin: 'http://localhost' } };
  const socket = z.instanceof(WebSocket).parse(Reflect.construct(WebSocket, [`ws://127.0.0.1:${port}/ws`, from]));
  try {
    return await new Promise<number>((resolve, reject) => {
      socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: 'Runtime.getHeapUsage' }));
      socket.onmessage = ({ data }) => {
        const answer = HeapUsage.safeParse(JSON.parse(String(data)));
        if (answer.success) resolve(Math.round(answer.data.result.usedSize / MB));
      };
      socket.onerror = socket.onclose = () => reject(new Error('nobody answers'));
    });
  } catch {
    return null;
  } finally {
    socket.close();
  }
}
