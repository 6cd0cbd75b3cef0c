import type { Provider, ProviderName } from '../../domain/provider';
import { messenger } from '../../providers/messenger/server';
import { telegram } from '../../providers/telegram/server';
import { webhook } from '../../providers/webhook/server';
import { whatsapp } from '../../providers/whatsapp/server';

/** Every messaging app that Parley speaks: one folder and one line here each. */
export const providers: Record<ProviderName, Provider> = { whatsapp, messenger, telegram, webhook };

/** The provider of that name. */
export const providerOf = (name: ProviderName): Provider => providers[name];
