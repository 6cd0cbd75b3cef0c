import { z } from 'zod';
import { MAX_FRAME_BYTES, MAX_FRAMES_PER_SECOND } from '../src/lib/domain/protocol';
import { type Agent, Role } from '../src/lib/domain/role';

/** Who is behind a socket; rides on it through hibernation. Set once at accept, before any frame. */
const Attachment = z.strictObject({
  agent: z.strictObject({ id: z.string().min(1), name: z.string(), role: Role }),
  /** The sign-in it belongs to: ending that ends the socket. */
  session: z.string().min(1),
  /** Bad frames so far. */
  strikes: z.number().int().nonnegative(),
});
export type Attachment = z.infer<typeof Attachment>;

/** Trusted headers that the Worker entry adds to an upgrade it has authenticated. Names are percent-encoded: headers are Latin-1. */
const agentHeaders = {
  id: 'x-parley-agent-id',
  name: 'x-parley-agent-name',
  role: 'x-parley-role',
  session: 'x-parley-session',
} as const;

const MAX_STRIKES = 3;
const POLICY_VIOLATION = 1008;
const TOO_BIG = 1009;
/** Codes that stand for "no close frame came": the transport is gone, and writing one would throw or reject. */
const RESERVED = new Set([1005, 1006, 1015]);

/** The headers that tell an object who is upgrading; the entry must set all of them, so that a client's own are overwritten. */
export function headersOf(agent: Agent, session: string): [string, string][] {
  return [
    [agentHeaders.id, agent.id],
    [agentHeaders.name, encodeURIComponent(agent.name.toWellFormed())],
    [agentHeaders.role, agent.role],
    [agentHeaders.session, session],
  ];
}

/** Reads an upgrade: the attachment for its socket, or null when it is no upgrade or the trusted headers are missing. */
export function attachmentFrom(request: Request): Attachment | null {
  if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') return null;
  const { headers } = request;
  const parsed = Attachment.safeParse({
    agent: {
      id: headers.get(agentHeaders.id),
      name: decode(headers.get(agentHeaders.name) ?? ''),
      role: headers.get(agentHeaders.role),
    },
    session: headers.get(agentHeaders.session),
    strikes: 0,
  });
  return parsed.success ? parsed.data : null;
}

/** Accepts a hibernating socket with its attachment. `socket` is the object's end; answer the upgrade with `response`. */
export function acceptSocket(
  ctx: Pick<DurableObjectState, 'acceptWebSocket'>,
  attachment: Attachment,
): { socket: WebSocket; response: Response } {
  const { 0: client, 1: socket } = new WebSocketPair();
  ctx.acceptWebSocket(socket);
  socket.serializeAttachment(attachment);
  return { socket, response: new Response(null, { status: 101, webSocket: client }) };
}

/** Who is behind the socket, or null when its attachment is not one of ours (an older version's): close such a socket. */
export function attachmentOf(socket: WebSocket): Attachment | null {
  const parsed = Attachment.safeParse(socket.deserializeAttachment());
  return parsed.success ? parsed.data : null;
}

/** Sends one frame to every open socket. A dead socket never keeps the others from it. */
export function broadcast(sockets: Iterable<WebSocket>, frame: object): void {
  const text = JSON.stringify(frame);
  for (const socket of sockets) send(socket, text);
}

/** Sends to one socket, which may be gone. */
export function sendFrame(socket: WebSocket, frame: object): void {
  send(socket, JSON.stringify(frame));
}

function send(socket: WebSocket, text: string): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  try {
    socket.send(text);
  } catch {
    // It died between two events; its close event follows or it is already out of the list.
    closeQuietly(socket, 1011);
  }
}

/** Closes, or answers the peer's close. Never throws; never writes a code that may not travel. */
export function closeQuietly(socket: WebSocket, code: number, reason = ''): void {
  if (RESERVED.has(code) || socket.readyState === WebSocket.CLOSED) return;
  try {
    socket.close(code, reason);
  } catch {
    // Already closed from the other side: what we wanted.
  }
}

/** Closes the sockets of a sign-in that has ended, and answers which. */
export function closeSession(sockets: readonly WebSocket[], session: string): WebSocket[] {
  const ended = sockets.filter((socket) => attachmentOf(socket)?.session === session);
  for (const socket of ended) closeQuietly(socket, POLICY_VIOLATION, 'signed out');
  return ended;
}

/** Frames seen in the current second; in memory only, as a flood never lets the object hibernate. */
const windows = new WeakMap<WebSocket, { startAt: number; frames: number }>();

/**
 * The one gate for frames of clients: the parsed frame, or null when it was refused. In order: more than 20 a second closes 1008;
 * more than 16 KB closes 1009; not text, not JSON or not of the schema gets an error frame, and closes 1008 the third time.
 */
export function police<T>(socket: WebSocket, data: string | ArrayBuffer, schema: z.ZodType<T>, now: number): T | null {
  if (socket.readyState !== WebSocket.OPEN) return null;
  if (floods(socket, now)) return refuse(socket, POLICY_VIOLATION, 'too many frames');
  if (byteLength(data) > MAX_FRAME_BYTES) return refuse(socket, TOO_BIG, 'frame too big');
  const parsed = schema.safeParse(typeof data === 'string' ? json(data) : undefined);
  if (parsed.success) return parsed.data;

  const attachment = attachmentOf(socket);
  const strikes = (attachment?.strikes ?? MAX_STRIKES) + 1;
  sendFrame(socket, { type: 'error', reason: 'bad_frame' });
  if (attachment === null || strikes >= MAX_STRIKES) return refuse(socket, POLICY_VIOLATION, 'bad frames');
  socket.serializeAttachment({ ...attachment, strikes } satisfies Attachment);
  return null;
}

function floods(socket: WebSocket, now: number): boolean {
  const window = windows.get(socket);
  if (!window || now - window.startAt >= 1000 || now < window.startAt) {
    windows.set(socket, { startAt: now, frames: 1 });
    return false;
  }
  window.frames += 1;
  return window.frames > MAX_FRAMES_PER_SECOND;
}

function refuse(socket: WebSocket, code: number, reason: string): null {
  closeQuietly(socket, code, reason);
  return null;
}

/** UTF-8 bytes; encodes only what is short enough to matter. */
function byteLength(data: string | ArrayBuffer): number {
  if (typeof data !== 'string') return data.byteLength;
  return data.length > MAX_FRAME_BYTES ? data.length : new TextEncoder().encode(data).length;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
