/** Longest cell that is read, in UTF-16 units; a quote that is never closed must not swallow a file. */
export const MAX_CELL = 10_000;

/** A record of a file with the line on which it begins, from 1. `broken`: its quotes are not those of a CSV. */
export type CsvRecord = { line: number; cells: string[]; broken: boolean };

const BOM = '\uFEFF';

/** What separates the cells: of comma, semicolon and tab the one that the first line has most of, outside quotes. */
export function separatorOf(text: string): ',' | ';' | '\t' {
  const counts = { ',': 0, ';': 0, '\t': 0 };
  let quoted = false;
  for (const character of text.slice(0, MAX_CELL)) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === '\n' || character === '\r')) break;
    else if (!quoted && (character === ',' || character === ';' || character === '\t')) counts[character] += 1;
  }
  if (counts['\t'] > counts[','] && counts['\t'] > counts[';']) return '\t';
  return counts[';'] > counts[','] ? ';' : ',';
}

/**
 * The records of a CSV text (RFC 4180; any line end, a byte order mark, quotes with line ends and doubled quotes inside). Empty lines are
 * left out. Never throws: what is no CSV comes out as broken records; one whose quote is not closed within the longest cell is its first
 * line, and what follows is read as if there had been no quote. `isCut`: there is more than this text; the record at its end is left out.
 */
export function* recordsOf(
  text: string,
  separator: string = separatorOf(text),
  { isCut = false }: { isCut?: boolean } = {},
): Generator<CsvRecord> {
  let at = text.startsWith(BOM) ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    const record: CsvRecord = { line, cells: [], broken: false };
    for (let open = true; open;) {
      const cell = text[at] === '"' ? quotedCell(text, at + 1) : plainCell(text, at, separator);
      // Its end may be in what is not here.
      if (isCut && cell.isOpen) return;
      line += text.slice(at, cell.end).match(LINE_END)?.length ?? 0;
      at = cell.end;
      record.cells.push(cell.value.slice(0, MAX_CELL));
      record.broken ||= cell.broken || cell.value.length > MAX_CELL;
      open = text[at] === separator;
      if (open) at += 1;
      else if (at < text.length && text[at] !== '\n' && text[at] !== '\r') {
        // Something behind a closing quote: the rest of the line cannot be trusted.
        record.broken = true;
        at = endOfLine(text, at);
      }
    }
    if (isCut && at === text.length) return;
    if (text[at] === '\r') at += 1;
    if (text[at] === '\n') at += 1;
    line += 1;
    if (record.cells.some((cell) => cell.trim() !== '')) yield record;
  }
}

const LINE_END = /\r\n?|\n/g;

/** `isOpen`: the text ends before its quote is closed. */
type Cell = { value: string; end: number; broken: boolean; isOpen?: boolean };

function quotedCell(text: string, start: number): Cell {
  let value = '';
  for (let from = start; ;) {
    const quote = text.indexOf('"', from);
    const length = value.length + (quote < 0 ? text.length : quote) - from;
    if (quote < 0 || length > MAX_CELL) return unclosedCell(text, start, length <= MAX_CELL);
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') return { value, end: quote + 1, broken: false };
    value += '"';
    from = quote + 2;
  }
}

/** A quote that is not closed would swallow what follows: only the rest of its line is taken for its cell. */
function unclosedCell(text: string, start: number, isOpen: boolean): Cell {
  const end = endOfLine(text, start);
  return { value: text.slice(start, end), end, broken: true, isOpen };
}

function plainCell(text: string, start: number, separator: string): Cell {
  let end = start;
  while (end < text.length && text[end] !== separator && text[end] !== '\n' && text[end] !== '\r') end += 1;
  const value = text.slice(start, end);
  return { value, end, broken: value.includes('"') && value.trimStart().startsWith('"') };
}

function endOfLine(text: string, start: number): number {
  let end = start;
  while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return end;
}

/**
 * Where spreadsheets would find a formula, which runs on the machine of whoever opens the file. Where it is a semicolon that parts cells, one
 * may begin in the middle of ours: our quotes are none there. The wide signs are what keyboards of some languages write.
 */
const FORMULAS = /(^|[;\t\r\n])(?=[=+\-@＝＋－＠])/g;
const GUARDED = /(^|[;\t\r\n])'(?=[=+\-@＝＋－＠])/g;

const guarded = (text: string): string => text.replace(FORMULAS, "$1'").replace(/^(?=[\t\r\n])/, "'");

/** A cell of a file of ours as it was before it was guarded. */
export const unguarded = (cell: string): string => cell.replace(/^'(?=[\t\r\n])/, '').replace(GUARDED, '$1');

/** One cell as written: never a formula, quoted where it has to be. Numbers stay numbers, negative ones too. */
function cellText(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = guarded(value);
  return /[",;\t\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line of a CSV, with its end. */
export const lineText = (cells: readonly (string | number | boolean | null)[]): string => `${cells.map(cellText).join(',')}\r\n`;

/** Tells spreadsheets that what follows is UTF-8. */
export const CSV_MARK = BOM;
