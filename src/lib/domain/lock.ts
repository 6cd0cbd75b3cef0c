import { PING_MS } from './protocol';
import type { Policy } from './window';

/** Who may answer. At most one; it survives restarts because it is stored with the conversation. */
export type Lock = {
  agentId: string;
  agentName: string;
  /** Epoch ms of the grant. */
  since: number;
  /** The fencing number of this grant: every send carries it. */
  epoch: number;
  /** Last time the holder did something (typed, sent, set a status). */
  activeAt: number;
  /** Whether a live connection of the holder was there when last looked. */
  connected: boolean;
  /** Last proof that the holder's connection lives. */
  seenAt: number;
};

/** The moment at which the lock falls free unless the holder shows life or activity before. */
export function lockExpiresAt(lock: Lock, policy: Policy): { at: number; why: 'gone' | 'idle' } {
  const gone = lock.seenAt + policy.lockGraceMs;
  const idle = lock.activeAt + policy.lockIdleMs;
  return gone <= idle ? { at: gone, why: 'gone' } : { at: idle, why: 'idle' };
}

/** A connection that has pinged within this time lives: one ping, and some slack for a busy machine. */
const ALIVE_MS = PING_MS + 5_000;

/**
 * Until when an open connection whose last ping came at `pingedAt` proves that its agent is there. The grace usually covers the time
 * between two pings; where it is shorter than that, the connection itself has to, or a holder would be dropped while connected.
 */
export function provenUntil(pingedAt: number, policy: Policy, now: number): number {
  return Math.min(now, pingedAt + Math.max(0, ALIVE_MS - policy.lockGraceMs));
}
