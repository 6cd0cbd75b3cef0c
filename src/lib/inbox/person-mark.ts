/** A hue in degrees for an id: the same for ever, and spread well over the circle (FNV-1a times the golden angle). */
export function hueOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193) >>> 0;
  return Math.round(((hash % 997) * 137.508) % 360);
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** Most names begin with two plain letters, which nothing can join: those need no segmenter, which is slow. */
const firstLetter = (word: string): string =>
  /^[A-Za-z](?:[A-Za-z]|$)/.test(word)
    ? word.charAt(0)
    : (segmenter.segment(word)[Symbol.iterator]().next().value?.segment ?? '');

/**
 * One or two letters for an avatar: of first and last name in scripts that have initials, the first character in others, `#`
 * for a bare number or address.
 */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/\s+/u)
    .filter((word) => /^\p{L}/u.test(word));
  const first = words[0];
  if (first === undefined) return '#';
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  const hasInitials = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u;
  if (last === undefined || !hasInitials.test(first)) return firstLetter(first).toUpperCase();
  return (firstLetter(first) + firstLetter(last)).toUpperCase();
}

/** `Ben Kaya` → `Ben K.`: enough to know a colleague in a narrow place. */
export function shortName(name: string): string {
  const words = name.trim().split(/\s+/u);
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  return last === undefined ? name.trim() : `${words[0]} ${firstLetter(last)}.`;
}
