import { expect, test } from 'vitest';
import { noFaults, PhoneAct } from '../../src/lib/domain/simulator';
import { inboundDueAt, receiptsFor } from '../../workers/simulator/schedule';
import { isSignedByParley, metaSignature, standardSignature } from '../../workers/simulator/signing';

const now = 1_800_000_000_000;
const statusesOf = (faults: Partial<typeof noFaults>, isOpen = true, fails = false) =>
  receiptsFor({ ...noFaults, ...faults }, isOpen, fails, now)
    .toSorted((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0))
    .map(({ status }) => status);

test('receipts come in order, and read only from a phone that somebody looks at', () => {
  expect(statusesOf({})).toEqual(['sent', 'delivered', 'read']);
  expect(statusesOf({}, false)).toEqual(['sent', 'delivered']);
  expect(statusesOf({ receipts: 'reversed' })).toEqual(['read', 'delivered', 'sent']);
  expect(statusesOf({}, true, true)).toEqual(['failed']);
});

test('withheld receipts have no time', () => {
  const receipts = receiptsFor({ ...noFaults, receipts: 'withheld' }, true, false, now);
  expect(receipts.map(({ dueAt }) => dueAt)).toEqual([null, null, null]);
});

test('with messages swapped, the first waits and the second does not', () => {
  const faults = { ...noFaults, swapInbound: true };
  expect(inboundDueAt(faults, false, now)).toBeNull();
  expect(inboundDueAt(faults, true, now)).toBe(now);
  expect(inboundDueAt({ ...noFaults, inboundDelayMs: 700 }, false, now)).toBe(now + 700);
});

test('signatures are the ones of the published test vectors', async () => {
  const body = '{"object":"whatsapp_business_account","entry":[]}';
  expect(await metaSignature('test_app_secret', body)).toEqual({
    'x-hub-signature-256': 'sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756',
  });
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const headers = await standardSignature(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', '{"test": 2432232314}', 1_614_265_330_000);
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('a send is taken with a fresh signature of ours only', async () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const body = '{"type":"message.send"}';
  const signed = new Headers(await standardSignature(secret, 'id-1', body, now));
  expect(await isSignedByParley(secret, signed, body, now)).toBe(true);
  expect(await isSignedByParley(secret, signed, `${body} `, now)).toBe(false);
  expect(await isSignedByParley(secret, signed, body, now + 301_000)).toBe(false);
  expect(await isSignedByParley('whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', signed, body, now)).toBe(false);
  expect(await isSignedByParley(secret, new Headers(), body, now)).toBe(false);
});

test('an end user’s act without words or with unknown fields is refused', () => {
  expect(PhoneAct.safeParse({ type: 'text', text: '' }).success).toBe(false);
  expect(PhoneAct.safeParse({ type: 'text', text: 'hi', admin: true }).success).toBe(false);
  expect(PhoneAct.safeParse({ type: 'reaction', targetId: 'x', emoji: null }).success).toBe(true);
});
