import { z } from 'zod';
import { soft } from '../../../server/providers/facts';

export const Timestamp = soft(z.union([z.string(), z.number()]));

/** WhatsApp's time, a text of unix seconds, in epoch ms; null when missing or unreadable. What is out of range is clamped later. */
export function timeOf(timestamp: string | number | undefined): number | null {
  if (timestamp === undefined || timestamp === '') return null;
  const seconds = Number(timestamp);
  return Number.isFinite(seconds) ? seconds * 1_000 : null;
}
