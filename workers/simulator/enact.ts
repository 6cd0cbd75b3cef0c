import { fail, ok, type Result } from '../../src/lib/domain/result';
import type { Phone, PhoneAct, PhoneMedia } from '../../src/lib/domain/simulator';
import { applyAct } from './acts';
import type { PostKind } from './rows';
import { inboundDueAt } from './schedule';
import { FIRST_MESSAGE } from './sends';
import type { SimulatorStore } from './store';
import { wires } from './wires';

/** Numbers of updates begin somewhere, as a bot's do. */
export const FIRST_UPDATE = 870_000_001;

export type ActRefusal = { reason: 'not_found' | 'not_on_this_channel' };
/** What is around an act of an end user. `album` is what the photos of one have in common. */
export type Circumstances = { files: PhoneMedia[]; album: string | null; at: number; apiBase: string };
/** The act's own id; which message changed on the phone, by the provider's id; and what the webhook about it is. */
export type Enacted = { id: string; changedId: string; what: PostKind };

/** Does on the phone what its user did `at`, and lays the webhook about it by, to be posted when the faults let it. */
export function enact(
  store: SimulatorStore,
  phone: Phone,
  act: PhoneAct,
  { files, album, at, apiBase }: Circumstances,
  now: number,
): Result<Enacted, ActRefusal> {
  const { id: phoneId, address, name, provider } = phone;
  const about = 'targetId' in act ? act.targetId : act.type === 'text' ? act.replyTo : null;
  const target = about === null ? null : store.message(about);
  if ('targetId' in act && target?.phoneId !== phoneId) return fail({ reason: 'not_found' });
  const marks = about === null ? null : store.marksOf(about, act.type === 'button' ? act.text : null);
  const { updateId, id } = numbered(store, phone, act);
  const message = target?.message ?? null;
  const marked = { token: marks?.token ?? null, edits: marks?.edits ?? 0, isTargetLatest: marks?.isLatest ?? false };
  const body = wires[provider].act(act, { id, updateId, at, address, name, files, album, target: message, ...marked, apiBase });
  if (body === null) return fail({ reason: 'not_on_this_channel' });
  const faults = store.faults();
  const dueAt = inboundDueAt(faults, store.isHolding(phoneId), now);
  const { changedId, what } = applyAct(store, phoneId, act, { id, at, held: dueAt === null, provider, files });
  store.addPost(
    {
      phoneId,
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
  if (faults.swapInbound && dueAt !== null) store.releaseHeld('inbound', dueAt + 1, phoneId);
  return ok({ id, changedId, what });
}

/** Only where updates are numbered is a number taken: no gap may come of it. */
function numbered(store: SimulatorStore, { address, provider }: Phone, act: PhoneAct): { updateId: number; id: string } {
  const wire = wires[provider];
  const updateId = provider === 'telegram' ? store.nextNumber('update', FIRST_UPDATE) : 0;
  const eventId = wire.eventId?.(act, updateId) ?? null;
  return { updateId, id: eventId ?? wire.newId(address, store.nextNumber('message', FIRST_MESSAGE)) };
}

/** The end user has looked at the phone: lays by, for everything unread on it, that it is read. */
export function readAll(store: SimulatorStore, { id: phoneId, address, provider }: Phone, apiBase: string, now: number): void {
  const faults = store.faults();
  const dueAt = faults.receipts === 'withheld' ? null : now;
  for (const { id, messageId, takenAt } of store.unreadOn(phoneId)) {
    const said = { text: '', media: null, failure: null, takenAt, apiBase };
    const receipt = wires[provider].receipt({ id, messageId, address, at: now, status: 'read', ...said });
    if (receipt === null) continue;
    const post = { phoneId, providerMessageId: id, eventId: crypto.randomUUID(), what: 'read', copies: faults.copies } as const;
    store.addPost({ ...post, body: JSON.stringify(receipt), dueAt }, now);
  }
}
