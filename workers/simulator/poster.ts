import type { PhoneMessageState, Post } from '../../src/lib/domain/simulator';
import type { DuePost, PostKind } from './rows';
import type { SimulatorStore } from './store';
import { wires } from './wires';

/** A real provider waits some seconds; so that a hanging endpoint shows, this one does too. */
const TIMEOUT_MS = 10_000;
/** Tries of one webhook: 1 s doubling to 16 s. Real providers go on for days; nobody looks at a demo that long. */
const MAX_ATTEMPTS = 6;
const FIRST_RETRY_MS = 1_000;
const BATCH = 64;

type Deps = {
  store: SimulatorStore;
  fetch: typeof fetch;
  now(): number;
  /** Where Parley is; null while nobody has said so. */
  origin(): string | null;
  posted(post: Post): void;
  messageChanged(phoneId: string, id: string): void;
};

/**
 * Posts what is due to Parley's real webhook endpoint, signed as the provider would. Phones go side by side; what belongs to one
 * phone goes in the order in which it became due, each with all its copies at once.
 */
export async function postDue(deps: Deps): Promise<void> {
  const { store, now } = deps;
  for (let due = store.duePosts(now(), BATCH); due.length > 0; due = store.duePosts(now(), BATCH)) {
    const byPhone = Map.groupBy(due, (post) => post.phoneId);
    await Promise.all([...byPhone.values()].map((posts) => postInOrder(posts, deps)));
  }
}

async function postInOrder(posts: DuePost[], deps: Deps): Promise<void> {
  for (const post of posts) await postOne(post, deps);
}

async function postOne(post: DuePost, deps: Deps): Promise<void> {
  const { store, now } = deps;
  const status = await deliver(post, deps);
  const taken = status >= 200 && status < 300;
  const attempts = post.attempts + 1;
  const retryAt = taken || attempts >= MAX_ATTEMPTS ? null : now() + FIRST_RETRY_MS * 2 ** (attempts - 1);
  store.answered(post.id, status, retryAt, now());
  noteOutcome(post, taken, retryAt, status, store);
  for (const id of store.partsOf(post.providerMessageId)) deps.messageChanged(post.phoneId, id);
  const { id, phoneId, what, copies } = post;
  deps.posted({ id, phoneId, what, copies, status, at: now() });
}

/** The HTTP status of the copy that went worst; 0 when there was no answer. */
async function deliver(post: DuePost, deps: Deps): Promise<number> {
  const phone = deps.store.phone(post.phoneId);
  const origin = deps.origin();
  if (!phone || origin === null) return 0;
  const signature = await wires[phone.provider].sign(post.eventId, post.body, deps.now());
  const url = `${origin}/webhooks/${phone.channelId}`;
  const headers = { 'content-type': 'application/json', ...signature };
  const { fetch } = deps;
  const copies = Array.from({ length: post.copies }, async () => {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await fetch(url, { method: 'POST', headers, body: post.body, redirect: 'manual', signal });
      await response.body?.cancel();
      return response.status;
    } catch {
      return 0;
    }
  });
  const statuses = await Promise.all(copies);
  return statuses.find((status) => status < 200 || status > 299) ?? 200;
}

const reported: Partial<Record<PostKind, PhoneMessageState>> = {
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  failed: 'failed',
};
const ranks: Partial<Record<PhoneMessageState, number>> = { accepted: 0, sent: 1, delivered: 2, read: 3, failed: 4 };

function noteOutcome(post: DuePost, taken: boolean, retryAt: number | null, status: number, store: SimulatorStore): void {
  const message = store.message(post.providerMessageId)?.message;
  if (!message) return;
  if (post.what === 'message') {
    if (taken) store.setState(message.id, 'taken', null);
    else if (retryAt === null) store.setState(message.id, 'refused', `Parley answered ${status || 'nothing'}`);
    return;
  }
  const state = reported[post.what];
  if (!taken || state === undefined || (ranks[state] ?? 0) < (ranks[message.state] ?? 0)) return;
  store.setState(message.id, state, state === 'failed' ? 'Reported as undeliverable' : null);
}
