import fc from 'fast-check';
import { expect, test } from 'vitest';
import { facetToken, fold, matchesSearch, MAX_TERMS, termsOf, tokensOf } from '../../src/lib/domain/search';

const row = (name: string, text = '') => ({ name, text });

test.each([
  ['a word by its beginning', row('', 'my order is late'), 'ord', true],
  ['a word of the text not by its middle', row('', 'my order is late'), 'rder', false],
  ['a name by the middle of a word', row('Gonzalez'), 'zal', true],
  ['all words in any order', row('Ana', 'late order'), 'order ana', true],
  ['no row that lacks one of the words', row('Ana', 'late order'), 'order ben', false],
  ['words whatever their case', row('', 'REFUND'), 'refund', true],
  ['accents left out', row('José Núñez'), 'jose nunez', true],
  ['accents that were not there', row('Jose'), 'José', true],
  ['letters without a decomposition by their neighbours', row('Zoë Ørsted'), 'orsted', true],
  ['ß as ss', row('', 'Straße'), 'STRASSE', true],
  ['dotless and dotted i', row('', 'İstanbul ısı'), 'istanbul isi', true],
  ['a final sigma', row('', 'ΟΔΟΣ'), 'οδος', true],
  ['full-width letters', row('', 'ＡＢＣ'), 'abc', true],
  ['Cyrillic ё as е', row('Ёлкина'), 'елк', true],
  ['Arabic without vowel points', row('', 'شُكْرًا'), 'شكرا', true],
  ['one Chinese character', row('', '我的订单号'), '订', true],
  ['Chinese by a part', row('', '我的订单号'), '订单号', true],
  ['no Chinese whose neighbours differ', row('', '我的订单号'), '的号', false],
  ['Thai by a part', row('', 'ขอบคุณมากครับ'), 'มาก', true],
  ['Japanese with its length sign', row('', 'カード払い'), 'ード', true],
  ['Latin letters inside Chinese', row('', '我的iPhone坏了'), 'iphone', true],
  ['Korean by the beginning', row('', '감사합니다'), '감사', true],
  ['a percent sign', row('', '100% sure'), '%', true],
  ['an underscore', row('', 'a_b'), '_', true],
  ['a quote', row('', 'the "best"'), '"', true],
  ['a curly apostrophe by the straight one', row('', 'don’t'), "don't", true],
  ['an emoji', row('', 'thanks 👍'), '👍', true],
  ['an emoji whatever its skin tone', row('', 'thanks 👍🏽'), '👍', true],
  ['no emoji that is another', row('', 'thanks 👍'), '👎', false],
  ['a family as one sign', row('', '👨‍👩‍👧'), '👨', false],
  ['a flag as one sign', row('', '🇩🇪'), '🇩🇪', true],
  ['no flag made of the letters of two', row('', '🇩🇰🇪🇸'), '🇰🇪', false],
  ['everything when there is nothing to look for', row('Ana'), ' \u200B\u0301 ', true],
])('a search finds %s', (_, found, query, expected) => {
  expect(matchesSearch(found, query)).toBe(expected);
});

test('no two letters of one flag are taken for half of another', () => {
  expect([...tokensOf(row('', '🇩🇪🇩🇰'))]).toHaveLength(2);
});

test('a row is found by every beginning of its words and every part of its name', () => {
  const text = fc.stringMatching(/^[a-zé]{1,8}( [a-zé]{1,8}){0,3}$/);
  fc.assert(
    fc.property(text, text, fc.nat(), fc.nat(), (name, message, start, length) => {
      const part = name.slice(start % name.length, (start % name.length) + 1 + (length % 5));
      const word = message.split(' ').at(start % message.split(' ').length) ?? '';
      expect(matchesSearch({ name, text: message }, part)).toBe(true);
      expect(matchesSearch({ name, text: message }, word.slice(0, 1 + (length % 5)))).toBe(true);
    }),
  );
});

test('whatever is typed becomes a bounded number of terms without a space, a quote or an operator', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (query) => {
      const terms = termsOf(query);
      expect(terms.length).toBeLessThanOrEqual(MAX_TERMS);
      for (const token of terms) expect(token).toMatch(/^[^\u0001-\u002f\u003a-\u0060\u007b-\u007f\s]+$/u);
    }),
  );
});

test('folding a folded text changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(fold(fold(text))).toBe(fold(text));
    }),
  );
});

test('no text can produce the token of a filter', () => {
  const forged = `${facetToken('s', '0')} \uE000s30 x s30`;
  expect([...tokensOf({ name: forged, text: forged })]).not.toContain(facetToken('s', '0'));
});

test('a hostile name or text adds a bounded number of tokens', () => {
  const size = (name: string, text: string) => [...tokensOf({ name, text })].join(' ').length;
  expect(size('ﷺ'.repeat(10_000), '')).toBeLessThan(30_000);
  expect(size('ﬃ'.repeat(10_000), '')).toBeLessThan(30_000);
  expect(size('a'.repeat(10_000), 'b'.repeat(100_000))).toBeLessThan(30_000);
  expect(size('', '漢字'.repeat(100_000))).toBeLessThan(30_000);
});
