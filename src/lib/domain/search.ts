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
/** Words are known by their first characters; the longest German ones end before. Bounds what a hostile name can add to the index. */
const MAX_WORD = 64;
const MAX_NAME = 160;
const MAX_TEXT = 4096;

export type Term =
  /** Some token starts with it. */
  | { kind: 'prefix'; token: string }
  /** Some token is it. */
  | { kind: 'exact'; token: string };

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

/** The terms of a query, all of which must be found; none = no filter. Never throws, whatever the input. */
export function termsOf(query: string): Term[] {
  const terms = new Map<string, Term>();
  for (const piece of pieces(query.slice(0, MAX_SEARCH))) {
    if (piece.kind === 'word') terms.set(piece.text, { kind: 'prefix', token: cut(piece.text) });
    else for (const token of tokensOfPiece(piece, 'narrowest')) terms.set(token, { kind: 'exact', token });
  }
  return [...terms.values()].slice(0, MAX_TERMS);
}

/** Every token a row is found by, each once, none with a space in it. */
export function tokensOf(row: { name: string; text: string }): Set<string> {
  const tokens = new Set<string>();
  for (const piece of pieces(row.name.slice(0, MAX_NAME))) {
    for (const token of tokensOfPiece(piece, 'all')) tokens.add(token);
    if (piece.kind === 'word') for (const suffix of suffixes(cut(piece.text))) tokens.add(suffix);
  }
  for (const piece of pieces(row.text.slice(0, MAX_TEXT))) {
    for (const token of tokensOfPiece(piece, 'all')) tokens.add(token);
  }
  return tokens;
}

/** Whether a row is found by a query: the meaning that the index must agree with. */
export function matchesSearch(row: { name: string; text: string }, query: string): boolean {
  const terms = termsOf(query);
  if (terms.length === 0) return true;
  const tokens = tokensOf(row);
  return terms.every(({ kind, token }) => tokens.has(token) || (kind === 'prefix' && startsAny(tokens, token)));
}

/** The full-text expression of a term. Always quoted: whatever a user types is a word to the index, never its syntax. */
export const matchExpression = ({ kind, token }: Term): string => (kind === 'prefix' ? `"${token}"*` : `"${token}"`);

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

/** `all`: what an index holds of a piece; `narrowest`: what a query asks for, which for a run of several characters is only its pairs. */
function tokensOfPiece({ kind, text }: Piece, which: 'all' | 'narrowest'): string[] {
  if (kind === 'word') return [cut(text)];
  if (kind === 'sign') return [signToken(text)];
  const characters = [...text];
  const pairs = characters.slice(1).map((character, before) => `${characters[before]}${character}`);
  return which === 'narrowest' && pairs.length > 0 ? pairs : [...characters, ...pairs];
}

const signToken = (sign: string): string =>
  `${MARK}x${[...sign].map((character) => character.codePointAt(0)?.toString(16)).join('x')}`;

const cut = (word: string): string => (word.length <= MAX_WORD ? word : [...word].slice(0, MAX_WORD).join(''));

const suffixes = (word: string): string[] => {
  const characters = [...word];
  return characters.map((_, start) => characters.slice(start).join(''));
};

const startsAny = (tokens: Set<string>, prefix: string): boolean => {
  for (const token of tokens) if (token.startsWith(prefix)) return true;
  return false;
};
