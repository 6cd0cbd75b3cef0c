import { rulesOf, type ProviderName } from './provider-rules';

/**
 * The form by which a person is known on a channel: two addresses of one identity are one person. Idempotent. Never send to an identity:
 * only the address as the provider gave it is sure to arrive.
 */
export const identityOf = (provider: ProviderName, address: string): string => rulesOf(provider).identityOf?.(address) ?? address;

/**
 * Whether it is a WhatsApp user's id within a business portfolio, by which whoever hides their number is known: their country's two letters,
 * a dot, and letters and digits.
 */
export const isScopedId = (address: string): boolean => /^[A-Z]{2}\.[A-Za-z0-9.]{1,120}$/.test(address);

/** Every way to write an address of that one's identity, itself among them: what was kept under any of them is found by these. */
export function spellingsOf(provider: ProviderName, address: string): string[] {
  const identity = identityOf(provider, address);
  return [...new Set([address, identity, ...(rulesOf(provider).spellingsOf?.(identity) ?? [])])];
}
