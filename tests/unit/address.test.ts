import fc from 'fast-check';
import { expect, test } from 'vitest';
import { identityOf, isScopedId, spellingsOf } from '../../src/lib/domain/address';

const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`));
/** The two spellings of a Brazilian or an Argentine mobile number. */
const variants = fc.oneof(
  fc.tuple(digits(2), digits(8)).map(([area, rest]): [string, string] => [`55${area}9${rest}`, `55${area}${rest}`]),
  digits(10).map((rest): [string, string] => [`549${rest}`, `54${rest}`]),
);
/** Any number that has one spelling only. */
const plain = fc.stringMatching(/^\d{1,16}$/).filter((number) => !/^(55\d{10,11}|54\d{10}|549\d{10})$/.test(number));
/** As those that have two begin, of any length. */
const near = fc.stringMatching(/^\+?(55|54|549)\d{6,12}$/);
const anything = fc.oneof(
  fc.string(),
  near,
  plain,
  variants.map(([long]) => long),
);

test.each([
  ['5511987654321', '551187654321'],
  ['551187654321', '551187654321'],
  ['+55 11 98765-4321', '+55 11 98765-4321'],
  ['5491123456789', '541123456789'],
  ['541123456789', '541123456789'],
  ['+16505551234', '16505551234'],
  [' 16505551234\n', '16505551234'],
  ['5219991234567', '5219991234567'],
  // Too long, too short: not such a number.
  ['55119876543210', '55119876543210'],
  ['54912345678', '54912345678'],
  ['US.13491208655302741918', 'US.13491208655302741918'],
  ['+', '+'],
  ['', ''],
])('the WhatsApp address %j is known as %j', (address, identity) => {
  expect(identityOf('whatsapp', address)).toBe(identity);
});

test('both spellings of a number are one identity, with and without a plus', () => {
  fc.assert(
    fc.property(variants, ([long, short]) => {
      expect(identityOf('whatsapp', long)).toBe(identityOf('whatsapp', short));
      expect(identityOf('whatsapp', `+${long}`)).toBe(identityOf('whatsapp', short));
    }),
  );
});

test('an identity is its own identity', () => {
  fc.assert(
    fc.property(anything, (address) => {
      const identity = identityOf('whatsapp', address);
      expect(identityOf('whatsapp', identity)).toBe(identity);
    }),
  );
});

test('no other two numbers are one', () => {
  fc.assert(
    fc.property(plain, plain, variants, (a, b, [long]) => {
      expect(identityOf('whatsapp', a) === identityOf('whatsapp', b)).toBe(a === b);
      expect(identityOf('whatsapp', a)).not.toBe(identityOf('whatsapp', long));
    }),
  );
});

test('two numbers that differ in more than the extra digit stay two', () => {
  fc.assert(
    fc.property(variants, variants, ([long, short], [otherLong, otherShort]) => {
      const isSame = short === otherShort;
      expect(identityOf('whatsapp', long) === identityOf('whatsapp', otherLong)).toBe(isSame);
    }),
  );
});

test('every spelling of an address has its identity, and the address is among them', () => {
  fc.assert(
    fc.property(anything, (address) => {
      const spellings = spellingsOf('whatsapp', address);
      const identity = identityOf('whatsapp', address);
      expect(spellings).toContain(address);
      expect(spellings).toContain(identity);
      expect(new Set(spellings).size).toBe(spellings.length);
      for (const spelling of spellings) expect(identityOf('whatsapp', spelling)).toBe(identity);
    }),
  );
});

test('whichever spelling of a number is asked about, all of them are known', () => {
  fc.assert(
    fc.property(variants, ([long, short]) => {
      const all = [long, short, `+${long}`, `+${short}`];
      for (const one of all) expect(spellingsOf('whatsapp', one).sort()).toEqual([...all].sort());
    }),
  );
});

test('the ids of other providers are left as they are', () => {
  fc.assert(
    fc.property(anything, fc.constantFrom('messenger', 'telegram', 'webhook'), (address, provider) => {
      expect(identityOf(provider, address)).toBe(address);
      expect(spellingsOf(provider, address)).toEqual([address]);
    }),
  );
});

test.each([
  ['US.13491208655302741918', true],
  ['IN.ENT.1349120865530274', true],
  ['US.', false],
  ['us.1349', false],
  ['16505551234', false],
  ['US.13 49', false],
])('%s is an id of somebody who hides their number: %s', (address, isOne) => {
  expect(isScopedId(address)).toBe(isOne);
});
