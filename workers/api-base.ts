import { rulesOf, type ProviderName } from '../src/lib/domain/provider-rules';
import type { Env } from './env';

/** Where this provider's API is: what the deployment's `<NAME>_API_BASE` says, else the provider's own; empty when nobody has said. */
export function apiBaseOf(env: Env, provider: ProviderName): string {
  const said: unknown = Reflect.get(env, `${provider.toUpperCase()}_API_BASE`);
  return typeof said === 'string' ? said : rulesOf(provider).apiBase;
}
