import { type Bench, type Measured, repeated } from '../bench.ts';
import { ms } from '../report.ts';
import type { SqlFigure } from '../sql.ts';

const AT_MOST_MS = 8_000;

/** The platform alone, the frame around every procedure, and then every question to the read model. */
export async function reads(bench: Bench, sql: readonly SqlFigure[]): Promise<void> {
  const { plan, product, floors, agent } = bench;
  const times = plan.queries;
  const one = (server: typeof product, shoot: () => Promise<unknown>, count = times): Promise<Measured> =>
    repeated(server, shoot, count, AT_MOST_MS);

  const ask = (path: string) => () => floors.client.expect(200, 'GET', path);
  const empty = { name: 'empty answer', measured: await one(floors, ask('/empty'), times * 2) };
  const call = { name: 'object call', measured: await one(floors, ask('/call/one'), times * 2) };
  const append = { name: 'object append', measured: await one(floors, () => floors.client.expect(200, 'POST', '/append/one', {}, 'x'), times * 2) }; // prettier-ignore
  const select = { name: '`SELECT 1` in D1', measured: await one(floors, ask('/select'), times * 2) };
  for (const { name, measured: floor } of [empty, call, append, select]) {
    bench.report({ group: 'Floors, one call at a time', name, product: floor, floor: null });
  }

  const group = 'Around every procedure, one call at a time';
  const badInput = { tab: 'none' };
  const unsigned = await one(product, () => agent.query('conversations.list', badInput, { expected: 401, signedIn: false }));
  bench.report({ group, name: 'refused without a sign-in', product: unsigned, floor: empty });
  const signed = await one(product, () => agent.query('conversations.list', badInput, { expected: 400 }));
  bench.report({ group, name: 'refused for its input, signed in', product: signed, floor: call });

  for (const { question, inputs, rowsRead, d1MeanMs, sqlite } of sql) {
    if (!bench.hasTimeFor(question.name)) return;
    let asked = 0;
    const figure = await one(product, () => agent.query(question.procedure, inputs[asked++ % inputs.length]));
    bench.report({
      group: 'Read model through tRPC, one call at a time',
      name: question.name,
      product: figure,
      floor: select,
      beside: `SQL ${ms(sqlite.p50)}/${ms(sqlite.p99)}, D1 ${ms(d1MeanMs)} on average, ${rowsRead} rows read`,
    });
  }
}
