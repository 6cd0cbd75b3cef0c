import { spawnSync } from 'node:child_process';
import { expect, test } from './support/test';

test('an agent is told that the page is for Admins, and the command line builds the index anew by the key of the deployment', async ({
  parley,
  enter,
}) => {
  const { page } = await enter('ana');
  await page.goto('/settings/search-index');
  await expect(page.getByText('The search index is for Admins.')).toBeVisible();
  const forged = spawnSync('node', ['scripts/rebuild-index.mjs', '--url', parley.origin], {
    env: { ...process.env, SECRET_KEY: 'not the key of this deployment, but as long' },
    encoding: 'utf8',
  });
  expect(forged.status).toBe(2);
  expect(forged.stderr).toContain('401');
});
