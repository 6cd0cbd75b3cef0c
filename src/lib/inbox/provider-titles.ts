import type { ProviderName } from '../domain/provider';

/** Providers as agents know them. */
export const providerTitles: Record<ProviderName, string> = {
  whatsapp: 'WhatsApp',
  messenger: 'Messenger',
  telegram: 'Telegram',
  webhook: 'App',
};
