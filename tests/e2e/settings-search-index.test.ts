import { spawnSync } from 'node:child_process';
import { expectWell, looks } from './support/looks';
import { expect, test } from './support/test';

for (const { title, options } of looks) {
  test(`an Admin compares the search index with the conversations, and builds it anew, ${title}`, async ({ enter }) => {
    const { page } = await enter('admin', options);
    await page.goto('/settings/search-index');
    const outcome = page.getByRole('status').filter({ hasText: 'conversations' });
    await page.getByRole('button', { name: 'Build anew' }).click();
    await expect(outcome).toContainText(/^Built anew [\d,]+ conversations/, { timeout: 60_000 });
    await page.getByRole('button', { name: 'Compare' }).press('Enter');
    await expect(outcome).toContainText(/^Compared [\d,]+ conversations: nothing was wrong\.$/, { timeout: 60_000 });
    await expectWell(page, 'the outcome');
  });
}

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
