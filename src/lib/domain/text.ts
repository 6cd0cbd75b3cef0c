/** Longest text kept of one message, in UTF-16 units; what is longer is cut with a mark. */
export const MAX_TEXT = 65_536;
const CUT_MARK = '… [cut]';
/** Longest latest-message text in a list row. */
const MAX_PREVIEW = 280;

/** Makes foreign text safe to keep: well-formed, without NUL and without the marker of facet tokens, bounded. */
export function cleanText(text: string, max = MAX_TEXT): string {
  const clean = text.toWellFormed().replace(/[\u0000\uE000]/g, '');
  return clean.length <= max ? clean : clean.slice(0, max - CUT_MARK.length).toWellFormed() + CUT_MARK;
}

/** One line of a message for a list row. */
export function previewText(text: string): string {
  const line = text
    .slice(0, MAX_PREVIEW * 2)
    .replace(/\s+/gu, ' ')
    .trim();
  return line.length <= MAX_PREVIEW ? line : line.slice(0, MAX_PREVIEW - 1).toWellFormed() + '…';
}
