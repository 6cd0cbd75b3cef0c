import type { SendResult } from '../../../domain/provider';
import { cleanText } from '../../../domain/text';
import type { GraphError } from './graph';

/**
 * What an error means for the one message: `final` it will never work; `later` an agent may try again; `busy` surely not taken, we try
 * again ourselves; `doubtful` as `busy` unless it comes with a 5xx, which does not say that the message was not taken; `unknown` it may
 * have gone out; `window` too late for this way of answering; `stopped` nothing of this channel goes out until an Admin acts.
 */
type Class = 'final' | 'later' | 'busy' | 'doubtful' | 'unknown' | 'window' | 'stopped';
type Entry = { class: Class; reason: string };

const entry = (kind: Class, reason: string): Entry => ({ class: kind, reason });
const all = (codes: string[], value: Entry): [string, Entry][] => codes.map((code) => [code, value]);

const token = entry('stopped', 'Facebook no longer accepts this channel’s access token. An Admin must enter a new one.');
const permission = entry(
  'stopped',
  'Facebook does not let this channel’s app write for the page. An Admin must grant it pages_messaging again.',
);
const restricted = entry('stopped', 'Facebook has restricted this page or its app. An Admin must look into it in Page Quality.');
const blocked = entry('final', 'This person does not take messages from the page at the moment.');
const upload = entry('later', 'Messenger could not take the attached file.');
const speed = entry('busy', 'Facebook is limiting this page’s speed.');
const overdue = entry('window', 'The time in which Messenger takes answers is over. It opens again when the customer writes.');
const untagged = entry(
  'window',
  'More than 24 hours have passed, and Facebook has not approved this page’s app for later answers by people (human agent).',
);

/** Meta's "Common Error Codes" of the Messenger platform, and of the Graph API for rates; by code, or `code/subcode` where it matters. */
const table = new Map<string, Entry>([
  ...all(['190', '102', '0'], token),
  ...all(['3', '10'], permission),
  ...all(['368', '10/1893063'], restricted),
  ...all(['10/2018065', '10/2018278', '10/2534022'], overdue),
  ...all(['551', '10/2018108', '200/1545041'], blocked),
  ['100', entry('final', 'Messenger does not accept a value in the message.')],
  ['100/2018001', entry('final', 'Messenger knows no such person on this page.')],
  ['100/1893061', entry('final', 'Messenger no longer takes this kind of message outside its window.')],
  ['100/2018109', entry('final', 'The attached file is too large for Messenger.')],
  ...all(['100/2018008', '100/2018047', '100/2018074', '100/2018294'], upload),
  ...all(['4', '9', '17', '32', '341', '613', '80006'], speed),
  ...all(['1', '2', '1200'], entry('doubtful', 'Messenger is not available for the moment.')),
  // Meta's own words for it: the messages are sent, yet the call returns an error.
  ['1/1357046', entry('unknown', 'Messenger answered with an error that it also gives for messages that it has taken.')],
]);

/** The entry of the pair if there is one, else of the code. Codes 200 to 299 are missing permissions, whichever. */
function entryOf({ code, error_subcode }: GraphError, tagged: boolean): Entry | undefined {
  const known = table.get(`${code}/${error_subcode}`) ?? table.get(String(code));
  // The tag needs an approval of its own: its lack must not stop the answers inside the window.
  if (known === permission && code === 10 && tagged) return untagged;
  return known ?? (code >= 200 && code <= 299 ? permission : undefined);
}

/**
 * What an error answer to a send means. `afterMs` is the provider's own `Retry-After`, when it sent one; `tagged`: it was sent as a
 * person's late answer.
 */
export function resultOf(error: GraphError | undefined, httpStatus: number, afterMs: number | null, tagged: boolean): SendResult {
  const code = error ? codeOf(error) : `http_${httpStatus}`;
  const known = error && entryOf(error, tagged);
  if (known) return ofEntry(known, code, httpStatus, afterMs);
  if (httpStatus === 429 || httpStatus === 503)
    return { status: 'retry', afterMs, reason: 'Messenger is busy for the moment.', code };
  if (httpStatus === 408 || httpStatus >= 500) return doubt(httpStatus);
  if (error) return { status: 'failed', failure: { code, reason: unlisted(error, code), retryable: false } };
  if (httpStatus === 401) return { status: 'stopped', reason: token.reason, code };
  return {
    status: 'failed',
    failure: { code, reason: `Messenger refused the message (HTTP ${httpStatus}).`, retryable: httpStatus === 403 },
  };
}

function ofEntry(known: Entry, code: string, httpStatus: number, afterMs: number | null): SendResult {
  const { reason } = known;
  switch (known.class) {
    case 'stopped':
      return { status: 'stopped', reason, code };
    case 'busy':
      return { status: 'retry', afterMs, reason, code };
    case 'doubtful':
      if (httpStatus >= 500 && httpStatus !== 503) return doubt(httpStatus);
      return { status: 'retry', afterMs, reason, code };
    case 'unknown':
      return { status: 'unknown', reason };
    case 'window':
      return { status: 'failed', failure: { code, reason, retryable: false }, windowClosed: true };
    case 'final':
    case 'later':
      return { status: 'failed', failure: { code, reason, retryable: known.class === 'later' } };
  }
}

/** `code`, or `code/subcode`. */
export const codeOf = ({ code, error_subcode }: GraphError): string =>
  error_subcode === undefined ? String(code) : `${code}/${error_subcode}`;

const doubt = (httpStatus: number): SendResult => ({
  status: 'unknown',
  reason: `Messenger answered with an error (HTTP ${httpStatus}). The message may have gone out.`,
});

/** Facebook's own words, for a code that is not in the table. */
function unlisted(error: GraphError, code: string): string {
  const words = cleanText(error.error_user_msg ?? error.message ?? '', 300).trim();
  return `Messenger refused it (error ${code})${words === '' ? '' : `: ${words.replace(/\.$/, '')}`}.`;
}
