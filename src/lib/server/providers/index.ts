import type { Provider, ProviderName } from '../../domain/provider';
import { messenger } from './messenger';
import { telegram } from './telegram';
import { webhook } from './webhook';
import { whatsapp } from './whatsapp';

/** Every messaging app that Parley speaks: one folder and one line here each. */
export const providers: Record<ProviderName, Provider> = { whatsapp, messenger, telegram, webhook };

/** The provider of that name. */
export const providerOf = (name: ProviderName): Provider => providers[name];
