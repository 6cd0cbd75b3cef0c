import type { Provider, ProviderName } from '../../domain/provider';
import { webhook } from './webhook';
import { whatsapp } from './whatsapp';

/** Every messaging app that Parley speaks: one folder and one line here each. */
export const providers: Partial<Record<ProviderName, Provider>> = { whatsapp, webhook };

/** The provider of that name; undefined when this build does not speak it. */
export const providerOf = (name: ProviderName): Provider | undefined => providers[name];
