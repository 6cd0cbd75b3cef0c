import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { may, Permission, Role } from '../../src/lib/domain/role';
import { appRouter } from '../../src/lib/server/trpc/router';
import { granted, pages, procedures } from '../fixtures/access';
import { permissionsDoc } from '../fixtures/permissions-doc';

/** Reads run with any input that passes; writes too: the permission is asked before the input is looked at. */
const env = new Proxy(
  {},
  {
    get: () => {
      throw new Error('a refused call reached a binding');
    },
  },
);

describe('every procedure has its entry in the table', () => {
  test('and the table names no others', () => {
    expect(Object.keys(appRouter._def.procedures).sort()).toEqual(Object.keys(procedures).sort());
  });

  test.each(Object.entries(procedures))('%s takes the permission %s', (name, permission) => {
    const procedure: { _def: { meta?: unknown } } | undefined = Reflect.get(appRouter._def.procedures, name);
    expect(procedure?._def.meta).toEqual({ permission });
  });
});

test('every page and endpoint of the app has its entry in the table, and the table names no others', () => {
  const found = readdirSync('src/routes', { recursive: true, encoding: 'utf8' })
    .filter((name) => /(^|\/)\+(page|server|page\.server)\.(svelte|ts)$/.test(name))
    .map((name) => name.replace(/\/?\+.*$/, ''));
  expect([...new Set(found)].sort()).toEqual(Object.keys(pages).sort());
});

describe('every role is granted exactly what the table says', () => {
  const cases = Permission.options.flatMap((permission) => Role.options.map((role) => [role, permission] as const));
  test.each(cases)('%s, %s', (role, permission) => {
    expect(may(role, permission)).toBe(granted[permission].includes(role));
  });
});

describe('a refused call does nothing', () => {
  const refused = Object.entries(procedures).flatMap(([name, permission]) =>
    [...Role.options, null]
      .filter((role) => role === null || (permission && !granted[permission].includes(role)))
      .map((role) => [role, name] as const),
  );

  test.each(refused)('%s calling %s', async (role, name) => {
    const user = role && { id: 'someone', name: 'Someone', email: 'someone@parley.test', role, sessionId: 's' };
    const caller: Record<string, Record<string, (input: unknown) => Promise<unknown>>> = Object(
      appRouter.createCaller({ env: Object(env), user, origin: 'https://parley.test' }),
    );
    const [noun = '', verb = ''] = name.split('.');
    await expect(caller[noun]?.[verb]?.({})).rejects.toMatchObject({ code: role === null ? 'UNAUTHORIZED' : 'FORBIDDEN' });
  });
});

// Written anew by `npx vitest run --project unit tests/unit/permissions.test.ts -u`.
test('docs/permissions.md says what the tables say', async () => {
  await expect(permissionsDoc()).toMatchFileSnapshot('../../docs/permissions.md');
});
