import { sendIdOf, WakeUp } from '../../src/lib/domain/broadcast';
import type { OutboundMessage, SendDeps, SendResult } from '../../src/lib/domain/provider';
import { rulesOf } from '../../src/lib/domain/provider-rules';
import { signToken, WHOLE } from '../../src/lib/server/campaign-token';
import { unbegun } from '../../src/lib/server/providers/call';
import { reconsidered } from '../channels';
import { broadcastOf, gateOf, type Env } from '../env';
import { CALL_MS } from './due';
import type { Settlement } from './outcomes';
import { NO_OUTLET, outletOf, type Outlet } from './outlet';
import type { Taken } from './recipient';

/** How long a lane works before it gives way to others: a queue works its batches off one by one where there is only one process. */
const PIECE_MS = 4_000;
/** Recipients taken at once; all of their calls have to end within one call's time. */
const HANDFUL = 12;
/**
 * Calls under way at once. An invocation has as many connections (https://developers.cloudflare.com/workers/platform/limits/), and one
 * more call would wait for one of them without anybody knowing that it has not gone out.
 */
const CONNECTIONS = 6;
/** The object is elsewhere, or starts anew: what became of the calls is told again after these waits. Later the lease calls them in doubt. */
const TELL_AGAIN_MS = [200, 800, 2_000];
/** Longest wait for the channel's turn in one go: a pause has to be seen soon. */
const TURN_MS = 500;

/** Works off the wake-ups of campaigns. Each is about one lane; a lane that failed is tried again by the queue. */
export async function sendPieces(batch: MessageBatch<unknown>, env: Env): Promise<void> {
  await Promise.all(
    batch.messages.map(async (message) => {
      const wakeUp = WakeUp.safeParse(message.body);
      if (!wakeUp.success) return message.ack();
      try {
        if (await sendPiece(env, wakeUp.data)) await env.BROADCASTS.send(wakeUp.data);
        message.ack();
      } catch (error) {
        console.warn({ event: 'lane_failed', campaign: wakeUp.data.campaignId, lane: wakeUp.data.piece, error: String(error) });
        message.retry({ delaySeconds: 1 });
      }
    }),
  );
}

/** Calls the provider for a few seconds' worth of recipients; says whether the lane should be called again at once. */
async function sendPiece(env: Env, { campaignId, piece }: WakeUp): Promise<boolean> {
  const run = crypto.randomUUID();
  const until = Date.now() + PIECE_MS;
  // A stub that has failed stays broken: a new one for each call.
  const broadcast = () => broadcastOf(env, campaignId);
  const entered = await broadcast().enter(piece, run);
  if (!entered) return false;
  try {
    await workUntil(until, { env, campaignId, piece, run, ...entered });
  } catch (error) {
    await broadcast().leave(piece, run);
    throw error;
  }
  return broadcast().leave(piece, run);
}

type Lane = { env: Env; campaignId: string; channelId: string; piece: number; run: string };

async function workUntil(until: number, { env, campaignId, channelId, piece, run }: Lane): Promise<void> {
  const broadcast = () => broadcastOf(env, campaignId);
  while (Date.now() < until) {
    const outlet = await outletOf(env, channelId);
    if (!outlet) return broadcast().hold(NO_OUTLET);
    const admission = await gateOf(env, channelId).admitMany(HANDFUL, rulesOf(outlet.channel.provider).perSecond);
    if (admission.status === 'stopped') return broadcast().hold(admission.reason);
    if (admission.granted === 0) {
      await scheduler.wait(Math.min(admission.waitMs, TURN_MS));
      continue;
    }
    const taken = await broadcast().take(piece, run, admission.granted);
    if (taken.length === 0) return;
    const settlements = await callAll(env, outlet, campaignId, taken);
    await tell(env, campaignId, settlements);
    await tellGate(env, channelId, campaignId, settlements);
  }
}

/** One call for each, some side by side, all within one call's time: what could not begin by then has surely not gone out. */
async function callAll(env: Env, outlet: Outlet, campaignId: string, taken: readonly Taken[]): Promise<Settlement[]> {
  const deps = {
    fetch: (...request: Parameters<typeof fetch>) => fetch(...request),
    apiBase: outlet.apiBase,
    now: Date.now(),
    signal: AbortSignal.timeout(CALL_MS),
  };
  const settlements: Settlement[] = [];
  const waiting = taken.values();
  const work = async () => {
    for (const one of waiting) {
      const message = await outboundOf(env, campaignId, one);
      const result = deps.signal.aborted ? unbegun : await reconsidered(env, outlet.channel, await call(outlet, message, deps));
      settlements.push({ seq: one.seq, attempt: one.attempt, calledAt: one.calledAt, result });
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  return settlements;
}

async function outboundOf(env: Env, campaignId: string, { seq, address, message }: Taken): Promise<OutboundMessage> {
  const marked = (button: number) => signToken({ campaignId, seq, button }, env.SECRET_KEY);
  const buttons = await Promise.all(message.buttons.map(async (title, i) => ({ title, token: await marked(i) })));
  const campaign = { token: await marked(WHOLE), buttons };
  const { text, template } = message;
  return { id: sendIdOf(campaignId, seq), address, text, template, replyTo: null, media: null, lastActionAt: 0, campaign };
}

/** Settles, again where the object has not answered: twice is once. Throws when it does not for some seconds. */
async function tell(env: Env, campaignId: string, settlements: readonly Settlement[]): Promise<void> {
  for (const waitMs of TELL_AGAIN_MS) {
    try {
      return await broadcastOf(env, campaignId).settle(settlements);
    } catch (error) {
      console.warn({ event: 'not_settled', campaign: campaignId, error: String(error) });
      await scheduler.wait(waitMs);
    }
  }
  return broadcastOf(env, campaignId).settle(settlements);
}

/** A provider's code never throws for a failed call; should it, nobody knows what has gone out. */
async function call({ provider, channel }: Outlet, message: OutboundMessage, deps: SendDeps): Promise<SendResult> {
  try {
    return await provider.send(message, channel, deps);
  } catch (error) {
    console.error({ event: 'send_threw', send: message.id, error: error instanceof Error ? error.name : 'unknown' });
    return { status: 'unknown', reason: 'Something went wrong while it was being sent. The message may have gone out.' };
  }
}

/** The gate's figures are a courtesy: nothing waits for them to be right. */
async function tellGate(env: Env, channelId: string, campaignId: string, settlements: readonly Settlement[]): Promise<void> {
  const counts = { sent: 0, failed: 0, retry: 0, unknown: 0 };
  let stop = null;
  for (const { result } of settlements) {
    if (result.status === 'stopped') stop = { reason: result.reason, code: result.code };
    else counts[result.status] += 1;
  }
  try {
    await gateOf(env, channelId).settleMany(campaignId, counts, stop);
  } catch (error) {
    console.warn({ event: 'gate_unreachable', channelId, error: String(error) });
  }
}
