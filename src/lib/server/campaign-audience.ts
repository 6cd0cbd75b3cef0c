import type { Env } from '../../../workers/env';

/** Custom properties that texts can hold, by label. */
export function properties(_: Env): Promise<{ key: string; label: string; type: 'text' | 'number' | 'boolean' | 'date' }[]> {
  return Promise.resolve([]);
}

export function hasSegment(_: Env, __: string): Promise<boolean> {
  return Promise.resolve(false);
}

/** How many people an audience reaches on a channel now; null when its segment is gone. */
export function countReachable(
  _: Env,
  __: { segmentId: string | null },
  ___: string,
  ____: number | null,
): Promise<number | null> {
  return Promise.resolve(null);
}
