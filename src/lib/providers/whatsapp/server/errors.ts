import { z } from 'zod';
import type { Failure, SendResult } from '../../../domain/provider';
import { cleanText } from '../../../domain/text';
import { soft } from '../../../server/providers/facts';

/** An error in an answer or in a `failed` status. Meta says to branch on `code` alone. */
export const MetaError = z.object({
  code: z.number().int(),
  title: soft(z.string()),
  message: soft(z.string()),
  error_data: soft(z.object({ details: soft(z.string()) })),
});
export type MetaError = z.infer<typeof MetaError>;

/**
 * What an error code means for the one message:
 * `final` it will never work; `later` an agent may try again; `busy` surely not taken, we try again ourselves; `doubtful` as `busy`
 * unless it comes with a 5xx, where "unknown error" does not say that the message was not taken; `window` the 24 h are over;
 * `stopped` nothing of the channel is taken until an Admin has put it right.
 */
type Class = 'final' | 'later' | 'busy' | 'doubtful' | 'window' | 'stopped';
type Entry = { class: Class; reason: string; afterMs?: number };

const entry = (kind: Class, reason: string, afterMs?: number): Entry => ({ class: kind, reason, ...(afterMs && { afterMs }) });
const all = (codes: number[], value: Entry): [number, Entry][] => codes.map((code) => [code, value]);

const access = entry('stopped', 'WhatsApp does not accept this channel’s access token or rights. An Admin must renew them.');
const account = entry('stopped', 'WhatsApp has restricted or locked this business account. An Admin must look into it.');
const template = entry('final', 'WhatsApp refused the template. An Admin must correct it.');

/** Meta's "Error codes" page of the Cloud API; classes are ours. */
const table = new Map<number, Entry>([
  [131047, entry('window', 'More than 24 hours have passed since the customer last wrote. Only a template can be sent now.')],
  [
    131026,
    entry(
      'final',
      'This number cannot receive the message: it is not on WhatsApp, has an old app, or has not accepted its terms.',
    ),
  ],
  [131051, entry('final', 'WhatsApp does not support this type of message.')],
  [131052, entry('later', 'WhatsApp could not fetch the customer’s media.')],
  [131053, entry('later', 'WhatsApp could not take the attached file.')],
  [130429, entry('busy', 'WhatsApp is limiting this number’s speed.')],
  [131056, entry('busy', 'WhatsApp takes about one message every 6 seconds to the same customer.', 6_000)],
  [80007, entry('busy', 'WhatsApp is limiting this business account’s speed.')],
  [4, entry('busy', 'WhatsApp is limiting this app’s speed.')],
  [131048, entry('later', 'WhatsApp held it back because earlier messages of this number were reported as spam.')],
  [
    131049,
    entry('final', 'WhatsApp chose not to deliver it, to protect the customer from too many messages. Wait at least 24 hours.'),
  ],
  [131050, entry('final', 'The customer has stopped marketing messages from this number.')],
  [130472, entry('final', 'WhatsApp did not deliver it: the customer is part of an experiment of WhatsApp’s.')],
  [131064, entry('final', 'The limit for this class of template is reached.')],
  [131062, entry('final', 'This message needs the customer’s phone number. Ask them for it.')],
  [131000, entry('doubtful', 'WhatsApp had an unknown error.')],
  [1, entry('doubtful', 'WhatsApp had an unknown error.')],
  [131016, entry('busy', 'WhatsApp is overloaded for the moment.')],
  [2, entry('busy', 'WhatsApp is not available for the moment.')],
  [131008, entry('final', 'WhatsApp misses a value in the message.')],
  [131009, entry('final', 'WhatsApp does not accept a value in the message.')],
  [131021, entry('final', 'The sender and the receiver are the same number.')],
  [100, entry('final', 'WhatsApp does not accept a value in the message.')],
  ...all([132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016], template),
  ...all([0, 190, 3, 10, 131005], access),
  ...all([131031, 131042, 368], account),
]);

/** Codes 200 to 299 are missing permissions, whichever. */
function entryOf(code: number): Entry | undefined {
  return table.get(code) ?? (code >= 200 && code <= 299 ? access : undefined);
}

/** The failure that a `failed` status reports, in words for the agent. */
export function failureOf(error: MetaError | undefined): Failure {
  if (!error) return { code: 'unknown', reason: 'WhatsApp could not deliver it.', retryable: true };
  const known = entryOf(error.code);
  if (!known) return { code: String(error.code), reason: unlisted(error), retryable: true };
  return { code: String(error.code), reason: known.reason, retryable: known.class !== 'final' && known.class !== 'window' };
}

/** What an error answer to a send means. `afterMs` is the provider's own `Retry-After`, when it sent one. */
export function resultOf(error: MetaError | undefined, httpStatus: number, afterMs: number | null): SendResult {
  const known = error && entryOf(error.code);
  if (error && known) return ofEntry(known, error, httpStatus, afterMs);
  const code = error ? String(error.code) : `http_${httpStatus}`;
  if (httpStatus === 429 || httpStatus === 503) {
    return { status: 'retry', afterMs, reason: 'WhatsApp is busy.', code };
  }
  if (httpStatus === 408 || httpStatus >= 500) return doubt(httpStatus);
  if (error) return { status: 'failed', failure: { code, reason: unlisted(error), retryable: false } };
  if (httpStatus === 401 || httpStatus === 403) return { status: 'stopped', reason: access.reason, code };
  const reason = `WhatsApp refused the message (HTTP ${httpStatus}).`;
  return { status: 'failed', failure: { code, reason, retryable: false } };
}

function ofEntry(known: Entry, error: MetaError, httpStatus: number, afterMs: number | null): SendResult {
  switch (known.class) {
    case 'busy':
      return { status: 'retry', afterMs: afterMs ?? known.afterMs ?? null, reason: known.reason, code: String(error.code) };
    case 'doubtful':
      if (httpStatus >= 500 && httpStatus !== 503) return doubt(httpStatus);
      return { status: 'retry', afterMs, reason: known.reason, code: String(error.code) };
    case 'window':
      return { status: 'failed', failure: failureOf(error), windowClosed: true };
    case 'stopped':
      return { status: 'stopped', reason: known.reason, code: String(error.code) };
    case 'final':
    case 'later':
      return { status: 'failed', failure: failureOf(error) };
  }
}

const doubt = (httpStatus: number): SendResult => ({
  status: 'unknown',
  reason: `WhatsApp answered with an error (HTTP ${httpStatus}). The message may have gone out.`,
});

/** The provider's own words, for a code that is not in the table. */
function unlisted(error: MetaError): string {
  const words = cleanText(error.error_data?.details ?? error.title ?? error.message ?? '', 300).trim();
  return `WhatsApp refused it (error ${error.code})${words === '' ? '' : `: ${words.replace(/\.$/, '')}`}.`;
}
