import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { base64Of, bytesOf, bytesOfUrlSafe, hexOf, sha256Of, urlSafe } from '../../src/lib/domain/bytes';

const bytes = fc.uint8Array({ maxLength: 300 }).map((some) => new Uint8Array(some));

test('bytes are written as the platform writes them, and read back', () => {
  fc.assert(
    fc.property(bytes, (some) => {
      expect(hexOf(some)).toBe(Buffer.from(some).toString('hex'));
      expect(base64Of(some)).toBe(Buffer.from(some).toString('base64'));
      expect(urlSafe(base64Of(some))).toBe(Buffer.from(some).toString('base64url'));
      expect(bytesOf(base64Of(some))).toEqual(some);
      expect(bytesOfUrlSafe(urlSafe(base64Of(some)))).toEqual(some);
    }),
  );
});

test('a hash is that of the bytes, and of a text that of its UTF-8', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, fc.string({ unit: 'grapheme' }), async (some, text) => {
      expect(await sha256Of(some)).toBe(createHash('sha256').update(some).digest('hex'));
      expect(await sha256Of(text)).toBe(createHash('sha256').update(text, 'utf8').digest('hex'));
    }),
  );
});
