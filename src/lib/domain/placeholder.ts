import { cleanText } from './text';

/**
 * A placeholder of a text that people write for many: which property, and what stands for it where it is not known. As written:
 * `{{firstName}}`, `{{custom.city|your city}}`. Campaigns and saved replies share this one syntax.
 */
export type Placeholder = { property: string; fallback: string | null };

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
/** Longest value of one property in a text; a longer one is cut, so that one odd profile does not spoil the message. */
const MAX_VALUE = 200;

/** Every placeholder of a text as it is written, braces and all, in order, each as often as it stands there. */
export const placeholdersAsWritten = (text: string): string[] => text.match(PLACEHOLDER) ?? [];

/** What a placeholder as it is written asks for. */
export function placeholderOf(written: string): Placeholder {
  const inner = written.slice(2, -2);
  const at = inner.indexOf('|');
  if (at === -1) return { property: inner.trim(), fallback: null };
  const fallback = inner.slice(at + 1).trim();
  return { property: inner.slice(0, at).trim(), fallback: fallback === '' ? null : fallback };
}

/** The text with every placeholder replaced by what `valueOf` says. One pass: what a value brings in is never looked at. */
export const withPlaceholders = (text: string, valueOf: (placeholder: Placeholder, written: string) => string): string =>
  text.replace(PLACEHOLDER, (written) => valueOf(placeholderOf(written), written));

/** A value as a text may hold it: on one line, bounded, without a placeholder of its own; null when nothing is left. */
export function placeholderValue(value: string | number | boolean | undefined): string | null {
  // Nor may it have what providers refuse in a parameter.
  const text = cleanText(String(value ?? ''))
    .replace(/\{{2,}|\}{2,}/g, '')
    .replace(/\s+/gu, ' ')
    .trim();
  if (text === '') return null;
  return text.length <= MAX_VALUE
    ? text
    : text
        .slice(0, MAX_VALUE - 1)
        .toWellFormed()
        .trimEnd() + '…';
}

/** What to call somebody in a sentence: the first name, or all of it where the first word is none (a number, a family name that comes first). */
export function firstNameOf(name: string): string {
  const whole = name.trim();
  const first = whole.split(/\s+/u)[0] ?? whole;
  const isGiven =
    /^\p{L}/u.test(first) && !/^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(first);
  return isGiven ? first : whole;
}
