/** What to call somebody in a sentence: the first name, or all of it where the first word is none (a number, a family name that comes first). */
export function firstNameOf(name: string): string {
  const whole = name.trim();
  const first = whole.split(/\s+/u)[0] ?? whole;
  const startsWithGivenName =
    /^\p{L}/u.test(first) && !/^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u.test(first);
  return startsWithGivenName ? first : whole;
}
