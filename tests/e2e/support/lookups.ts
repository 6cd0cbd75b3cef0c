import type { IncomingMessage } from 'node:http';
import { demo } from './wire';

export type Answer = { status: number; body: unknown };

/** Meta's answer to a profile that the page may not see, and to a file that is no longer there. */
const noSuchObject: Answer = {
  status: 400,
  body: {
    error: { message: 'Unsupported get request', type: 'GraphMethodException', code: 100, error_subcode: 33, fbtrace_id: 'A1' },
  },
};
const noSuchFile: Answer = { status: 400, body: { ok: false, error_code: 400, description: 'Bad Request: wrong file_id' } };

/**
 * The answer to a question that is no send: who somebody is, where a file is. The stand-in knows neither, and says so as the providers
 * do: names stay addresses, and files of the demo stay missing. Null for what is no such question, or is not asked with our token.
 */
export function answerLookup({ method, url = '', headers }: IncomingMessage): Answer | null {
  const { pathname, searchParams } = new URL(url, 'http://provider');
  if (method === 'POST') return pathname === `/bot${demo.botToken}/getFile` ? noSuchFile : null;
  if (method !== 'GET' || !/^\/v24\.0\/\d+$/.test(pathname)) return null;
  const isOurs = headers.authorization === `Bearer ${demo.accessToken}` || searchParams.get('access_token') === demo.accessToken;
  return isOurs ? noSuchObject : null;
}
