import { rulesOf, type ProviderName } from './provider-rules';

/**
 * The form by which a person is known on a channel: two addresses of one identity are one person. Idempotent. Never send to an identity:
 * only the address as the provider gave it is sure to arrive.
 */
export const identityOf = (provider: ProviderName, address: string): string => rulesOf(provider).identityOf?.(address) ?? address;
