import type { Locator, Page } from '@playwright/test';

/** Somebody's row in the list of people. */
export const person = (page: Page, { name }: { name: string }): Locator =>
  page.getByRole('list', { name: 'People' }).getByRole('link', { name: new RegExp(`^${name}, `) });

/** How many the list says that they are: `2 people`. */
export const count = (page: Page): Locator => page.getByRole('region', { name: 'People' }).getByRole('status').first();

export const query = (page: Page): Locator => page.getByRole('region', { name: 'Query' });
export const condition = (page: Page, at: number): Locator => query(page).locator('[data-condition]').nth(at);

/** Fills a condition in with its three parts. */
export async function ask(page: Page, at: number, [property, operator, value]: readonly [string, string, string]): Promise<void> {
  const one = condition(page, at);
  await one.getByLabel('Property').selectOption({ label: property });
  await one.getByLabel('Operator').selectOption({ label: operator });
  const field = one.getByLabel(/^(Value|Days|Date|Number)$/);
  if ((await field.evaluate((element) => element.tagName)) === 'SELECT') await field.selectOption({ label: value });
  else await field.fill(value);
}

/** Saves what is asked under this name. */
export async function saveSegment(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Save as segment…' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill(name);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: `Segment: ${name}` }).waitFor();
}
