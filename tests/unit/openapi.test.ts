import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { openapi } from '../../src/lib/server/openapi';

const FILE = 'docs/openapi.json';

// Written anew by `npx vitest run --project unit tests/unit/openapi.test.ts -u`.
test('docs/openapi.json says what the calls are checked by', async () => {
  const text = await format(JSON.stringify(openapi()), { ...(await resolveConfig(FILE)), parser: 'json' });
  await expect(text).toMatchFileSnapshot(`../../${FILE}`);
});

test('docs/api.md names the address of each call', () => {
  const docs = readFileSync('docs/api.md', 'utf8');
  for (const path of Object.keys(openapi().paths)) expect(docs).toContain(`POST ${path}`);
});
