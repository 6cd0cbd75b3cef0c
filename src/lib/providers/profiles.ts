import type { Profile } from '../domain/profile';
import { profile as messenger } from './messenger/profile';
import { profile as telegram } from './telegram/profile';
import { profile as webhook } from './webhook/profile';
import { profile as whatsapp } from './whatsapp/profile';

/** Every messaging app that Parley speaks, in the order in which Settings offers them. */
export const profiles = { whatsapp, messenger, telegram, webhook } satisfies Record<string, Profile>;
