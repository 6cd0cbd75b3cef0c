import type { SendDeps, SendResult } from '../../domain/provider';

/** Longest answer read to a send; real ones are below 2 KB. */
const MAX_ANSWER_BYTES = 65_536;
/** Longest wait taken from a provider. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/** A provider's answer. `json` is undefined when the body was not readable JSON; `empty` when there was none. */
export type Answer = { status: number; json: unknown; empty: boolean; retryAfterMs: number | null };

/** Of a call that never began: nothing has gone out. */
export const unbegun: SendResult = {
  status: 'retry',
  afterMs: null,
  reason: 'There was no time left to send it.',
  code: 'aborted',
};

/**
 * One POST to a provider: its answer, or what the lack of one means. workerd reports a refused connection, a reset after the request
 * went out and garbage in the answer by the same error ("Network connection lost.", `retryable: true`), and an unknown host as an
 * internal error. None of them proves that the message was not taken, so every lost call is `unknown`; only a call that never began
 * is `retry`. A call that waits for one of the invocation's six connections has begun: who makes many at once sees to it that none does.
 * A form's `content-type` is the platform's to write: it names the boundary.
 */
export async function call(
  url: string,
  headers: Record<string, string>,
  body: string | FormData,
  deps: SendDeps,
): Promise<Answer | SendResult> {
  if (!URL.canParse(url))
    return failed('not_configured', 'This channel has no valid address to send to. An Admin must set it up.');
  if (deps.signal.aborted) return unbegun;
  try {
    return await exchange(url, { method: 'POST', headers, body }, MAX_ANSWER_BYTES, deps);
  } catch {
    const reason = deps.signal.aborted ? 'It did not answer in time.' : 'The connection broke before it answered.';
    return { status: 'unknown', reason: `${reason} The message may have gone out.` };
  }
}

/** One GET that changes nothing: its answer, or in words why there is none. Never throws. */
export async function look(
  url: string,
  headers: Record<string, string>,
  deps: SendDeps,
  maxBytes = MAX_ANSWER_BYTES,
): Promise<Answer | { lost: string }> {
  if (!URL.canParse(url)) return { lost: 'This channel has no valid address to ask.' };
  try {
    return await exchange(url, { method: 'GET', headers }, maxBytes, deps);
  } catch {
    return { lost: deps.signal.aborted ? 'It did not answer in time.' : 'The connection broke before it answered.' };
  }
}

type Outgoing = { method: string; headers: Record<string, string>; body?: string | FormData };

async function exchange(url: string, request: Outgoing, maxBytes: number, deps: SendDeps): Promise<Answer> {
  // A method call (`deps.fetch(…)`) would be an illegal invocation in workerd.
  const { fetch } = deps;
  const response = await fetch(url, { ...request, redirect: 'manual', signal: deps.signal });
  const text = await readText(response, maxBytes);
  return {
    status: response.status,
    json: parseJson(text),
    empty: text === '',
    retryAfterMs: retryAfterMs(response.headers.get('retry-after'), deps.now),
  };
}

/** `Retry-After` in ms from now: seconds or an HTTP date (RFC 9110, 10.2.3); null when missing or unreadable. At most an hour. */
export function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS) : null;
}

export const failed = (code: string, reason: string, retryable = true): SendResult => ({
  status: 'failed',
  failure: { code, reason, retryable },
});

/** The body as text; null when it broke off or is too long to be an answer. */
async function readText(response: Response, maxBytes: number): Promise<string | null> {
  if (!response.body) return '';
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  try {
    for await (const chunk of response.body) {
      length += chunk.length;
      if (length > maxBytes) return null;
      text += decoder.decode(chunk, { stream: true });
    }
  } catch {
    return null;
  }
  return text + decoder.decode();
}

function parseJson(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    const json: unknown = JSON.parse(text);
    return json;
  } catch {
    return undefined;
  }
}
