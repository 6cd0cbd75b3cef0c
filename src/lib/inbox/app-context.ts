import { createContext } from 'svelte';
import type { Policy } from '../domain/window';
import type { Role } from '../domain/role';
import type { Clock } from './clock.svelte';
import type { DraftTexts } from './draft-texts.svelte';
import type { Preferences } from './preferences.svelte';

/** Who is signed in. */
export type User = { id: string; name: string; email: string; role: Role };

/** What of the deployment's configuration the pages need. */
export type Config = Policy & { simulator: boolean };

/** What every signed-in page has at hand. */
export type App = { user: User; config: Config; clock: Clock; preferences: Preferences; drafts: DraftTexts };

export const [getApp, setApp] = createContext<App>();
