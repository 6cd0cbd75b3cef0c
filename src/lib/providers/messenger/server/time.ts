import { z } from 'zod';
import { soft } from '../../../server/providers/facts';

export const Timestamp = soft(z.union([z.number(), z.string()]));

/** Messenger's time, epoch ms already; null when missing or unreadable. What is out of range is clamped later. */
export function timeOf(timestamp: string | number | undefined): number | null {
  if (timestamp === undefined || timestamp === '') return null;
  const at = Number(timestamp);
  return Number.isFinite(at) ? at : null;
}
