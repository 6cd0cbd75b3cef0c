import { rulesOf, type ProviderName } from '../domain/provider-rules';

/**
 * An end user's address as people write it: a phone number in its international form, anything else as it is. The numbering plans
 * are 35 KB, so they are fetched when the first number is shown, and the raw digits stand there until then.
 */
export async function addressText(provider: ProviderName, address: string): Promise<string> {
  if (!rulesOf(provider).hasPhoneNumbers || !/^\d{7,15}$/.test(address)) return address;
  const { parsePhoneNumberFromString } = await import('libphonenumber-js/min');
  return parsePhoneNumberFromString(`+${address}`)?.formatInternational() ?? address;
}
