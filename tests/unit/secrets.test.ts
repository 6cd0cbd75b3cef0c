import { expect, test } from 'vitest';
import { decryptSecrets, encryptSecrets } from '../../src/lib/server/secrets';

const key = 'a secret key of at least thirty-two characters';
const secrets = { appSecret: 'geheim', verifyToken: 'verify-me', accessToken: 'ü€👋', webhookSecret: 'whsec_AAAA' };

test('secrets come back as they were', async () => {
  expect(await decryptSecrets(await encryptSecrets(secrets, 'shop', key), 'shop', key)).toEqual(secrets);
});

test('what is stored shows nothing, and never the same twice', async () => {
  const [first, second] = await Promise.all([encryptSecrets(secrets, 'shop', key), encryptSecrets(secrets, 'shop', key)]);
  expect(first).not.toBe(second);
  for (const secret of Object.values(secrets)) expect(`${first}${atob(first.split('.')[2] ?? '')}`).not.toContain(secret);
});

test.each<[string, (stored: string) => Promise<unknown>]>([
  ['for another channel', (stored) => decryptSecrets(stored, 'other', key)],
  ['under another key', (stored) => decryptSecrets(stored, 'shop', key.toUpperCase())],
  [
    'altered',
    (stored) =>
      decryptSecrets(
        stored.replace(/.(?=.{5}$)/, (char) => (char === 'A' ? 'B' : 'A')),
        'shop',
        key,
      ),
  ],
  ['cut', (stored) => decryptSecrets(stored.slice(0, 30), 'shop', key)],
  ['of another format', () => decryptSecrets('{}', 'shop', key)],
])('secrets %s cannot be read', async (_about, read) => {
  await expect(read(await encryptSecrets(secrets, 'shop', key))).rejects.toThrow();
});

test('a key that is too short to be random is refused', async () => {
  await expect(encryptSecrets(secrets, 'shop', 'short')).rejects.toThrow('SECRET_KEY');
});
