import { z } from 'zod';
import type { TabCounts } from './list';
import type { Message } from './message';
import type { Summary } from './summary';

/** Keep-alive: the runtime answers it without waking the object. Sent every PING_MS by a client. */
export const PING = 'ping';
export const PONG = 'pong';
export const PING_MS = 15_000;

/** Header of a call that a page makes by itself, without anybody at it: such a call is no use of a session. */
export const BY_ITSELF = 'x-parley-by-itself';

/** Client frames larger than this are refused (close 1009), and faster than this many a second (close 1008). */
export const MAX_FRAME_BYTES = 16_384;
export const MAX_FRAMES_PER_SECOND = 20;

export type Person = { id: string; name: string };

/** Conversation socket, server → client. `version` numbers the conversation's changes without a gap. */
export type ThreadFrame =
  /** One change: apply when `version` is the client's + 1, drop when at or below, else resume. */
  | { type: 'change'; version: number; messages: Message[]; conversation: Summary }
  /** The answer to a resume: everything that changed after `from`, up to `version`. */
  | { type: 'catchUp'; from: number; version: number; messages: Message[]; conversation: Summary }
  /** The gap is too big: start over with the latest messages. */
  | { type: 'reset'; version: number; messages: Message[]; hasMore: boolean; conversation: Summary }
  | { type: 'presence'; viewers: (Person & { typing: boolean })[] }
  /** A colleague asks the holder for the conversation. */
  | { type: 'asked'; by: Person }
  /** Its person has been erased, and all of it with them. */
  | { type: 'erased' }
  | { type: 'error'; reason: 'bad_frame' };

/** Conversation socket, client → server. */
export const ClientFrame = z.discriminatedUnion('type', [
  /** The client's last version: answered with `catchUp` or `reset`. */
  z.strictObject({ type: z.literal('resume'), version: z.number().int().nonnegative() }),
  z.strictObject({ type: z.literal('typing'), typing: z.boolean() }),
  /** The holder did something: the idle clock starts again. */
  z.strictObject({ type: z.literal('active') }),
  /** The holder has this message on screen. */
  z.strictObject({ type: z.literal('read'), seq: z.number().int().positive() }),
]);
export type ClientFrame = z.infer<typeof ClientFrame>;

/**
 * Inbox socket, server → client; clients only ping. `at` names the moment up to which a client has heard everything: who comes back with
 * it (`?since=`) is told what it has missed.
 */
export type InboxFrame =
  /**
   * The first frame. `isCaughtUp`: `rows` are all that have changed since the client's `at`; if not, what the client has may be old, and
   * it reads its list anew. `agents`: who has the dashboard open. `now`: the server's clock, epoch ms. What the whole list has is told next,
   * or soon.
   */
  | { type: 'hello'; at: string; now: number; isCaughtUp: boolean; rows: Summary[]; agents: Person[] }
  /** Rows as they are now, each to be merged by version. */
  | { type: 'rows'; at: string; rows: Summary[] }
  /** What the whole list has now, at most once a second: nobody has to ask for it. */
  | { type: 'counts'; counts: TabCounts }
  /** These have been erased: they are nowhere any more. */
  | { type: 'erased'; ids: string[] }
  /** Who has opened the dashboard, and who (by id) has left it, since everybody was last told; somebody may be named twice. */
  | { type: 'presence'; came: Person[]; left: string[] }
  /** A channel was stopped, or works again: ask which are. */
  | { type: 'channels' }
  | { type: 'error'; reason: 'bad_frame' };
