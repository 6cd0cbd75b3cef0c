/** A run of a message's text: plain, or a link to an address that is safe to open. */
export type Segment = { text: string; href: string | null };

/**
 * What may be a link: `http(s)`, `mailto:`, `tel:`, `www.`, or a bare e-mail address. Bounded repeats, so that hostile text cannot make the
 * search slow. Control and bidi characters end a link: they are used to make an address look like another.
 */
const candidate =
  /\b(?:https?:\/\/|www\.)[^\s<>"'`\p{Cc}\p{Cf}]{1,2000}|\b(?:mailto|tel):[^\s<>"'`\p{Cc}\p{Cf}]{1,320}|(?<![\w.%+-])[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/giu;

const schemes = new Set(['http:', 'https:', 'mailto:', 'tel:']);

/** Splits text into plain runs and links; the runs joined give the text back, unchanged. */
export function linkify(text: string): Segment[] {
  const segments: Segment[] = [];
  let end = 0;
  for (const match of text.matchAll(candidate)) {
    const shown = withoutTrailing(match[0]);
    const href = hrefOf(shown);
    if (!href) continue;
    if (match.index > end) segments.push({ text: text.slice(end, match.index), href: null });
    segments.push({ text: shown, href });
    end = match.index + shown.length;
  }
  if (end < text.length) segments.push({ text: text.slice(end), href: null });
  return segments;
}

/** The address to open, or null when it is not one of the allowed schemes or not an address at all. */
export function hrefOf(shown: string): string | null {
  const address = /^[a-z][a-z0-9+.-]*:/iu.test(shown) ? shown : /^www\./iu.test(shown) ? `https://${shown}` : `mailto:${shown}`;
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  return schemes.has(url.protocol) ? url.href : null;
}

/** Punctuation that ends the sentence rather than the address; a closing bracket belongs to it only when it was opened in it. */
function withoutTrailing(shown: string): string {
  let end = shown.length;
  while (end > 0) {
    const last = shown[end - 1] ?? '';
    const open = last === ')' ? '(' : last === ']' ? '[' : null;
    const rest = shown.slice(0, end);
    if (open ? count(rest, open) >= count(rest, last) : !'.,;:!?…*_~'.includes(last)) break;
    end -= 1;
  }
  return shown.slice(0, end);
}

const count = (text: string, part: string): number => text.split(part).length - 1;
