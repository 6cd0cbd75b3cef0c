import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterAll } from 'vitest';
import { faultsOf, type Fault, type Place, type Step } from './judge';

/*
 * Every statement that the product runs in any test here is noted as it is handed to D1 or to an object's storage: by a route, an object,
 * the queue's consumer, or a function that the test calls. After each file the plans are judged, so no list has to be kept of what there
 * is to look at. What a test asks for itself may cost what it likes.
 */

type Noted = { sql: string; place: Place; origin: string; steps: readonly Step[] | null };

declare module 'vitest' {
  interface TaskMeta {
    /** The exceptions that statements of this file needed; see reporter.ts. */
    excused?: string[];
  }
}

/** Statements to D1 that are explained in one round trip. */
const TOGETHER = 100;
const root = new URL('../../../', import.meta.url).pathname;
const noted = new Map<string, Noted>();

function note(place: Place, sql: string, explain: (() => readonly Step[]) | null): void {
  const key = `${place} ${sql}`;
  if (noted.has(key) || !/^\s*(select|insert|update|delete|replace|with)\b/i.test(sql)) return;
  const origin = originOf();
  if (origin !== null) noted.set(key, { sql, place, origin, steps: explain?.() ?? null });
}

/** The lines of the product that have asked; null when it was a test. */
function originOf(): string | null {
  const { stackTraceLimit } = Error;
  // A statement comes through many calls of the query builder.
  Error.stackTraceLimit = 40;
  const calls = (new Error().stack ?? '').split('\n').filter((line) => line.includes(root) && !line.includes('node_modules'));
  Error.stackTraceLimit = stackTraceLimit;
  // The first is this file; a recorder hands on what others ask.
  const [first, ...others] = calls.filter((line) => !/tests\/(worker\/plans|fixtures\/recorded-d1)/.test(line));
  if (first?.includes(`${root}tests/`)) return null;
  return [first ?? 'somewhere', ...others.slice(0, 1)].map((line) => line.trim().replace(root, '')).join(', ');
}

const stepOf = (row: Record<string, unknown>): Step => ({
  id: Number(row.id),
  parent: Number(row.parent),
  detail: String(row.detail),
});
const explained = (sql: string): string => `EXPLAIN QUERY PLAN ${sql}`;

/** Has every call of the method noted before it is made. */
function watch<Owner extends object>(
  owner: Owner,
  method: string & keyof Owner,
  before: (sql: string, self: Owner, bindings: unknown[]) => void,
): void {
  const own = owner[method];
  if (typeof own !== 'function') throw new Error(`there is no ${method}`);
  Object.defineProperty(owner, method, {
    ...Object.getOwnPropertyDescriptor(owner, method),
    value(this: Owner, sql: string, ...bindings: unknown[]): unknown {
      before(sql, this, bindings);
      return Reflect.apply(own, this, [sql, ...bindings]);
    },
  });
}

for (const database of [env.DB, env.DB.withSession()]) {
  const prototype: D1DatabaseSession = Object.getPrototypeOf(database);
  watch(prototype, 'prepare', (sql) => note('D1', sql, null));
}

// All objects have one kind of storage; any of them leads to it. Only an object itself has its schema, so it explains at once.
await runInDurableObject(env.KEY_METER.getByName('plans'), (_, { storage }) => {
  const prototype: SqlStorage = Object.getPrototypeOf(storage.sql);
  const { exec } = prototype;
  watch(prototype, 'exec', (sql, self, bindings) =>
    note('object', sql, () =>
      exec
        .call(self, explained(sql), ...bindings)
        .toArray()
        .map(stepOf),
    ),
  );
});

afterAll(async ({}, file) => {
  await explainD1();
  const excused = new Set<string>();
  const costly: string[] = [];
  for (const statement of noted.values()) {
    for (const fault of faultsOf(statement.sql, statement.steps ?? [], statement.place)) {
      if (fault.excused === null) costly.push(wordsFor(fault, statement));
      else excused.add(`${fault.excused.statement} · ${fault.step}`);
    }
  }
  Object.assign(file.meta, { excused: [...excused] });
  if (costly.length > 0) throw new Error(`statements that cost more with every row:\n\n${costly.join('\n\n')}\n\n${ADVICE}`);
});

/** Any values do: no plan depends on what is bound, as nothing here is ever analysed. */
async function explainD1(): Promise<void> {
  const statements = [...noted.values()].filter(({ place }) => place === 'D1');
  for (let from = 0; from < statements.length; from += TOGETHER) {
    const some = statements.slice(from, from + TOGETHER);
    const plans = await env.DB.batch<Record<string, unknown>>(
      some.map(({ sql }) => env.DB.prepare(explained(sql)).bind(...Array.from({ length: parametersOf(sql) }, () => '[]'))),
    );
    plans.forEach(({ results }, i) => Object.assign(some[i] ?? {}, { steps: results.map(stepOf) }));
  }
}

function parametersOf(sql: string): number {
  const numbers = [...sql.matchAll(/\?(\d*)/g)].map(([, number]) => Number(number));
  return Math.max(numbers.length > 0 && numbers.every((number) => number === 0) ? numbers.length : 0, ...numbers);
}

const ADVICE = `Let each find its rows by an index (a new one is a written row for every row of its table), bound it, or, when it passes over all of
them on purpose, name it with the reason in tests/worker/plans/exceptions.ts.`;

const wordsFor = ({ step }: Fault, { sql, place, origin, steps }: Noted): string =>
  [
    `${step}   (${place === 'D1' ? 'on D1' : "on an object's storage"})`,
    `  of: ${sql.replace(/\s+/g, ' ').trim()}`,
    `  asked ${origin}`,
    `  plan: ${(steps ?? []).map(({ detail }) => detail).join(' | ')}`,
  ].join('\n');
