import { DurableObject } from 'cloudflare:workers';
import { z } from 'zod';
import { PING, PONG } from '../../src/lib/domain/protocol';
import { fail, ok, type Result } from '../../src/lib/domain/result';
import type { Faults, Phone, PhoneAct, PhoneMedia, PhoneMessage, Post, SimulatorFrame } from '../../src/lib/domain/simulator';
import type { Env } from '../env';
import { acceptSocket, attachmentFrom, broadcast, closeSession } from '../sockets';
import { migrate } from '../object-schema';
import { enact, FIRST_UPDATE, readAll, type ActRefusal, type Circumstances } from './enact';
import { schema } from './schema';
import { postDue } from './poster';
import { FIRST_MESSAGE, takeSend, type Send, type Taken } from './sends';
import type { NewMessage } from './rows';
import { SimulatorStore } from './store';
import { wires } from './wires';

/** Webhooks shown on the page. */
const POSTS = 30;

export type SeededPhone = { phone: Phone; messages: NewMessage[] };
/** What a bot has told its provider about webhooks; `allowed` null = whatever is usual. */
const WebhookSetting = z.object({ url: z.string(), allowed: z.array(z.string()).nullable() });
export type WebhookSetting = z.infer<typeof WebhookSetting>;

/** Where the simulator's provider API is, on the origin that it is reached at. */
export const apiBaseOf = (origin: string): string => `${origin}/simulator/api/provider`;

/**
 * The stand-in of the providers' servers and of the end users' phones: one object for all. It takes sends as a provider does and
 * posts real, signed webhooks to Parley's own endpoint. It is reached only through `routes.ts`, which asks whether it is on.
 */
export class Simulator extends DurableObject<Env> {
  readonly #store: SimulatorStore;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    migrate(ctx.storage, schema);
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

  addPhone(phone: Omit<Phone, 'lastText' | 'lastAt' | 'isOpen' | 'isBlocked'>): Phone {
    const added: Phone = { ...phone, isOpen: true, isBlocked: false, lastText: '', lastAt: Date.now() };
    this.#store.addPhone(added);
    this.#tellPhone(phone.id);
    return this.#store.phone(phone.id) ?? added;
  }

  /** These end users were erased: their phones go with them. */
  erase(phoneIds: string[]): void {
    this.#store.erase(phoneIds);
  }

  /** The end user does something `agoMs` before now, with these files. `origin` is where Parley's webhooks are. */
  act(phoneId: string, act: PhoneAct, files: PhoneMedia[], agoMs: number, origin: string): Result<{ id: string }, ActRefusal> {
    const phone = this.#store.phone(phoneId);
    if (!phone) return fail({ reason: 'not_found' });
    const wire = wires[phone.provider];
    this.#store.setSetting('origin', origin);
    const at = Date.now() - agoMs;
    const apiBase = apiBaseOf(origin);
    if (act.type !== 'album' || wire.hasAlbumsInOne) return this.#enact(phone, act, { files, album: null, at, apiBase });
    const album = `1${String(Date.now())}${this.#store.nextNumber('update', FIRST_UPDATE)}`;
    let first: Result<{ id: string }, ActRefusal> | null = null;
    for (const [index, file] of files.entries()) {
      const caption = index === 0 ? act.caption : '';
      const photo: PhoneAct = { type: 'media', kind: 'image', caption, fileId: file.id };
      const done = this.#enact(phone, photo, { files: [file], album, at, apiBase });
      first ??= done;
    }
    return first ?? fail({ reason: 'not_found' });
  }

  #enact(phone: Phone, act: PhoneAct, circumstances: Circumstances): Result<{ id: string }, ActRefusal> {
    const done = enact(this.#store, phone, act, circumstances, Date.now());
    if (!done.ok) return done;
    const { id, changedId, what } = done.value;
    for (const part of this.#store.partsOf(changedId)) this.#tellMessage(phone.id, part);
    if (what === 'block') this.#tellPhone(phone.id);
    this.#arm();
    return ok({ id });
  }

  /** The end user looks at the phone, or puts it away. Looking at it reads everything on it. */
  setOpen(phoneId: string, isOpen: boolean, origin: string): Phone | null {
    this.#store.setOpen(phoneId, isOpen);
    const phone = this.#store.phone(phoneId);
    if (!phone) return null;
    this.#store.setSetting('origin', origin);
    if (isOpen) readAll(this.#store, phone, apiBaseOf(origin), Date.now());
    this.#tellPhone(phoneId);
    this.#arm();
    return phone;
  }

  faults(): Faults {
    return this.#store.faults();
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

  /** An id in the style of the phone's provider, for a message of the brand's that comes by another way; null = no such phone. */
  newMessageId(phoneId: string): string | null {
    const phone = this.#store.phone(phoneId);
    return phone && wires[phone.provider].newId(phone.address, this.#store.nextNumber('message', FIRST_MESSAGE));
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
    const now = Date.now();
    const { taken, posts, metFault } = takeSend(this.#store, send, faults, apiBaseOf(origin), now);
    for (const post of posts) this.#store.addPost(post, now);
    if (metFault && !faults.everySend) this.setFaults({ ...faults, nextSend: 'accept' });
    if (taken.id !== null) this.#tellMessage(send.phoneId, taken.id);
    this.#arm();
    return taken;
  }

  /** The calls that were made to the provider API for one message of Parley's. */
  calls(messageId: string): { answer: string; at: number }[] {
    return this.#store.calls(messageId);
  }

  /** What a bot has last told about where it takes its updates; null = nothing. */
  webhook(): WebhookSetting | null {
    const stored = this.#store.setting('webhook');
    return stored === null ? null : WebhookSetting.parse(JSON.parse(stored));
  }

  setWebhook(setting: WebhookSetting): void {
    this.#store.setSetting('webhook', JSON.stringify(setting));
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

  /** The page's live socket; the Worker's entry has checked who it is. */
  override fetch(request: Request): Response {
    const attachment = attachmentFrom(request);
    return attachment ? acceptSocket(this.ctx, attachment).response : new Response(null, { status: 426 });
  }

  /** Closes the pages of a sign-in that has ended. */
  disconnect(session: string): void {
    closeSession(this.ctx.getWebSockets(), session);
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
