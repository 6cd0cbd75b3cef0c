import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  filled,
  MAX_REPLY_TEXT,
  problemOf,
  ranked,
  replyKey,
  replyPlaceholders,
  ReplyWords,
  unfilledIn,
  type ReplyParties,
} from '../../src/lib/domain/saved-reply';

const address = '919820012345';
const to = (name: string, agent = 'Ana Lima'): ReplyParties => ({ contact: { name, address }, agent: { name: agent } });
const saved = (name: string, text = 'Hello') => ReplyWords.parse({ name, text });

describe('a text is filled with', () => {
  test.each([
    ['the first name', 'Hi {{firstName}}!', 'Asha Menon', 'Hi Asha!'],
    ['the whole name', 'Hi {{ name }}!', 'Asha Menon', 'Hi Asha Menon!'],
    ['a family name that comes first as a whole', 'Hi {{firstName}}!', '山田 太郎', 'Hi 山田 太郎!'],
    ['who answers', '{{agentName}} here', 'Asha', 'Ana Lima here'],
    ['the name rather than the fallback', '{{firstName|there}}', 'Asha', 'Asha'],
    ['the fallback where the name is the number', 'Hi {{firstName| there }}', address, 'Hi there'],
    ['the fallback where the name is the number in other words', 'Hi {{name|there}}', '+91 98200-12345', 'Hi there'],
    ['the fallback where there is no name', 'Hi {{name|there}}', '  ', 'Hi there'],
    ['nothing where neither is known: it stays as it is written', 'Hi {{ firstName }}', address, 'Hi {{ firstName }}'],
    ['nothing where an empty fallback says nothing', 'Hi {{firstName|}}', address, 'Hi {{firstName|}}'],
    ['nothing where nobody knows the placeholder', 'In {{custom.city|x}}', 'Asha', 'In {{custom.city|x}}'],
    ['a name without its braces', '{{{name}}}', '{firstName}', '{firstName}'],
    ['a name on one line', 'Hi {{name}}', 'Asha\n\tMenon', 'Hi Asha Menon'],
    ['every sign of a name as it is', 'Hi {{name}}', '$& $1 Asha', 'Hi $& $1 Asha'],
    ['single braces as they are', 'a {b} {{ c', 'Asha', 'a {b} {{ c'],
  ])('%s', (_, text, name, expected) => expect(filled(text, to(name))).toBe(expected));

  test('the fallback where the name is the address of an app', () => {
    expect(filled('Hi {{name|you}}', { contact: { name: 'user-7', address: 'user-7' }, agent: { name: 'Ana' } })).toBe('Hi you');
  });
});

const piece = fc.oneof(
  fc.constantFrom(
    '{{',
    '}}',
    '{',
    '}',
    '|',
    '{{name}}',
    '{{firstName|you}}',
    '{{agentName}}',
    'firstName',
    'name',
    '\n',
    '\uD83D',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));

describe('whatever is written and whoever it is for', () => {
  test('filling never throws, and brings no placeholder into a text that could be saved', () => {
    fc.assert(
      fc.property(text, text, text, (written, name, agent) => {
        const made = filled(written, to(name, agent));
        const words = saved('A', written);
        if (problemOf(words) !== null) return;
        const result = filled(words.text, to(name, agent));
        expect(unfilledIn(words.text)).toEqual(expect.arrayContaining(unfilledIn(result)));
        expect(filled(result, to(name, agent))).toBe(result);
        expect(made).toBeTypeOf('string');
      }),
    );
  });

  test('nothing is left to fill in once both names are known', () => {
    fc.assert(
      fc.property(text, (written) => {
        const words = saved('A', written);
        if (problemOf(words) === null) expect(unfilledIn(filled(words.text, to('Asha Menon')))).toEqual([]);
      }),
    );
  });
});

test('what is left to fill in is named as it is written, each once, and only what would have been filled', () => {
  expect(unfilledIn('{{firstName}} {{name|x}} {{firstName}} {{city}} {name}')).toEqual(['{{firstName}}', '{{name|x}}']);
});

describe('what is saved', () => {
  test('is trimmed and cleaned, the name to one line', () => {
    expect(saved('  Good \n morning\u0000 ', ' Hi\n{{name}} \u0000')).toEqual({ name: 'Good morning', text: 'Hi\n{{name}}' });
  });

  test.each([
    ['no name', { name: ' \n', text: 'Hi' }, 'Give it a name.'],
    ['a name that nobody sees', { name: '\u200B', text: 'Hi' }, 'Give it a name.'],
    ['a name that is too long', { name: 'x'.repeat(81), text: 'Hi' }, 'A name has at most 80 characters.'],
    ['no text', { name: 'A', text: '  ' }, 'Write what it says.'],
    ['a text that is too long', { name: 'A', text: 'x'.repeat(MAX_REPLY_TEXT + 2) }, 'The text is 2 characters too long.'],
    [
      'a placeholder that there is not',
      { name: 'A', text: 'Hi {{nmae|x}}' },
      'There is no placeholder {{nmae|x}}. There are {{firstName}}, {{name}} and {{agentName}}.',
    ],
    [
      'half a placeholder',
      { name: 'A', text: 'Hi {{name}' },
      'A placeholder has two braces before it and two after: {{firstName}}.',
    ],
    [
      'one inside of another',
      { name: 'A', text: '{{{{name}}}}' },
      'A placeholder has two braces before it and two after: {{firstName}}.',
    ],
  ])('with %s is refused in words', (_, words, problem) => expect(problemOf(ReplyWords.parse(words))).toBe(problem));

  test('may be as long as every app takes, with every placeholder there is', () => {
    expect(MAX_REPLY_TEXT).toBe(2_000);
    const all = replyPlaceholders.map(({ written }) => written).join('');
    expect(problemOf(saved('x'.repeat(80), all + 'x'.repeat(MAX_REPLY_TEXT - all.length)))).toBeNull();
  });

  test('names that look the same are the same', () => {
    expect(replyKey('Grüße ')).toBe(replyKey('GRUSSE'));
  });
});

describe('replies are found', () => {
  const replies = [
    { id: '1', name: 'Greeting', text: 'Hi', used: 1 },
    { id: '2', name: 'Évening greeting', text: 'Good evening', used: 9 },
    { id: '3', name: 'Going over to a real expert', text: 'One moment', used: 50 },
    { id: '4', name: 'Refund', text: 'We agree to it', used: 99 },
    { id: '5', name: 'Great day', text: 'Bye', used: 1 },
  ];
  const found = (typed: string) => ranked(replies, typed).map(({ id }) => id).join(''); // prettier-ignore

  test.each([
    ['by the beginning of the name, of a word, by letters in order, by the text', 'gre', '51234'],
    ['whatever the case and the accents', 'ÉVE', '2'],
    ['by accents left out', 'evening', '2'],
    ['by several words', 'to a real', '3'],
    ['by letters of several words', 'go ex', '3'],
    ['by the text alone', 'one mom', '3'],
    ['all of them by use, then by name, when nothing is typed', ' ', '43251'],
    ['not at all when nothing fits', 'zzz', ''],
  ])('%s', (_, typed, ids) => expect(found(typed)).toBe(ids));

  test('of the same name and use by id, so that the order never changes by itself', () => {
    const same = ['b', 'a'].map((id) => ({ id, name: 'Same', text: '', used: 0 }));
    expect(ranked(same, 'sa').map(({ id }) => id)).toEqual(['a', 'b']);
  });

  test('each once, whatever is typed, and in an order that does not depend on theirs', () => {
    const reply = fc.record({ id: fc.uuid(), name: text, text, used: fc.nat(5) });
    const some = fc.uniqueArray(reply, { maxLength: 12, selector: ({ id }) => id });
    fc.assert(
      fc.property(some, fc.string({ maxLength: 8 }), (all, typed) => {
        const ids = ranked(all, typed).map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(ranked(all.toReversed(), typed).map(({ id }) => id)).toEqual(ids);
        if (typed.trim() === '') expect(ids).toHaveLength(all.length);
      }),
    );
  });

  test('by any beginning of their name', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 })), fc.nat(20), (letters, length) => {
        const typed = letters.slice(0, length).join('');
        expect(ranked([{ id: 'a', name: letters.join(''), text: '', used: 0 }], typed)).toHaveLength(1);
      }),
    );
  });
});
