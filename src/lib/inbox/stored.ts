import type { z } from 'zod';

/** What outlives a reload: `localStorage`, or anything shaped like it. */
export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** A store that tells what it holds. */
export type ListedStore = Store & Pick<Storage, 'length' | 'key'>;

/** A stored value, or null when there is none, it is unreadable, or storage is off. */
export function readJson<T>(store: Store, key: string, shape: z.ZodType<T>): T | null {
  try {
    const parsed = shape.safeParse(JSON.parse(store.getItem(key) ?? 'null'));
    return parsed.success ? parsed.data : null;
  } catch {
    // Storage is switched off or the value is not ours: as if there were none.
    return null;
  }
}

/** Stores a value, or removes it when null. False when the browser refuses. */
export function writeJson(store: Store, key: string, value: unknown): boolean {
  try {
    if (value === null) store.removeItem(key);
    else store.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    // Full or switched off.
    return false;
  }
}
