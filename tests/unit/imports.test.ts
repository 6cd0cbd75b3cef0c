import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

type Import = { from: string; to: string; typeOnly: boolean };

const files = ['src', 'workers']
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)))
  .filter((name) => /\.(ts|svelte)$/.test(name));

/** Static imports and re-exports; `$lib` and relative ones as paths from the project's root. */
function importsOf(file: string): Import[] {
  const source = readFileSync(file, 'utf8');
  const found = source.matchAll(/^\s*(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|^\s*import\s+'([^']+)'/gm);
  return [...found].map((match) => {
    const to = match[2] ?? match[3] ?? '';
    const path = to.startsWith('.') ? normalize(join(dirname(file), to)) : to.replace(/^\$lib/, 'src/lib');
    return { from: file, to: path, typeOnly: match[1] !== undefined };
  });
}

const imports = files.flatMap(importsOf);

/** Imports of one layer that fall outside of what it may use. Packages are named as they are imported. */
function outside(layer: string, allowed: RegExp, { types = true } = {}): string[] {
  return imports
    .filter(({ from }) => from.startsWith(layer))
    .filter(({ typeOnly }) => types || !typeOnly)
    .filter(({ to }) => !allowed.test(to))
    .map(({ from, to }) => `${from} imports ${to}`);
}

describe('who may import what', () => {
  test.each([
    [
      'the domain: itself, the providers’ profiles and the schema library',
      'src/lib/domain/',
      /^(src\/lib\/(domain\/|providers\/profiles$)|zod$)/,
    ],
    [
      'the database layer: itself, the domain and the key to channel secrets',
      'src/lib/server/db/',
      /^(src\/lib\/(domain|server\/db)\/|src\/lib\/server\/secrets$|kysely|zod$)/,
    ],
    [
      'providers: themselves and the domain',
      'src/lib/providers/',
      /^(src\/lib\/(domain|providers|server\/providers)\/|zod$|node:)/,
    ],
    [
      'what providers share: the same',
      'src/lib/server/providers/',
      /^(src\/lib\/(domain|providers|server\/providers)\/|zod$|node:)/,
    ],
    [
      'workers: never the app, its framework or tRPC',
      'workers/',
      /^(?!\$app|\$env|svelte|@sveltejs|@trpc|src\/(routes|lib\/(inbox|components|server\/trpc)))/,
    ],
    ['client state: never the server or the workers at run time', 'src/lib/inbox/', /^(?!src\/lib\/server|workers\/)/],
    ['client state of People: the same', 'src/lib/people/', /^(?!src\/lib\/server|workers\/)/],
    ['client state of Reports: the same', 'src/lib/reports/', /^(?!src\/lib\/server|workers\/)/],
    ['components: never the server or the workers', 'src/lib/components/', /^(?!src\/lib\/server|workers\/)/],
    ['routes: never the workers at run time', 'src/routes/', /^(?!.*workers\/)/],
  ])('%s', (_, layer, allowed) => {
    expect(
      imports.some(({ from }) => from.startsWith(layer)),
      'the layer is there',
    ).toBe(true);
    expect(outside(layer, allowed, { types: layer.startsWith('src/lib/domain') || layer === 'src/lib/components/' })).toEqual([]);
  });

  test('what the browser gets of a provider: its profile and its form, which are pure', () => {
    const pure = /^src\/lib\/providers\/(profiles|\w+\/(?!server\/)[\w-]+)$/;
    const browser = /^src\/(lib\/(domain|inbox|components|providers)|routes)\//;
    const ofProviders = imports.filter(({ to }) => to.startsWith('src/lib/providers/'));
    const offences = ofProviders.filter(({ from, to }) => browser.test(from) && !/\/server\//.test(from) && !pure.test(to));
    expect(offences).toEqual([]);
    const profiles = imports.filter(({ from }) => from.startsWith('src/lib/providers/') && !/\/server\//.test(from));
    expect(profiles.length).toBeGreaterThan(0);
    expect(profiles.filter(({ to }) => !/^src\/lib\/(domain|providers)\//.test(to))).toEqual([]);
  });

  test('tRPC: never the providers’ code, and of the workers only types', () => {
    expect(
      outside('src/lib/server/trpc/', /^(?!src\/lib\/(server\/providers|providers\/\w+\/server)|workers\/)/, { types: false }),
    ).toEqual([]);
  });

  test('only the workers speak to the runtime module', () => {
    expect(imports.filter(({ from, to }) => to === 'cloudflare:workers' && !from.startsWith('workers/'))).toEqual([]);
  });

  test('files of both bundles use relative imports', () => {
    const both = /^(src\/lib\/(domain|providers|server\/(db|providers|auth))|workers)\//;
    const aliased = files.filter((file) => both.test(file) && /from '\$lib/.test(readFileSync(file, 'utf8')));
    expect(aliased).toEqual([]);
  });
});
