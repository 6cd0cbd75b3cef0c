import { ChannelId } from '../src/lib/domain/ids';
import type { Channel, InboundEvent, ParsedWebhook, Provider } from '../src/lib/domain/provider';
import { readBody } from '../src/lib/server/body';
import { record, type DeadLetter } from '../src/lib/server/db/dead-letters';
import { providerOf } from '../src/lib/server/providers';
import { apiBaseOf } from './api-base';
import { channelOf, renewedChannel } from './channels';
import { within } from './time';
import { directoryOf } from './directory/directory';
import { broadcastOf, conversationOf, type Env } from './env';
import { sawEvents } from './webhooks/activity';
import { reportNamed } from './webhooks/campaign-receipts';
import { MAX_BODY_BYTES, parseBody } from './webhooks/body';
import { fanOut } from './webhooks/fan-out';
import { keysOf, receiptGroup, route, type Group } from './webhooks/routing';
import { isTest } from './webhooks/test-delivery';

/** Providers give up after some 10 s; an answer in time, even a refusal, keeps their queue moving. */
const DEADLINE_MS = 5_000;
const RETRY_AFTER_S = 5;
/** Conversations called at once. */
const WIDTH = 32;
/** A delivery for more conversations than this gives way to the intake: what follows is spread over so many ms a conversation. */
const MANY = 50;
const SPREAD_MS_EACH = 10;
/** How often a person's conversation may have moved. */
const MAX_HOPS = 3;

/**
 * `GET,POST /webhooks/{channelId}`: the provider's handshake and its events. 200 says that every event is committed in its
 * conversation, or kept as a dead letter because nobody can process it; 503 asks for the delivery again, and the conversations
 * recognise what they have. Never throws.
 */
export async function handleWebhook(request: Request, env: Env, ctx: ExecutionContext, channelId: string): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'POST') return empty(405, { allow: 'GET, POST' });
  if (!ChannelId.safeParse(channelId).success) return empty(404);
  try {
    const channel = await channelOf(env, channelId);
    const provider = channel ? providerOf(channel.provider) : undefined;
    if (!channel || !provider) return refuse(channelId, 404);
    if (request.method === 'GET') return handshake(request, provider, channel);
    return await receive(request, provider, channel, env, ctx);
  } catch (error) {
    console.error({ event: 'webhook_failed', channelId, error: String(error) });
    return unavailable();
  }
}

function handshake(request: Request, provider: Provider, channel: Channel): Response {
  const echo = provider.handshake(new URL(request.url).searchParams, channel);
  if (echo === null) return refuse(channel.id, 403);
  return new Response(echo, { headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' } });
}

async function receive(request: Request, provider: Provider, known: Channel, env: Env, ctx: ExecutionContext): Promise<Response> {
  const body = await readBody(request, MAX_BODY_BYTES);
  if (!body) return refuse(known.id, 413);
  const now = Date.now();
  const channel = await authenticated(body, request.headers, provider, known, env, now);
  if (!channel) return refuse(known.id, 401);
  if (isTest(request.headers, body)) return empty(200);
  const { events, rejected, confirmations = [] } = understand(body, provider, channel);
  const delivery: Delivery = {
    channel,
    env,
    deadline: now + DEADLINE_MS,
    spreadMs: 0,
    conflicts: [],
    own: new Set(),
    failures: [],
  };
  const letters = rejected.map(({ reason, part }) => letter(channel, reason, part, now));
  const work = Promise.all([deliver(events, delivery), letters.length > 0 ? record(env.DB, letters) : undefined]);
  // What is under way at the deadline may finish; the provider's next try then finds it done.
  ctx.waitUntil(work.catch(() => undefined));
  try {
    await within(DEADLINE_MS, work);
  } catch (error) {
    delivery.failures.push(error);
  }
  const { conflicts, failures } = delivery;
  if (conflicts.length > 0) ctx.waitUntil(keepConflicts(conflicts, delivery, now));
  if (rejected.length + conflicts.length + failures.length > 0) {
    const counts = { events: events.length, rejected: rejected.length, conflicts: conflicts.length, failures: failures.length };
    const error = failures.length > 0 ? String(failures[0]) : undefined;
    console.warn({ event: 'webhook_incomplete', channelId: channel.id, ...counts, error });
  }
  ctx.waitUntil(reportNamed(env, channel.id, events, delivery.own));
  ctx.waitUntil(sawEvents(env, channel, events.length, rejected.length));
  if (failures.length > 0) return unavailable();
  for (const id of confirmations) ctx.waitUntil(confirm(id, provider, channel, env));
  return empty(200);
}

/** Tells the provider that what it waits for has been seen: a pressed button stops spinning. */
async function confirm(id: string, provider: Provider, channel: Channel, env: Env): Promise<void> {
  const deps = { apiBase: apiBaseOf(env, channel.provider), now: Date.now(), signal: AbortSignal.timeout(DEADLINE_MS) };
  await provider.confirm?.(id, channel, { fetch: (...request) => fetch(...request), ...deps });
}

/** The channel that vouches for these bytes; null for none. Its secret may have been replaced where this isolate has not heard of it yet. */
async function authenticated(
  body: Uint8Array,
  headers: Headers,
  provider: Provider,
  known: Channel,
  env: Env,
  now: number,
): Promise<Channel | null> {
  if (await provider.verify(body, headers, known, now)) return known;
  const renewed = await renewedChannel(env, known.id);
  return renewed && (await provider.verify(body, headers, renewed, now)) ? renewed : null;
}

/** What the authentic bytes say. Whatever is wrong with them is the sender's or ours to look at, and no redelivery would help. */
function understand(body: Uint8Array, provider: Provider, channel: Channel): ParsedWebhook {
  const parsed = parseBody(body);
  if (!parsed) return unprocessable('not JSON', new TextDecoder().decode(body));
  try {
    return provider.parse(parsed.json, channel);
  } catch (error) {
    console.error({
      event: 'webhook_parse_failed',
      channelId: channel.id,
      error: error instanceof Error ? error.name : 'unknown',
    });
    return unprocessable('parser failed', parsed.json);
  }
}

const unprocessable = (reason: string, part: unknown): ParsedWebhook => ({ events: [], rejected: [{ reason, part }] });

type Delivery = {
  channel: Channel;
  env: Env;
  deadline: number;
  spreadMs: number;
  conflicts: InboundEvent[];
  /** Receipts about messages of the conversations themselves. */
  own: Set<InboundEvent>;
  failures: unknown[];
};

/** Hands each conversation its events in one call. Failures are collected, not thrown: the other conversations get theirs. */
async function deliver(events: readonly InboundEvent[], delivery: Delivery): Promise<void> {
  const { channel, env } = delivery;
  const { groups, unaddressed, campaigns } = await route(events, channel);
  if (groups.length > MANY) delivery.spreadMs = groups.length * SPREAD_MS_EACH;
  const errors = await fanOut(
    [
      ...groups.map((group) => () => hand(group, delivery)),
      ...[...campaigns].map(
        ([id, receipts]) =>
          () =>
            broadcastOf(env, id).report(channel.id, receipts),
      ),
      ...unaddressed.map((receipt) => async () => {
        for (const key of keysOf(receipt)) {
          const conversationId = await directoryOf(env, channel.id, key).findOrPark(key, receipt);
          if (conversationId !== null) return hand(receiptGroup(conversationId, receipt, channel), delivery);
        }
      }),
    ],
    {
      width: WIDTH,
      expired: () => Date.now() >= delivery.deadline,
      sleep: (ms) => scheduler.wait(ms),
      random: Math.random,
    },
  );
  delivery.failures.push(...errors);
}

/**
 * A new stub for each try: one that has failed stays broken. A person who is known by another id is followed to their conversation; where
 * ids lead in a circle it is the least one's, whoever finds that out.
 */
async function hand({ target, events }: Group, { env, spreadMs, conflicts, own }: Delivery): Promise<void> {
  const ids = [target.id];
  let found = await conversationOf(env, target.id).receive(target, events, spreadMs);
  while ('movedTo' in found && ids.length <= MAX_HOPS) {
    const before = ids.indexOf(found.movedTo);
    const isCircle = before >= 0;
    const id = isCircle ? (ids.slice(before).sort()[0] ?? target.id) : found.movedTo;
    ids.push(id);
    found = await conversationOf(env, id).receive({ ...target, id }, events, spreadMs, isCircle);
  }
  if ('movedTo' in found) throw new Error('a conversation that moved too often');
  for (const event of events) if (event.type === 'message' && found.conflicts.includes(event.eventId)) conflicts.push(event);
  for (const index of found.own) if (events[index]) own.add(events[index]);
}

/** Same id, other content: the first one stands; the other is kept for somebody to look at. */
async function keepConflicts(conflicts: readonly InboundEvent[], { env, channel }: Delivery, at: number): Promise<void> {
  try {
    await record(
      env.DB,
      conflicts.map((event) => letter(channel, 'conflict', event, at)),
    );
  } catch (error) {
    console.error({ event: 'conflict_not_kept', channelId: channel.id, count: conflicts.length, error: String(error) });
  }
}

const letter = (channel: Channel, reason: string, part: unknown, at: number): DeadLetter => ({
  channelId: channel.id,
  reason,
  body: typeof part === 'string' ? part : (JSON.stringify(part) ?? ''),
  at,
});

function refuse(channelId: string, status: number): Response {
  console.warn({ event: 'webhook_refused', channelId, status });
  return empty(status);
}

const unavailable = (): Response => empty(503, { 'retry-after': String(RETRY_AFTER_S) });

const empty = (status: number, headers?: Record<string, string>): Response => new Response(null, { status, headers });
