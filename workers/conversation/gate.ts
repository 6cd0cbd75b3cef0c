import type { Conversation } from '../../src/lib/domain/conversation';
import type { SendResult } from '../../src/lib/domain/provider';
import { rulesOf } from '../../src/lib/domain/provider-rules';
import { gateOf, type Env } from '../env';

/** A turn that comes within this time is waited for; a later one is the alarm's. */
const WAIT_MS = 3_000;

type Turn = { status: 'open' } | { status: 'later'; waitMs: number } | { status: 'stopped'; reason: string; code: string };

/** Waits for the channel's turn. When the gate itself cannot be reached, the message goes: pacing is a courtesy, sending the promise. */
export async function admitted(env: Env, { id, channelId, provider }: Conversation): Promise<Turn> {
  const { perSecond, paceMs } = rulesOf(provider);
  try {
    const admission = await gateOf(env, channelId).admit(id, perSecond, paceMs);
    if (admission.status === 'stopped') return admission;
    if (admission.waitMs > WAIT_MS) return { status: 'later', waitMs: admission.waitMs };
    if (admission.waitMs > 0) await scheduler.wait(admission.waitMs);
  } catch (error) {
    console.warn({ event: 'gate_unreachable', channelId, error: String(error) });
  }
  return { status: 'open' };
}

/** Tells the gate how a message fared; nothing waits for it. */
export function settled(env: Env, { id, channelId }: Conversation, result: SendResult): void {
  const outcome = result.status === 'stopped' ? result : { status: result.status };
  gateOf(env, channelId)
    .settle(id, outcome)
    .catch((error: unknown) => console.warn({ event: 'gate_unreachable', channelId, error: String(error) }));
}
