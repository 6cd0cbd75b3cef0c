import type { ProviderName } from './provider-rules';

/**
 * The form by which a person is known on a channel: two addresses of one identity are one person. Only WhatsApp writes one number in
 * several ways; every other provider's ids are what they are. Idempotent.
 *
 * WhatsApp gives Brazilian numbers with or without the mobile's ninth digit (`55 11 9 8765 4321`, `55 11 8765 4321`) and Argentine ones
 * with or without the mobile's 9 (`54 9 11 …`, `54 11 …`), whichever the number was registered with. Never send to an identity: only
 * the address as the provider gave it is sure to arrive.
 */
export function identityOf(provider: ProviderName, address: string): string {
  if (provider !== 'whatsapp') return address;
  const id = address.trim();
  if (!/^\+?\d+$/.test(id)) return id;
  return id
    .replace('+', '')
    .replace(/^(55\d{2})9(\d{8})$/, '$1$2')
    .replace(/^(54)9(\d{10})$/, '$1$2');
}
