import type { Behaviour } from './provider';
import type { ProviderName } from './wire';

/** What an error may mean for a message: `refused` surely not taken, try again; `doubtful` perhaps taken; `final` it never will be. */
export type Meaning = 'refused' | 'doubtful' | 'final';
/** One fault. `waitMs`: before which the provider told us not to come again. */
export type Fault = { behaviour: Behaviour; waitMs?: number };

type Refusal = NonNullable<Behaviour['refusal']>;
const refusing = (status: number, body: unknown, headers: Refusal['headers'] = {}): Fault => ({
  behaviour: { refusal: { status, body, headers } },
});
const busy = (fault: Fault, waitMs: number): Fault => ({ ...fault, waitMs });

const SECOND = 1_000;
/** Waits that providers name, in s; longer than our own first ones are. */
const waits = [1, 3, 9];
/** An HTTP date is a whole second, and so at most one second more than asked for. */
const httpDate = (seconds: number): string => new Date(Date.now() + (seconds + 1) * SECOND).toUTCString();

const metaError = (code: number, subcode?: number) => ({
  error: { message: `(#${code}) Said by the stand-in`, type: 'OAuthException', code, error_subcode: subcode, fbtrace_id: 'A1' },
});
const telegramError = (code: number, description: string, parameters?: unknown) => ({
  ok: false,
  error_code: code,
  description,
  parameters,
});

/** A gateway's page instead of the provider's own answer. */
const lost = [500, 502, 504].map((status) => refusing(status, { message: 'Bad gateway' }));
const broken: Fault[] = [{ behaviour: { cuts: true } }, { behaviour: { garbles: true } }];
const throttled = waits.flatMap((s) => [
  busy(refusing(429, {}, { 'retry-after': String(s) }), s * SECOND),
  busy(refusing(503, {}, { 'retry-after': String(s) }), s * SECOND),
]);

/** As `Retry-After` also may be: a date. Made when it is said. */
export const untilDate = (seconds: number): Fault =>
  busy(refusing(429, {}, { 'retry-after': httpDate(seconds) }), seconds * SECOND);

/** Never answered: costs the time that we wait for an answer. */
export const silence: Fault = { behaviour: { hangs: true } };

/** Every documented way of each provider to say no, by what it means. Those that stop a whole channel are left out. */
export const faults: Record<ProviderName, Record<Meaning, readonly Fault[]>> = {
  whatsapp: {
    refused: [
      ...throttled,
      refusing(503, {}),
      busy(refusing(400, metaError(131056)), 6 * SECOND),
      ...[130429, 80007, 4].map((code) => refusing(400, metaError(code))),
      refusing(503, metaError(131016)),
    ],
    doubtful: [...lost, ...broken, refusing(500, metaError(131000)), refusing(500, metaError(1))],
    final: [131026, 131051, 100].map((code) => refusing(400, metaError(code))),
  },
  messenger: {
    refused: [...throttled, refusing(503, {}), ...[4, 613].map((code) => refusing(400, metaError(code)))],
    doubtful: [...lost, ...broken, refusing(500, metaError(2)), refusing(400, metaError(1, 1_357_046))],
    final: [refusing(400, metaError(551)), refusing(400, metaError(100, 2_018_001))],
  },
  telegram: {
    // The wait is in the body; only what Telegram itself says is sure not to have gone out.
    refused: waits.map((s) =>
      busy(refusing(429, telegramError(429, `Too Many Requests: retry after ${s}`, { retry_after: s })), s * SECOND),
    ),
    doubtful: [...lost, ...broken, refusing(500, telegramError(500, 'Internal Server Error'))],
    final: [
      refusing(403, telegramError(403, 'Forbidden: bot was blocked by the user')),
      refusing(400, telegramError(400, 'Bad Request: chat not found')),
    ],
  },
  webhook: {
    refused: [...throttled, refusing(429, {}), refusing(503, {})],
    doubtful: [...lost, ...broken],
    final: [refusing(422, { reason: 'Unknown user' }), refusing(404, {})],
  },
};
