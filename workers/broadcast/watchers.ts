import { z } from 'zod';
import type { BroadcastFrame, Progress } from '../../src/lib/domain/broadcast';
import { may } from '../../src/lib/domain/role';
import { acceptSocket, attachmentFrom, attachmentOf, broadcast, closeQuietly, police, sendFrame } from '../sockets';

/** Between two frames at least. */
const FRAME_EVERY_MS = 250;
const POLICY_VIOLATION = 1008;

/** Of the object's state what sockets need. */
type Sockets = Pick<DurableObjectState, 'acceptWebSocket' | 'getWebSockets'>;

/** The pages that watch this campaign being sent. */
export class Watchers {
  readonly #ctx: Sockets;
  readonly #progress: () => Progress | null;
  #isPlanned = false;
  #toldAt = 0;

  constructor(ctx: Sockets, progress: () => Progress | null) {
    this.#ctx = ctx;
    this.#progress = progress;
  }

  accept(request: Request): Response {
    const attachment = attachmentFrom(request);
    if (!attachment) return new Response('Expected an authenticated upgrade', { status: 426 });
    if (!may(attachment.agent.role, 'campaigns')) return new Response(null, { status: 403 });
    const { socket, response } = acceptSocket(this.#ctx, attachment);
    sendFrame(socket, this.#frame());
    return response;
  }

  /** Pages have nothing to say but pings, which the runtime answers. */
  receive(socket: WebSocket, data: string | ArrayBuffer): void {
    police(socket, data, z.never(), Date.now());
  }

  leave(socket: WebSocket, code: number): void {
    closeQuietly(socket, code);
  }

  /** Closes every page of a sign-in that has ended. */
  disconnect(session: string): void {
    for (const socket of this.#ctx.getWebSockets()) {
      if (attachmentOf(socket)?.session === session) closeQuietly(socket, POLICY_VIOLATION, 'signed out');
    }
  }

  /** Tells everybody, the latest only: at once after a pause, else when it is time. */
  changed(): void {
    if (this.#isPlanned || this.#ctx.getWebSockets().length === 0) return;
    this.#isPlanned = true;
    // Never longer, as the clock may be set back.
    const afterMs = Math.min(Math.max(0, this.#toldAt + FRAME_EVERY_MS - Date.now()), FRAME_EVERY_MS);
    setTimeout(() => {
      this.#isPlanned = false;
      this.#toldAt = Date.now();
      broadcast(this.#ctx.getWebSockets(), this.#frame());
    }, afterMs);
  }

  #frame(): BroadcastFrame {
    return { type: 'progress', progress: this.#progress() };
  }
}
