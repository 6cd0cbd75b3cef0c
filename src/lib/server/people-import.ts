import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { Env } from '../../../workers/env';
import { recordsOf, separatorOf } from '../domain/csv';
import {
  guessMapping,
  type ImportFacts,
  type ImportFailure,
  type ImportRow,
  type Mapping,
  mappingProblemOf,
  MAX_IMPORT_COLUMNS,
  MAX_IMPORT_ROWS,
  newPropertiesOf,
  readRow,
} from '../domain/people-import';
import { MAX_PROPERTIES } from '../domain/person';
import { fail, ok, type Result } from '../domain/result';
import type { Agent } from '../domain/role';
import * as channels from './db/channels';
import { database } from './db/client';
import * as imports from './db/people-import';
import * as properties from './db/properties';
import { numberText } from '../domain/number-text';

/** Rows looked up and staged together. */
const PART = 1_000;
/** Failed rows that are given back with their cells. */
const MAX_FAILURES = 5_000;
/** Somebody may write, or be changed, while a long file is read; twice in a row is rare. */
const TRIES = 3;
const PREVIEW_ROWS = 10;

/** What the import of a file came to. `repeated`: it had been done before, and these are that one's counts. */
export type ImportResult = imports.ImportCounts & { failures: ImportFailure[]; repeated: boolean };

/** The beginning of a file as it would be imported. `problem`: why it cannot be, in words. */
export type ImportPreview = {
  headings: string[];
  rows: string[][];
  mapping: Mapping;
  problem: string | null;
  /** Of the rows that were looked at; without their cells. */
  failures: Omit<ImportFailure, 'cells'>[];
  rowsRead: number;
};

/** A number with its country code, in any spelling, as digits; null when there can be no such number. */
function phoneOf(text: string): string | null {
  const digits = text.replace(/^00/, '+');
  const number = parsePhoneNumberFromString(digits.startsWith('+') ? digits : `+${digits}`);
  return number?.isPossible() ? number.number.slice(1) : null;
}

async function factsOf(env: Env): Promise<ImportFacts & { custom: properties.StoredProperty[] }> {
  const db = database(env.DB);
  const [all, custom] = await Promise.all([channels.list(db), properties.list(db)]);
  return { channels: all.map(({ id, name, provider }) => ({ id, name, provider })), custom, phoneOf };
}

/** Looks at the beginning of a file: its columns, what they most likely are, and what is wrong with the first rows. Changes nothing. */
export async function preview(
  env: Env,
  { head, cut, mapping }: { head: string; cut: boolean; mapping?: Mapping },
): Promise<ImportPreview> {
  const facts = await factsOf(env);
  // What was cut off in the middle says nothing.
  const [heading, ...rows] = recordsOf(head, separatorOf(head), { isCut: cut });
  const headings = heading?.cells.map((cell) => cell.trim()) ?? [];
  const chosen = mapping ?? guessMapping(headings, rows.map(({ cells }) => cells), facts); // prettier-ignore
  const problem = fileProblemOf(heading !== undefined, headings, chosen) ?? mappingProblemOf(chosen, facts);
  const failures = problem === null ? rows.map((record) => readRow(record, chosen, facts)).filter((row) => 'problem' in row) : [];
  return {
    headings,
    rows: rows.slice(0, PREVIEW_ROWS).map(({ cells }) => cells),
    mapping: chosen,
    problem,
    failures: failures.map(({ line, column, problem: words }) => ({ line, column, problem: words })),
    rowsRead: rows.length,
  };
}

function fileProblemOf(hasHeading: boolean, headings: readonly string[], mapping: Mapping): string | null {
  if (!hasHeading) return 'There is nothing in this file.';
  if (headings.length > MAX_IMPORT_COLUMNS) return `A file can have at most ${MAX_IMPORT_COLUMNS} columns.`;
  return mapping.length === headings.length ? null : 'The columns of the file are not those that were chosen for.';
}

/**
 * Imports a file of people: every row that can be taken, all in one transaction, the others given back with why. In words why nothing of it
 * was done. `id` names the import: under the same one it is done once, however often it is sent.
 */
export async function importPeople(
  env: Env,
  { id, text, mapping, agent }: { id: string; text: string; mapping: Mapping; agent: Agent },
): Promise<Result<ImportResult, string>> {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const now = Date.now();
    const go = { id, run: crypto.randomUUID() };
    const before = await imports.begin(env.DB, go, agent.id, now);
    if (before) return ok({ ...before, failures: [], repeated: true });
    const staged = await stageAll(env, go, text, mapping);
    if (!staged.ok) {
      await imports.abandon(env.DB, go);
      return staged;
    }
    const { counts, failures, used, added } = staged.value;
    if (await imports.commit(env.DB, go, { counts, used, added, actor: agent, now: Date.now() }))
      return ok({ ...counts, failures, repeated: false });
    await imports.abandon(env.DB, go);
  }
  return fail('People of this file were changed while it was read. Nothing was imported: try again.');
}

async function stageAll(env: Env, go: imports.Go, text: string, mapping: Mapping) {
  const facts = await factsOf(env);
  const records = recordsOf(text, separatorOf(text));
  const heading = records.next();
  const problem =
    fileProblemOf(!heading.done, heading.done ? [] : heading.value.cells, mapping) ?? mappingProblemOf(mapping, facts);
  if (problem !== null) return fail(problem);
  const added = slotted(mapping, facts.custom);
  if (added === null) return fail(`There can be at most ${MAX_PROPERTIES} properties. Leave some columns out.`);
  const known: readonly properties.StoredProperty[] = facts.custom;
  const used = known.filter(({ key }) => mapping.some((target) => target.to === 'property' && target.key === key));
  const staging = new Staging(env, go, [...used, ...added]);
  let rows = 0;
  for (const record of records) {
    rows += 1;
    if (rows > MAX_IMPORT_ROWS) return fail(`A file can have at most ${numberText(MAX_IMPORT_ROWS)} rows. Split it.`);
    const row = readRow(record, mapping, facts);
    if ('problem' in row) staging.fails(row);
    else await staging.add(row, record.cells);
  }
  return ok({ ...(await staging.end()), used, added });
}

/** Stages the rows of one import, part by part, and counts what becomes of them. */
class Staging {
  readonly #env: Env;
  readonly #go: imports.Go;
  readonly #columns: readonly properties.StoredProperty[];
  readonly #seen = imports.nothingSeen();
  readonly #counts = { made: 0, changed: 0, unchanged: 0, failed: 0 };
  readonly #failures: ImportFailure[] = [];
  #part: ImportRow[] = [];
  /** Of the part, by line: as the file had them. */
  readonly #cells = new Map<number, string[]>();

  constructor(env: Env, go: imports.Go, columns: readonly properties.StoredProperty[]) {
    this.#env = env;
    this.#go = go;
    this.#columns = columns;
  }

  async add(row: ImportRow, cells: string[]): Promise<void> {
    this.#part.push(row);
    this.#cells.set(row.line, cells);
    if (this.#part.length === PART) await this.#flush();
  }

  fails(failure: ImportFailure): void {
    this.#counts.failed += 1;
    if (this.#failures.length < MAX_FAILURES) this.#failures.push(failure);
  }

  /** Stages the rest; failures by line. */
  async end() {
    if (this.#part.length > 0) await this.#flush();
    return { counts: this.#counts, failures: this.#failures.sort((a, b) => a.line - b.line) };
  }

  async #flush(): Promise<void> {
    const done = await imports.stage(this.#env.DB, this.#go, this.#part, this.#columns, this.#seen);
    for (const key of ['made', 'changed', 'unchanged'] as const) this.#counts[key] += done[key];
    for (const failure of done.failures) this.fails({ ...failure, cells: this.#cells.get(failure.line) ?? [] });
    this.#part = [];
    this.#cells.clear();
  }
}

/** New properties in the lowest free columns; null when there are not enough of them. */
function slotted(mapping: Mapping, custom: readonly properties.StoredProperty[]): properties.StoredProperty[] | null {
  const free = Array.from({ length: MAX_PROPERTIES }, (_, i) => i + 1).filter((slot) => !custom.some((one) => one.slot === slot));
  const wanted = newPropertiesOf(mapping);
  if (wanted.length > free.length) return null;
  return wanted.flatMap((property, i) => {
    const slot = free[i];
    return slot === undefined ? [] : [{ ...property, slot }];
  });
}
