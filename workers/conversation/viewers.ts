import { ClientFrame, type ThreadFrame } from '../../src/lib/domain/protocol';
import type { Summary } from '../../src/lib/domain/summary';
import { acceptSocket, attachmentFrom, attachmentOf, broadcast, closeQuietly, closeSession, police, sendFrame } from '../sockets';
import type { Store } from './store';

/** More missed messages than this, or longer ones (UTF-16 units), and the client had better start over. */
const MAX_CATCH_UP = { limit: 500, size: 2_000_000 };
/** Messages of a fresh start. */
const LATEST = 50;
/** A typing mark that is not renewed fades. */
const TYPING_MS = 6_000;

type Accepted = { response: Response; socket: WebSocket | null; version: number | null };

/** The live connections of one conversation: who looks on, who types, and what they are told. */
export class Viewers {
  readonly #ctx: DurableObjectState;
  /** When each agent last typed; in memory only, as it is worth nothing after a restart. */
  readonly #typingAt = new Map<string, number>();
  /** When each socket of this instance was accepted: proof of life before its first ping. */
  readonly #acceptedAt = new WeakMap<WebSocket, number>();

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
  }

  /** Takes an upgrade that the Worker's entry has authenticated; `?version=N` asks for everything after N at once. */
  accept(request: Request): Accepted {
    const attachment = attachmentFrom(request);
    if (!attachment) return { response: new Response('Upgrade to WebSocket', { status: 426 }), socket: null, version: null };
    const { response, socket } = acceptSocket(this.#ctx, attachment);
    this.#acceptedAt.set(socket, Date.now());
    const version = Number.parseInt(new URL(request.url).searchParams.get('version') ?? '', 10);
    return { response, socket, version: Number.isSafeInteger(version) && version >= 0 ? version : null };
  }

  /** A client's frame, if it is a good one, and whose it is. */
  receive(socket: WebSocket, data: string | ArrayBuffer): { frame: ClientFrame; agentId: string } | null {
    const now = Date.now();
    const attachment = attachmentOf(socket);
    if (!attachment) {
      closeQuietly(socket, 1008, 'unknown socket');
      return null;
    }
    const frame = police(socket, data, ClientFrame, now);
    if (!frame) return null;
    if (frame.type === 'typing') this.#noteTyping(attachment.agent.id, frame.typing, now);
    return { frame, agentId: attachment.agent.id };
  }

  /** Closes the connections of a sign-in that has ended. */
  disconnect(session: string): void {
    closeSession(this.#open(), session);
  }

  leave(socket: WebSocket, code: number): void {
    closeQuietly(socket, code);
  }

  /** The last proof that an agent's connection lives, over all their tabs; null when there is none. Epoch ms. */
  lastSeenAt(agentId: string): number | null {
    let latest: number | null = null;
    for (const socket of this.#open()) {
      if (attachmentOf(socket)?.agent.id !== agentId) continue;
      const pingedAt = this.#ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0;
      latest = Math.max(latest ?? 0, pingedAt, this.#acceptedAt.get(socket) ?? 0);
    }
    return latest;
  }

  /** Tells everybody who is here. */
  announce(): void {
    const now = Date.now();
    const viewers = new Map<string, { id: string; name: string; typing: boolean }>();
    for (const socket of this.#open()) {
      const agent = attachmentOf(socket)?.agent;
      if (!agent) continue;
      const typing = now - (this.#typingAt.get(agent.id) ?? 0) < TYPING_MS;
      viewers.set(agent.id, { id: agent.id, name: agent.name, typing });
    }
    this.tellAll({ type: 'presence', viewers: [...viewers.values()] });
  }

  tellAll(frame: ThreadFrame): void {
    broadcast(this.#open(), frame);
  }

  tellAgent(agentId: string, frame: ThreadFrame): void {
    broadcast(
      this.#open().filter((socket) => attachmentOf(socket)?.agent.id === agentId),
      frame,
    );
  }

  tell(socket: WebSocket | null, frame: ThreadFrame | null): void {
    if (socket && frame) sendFrame(socket, frame);
  }

  /** Exactly what a client with version `from` has missed, or a fresh start when that is too much or not of this history. */
  catchUp(store: Store, conversation: Summary, from: number): ThreadFrame {
    const { version } = conversation;
    const messages = from <= version ? store.changedAfter(from, MAX_CATCH_UP) : null;
    if (messages) return { type: 'catchUp', from, version, messages, conversation };
    const latest = store.before(Number.MAX_SAFE_INTEGER, LATEST);
    return { type: 'reset', version, messages: latest, hasMore: (latest[0]?.seq ?? 1) > 1, conversation };
  }

  #noteTyping(agentId: string, typing: boolean, now: number): void {
    const was = now - (this.#typingAt.get(agentId) ?? 0) < TYPING_MS;
    if (typing) this.#typingAt.set(agentId, now);
    else this.#typingAt.delete(agentId);
    if (was !== typing) this.announce();
  }

  /** A socket that is closing is listed until its close has been handled, but it is nobody any more. */
  #open(): WebSocket[] {
    return this.#ctx.getWebSockets().filter((socket) => socket.readyState === WebSocket.OPEN);
  }
}
