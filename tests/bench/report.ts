import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, platform, release, totalmem } from 'node:os';
import type { Figure, Measured } from './bench.ts';

/** What the run was: printed above the figures. */
export type Run = {
  startedAt: Date;
  command: string;
  elapsedMs: number;
  loadBefore: number;
  generatorLagMs: number;
  skipped: string[];
  /** What else belongs to the run, a line each. */
  facts: string[];
};

const HEAD = ['figure', 'n', 'p50', 'p95', 'p99', 'p50 over the run', 'CPU', 'floor: p50', '× p50', '× CPU', 'beside'];
/** Where in the document the figures of a command are kept. */
const marksOf = (command: string) => [`<!-- figures: written by ${command} -->`, `<!-- end of ${command} -->`] as const;

/** The machine and the run, a line each. */
export function circumstances(run: Run): string[] {
  const [cpu] = cpus();
  const gib = Math.round(totalmem() / 2 ** 30);
  const skipped = run.skipped.length > 0 ? [`Not measured, out of time: ${run.skipped.join('; ')}`] : [];
  return [
    `${run.startedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC, \`${run.command}\`, ${Math.round(run.elapsedMs / 1000)} s`,
    `${cpus().length} × ${cpu?.model.trim() || 'unnamed processor'}, ${gib} GiB, ${platform()} ${release()}, Node ${process.versions.node}`,
    `Load average ${run.loadBefore.toFixed(1)} before, ${(loadavg()[0] ?? 0).toFixed(1)} after; ` +
      `the load generator's own event loop was late by ${ms(run.generatorLagMs)} ms at p99`,
    ...run.facts,
    ...skipped,
  ];
}

/** For a terminal: one table, aligned, a line for each group. */
export function asText(figures: readonly Figure[]): string {
  const rows = groups(figures).flatMap(([group, members]) => [[`\n${group}`], ...members.map(cells)]);
  const lines = [HEAD, ...rows];
  const widths = HEAD.map((_, column) =>
    Math.max(...lines.filter((line) => line.length > 1).map((line) => line[column]?.length ?? 0)),
  );
  const align = (cell: string, column: number) => {
    const width = widths[column] ?? 0;
    return column === 0 || column === HEAD.length - 1 ? cell.padEnd(width) : cell.padStart(width);
  };
  return lines.map((line) => (line.length === 1 ? line[0] : line.map(align).join('  ').trimEnd())).join('\n');
}

/** Puts the figures between the marks of the command in the document. */
export function writeInto(file: string, command: string, run: Run, figures: readonly Figure[]): void {
  const text = readFileSync(file, 'utf8');
  const [begin, end] = marksOf(command);
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file} has no place for the figures`);
  const facts = circumstances(run).map((line) => `- ${line}`);
  const tables = groups(figures).flatMap(([group, members]) => ['', `### ${group}`, '', ...markdownTable(members.map(cells))]);
  writeFileSync(file, [text.slice(0, from) + begin, '', ...facts, ...tables, '', text.slice(to)].join('\n'));
}

function markdownTable(rows: readonly string[][]): string[] {
  const line = (cellsOfLine: readonly string[]) => `| ${cellsOfLine.join(' | ')} |`;
  return [line(HEAD), line(HEAD.map((_, i) => (i === 0 || i === HEAD.length - 1 ? '---' : '---:'))), ...rows.map(line)];
}

function cells({ name, product, floor, beside }: Figure): string[] {
  const failed = product.failures > 0 ? ` (${product.failures} failed)` : '';
  const { measured } = floor ?? {};
  return [
    name,
    `${product.n}${failed}`,
    ms(product.p50),
    ms(product.p95),
    ms(product.p99),
    `${ms(product.low)}–${ms(product.high)}`,
    cpuOf(product),
    floor && measured ? `${floor.name}: ${ms(measured.p50)}` : '',
    measured ? ratio(product.p50, measured.p50) : '',
    measured ? ratio(product.cpuMs, measured.cpuMs) : '',
    beside ?? '',
  ];
}

const ratio = (a: number | null, b: number | null): string => (a !== null && b !== null && b > 0 ? (a / b).toFixed(1) : '');
const cpuOf = ({ cpuMs }: Measured): string => (cpuMs === null ? '' : ms(cpuMs));

/** Milliseconds with as many digits as mean anything. */
export function ms(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(2);
}

function groups(figures: readonly Figure[]): [string, Figure[]][] {
  const found = new Map<string, Figure[]>();
  for (const figure of figures) found.set(figure.group, [...(found.get(figure.group) ?? []), figure]);
  return [...found];
}
