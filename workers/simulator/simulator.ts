import { DurableObject } from 'cloudflare:workers';
import { z } from 'zod';
import { PING, PONG } from '../../src/lib/domain/protocol';
import { fail, ok, type Result } from '../../src/lib/domain/result';
import type { Faults, Phone, PhoneAct, PhoneMedia, PhoneMessage, Post, SimulatorFrame } from '../../src/lib/domain/simulator';
import type { Env } from '../env';
import { acceptSocket, attachmentFrom, broadcast, closeSession } from '../sockets';
import { applyAct } from './acts';
import { migrate } from '../object-schema';
import { schema } from './schema';
import { postDue } from './poster';
import { inboundDueAt } from './schedule';
import { FIRST_MESSAGE, takeSend, type Send, type Taken } from './sends';
import type { NewMessage } from './rows';
import { SimulatorStore } from './store';
import { wires } from './wires';
import type { Wire } from './wires/wire';

/** Webhooks shown on the page. */
const POSTS = 30;

/** Numbers of updates begin somewhere, as a bot's do. */
const FIRST_UPDATE = 870_000_001;

export type SeededPhone = { phone: Phone; messages: NewMessage[] };
export type ActRefusal = { reason: 'not_found' | 'not_on_this_channel' };
/** What a bot has told its provider about webhooks; `allowed` null = whatever is usual. */
const WebhookSetting = z.object({ url: z.string(), allowed: z.array(z.string()).nullable() });
export type WebhookSetting = z.infer<typeof WebhookSetting>;

/** What is around an act of an end user. `album` is what the photos of one have in common. */
type Circumstances = { files: PhoneMedia[]; album: string | null; agoMs: number; origin: string };

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
    if (act.type !== 'album' || wire.hasAlbumsInOne) return this.#actOnce(phone, act, { files, album: null, agoMs, origin });
    const album = `1${String(Date.now())}${this.#store.nextNumber('update', FIRST_UPDATE)}`;
    let first: Result<{ id: string }, ActRefusal> | null = null;
    for (const [index, file] of files.entries()) {
      const caption = index === 0 ? act.caption : '';
      const photo: PhoneAct = { type: 'media', kind: 'image', caption, fileId: file.id };
      const done = this.#actOnce(phone, photo, { files: [file], album, agoMs, origin });
      first ??= done;
    }
    return first ?? fail({ reason: 'not_found' });
  }

  #actOnce(phone: Phone, act: PhoneAct, { files, album, agoMs, origin }: Circumstances): Result<{ id: string }, ActRefusal> {
    const now = Date.now();
    const at = now - agoMs;
    const wire = wires[phone.provider];
    const about = 'targetId' in act ? act.targetId : act.type === 'text' ? act.replyTo : null;
    const target = about === null ? null : this.#store.message(about);
    if ('targetId' in act && target?.phoneId !== phone.id) return fail({ reason: 'not_found' });
    const marks = about === null ? null : this.#store.marksOf(about, act.type === 'button' ? act.text : null);
    const { updateId, id } = this.#number(phone, act, wire);
    const { address, name, provider } = phone;
    const message = target?.message ?? null;
    const marked = { token: marks?.token ?? null, edits: marks?.edits ?? 0, isTargetLatest: marks?.isLatest ?? false };
    const context = { id, updateId, at, address, name, files, album, target: message, ...marked, apiBase: apiBaseOf(origin) };
    const body = wire.act(act, context);
    if (body === null) return fail({ reason: 'not_on_this_channel' });
    const faults = this.#store.faults();
    const dueAt = inboundDueAt(faults, this.#store.isHolding(phone.id), now);
    const { changedId, what } = applyAct(this.#store, phone.id, act, { id, at, held: dueAt === null, provider, files });
    this.#store.addPost(
      {
        phoneId: phone.id,
        providerMessageId: changedId,
        eventId: id,
        what,
        body: JSON.stringify(body),
        copies: faults.copies,
        dueAt: what === 'message' ? dueAt : (dueAt ?? now),
      },
      now,
    );
    // The one that waited goes right after the one that it waited for.
    if (faults.swapInbound && dueAt !== null) this.#store.releaseHeld('inbound', dueAt + 1, phone.id);
    for (const part of this.#store.partsOf(changedId)) this.#tellMessage(phone.id, part);
    if (what === 'block') this.#tellPhone(phone.id);
    this.#arm();
    return ok({ id });
  }

  /** Only where updates are numbered is a number taken: no gap may come of it. */
  #number({ address, provider }: Phone, act: PhoneAct, wire: Wire): { updateId: number; id: string } {
    const updateId = provider === 'telegram' ? this.#store.nextNumber('update', FIRST_UPDATE) : 0;
    const eventId = wire.eventId?.(act, updateId) ?? null;
    return { updateId, id: eventId ?? wire.newId(address, this.#store.nextNumber('message', FIRST_MESSAGE)) };
  }

  /** The end user looks at the phone, or puts it away. Looking at it reads everything on it. */
  setOpen(phoneId: string, isOpen: boolean, origin: string): Phone | null {
    this.#store.setOpen(phoneId, isOpen);
    const phone = this.#store.phone(phoneId);
    if (!phone) return null;
    this.#store.setSetting('origin', origin);
    if (isOpen) this.#readAll(phone, apiBaseOf(origin));
    this.#tellPhone(phoneId);
    this.#arm();
    return phone;
  }

  #readAll({ id: phoneId, address, provider }: Phone, apiBase: string): void {
    const now = Date.now();
    const faults = this.#store.faults();
    const dueAt = faults.receipts === 'withheld' ? null : now;
    for (const { id, messageId, takenAt } of this.#store.unreadOn(phoneId)) {
      const said = { text: '', media: null, failure: null, takenAt, apiBase };
      const receipt = wires[provider].receipt({ id, messageId, address, at: now, status: 'read', ...said });
      if (receipt === null) continue;
      const post = { phoneId, providerMessageId: id, eventId: crypto.randomUUID(), what: 'read', copies: faults.copies } as const;
      this.#store.addPost({ ...post, body: JSON.stringify(receipt), dueAt }, now);
    }
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
