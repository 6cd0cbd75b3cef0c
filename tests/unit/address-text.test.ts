import { expect, test } from 'vitest';
import { addressText } from '../../src/lib/inbox/address-text';

test.each([
  ['whatsapp', '919820012345', '+91 98200 12345'],
  ['whatsapp', '4915123456789', '+49 1512 3456789'],
  ['whatsapp', 'US.13491208655302741918', 'US.13491208655302741918'],
  ['whatsapp', '999', '999'],
  ['telegram', '919820012345', '919820012345'],
  ['webhook', 'user-7', 'user-7'],
] as const)('%s %s is shown as %s', async (provider, address, text) => {
  expect(await addressText(provider, address)).toBe(text);
});
