import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test } from 'vitest';
import { MAX_IMPORT_BYTES } from '../../src/lib/domain/people-import';
import { Role } from '../../src/lib/domain/role';
import { DEMO_PASSWORD, demoUsers, seedDemoUsers } from '../../src/lib/server/auth/demo-users';
import { granted } from '../fixtures/access';
import { CHANNEL, openShop } from './conversation-world';
import { cookieOf, ORIGIN, signIn } from './front-door';
import { ask, fileRoutes } from './routes-world';

const cookies = new Map<Role | null, string>();
const headersOf = (visitor: Role | null) => ({ origin: ORIGIN, cookie: cookies.get(visitor) ?? '' });

beforeAll(async () => {
  await openShop();
  await seedDemoUsers(env, ORIGIN);
  for (const { email, role } of demoUsers) cookies.set(role, cookieOf(await signIn(email, DEMO_PASSWORD)));
});

const countsOf = async () =>
  Promise.all(['audit', 'people', 'imports', 'import_rows'].map((table) => env.DB.prepare(`SELECT count(*) n FROM ${table}`).first('n'))); // prettier-ignore
const messageOf = async (response: Response) => (await response.json<{ message: string }>()).message;

type Parts = { id?: string; mapping?: unknown; file?: Blob | string };
const mapping = [{ to: 'name' }, { to: 'address', channelId: CHANNEL }];
function formOf({ id = crypto.randomUUID(), mapping: chosen = mapping, file = 'Name,Phone\nLena,+4915112345678\n' }: Parts = {}) {
  const form = new FormData();
  form.set('id', id);
  form.set('mapping', typeof chosen === 'string' ? chosen : JSON.stringify(chosen));
  form.set('file', new File([file], 'people.csv', { type: 'text/csv' }));
  return form;
}
const importing = (body: BodyInit, headers: Record<string, string> = headersOf('admin')) =>
  ask('/people/import', { method: 'POST', body, headers });

const table = [
  ['/people/import', 'POST', 'people.edit'],
  ['/people/export', 'GET', 'people.edit'],
  ['/settings/audit/export', 'GET', 'settings.audit'],
] as const;

describe.each(table)('%s', (path, method, permission) => {
  test.each([...Role.options, null])('for %s', async (visitor) => {
    const before = await countsOf();
    const response = await ask(path, { method, headers: headersOf(visitor), ...(method === 'POST' && { body: formOf() }) });
    const isAllowed = visitor !== null && granted[permission].includes(visitor);
    expect(response.status).toBe(isAllowed ? 200 : visitor === null ? 401 : 403);
    if (isAllowed) return;
    expect(Object.keys(await response.json<object>())).toEqual(['message']);
    expect(await countsOf(), 'nothing has happened').toEqual(before);
  });

  test('answers to nothing but its method', async () => {
    expect(Object.keys(fileRoutes[path] ?? {})).toEqual([method]);
    for (const other of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((one) => one !== method))
      expect((await ask(path, { method: other, headers: headersOf('admin') })).status, other).toBe(405);
  });
});

describe('a file of people that is sent', () => {
  test.each([
    ['another site’s page', 'https://evil.example'],
    ['a page without an origin of its own', 'null'],
    ['a name that only begins like ours', `${ORIGIN}.evil.example`],
    ['nowhere', undefined],
  ])('from %s is refused before anything of it is read', async (_, origin) => {
    const before = await countsOf();
    const { cookie } = headersOf('admin');
    expect((await importing(formOf(), { cookie, ...(origin !== undefined && { origin }) })).status).toBe(403);
    expect(await countsOf()).toEqual(before);
  });

  test('is taken once, however often it is sent', async () => {
    const id = crypto.randomUUID();
    const file = 'Name,Phone\nMaya,+4915112345670\n';
    const first = await importing(formOf({ id, file }));
    expect(await first.json()).toMatchObject({ made: 1, repeated: false });
    expect(await (await importing(formOf({ id, file }))).json()).toMatchObject({ made: 1, repeated: true });
  });

  test('and is too large is told so, and is not read to its end', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1_000_000;
        if (sent > 40_000_000) controller.error(new Error('it was read on'));
        else controller.enqueue(new Uint8Array(1_000_000));
      },
    });
    const headers = { ...headersOf('admin'), 'content-type': 'multipart/form-data; boundary=x' };
    const refused = await importing(endless, headers);
    expect([refused.status, await messageOf(refused)]).toEqual([413, 'A file can have at most 20 MB. Split it.']);
    expect(sent).toBeLessThan(MAX_IMPORT_BYTES + 5_000_000);
    // What is around the file has room of its own, which the file may not use.
    const barely = await importing(formOf({ file: new Blob([new Uint8Array(MAX_IMPORT_BYTES + 1)]) }));
    expect([barely.status, await messageOf(barely)]).toEqual([413, 'A file can have at most 20 MB. Split it.']);
  });

  test.each<[string, number, () => BodyInit]>([
    ['is no form', 400, () => 'Name,Phone\n'],
    ['has no id that is one', 400, () => formOf({ id: 'x' })],
    ['has no columns', 400, () => formOf({ mapping: 'x' })],
    ['has columns that there are not', 400, () => formOf({ mapping: [{ to: 'role' }] })],
    ['has other columns than were chosen for', 422, () => formOf({ file: 'Name\nLena\n' })],
    ['is not UTF-8', 422, () => formOf({ file: new Blob([new Uint8Array([0x4e, 0xe4, 0x0a])]) })],
    ['is empty', 422, () => formOf({ file: '' })],
  ])('and %s is told so, and nothing is done', async (_, status, bodyOf) => {
    const before = await countsOf();
    const refused = await importing(bodyOf());
    expect(refused.status).toBe(status);
    expect(await messageOf(refused)).toMatch(/^\S.{10,}\.$/);
    expect(await countsOf()).toEqual(before);
  });
});

describe('a file that leaves the house', () => {
  const formulas = ['=HYPERLINK("https://evil.example")', '+1+1', '-2+3', '@SUM(A1)', '\t=1', '\r=1'];
  /** The cells of a file, as a spreadsheet reads them. */
  const cellsOf = (text: string) =>
    [...text.matchAll(/"((?:[^"]|"")*)"|[^,\r\n"]+/g)].map(([plain, quoted]) => quoted?.replaceAll('""', '"') ?? plain);

  beforeAll(async () => {
    const rows = JSON.stringify(formulas.map((name, i) => ({ no: 900_000 + i, name, id: `formula-${i}` })));
    await env.DB.batch([
      env.DB.prepare(
        `INSERT INTO people (no, id, name, created_at, updated_at)
        SELECT value->>'no', value->>'id', value->>'name', 1, 1 FROM json_each(?)`,
      ).bind(rows),
      env.DB.prepare(
        `INSERT INTO person_facts (no, created_at, name)
        SELECT value->>'no', 1, value->>'name' FROM json_each(?)`,
      ).bind(rows),
      env.DB.prepare(
        `INSERT INTO audit (id, at, actor_name, action, subject_type, subject_id)
        SELECT value->>'id', 1, value->>'name', 'user.invited', 'user', value->>'name' FROM json_each(?)`,
      ).bind(rows),
    ]);
  });

  test.each([
    ['/people/export', 'people', 'people.exported'],
    ['/settings/audit/export', 'audit', 'audit.exported'],
  ])('by %s has no cell that is a formula, is kept by nobody on the way, and is in the audit', async (path, name, action) => {
    const response = await ask(path, { headers: headersOf('admin') });
    const day = new Date().toISOString().slice(0, 10);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${name}-${day}.csv"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    const cells = cellsOf((await response.text()).replace('\uFEFF', ''));
    // What is behind a tab or a line's end may be a cell of its own elsewhere.
    for (const formula of formulas) expect(cells, formula).toContain(`'${formula.replace(/^[\t\r]/, "$&'")}`);
    expect(cells.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
    const { results } = await env.DB.prepare('SELECT details FROM audit WHERE action = ? ORDER BY at DESC').bind(action).all();
    expect(JSON.parse(String(results[0]?.details)).count).toBeGreaterThanOrEqual(formulas.length);
  });

  test.each([
    '/people/export?query=x',
    '/people/export?query={"match":"none","of":[]}',
    '/people/export?query={"match":"all","of":[{"property":"custom.nothing","op":"isSet"}]}',
    `/people/export?query=${encodeURIComponent(JSON.stringify({ match: 'all', of: [], more: 'x'.repeat(16_000) }))}`,
    '/settings/audit/export?area=secrets',
    '/settings/audit/export?from=yesterday',
    '/settings/audit/export?before=',
  ])('is none for what is no question: %s', async (path) => {
    const before = await countsOf();
    expect((await ask(path, { headers: headersOf('admin') })).status).toBe(400);
    expect(await countsOf(), 'not in the audit either').toEqual(before);
  });
});
