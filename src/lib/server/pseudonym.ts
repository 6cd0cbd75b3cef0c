import type { Subject } from './db/audit';
import { hmacOf } from './derived-key';

/**
 * A person or conversation as the audit names them. `id` is the name that they get if they have none: drawn by lot, so that it says
 * nothing, and somebody who comes back after an erasure is not who they were.
 */
export const subjectOf = (type: 'conversation' | 'person', id: string): Required<Subject> => ({
  type,
  id: crypto.randomUUID().replaceAll('-', ''),
  of: { type, id },
});

/** What names one thing of somebody's and leads nowhere: 32 hex digits. Numbers are few enough to be guessed through a hash without a key. */
export async function opaque(secretKey: string, text: string): Promise<string> {
  const [hash = ''] = await hmacOf(secretKey, 'pseudonym', [text]);
  return hash;
}
