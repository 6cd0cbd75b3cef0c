import type { Page } from '@playwright/test';
import { Customer } from './support/customer';
import { expectWell, looks } from './support/looks';
import { expect, test } from './support/test';

/** A figure of a part of the page, as a number. */
async function figure(page: Page, part: string, title: string): Promise<number> {
  const named = page.getByRole('region', { name: part, exact: true }).locator('dl > div').filter({ hasText: new RegExp(`^\\s*${title}`) }); // prettier-ignore
  return Number((await named.locator('dd').first().innerText()).replaceAll(/[,+]/g, ''));
}
/** What happened today; nothing at all is nothing of each. */
async function today(page: Page): Promise<[opened: number, answered: number, closed: number]> {
  if (await page.getByText('Nothing has happened today').isVisible()) return [0, 0, 0];
  return [await figure(page, 'Today', 'Opened'), await figure(page, 'Today', 'Answered'), await figure(page, 'Today', 'Closed')];
}
/** As somebody who comes back to the page: it asks at once. */
const comeBack = (page: Page) => page.evaluate(() => void document.dispatchEvent(new Event('visibilitychange')));
/** Waits until a part of the report is there: what a customer has just done may be a moment on its way. */
const shown = (page: Page, part: string) =>
  expect(async () => {
    await comeBack(page);
    await expect(page.getByRole('region', { name: part, exact: true })).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });

test('what a customer and an agent do is in the figures of whoever looks, without a reload', async ({ parley, enter }) => {
  const nia = await Customer.on('webhook', parley.origin);
  const { page } = await enter('admin');
  await page.goto('/reports?period=today');
  await expect(page.getByRole('region', { name: 'By agent' }).or(page.getByText('Nothing has happened today'))).toBeVisible();
  const waiting = await figure(page, 'Now', 'Waiting for an answer');
  const [opened, answered, closed] = await today(page);

  await nia.says('Is the gate still B14?');
  const seen = async () => {
    await comeBack(page);
    return [await figure(page, 'Now', 'Waiting for an answer'), ...(await today(page))];
  };
  await expect.poll(seen).toEqual([waiting + 1, opened + 1, answered, closed]);

  const thread = await (await enter('ana')).hold(nia);
  await thread.say('It is B16 now');
  await expect(thread.tick('It is B16 now', 'Sent')).toBeVisible();
  await thread.closeAs('Closed');
  await expect.poll(seen).toEqual([waiting, opened + 1, answered + 1, closed + 1]);
  await expect(page.getByRole('region', { name: 'By agent' }).getByRole('row', { name: /^Ana Lima/ })).toBeVisible();
  await expect(page.getByRole('region', { name: 'By channel' }).getByRole('row')).not.toHaveCount(0);

  await page
    .getByRole('region', { name: 'Now' })
    .getByRole('link', { name: /of them held by nobody$/ })
    .click();
  await expect(page).toHaveURL('/conversations?ticket=new&ticket=pending&unanswered=1&held=nobody');
});

test('a Member finds Reports in the navigation; the period is in the address and survives back and reload', async ({
  parley,
  enter,
}) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Hello');
  const { page } = await enter('mia');
  await page.goto('/campaigns');
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Reports' }).click();
  await expect(page.getByRole('heading', { name: 'Reports' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Now' }).getByText('Waiting for an answer')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Now' }).getByRole('link'), 'a Member may see no conversations').toHaveCount(0);
  await shown(page, 'These 7 days');

  const chosen = page.getByRole('navigation', { name: 'Period' }).locator('[aria-current]');
  await page.getByRole('link', { name: '30 days' }).click();
  await expect(page.getByRole('region', { name: 'These 30 days' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('region', { name: 'These 30 days' })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('region', { name: 'These 7 days' })).toBeVisible();
  await expect(chosen).toHaveText('7 days');

  await page.getByText('Show as table').click();
  await expect(page.getByRole('region', { name: 'Day by day, as a table' }).getByRole('row')).toHaveCount(8);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download CSV day by day' }).click();
  expect((await download).suggestedFilename()).toMatch(/^parley-days-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/);
});

test('what cannot be had is said, and what was there stays', async ({ parley, enter }) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Hello');
  const { page } = await enter('mia');
  await page.goto('/reports');
  await shown(page, 'These 7 days');
  await page.route(/reports\./, (route) => route.abort());
  await comeBack(page);
  await expect(page.getByText('This may be out of date.')).toBeVisible();
  await expect(page.getByRole('region', { name: 'These 7 days' })).toBeVisible();
  await page.getByRole('link', { name: '30 days' }).click();
  await expect(page.getByText('The report could not be loaded')).toBeVisible();
  await page.unroute(/reports\./);
  await page.getByRole('main').getByRole('button', { name: 'Try again' }).first().click();
  await expect(page.getByRole('region', { name: 'These 30 days' })).toBeVisible();
});

test('Reports are not open to Agents, and the page says to whom they are', async ({ enter }) => {
  const { page } = await enter('ana');
  expect((await page.goto('/reports'))?.status()).toBe(403);
  await expect(page.getByText('Reports are for Admins and Members.')).toBeVisible();
  await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Reports' })).toBeHidden();
});

for (const { title, options } of looks) {
  test(`axe finds nothing wrong with reports ${title}`, async ({ parley, enter }) => {
    const nia = await Customer.on('webhook', parley.origin);
    await nia.says('Hello');
    const { page } = await enter('admin', options);
    await page.goto('/reports');
    await shown(page, 'By agent');
    await page.getByText('Show as table').click();
    await expectWell(page, 'the report of 7 days');
    await page.getByRole('button', { name: 'What left unanswered means' }).click();
    await expect(page.getByRole('dialog', { name: 'Left unanswered' })).toBeVisible();
    await expectWell(page, 'what a figure means');
    await page.keyboard.press('Escape');
    await page.getByRole('slider', { name: 'Day to look at' }).press('ArrowLeft');
    await expectWell(page, 'a day of the picture');
    await page.goto('/reports?period=today');
    await shown(page, 'Hour by hour');
    await expectWell(page, 'the report of today');
  });
}
