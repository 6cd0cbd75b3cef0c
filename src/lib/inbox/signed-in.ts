import { z } from 'zod';
import { readJson, writeJson, type Store } from './stored';

const KEY = 'parley:signed-in';

/** Tells the other tabs of this browser who is signed in, by id; null = nobody any more. */
export const tellSignedIn = (store: Store, userId: string | null): boolean => writeJson(store, KEY, userId);

/** Whether an entry of the store, by its key, now says that somebody else is signed in, or nobody. */
export const isSomebodyElse = (store: Store, key: string | null, userId: string): boolean =>
  key === KEY && readJson(store, KEY, z.string()) !== userId;
