import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hrefOf, linkify } from '../../src/lib/inbox/linkify';

const links = (text: string) => linkify(text).flatMap(({ text: shown, href }) => (href ? [[shown, href]] : []));

describe('linkify', () => {
  test.each([
    ['see https://a.example/b?c=1 now', [['https://a.example/b?c=1', 'https://a.example/b?c=1']]],
    ['www.example.com', [['www.example.com', 'https://www.example.com/']]],
    ['mail help@example.com.', [['help@example.com', 'mailto:help@example.com']]],
    ['tel:+4915123456789', [['tel:+4915123456789', 'tel:+4915123456789']]],
    ['no link here, 12.5 or a.b', []],
  ])('finds the addresses in %j', (text, expected) => expect(links(text)).toEqual(expected));

  test('leaves the punctuation of the sentence outside, and keeps brackets that were opened inside', () => {
    expect(links('(see https://a.example/x).')).toEqual([['https://a.example/x', 'https://a.example/x']]);
    expect(links('https://a.example/x_(y)')[0]?.[0]).toBe('https://a.example/x_(y)');
  });

  test.each(['javascript:alert(1)', 'JavaScript:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd'])(
    'never makes a link of %j',
    (text) => {
      expect(links(text)).toEqual([]);
      expect(hrefOf(text)).toBeNull();
    },
  );

  test('ends a link at a bidi control, which could make it look like another address', () => {
    expect(links('https://a.example/\u202Egpj.exe')).toEqual([['https://a.example/', 'https://a.example/']]);
  });

  test('keeps every character, and opens only http, https, mailto and tel, whatever the text', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('https://', 'www.', 'mailto:', 'tel:', 'javascript:', '@', 'a@b.c', '://', ')'),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('');
        const segments = linkify(text);
        expect(segments.map((segment) => segment.text).join('')).toBe(text);
        for (const { href } of segments) if (href !== null) expect(href).toMatch(/^(https?|mailto|tel):/u);
      }),
    );
  });

  test('is quick with text made to be slow', () => {
    const started = performance.now();
    linkify('a@'.repeat(20_000) + 'www.'.repeat(10_000));
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
