import type { Locator, Page } from '@playwright/test';
import { signIn } from './support/agent';
import { Customer, mark } from './support/customer';
import { expectWell, looks } from './support/looks';
import type { Dashboard } from './support/pages';
import { expect, test } from './support/test';

/** So many customers on one channel who have just written, in the order of the list: the last of them on top. */
async function customersOf(origin: string, n: number, word: string): Promise<Customer[]> {
  const at = Date.now() - n * 1_000;
  const customers = await Promise.all(
    Array.from({ length: n }, (_, i) => Customer.on('webhook', origin, `Nia ${word} ${i + 1}`)),
  );
  for (let i = 0; i < n; i += 10) {
    const some = customers.slice(i, i + 10);
    await Promise.all(some.map((customer, j) => customer.says(`About the ${word}`, { at: at + (i + j) * 1_000 })));
  }
  return customers.reverse();
}

const barOf = (page: Page): Locator => page.getByRole('group', { name: 'Selected conversations' });
const toast = (page: Page, words: string | RegExp): Locator => page.locator('[data-sonner-toast]').filter({ hasText: words });
const isAs = (ana: Dashboard, customer: Customer, status: string) =>
  expect(ana.row(customer)).toHaveAccessibleName(new RegExp(`, ${status}(, |$)`));

test('three are selected by keys alone, closed, and set back', async ({ parley, enter }) => {
  const word = `kiwi${mark()}`;
  const [first, second, third, fourth] = await customersOf(parley.origin, 4, word);
  if (!first || !second || !third || !fourth) throw new Error('four customers');
  const ana = await (await enter('ana')).goto(`/conversations?q=${word}`);
  const { page } = ana;
  const { keyboard } = page;
  await expect(ana.rows.getByRole('link')).toHaveCount(4);
  const words = page.locator('[aria-live="polite"]').filter({ hasText: 'selected' });

  await test.step('X and a range that shrinks', async () => {
    await keyboard.press('j');
    await expect(ana.row(first)).toBeFocused();
    await keyboard.press('x');
    await expect(barOf(page)).toContainText('1 selected');
    await expect(words).toHaveText('1 selected');
    await expect(ana.rows.getByRole('checkbox', { name: `Select ${first.name}` })).toBeChecked();
    for (const key of ['Shift+J', 'Shift+ArrowDown', 'Shift+J']) await keyboard.press(key);
    await expect(barOf(page)).toContainText('4 selected');
    await keyboard.press('Shift+K');
    await expect(words).toHaveText('3 selected');
    await expect(ana.row(third)).toBeFocused();
    await expect(ana.row(third)).toHaveAccessibleName(/, selected$/);
    await expect(ana.row(fourth)).not.toHaveAccessibleName(/, selected$/);
  });

  await test.step('E closes them, and the focus stays in the list', async () => {
    await keyboard.press('e');
    await expect(toast(page, '3 closed.')).toBeVisible();
    for (const customer of [first, second, third]) await isAs(ana, customer, 'Closed');
    await isAs(ana, fourth, 'New');
    await expect(barOf(page)).toBeHidden();
    await expect(ana.row(third)).toBeFocused();
  });

  await test.step('what a customer has said meanwhile is not overwritten by taking it back', async () => {
    await second.says(`One more thing about the ${word}`);
    await isAs(ana, second, 'New');
    const { api } = await signIn(parley.origin, 'ben');
    await api.conversations.setTicketStatus.mutate({ id: second.conversationId, ticketStatus: 'pending' });
    await isAs(ana, second, 'Pending');
    await keyboard.press('Control+z');
    await expect(toast(page, '2 set back. 1 has gone on meanwhile and was left alone.')).toBeVisible();
    for (const customer of [first, third, fourth]) await isAs(ana, customer, 'New');
    await isAs(ana, second, 'Pending');
  });

  await test.step('the palette finds it by name, for the row that one was on', async () => {
    await expect(ana.row(third)).toBeFocused();
    await keyboard.press('Control+k');
    await page.getByRole('combobox').fill('select it');
    await page.getByRole('option', { name: 'Select it, or not' }).click();
    await expect(ana.row(third)).toHaveAccessibleName(/, selected$/);
    await keyboard.press('Escape');
    await expect(barOf(page)).toBeHidden();
  });

  await test.step('Esc clears, and so does another view', async () => {
    await keyboard.press('x');
    await expect(barOf(page)).toBeVisible();
    await keyboard.press('Escape');
    await expect(barOf(page)).toBeHidden();
    await keyboard.press('x');
    await keyboard.press(']');
    await expect(barOf(page)).toBeHidden();
  });
});

test('all that match are closed, beyond what is loaded, but for what a colleague holds, and set back', async ({
  parley,
  enter,
}) => {
  test.slow();
  const word = `fig${mark()}`;
  const customers = await customersOf(parley.origin, 130, word);
  const held = customers[100];
  if (!held) throw new Error('customers');
  const ben = await signIn(parley.origin, 'ben');
  const { epoch } = await ben.api.conversations.claim.mutate({ id: held.conversationId }).then((claim) => ({ epoch: claim.granted ? claim.epoch : 0 })); // prettier-ignore
  const ana = await (await enter('ana')).goto(`/conversations?q=${word}&ticket=new`);
  const { page } = ana;
  await expect(ana.tab('Active')).toHaveText(/130/);
  const count = async (ticketStatuses: ('new' | 'closed')[]) =>
    (await ben.api.conversations.counts.query({ search: word, ticketStatuses })).active.total;

  await test.step('the loaded ones by Ctrl+A, then all', async () => {
    await page.keyboard.press('j');
    await expect(ana.rowAt(1)).toBeFocused();
    await page.keyboard.press('Control+a');
    await expect(barOf(page)).toContainText('50 selected');
    await page.getByRole('button', { name: 'Select all 130 that match' }).click();
    await expect(barOf(page)).toContainText('All 130 selected');
    await expect(ana.rowAt(1)).toBeFocused();
  });

  await test.step('it is asked first, and nothing is done when that is declined', async () => {
    await barOf(page).getByRole('button', { name: 'Set the selected ones to Closed' }).click();
    const ask = page.getByRole('dialog', { name: 'Set 130 conversations to Closed?' });
    await expect(ask).toBeVisible();
    await ask.getByRole('button', { name: 'Cancel' }).click();
    await expect(barOf(page)).toContainText('All 130 selected');
    expect(await count(['new'])).toBe(130);
    await barOf(page).getByRole('button', { name: 'Set the selected ones to Closed' }).click();
    await ask.getByRole('button', { name: 'Set them to Closed' }).click();
  });

  await test.step('each once', async () => {
    await expect(toast(page, '129 closed. 1 is held by a colleague and was left alone.')).toBeVisible();
    await expect.poll(() => count(['new'])).toBe(1);
    await expect(ana.rows.getByRole('link')).toHaveCount(1);
    await isAs(ana, held, 'New');
  });

  await test.step('and back', async () => {
    await toast(page, '129 closed').getByRole('button', { name: 'Undo' }).click();
    await expect(toast(page, '129 set back.')).toBeVisible();
    await expect.poll(() => count(['new'])).toBe(130);
    expect(await count(['closed'])).toBe(0);
  });
  await ben.api.conversations.release.mutate({ id: held.conversationId, epoch });
});

test('a run over many goes on after the network was away, and where it was', async ({ parley, enter }) => {
  test.slow();
  const word = `plum${mark()}`;
  await customersOf(parley.origin, 60, word);
  const ana = await (await enter('ana')).goto(`/conversations?q=${word}&ticket=new`);
  const { page } = ana;
  let calls = 0;
  let isAway = true;
  await page.route(/setTicketStatuses/u, (route) => ((calls += 1) > 1 && isAway ? route.abort() : route.continue()));
  await expect(ana.tab('Active')).toHaveText(/60/);
  await page.keyboard.press('j');
  await page.keyboard.press('Control+a');
  await page.getByRole('button', { name: 'Select all 60 that match' }).click();
  await page.keyboard.press('p');
  await page.getByRole('button', { name: 'Set them to Pending' }).click();
  await expect(toast(page, 'Setting to Pending: 50 of 60')).toBeVisible();
  await expect(toast(page, 'It stopped on the way. Check the connection. 50 set to Pending.')).toBeVisible();
  isAway = false;
  await toast(page, 'It stopped').getByRole('button', { name: 'Go on' }).click();
  await expect(toast(page, '60 set to Pending.')).toBeVisible();
  await expect(ana.rows.getByRole('link')).toHaveCount(0);
});

test('a click with Shift selects up to there, and what is selected stays so while rows come and go', async ({
  parley,
  enter,
}) => {
  const word = `lime${mark()}`;
  const [first, second, third, fourth] = await customersOf(parley.origin, 4, word);
  if (!first || !second || !third || !fourth) throw new Error('four customers');
  const ana = await (await enter('ana')).goto(`/conversations?q=${word}&ticket=new`);
  const { page } = ana;
  const box = (customer: Customer) => ana.rows.getByRole('checkbox', { name: `Select ${customer.name}` });
  await ana.row(first).hover();
  await box(first).click();
  await ana.row(third).click({ modifiers: ['Shift'] });
  await expect(barOf(page)).toContainText('3 selected');
  await box(fourth).click({ modifiers: ['Shift'] });
  await expect(box(fourth)).toBeChecked();
  await box(second).click();
  await expect(box(second)).not.toBeChecked();
  await expect(barOf(page)).toContainText('3 selected');
  expect(new URL(page.url()).pathname, 'nothing was opened').toBe('/conversations');

  // Away from the rows, which would stand still.
  await page.mouse.move(900, 400);
  const { api } = await signIn(parley.origin, 'ben');
  await api.conversations.setTicketStatus.mutate({ id: first.conversationId, ticketStatus: 'pending' });
  await expect(ana.row(first)).toBeHidden();
  await expect(barOf(page)).toContainText('3 selected, 1 not in sight');
  await fourth.says(`The ${word} again`);
  await ana.isOnTop(fourth);
  await expect(box(fourth)).toBeChecked();

  // A box that has the focus takes no letters.
  await box(third).focus();
  await page.keyboard.press('e');
  await expect(toast(page, '3 closed.')).toBeVisible();
});

test('a conversation that was closed by E is set back by a key, and not once a customer has written', async ({
  parley,
  enter,
}) => {
  const word = `pear${mark()}`;
  const [first, second] = await customersOf(parley.origin, 2, word);
  if (!first || !second) throw new Error('two customers');
  const ana = await (await enter('ana')).goto(`/conversations?q=${word}`);
  const { page } = ana;
  await ana.open(first);
  await expect(ana.thread(first).composer).toBeFocused();
  await ana.thread(first).composer.blur();
  await page.keyboard.press('e');
  await expect(toast(page, `${first.name}’s ticket is Closed.`)).toBeVisible();
  await isAs(ana, first, 'Closed');
  // The next one's field has the focus by then, and nothing has been typed there.
  await expect(ana.thread(second).composer).toBeFocused();
  await page.keyboard.press('Control+z');
  await expect(toast(page, '1 set back.')).toBeVisible();
  await isAs(ana, first, 'New');
  await expect(ana.thread(first).composer, 'it is shown again').toBeFocused();

  await ana.open(second);
  await expect(ana.thread(second).composer).toBeFocused();
  await ana.thread(second).composer.blur();
  await page.keyboard.press('p');
  await expect(toast(page, `${second.name}’s ticket is Pending.`)).toBeVisible();
  await second.says(`And the ${word}?`);
  await isAs(ana, second, 'New');
  await toast(page, 'is Pending').getByRole('button', { name: 'Undo' }).click();
  await expect(toast(page, /Nothing changed|1 was set back already/)).toBeVisible();
  await isAs(ana, second, 'New');
});

test('a key that is pressed twice for what is selected does not close the open conversation as well', async ({
  parley,
  enter,
}) => {
  const word = `sloe${mark()}`;
  const [first, second, third] = await customersOf(parley.origin, 3, word);
  if (!first || !second || !third) throw new Error('three customers');
  const ana = await (await enter('ana')).goto(`/conversations?q=${word}`);
  const { page } = ana;
  const thread = await ana.open(first);
  await expect(thread.composer).toBeFocused();
  for (const customer of [second, third]) {
    await ana.row(customer).hover();
    await ana.rows.getByRole('checkbox', { name: `Select ${customer.name}` }).click();
  }
  await page.keyboard.press('e');
  await page.keyboard.press('e');
  await expect(toast(page, '2 closed.')).toBeVisible();
  await isAs(ana, first, 'New');
  await page.waitForTimeout(1_100);
  await expect(thread.composer).toBeEditable();
  await page.keyboard.press('e');
  await isAs(ana, first, 'Closed');
});

for (const { title, options } of looks) {
  test(`the bar ${title}: nothing for axe, and on a phone a touch selects`, async ({ parley, enter }) => {
    const word = `date${mark()}`;
    const [first, second] = await customersOf(parley.origin, 3, word);
    if (!first || !second) throw new Error('three customers');
    const ana = await (await enter('ana', options)).goto(`/conversations?q=${word}`);
    const { page } = ana;
    await expect(ana.rows.getByRole('link')).toHaveCount(3);
    if (options.hasTouch) {
      await page.getByRole('button', { name: 'Select', exact: true }).tap();
      await expect(barOf(page)).toContainText('0 selected');
      await ana.row(first).tap();
      await ana.rows.getByRole('checkbox', { name: `Select ${second.name}` }).tap();
      for (const control of await barOf(page).getByRole('button').all()) {
        const size = await control.boundingBox();
        expect(Math.min(size?.width ?? 0, size?.height ?? 0)).toBeGreaterThanOrEqual(44);
      }
    } else {
      await page.keyboard.press('j');
      await page.keyboard.press('x');
      await page.keyboard.press('Shift+J');
    }
    await expect(barOf(page)).toContainText('2 selected');
    await expectWell(page, 'two selected');
    await barOf(page).getByRole('button', { name: 'Set the selected ones to Closed' }).click();
    await expect(toast(page, '2 closed.')).toBeVisible();
    await expectWell(page, 'two closed');
    await toast(page, '2 closed.').getByRole('button', { name: 'Undo' }).click();
    await expect(toast(page, '2 set back.')).toBeVisible();
  });
}
