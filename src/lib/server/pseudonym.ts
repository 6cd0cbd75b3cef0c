import type { Subject } from './db/audit';
import { derivedKey } from './derived-key';

/** A person or conversation as the audit names them. The same id under the same SECRET_KEY always gets the same name. */
export async function subjectOf(secretKey: string, type: 'conversation' | 'person', id: string): Promise<Required<Subject>> {
  return { type, id: await pseudonymOf(secretKey, id), of: { type, id } };
}

/** A keyed one-way hash: 32 hex digits. Numbers and addresses are few enough to be guessed through a hash without a key. */
export async function pseudonymOf(secretKey: string, id: string): Promise<string> {
  const key = await derivedKey(secretKey, 'pseudonym', { name: 'HMAC', hash: 'SHA-256', length: 256 }, ['sign']);
  const digest = await crypto.subtle.sign('HMAC', key, new TextEncoder().encode(id));
  return [...new Uint8Array(digest, 0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** By what names the audit may have this: its own id, or a person's or conversation's pseudonym. None = nothing was asked for. */
export const auditNamesOf = async (secretKey: string, id: string | undefined): Promise<string[]> =>
  id === undefined ? [] : [id, await pseudonymOf(secretKey, id)];
