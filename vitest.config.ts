import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Half of a worker file is waiting; without this a machine of two cores would run one at a time.
    maxWorkers: 2,
    projects: [
      { test: { name: 'unit', include: ['tests/{unit,contract}/**/*.test.ts'], environment: 'node', testTimeout: 60_000 } },
      {
        plugins: [
          cloudflareTest({
            main: './tests/worker/main.ts',
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: {
                TEST_MIGRATIONS: await readD1Migrations('./migrations'),
                SECRET_KEY: 'a secret key for the tests, long enough to be one',
                // What stands in the environment is not to be seen in workerd by itself.
                ...(process.env.SEED && { SEED: process.env.SEED }),
              },
            },
          }),
        ],
        // Routes of SvelteKit are called as they are.
        resolve: { alias: { $lib: new URL('./src/lib', import.meta.url).pathname } },
        test: {
          name: 'worker',
          include: ['tests/worker/**/*.test.ts'],
          setupFiles: ['./tests/worker/apply-migrations.ts', './tests/worker/plans/watch.ts'],
          // Generous on purpose: password hashes are slow by design, and a busy machine is not a defect.
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // Objects of one test may still be at work in the next; what passes only the second time is named as such.
          retry: 1,
        },
      },
    ],
  },
});
