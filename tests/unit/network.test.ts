import { expect, test } from 'vitest';
import { hashOf } from '../../src/lib/server/auth/hash';
import { networkOf } from '../../src/lib/server/auth/network';

const from = (address: string) => networkOf(new Request('https://parley.test/', { headers: { 'cf-connecting-ip': address } }));

test.each([
  ['203.0.113.7', '203.0.113.7', true],
  ['203.0.113.7', '203.0.113.8', false],
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', true],
  ['2001:db8:1:2::1', '2001:0DB8:0001:0002:0:0:0:1', true],
  ['2001:db8::1', '2001:db8:0:0:5::1', true],
  ['2001:db8::1', '2001:db8:0:1::1', false],
  ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['::ffff:203.0.113.7', '::ffff:203.0.113.8', false],
])('whether %s and %s are one network', async (one, other, isOne) => {
  expect((await from(one)) === (await from(other))).toBe(isOne);
});

test('a request of which nobody says where it is from has a network too, and none is kept as it is', async () => {
  expect(await networkOf(new Request('https://parley.test/'))).toBe(await hashOf('unknown'));
  expect(await from('203.0.113.7')).toMatch(/^[0-9a-f]{64}$/);
});
