import { type Bench, repeated } from '../bench.ts';
import { ms } from '../report.ts';
import type { SqlFigure } from '../sql.ts';

const AT_MOST_MS = 40_000;
const GROUP = 'People through tRPC, one call at a time';

/** Every question to people, and what the page of People asks at once when it is opened with a query. */
export async function people(bench: Bench, sql: readonly SqlFigure[]): Promise<void> {
  const { plan, product, floors, agent } = bench;
  const select = await repeated(floors, () => floors.client.expect(200, 'GET', '/select'), plan.people, AT_MOST_MS);
  const floor = { name: '`SELECT 1` in D1', measured: select };
  for (const { question, inputs, rowsRead, d1MeanMs, sqlite } of sql) {
    if (!bench.hasTimeFor(question.name)) return;
    let asked = 0;
    const figure = await repeated(
      product,
      () => agent.query(question.procedure, inputs[asked++ % inputs.length]),
      plan.people,
      AT_MOST_MS,
    );
    bench.report({
      group: GROUP,
      name: question.name,
      product: figure,
      floor,
      beside: `SQL ${ms(sqlite.p50)}/${ms(sqlite.p99)}, D1 ${ms(d1MeanMs)} on average, ${rowsRead} rows read`,
    });
  }
  const segment = sql.find(({ question }) => question.name.startsWith('count: closed in the last 7 days'));
  if (!segment || !bench.hasTimeFor('count and list at once')) return;
  let opened = 0;
  const open = async () => {
    const input = segment.inputs[opened++ % segment.inputs.length];
    await Promise.all([agent.query('people.count', input), agent.query('people.list', input)]);
  };
  const both = await repeated(product, open, plan.people, AT_MOST_MS);
  bench.report({ group: GROUP, name: 'that segment’s count and first page, asked at once', product: both, floor });
}
