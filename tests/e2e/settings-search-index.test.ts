import AxeBuilder from '@axe-core/playwright';
import { spawnSync } from 'node:child_process';
import { expect, test, type OpenOptions } from './support/test';

const looks: { title: string; options: OpenOptions }[] = [
  { title: 'on a desktop', options: { colorScheme: 'light', viewport: { width: 1360, height: 850 } } },
  { title: 'on a phone at night', options: { colorScheme: 'dark', viewport: { width: 390, height: 844 } } },
];

for (const { title, options } of looks) {
  test(`an Admin compares the search index with the conversations, and builds it anew, ${title}`, async ({ enter }) => {
    const { page } = await enter('admin', options);
    await page.goto('/settings/search-index');
    const outcome = page.getByRole('status').filter({ hasText: 'conversations' });
    // A page that is not alive yet hears nothing of a click.
    await expect(async () => {
      await page.getByRole('button', { name: 'Build anew' }).click();
      await expect(outcome).toBeVisible({ timeout: 4_000 });
    }).toPass();
    await expect(outcome).toContainText(/^Built anew [\d,]+ conversations/, { timeout: 60_000 });
    await page.getByRole('button', { name: 'Compare' }).press('Enter');
    await expect(outcome).toContainText(/^Compared [\d,]+ conversations: nothing was wrong\.$/, { timeout: 60_000 });
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
    await page.screenshot({ path: `test-results/search-index-${options.colorScheme}.png` });
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
