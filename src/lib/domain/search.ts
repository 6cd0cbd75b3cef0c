/**
 * What a search means, in one place: the read model builds its index with it, the server its queries, the browser its live list.
 *
 * Text is folded (compatibility forms, case, diacritics, skin tones) and split into
 * - words: runs of letters, marks and digits of scripts that put spaces between words;
 * - runs of scripts that do not (Chinese, Japanese, Thai, Lao, Khmer, Myanmar, Tibetan): every character and every pair of neighbours;
 * - emoji, and every other sign: one each.
 *
 * A row matches when every term of the query is found in it: a word at the start of a word of the text or anywhere inside a word of
 * the name; a run by its pairs (or its one character); an emoji or a sign as itself.
 */

/** The marker of encoded tokens. Text of users never carries it (`cleanText`), and folding drops it. */
const MARK = '\uE000';

/** Longest query that is looked at, in UTF-16 units: the rest is ignored. */
export const MAX_SEARCH = 200;
/** More terms than anybody types; each one is one more list that the index has to walk. */
export const MAX_TERMS = 16;
/** Words are known by their first characters. Bounds what a hostile name can add to the index. */
const MAX_WORD = 24;
const MAX_NAME = 160;
const MAX_TEXT = 4096;

/** Written with `\p{scx}` so that the marks and length signs these scripts share are in; never punctuation. */
const UNSPACED =
  '(?=[\\p{L}\\p{M}\\p{N}])[\\p{scx=Hani}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Bopo}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}\\p{scx=Tibt}]';
const PIECES = new RegExp(
  [
    `(?<run>(?:${UNSPACED})+)`,
    `(?<word>(?:(?!${UNSPACED})[\\p{L}\\p{M}\\p{N}])+)`,
    '(?<sign>\\p{RI}\\p{RI}|\\p{ExtPict}(?:\\u200D\\p{ExtPict})*|[^\\s\\p{Z}\\p{Cc}\\p{Cf}])',
  ].join('|'),
  'gu',
);

/**
 * Dropped before splitting: accents and vowel points that people leave out when they type, tatweel, variation selectors, keycap rings,
 * skin tones, and invisible format characters, except the joiner inside an emoji. Marks that carry the sound of a syllable stay.
 */
const IGNORED =
  /[\u0300-\u036F\u0483-\u0489\u0591-\u05BD\u05BF\u05C1\u05C2\u05C4\u05C5\u05C7\u0610-\u061A\u0640\u064B-\u065F\u0670\u06D6-\u06DC\u06DF-\u06E8\u06EA-\u06ED\u1AB0-\u1AFF\u1DC0-\u1DFF\u20D0-\u20FF\uFE00-\uFE0F\uFE20-\uFE2F\u{1F3FB}-\u{1F3FF}\u{E0100}-\u{E01EF}\uE000]|(?!\u200D\p{ExtPict})\p{Cf}/gu;

/** Letters without a decomposition that people type as their plain neighbours, and the signs that phones put for the typed ones. */
const PLAIN = new Map([
  ['ø', 'o'], ['đ', 'd'], ['ð', 'd'], ['ł', 'l'], ['ħ', 'h'], ['æ', 'ae'], ['œ', 'oe'], ['þ', 'th'], ['ς', 'σ'],
  ['‘', "'"], ['’', "'"], ['‚', "'"], ['“', '"'], ['”', '"'], ['„', '"'], ['–', '-'], ['—', '-'],
]); // prettier-ignore
const PLAINABLE = new RegExp(`[${[...PLAIN.keys()].join('')}]`, 'gu');

/** One spelling for what people take for the same: `Ångström`, `ångström` and `angstrom`; `Straße` and `STRASSE`; `ＡＢＣ` and `abc`. */
export function fold(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFKD')
    .replace(IGNORED, '')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replace(IGNORED, '')
    .replace(PLAINABLE, (letter) => PLAIN.get(letter) ?? letter)
    .normalize('NFC');
}

/** The tokens of a query, all of which a row must have; none = no filter. Never throws, whatever the input. */
export function termsOf(query: string): string[] {
  const terms = new Set<string>();
  for (const { kind, text } of pieces(query.slice(0, MAX_SEARCH))) {
    if (kind === 'word') terms.add(cut(text).join(''));
    else if (kind === 'sign') terms.add(signToken(text));
    else for (const token of pairsOf(text)) terms.add(token);
  }
  return [...terms].slice(0, MAX_TERMS);
}

/**
 * Every token a row is found by, each once, none with a space in it. Beginnings and parts of words are tokens of their own: an index of
 * whole words would have to collect all rows of every word that begins so before it could give the first.
 */
export function tokensOf(row: { name: string; text: string }): Set<string> {
  const tokens = new Set<string>();
  const add = (text: string, ofWord: (word: string[]) => Iterable<string>) => {
    for (const piece of pieces(text)) {
      if (piece.kind === 'sign') tokens.add(signToken(piece.text));
      else if (piece.kind === 'word') for (const token of ofWord(cut(piece.text))) tokens.add(token);
      else for (const token of [...piece.text, ...pairsOf(piece.text)]) tokens.add(token);
    }
  };
  add(row.name.slice(0, MAX_NAME), parts);
  add(row.text.slice(0, MAX_TEXT), beginnings);
  return tokens;
}

/** Whether a row is found by a query: the meaning that the index must agree with. */
export function matchesSearch(row: { name: string; text: string }, query: string): boolean {
  const terms = termsOf(query);
  if (terms.length === 0) return true;
  const tokens = tokensOf(row);
  return terms.every((term) => tokens.has(term));
}

/** A token that no text can produce, for a filter value: `kind` is one letter, `value` any text. Only hex and the mark, so it never splits. */
export function facetToken(kind: string, value = ''): string {
  const bytes = new TextEncoder().encode(value);
  return MARK + kind + [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

type Piece = { kind: 'word' | 'run' | 'sign'; text: string };

function* pieces(text: string): Generator<Piece> {
  for (const { groups } of fold(text).matchAll(PIECES)) {
    if (groups?.word !== undefined) yield { kind: 'word', text: groups.word };
    else if (groups?.run !== undefined) yield { kind: 'run', text: groups.run };
    else if (groups?.sign !== undefined) yield { kind: 'sign', text: groups.sign };
  }
}

/** The pairs of neighbours in a run; of a single character itself. */
function pairsOf(run: string): string[] {
  const characters = [...run];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, before) => `${characters[before]}${character}`);
}

const signToken = (sign: string): string =>
  `${MARK}x${[...sign].map((character) => character.codePointAt(0)?.toString(16)).join('x')}`;

/** The characters that a word is known by. */
const cut = (word: string): string[] => [...word].slice(0, MAX_WORD);

function* beginnings(word: readonly string[]): Generator<string> {
  let beginning = '';
  for (const character of word) yield (beginning += character);
}

function* parts(word: readonly string[]): Generator<string> {
  for (let start = 0; start < word.length; start += 1) yield* beginnings(word.slice(start));
}
