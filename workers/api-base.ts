import type { ProviderName } from '../src/lib/domain/provider-rules';
import type { Env } from './env';

const bases: Record<ProviderName, (env: Env) => string> = {
  whatsapp: (env) => env.WHATSAPP_API_BASE,
  messenger: (env) => env.MESSENGER_API_BASE,
  telegram: (env) => env.TELEGRAM_API_BASE,
  webhook: (env) => env.WEBHOOK_API_BASE,
};

/** Where this provider's API is; empty when nobody has said. */
export const apiBaseOf = (env: Env, provider: ProviderName): string => bases[provider](env);
