import { DurableObject } from 'cloudflare:workers';
import { PING, PONG } from '../../src/lib/domain/protocol';
import { fail, ok, type Result } from '../../src/lib/domain/result';
import type { Faults, Phone, PhoneAct, PhoneMessage, Post, SimulatorFrame } from '../../src/lib/domain/simulator';
import type { Env } from '../env';
import { broadcast } from '../sockets';
import { applyAct } from './acts';
import { migrate } from './migrations';
import { postDue } from './poster';
import { inboundDueAt } from './schedule';
import { takeSend, type Send, type Taken } from './sends';
import { SimulatorStore, type NewMessage, type NewPost } from './store';
import { wires } from './wires';

/** Webhooks shown on the page. */
const POSTS = 30;

export type SeededPhone = { phone: Phone; messages: NewMessage[] };
export type ActRefusal = { reason: 'not_found' | 'not_on_this_channel' };

/**
 * The stand-in of the providers' servers and of the end users' phones: one object for all. It takes sends as a provider does and
 * posts real, signed webhooks to Parley's own endpoint. It is reached only through `routes.ts`, which asks whether it is on.
 */
export class Simulator extends DurableObject<Env> {
  readonly #store: SimulatorStore;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    migrate(ctx.storage);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
    this.#store = new SimulatorStore(ctx.storage.sql);
  }

  overview(): { phones: Phone[]; faults: Faults; posts: Post[] } {
    return { phones: this.#store.phones(), faults: this.#store.faults(), posts: this.#store.posts(POSTS) };
  }

  thread(phoneId: string): { phone: Phone; messages: PhoneMessage[] } | null {
    const phone = this.#store.phone(phoneId);
    return phone && { phone, messages: this.#store.thread(phoneId) };
  }

  addPhone(phone: Omit<Phone, 'lastText' | 'lastAt' | 'isOpen'>): Phone {
    const added: Phone = { ...phone, isOpen: true, lastText: '', lastAt: Date.now() };
    this.#store.addPhone(added);
    this.#tellPhone(phone.id);
    return this.#store.phone(phone.id) ?? added;
  }

  /** The end user does something `agoMs` before now. `origin` is where Parley's webhooks are. */
  act(phoneId: string, act: PhoneAct, agoMs: number, origin: string): Result<{ id: string }, ActRefusal> {
    const phone = this.#store.phone(phoneId);
    if (!phone) return fail({ reason: 'not_found' });
    const now = Date.now();
    const wire = wires[phone.provider];
    const id = wire.newId();
    const body = wire.act(act, { id, at: now - agoMs, address: phone.address, name: phone.name });
    if (body === null) return fail({ reason: 'not_on_this_channel' });
    const target = 'targetId' in act ? this.#store.message(act.targetId) : null;
    if ('targetId' in act && target?.phoneId !== phoneId) return fail({ reason: 'not_found' });
    const faults = this.#store.faults();
    const dueAt = inboundDueAt(faults, this.#store.isHolding(phoneId), now);
    const { changedId, what } = applyAct(this.#store, phoneId, act, { id, at: now - agoMs, held: dueAt === null });
    this.#post({
      phoneId,
      providerMessageId: changedId,
      eventId: id,
      what,
      body: JSON.stringify(body),
      copies: faults.copies,
      dueAt: what === 'message' ? dueAt : (dueAt ?? now),
    });
    // The one that waited goes right after the one that it waited for.
    if (faults.swapInbound && dueAt !== null) this.#store.releaseHeld('inbound', dueAt + 1, phoneId);
    this.#store.setSetting('origin', origin);
    this.#tellMessage(phoneId, changedId);
    this.#arm();
    return ok({ id });
  }

  /** The end user looks at the phone, or puts it away. Looking at it reads everything on it. */
  setOpen(phoneId: string, isOpen: boolean, origin: string): Phone | null {
    this.#store.setOpen(phoneId, isOpen);
    const phone = this.#store.phone(phoneId);
    if (!phone) return null;
    this.#store.setSetting('origin', origin);
    const now = Date.now();
    const faults = this.#store.faults();
    for (const { id, messageId } of isOpen ? this.#store.unreadOn(phoneId) : []) {
      const receipt = { id, messageId, address: phone.address, at: now, status: 'read' } as const;
      const dueAt = faults.receipts === 'withheld' ? null : now;
      const body = JSON.stringify(wires[phone.provider].receipt(receipt));
      const eventId = crypto.randomUUID();
      this.#post({ phoneId, providerMessageId: id, eventId, what: 'read', body, copies: faults.copies, dueAt });
    }
    this.#tellPhone(phoneId);
    this.#arm();
    return phone;
  }

  setFaults(faults: Faults): Faults {
    this.#store.setSetting('faults', JSON.stringify(faults));
    const now = Date.now();
    if (faults.receipts !== 'withheld') this.#store.releaseHeld('receipts', now);
    if (!faults.swapInbound) this.#store.releaseHeld('inbound', now);
    this.#tell({ type: 'faults', faults });
    this.#arm();
    return faults;
  }

  /** Puts a message on a phone that came by another way: a campaign's. */
  receive(phoneId: string, message: NewMessage): boolean {
    if (!this.#store.phone(phoneId)) return false;
    this.#store.addMessage(phoneId, message);
    this.#tellMessage(phoneId, message.id);
    return true;
  }

  /** One call of the provider API, already checked: what to answer, and how late. */
  takeSend(send: Send, origin: string): Taken {
    this.#store.setSetting('origin', origin);
    const faults = this.#store.faults();
    const { taken, posts } = takeSend(this.#store, send, faults, Date.now());
    for (const post of posts) this.#post(post);
    if (faults.nextSend !== 'accept') this.setFaults({ ...faults, nextSend: 'accept' });
    if (taken.id !== null) this.#tellMessage(send.phoneId, taken.id);
    this.#arm();
    return taken;
  }

  /** The calls that were made to the provider API for one message of Parley's. */
  calls(messageId: string): { answer: string; at: number }[] {
    return this.#store.calls(messageId);
  }

  /** Puts phones with a past in place; those that are there stay as they are. */
  seed(phones: SeededPhone[]): void {
    this.ctx.storage.transactionSync(() => {
      for (const { phone, messages } of phones) {
        if (this.#store.phone(phone.id)) continue;
        this.#store.addPhone(phone);
        for (const message of messages) this.#store.addMessage(phone.id, message);
      }
    });
  }

  /** The page's live socket; the route has checked who it is. */
  override fetch(request: Request): Response {
    if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') return new Response(null, { status: 426 });
    const { 0: client, 1: socket } = new WebSocketPair();
    this.ctx.acceptWebSocket(socket);
    return new Response(null, { status: 101, webSocket: client });
  }

  /** Pings are answered by the runtime; a page has nothing else to say. */
  override webSocketMessage(socket: WebSocket): void {
    socket.close(1008, 'this socket only listens');
  }

  /** Never throws, because the runtime gives a throwing alarm up for good; always re-arms. */
  override async alarm(): Promise<void> {
    try {
      await postDue({
        store: this.#store,
        fetch: (...request) => fetch(...request),
        now: () => Date.now(),
        origin: () => this.#store.setting('origin'),
        posted: (post) => this.#tell({ type: 'post', post }),
        messageChanged: (phoneId, id) => this.#tellMessage(phoneId, id),
      });
    } catch (error) {
      console.error({ event: 'simulator_alarm_failed', error: String(error) });
    } finally {
      this.#arm();
    }
  }

  #post(post: NewPost): void {
    this.#store.addPost(post, Date.now());
  }

  #arm(): void {
    const dueAt = this.#store.nextDueAt();
    if (dueAt !== null) void this.ctx.storage.setAlarm(dueAt);
  }

  #tellPhone(phoneId: string): void {
    const phone = this.#store.phone(phoneId);
    if (phone) this.#tell({ type: 'phone', phone });
  }

  #tellMessage(phoneId: string, id: string): void {
    const found = this.#store.message(id);
    if (!found) return;
    this.#tell({ type: 'message', phoneId, message: found.message });
    this.#tellPhone(phoneId);
  }

  #tell(frame: SimulatorFrame): void {
    broadcast(this.ctx.getWebSockets(), frame);
  }
}
