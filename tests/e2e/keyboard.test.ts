import { Customer, mark } from './support/customer';
import { PASSWORD, people } from './support/agent';
import { expect, test } from './support/test';

test('an agent signs in, finds, answers and closes a conversation and goes on to the next without a mouse', async ({
  parley,
  provider,
  enter,
}) => {
  const [zoe, nia] = [await Customer.on('webhook', parley.origin, 'Zoe Next'), await Customer.on('webhook', parley.origin)];
  const ana = await enter(null);
  const { keyboard } = ana.page;
  await ana.page.goto('/conversations');

  await test.step('sign in', async () => {
    await expect(ana.page.getByRole('textbox', { name: 'E-mail' })).toBeFocused();
    await expect(ana.page.getByRole('button', { name: 'Sign in', exact: true })).toBeEnabled();
    await keyboard.type(people.ana.email);
    await keyboard.press('Tab');
    await keyboard.type(PASSWORD);
    await keyboard.press('Enter');
    await ana.isLive();
  });

  await zoe.says('I am second');
  await nia.says('I am first');
  await ana.isOnTop(nia);

  await test.step('search by /', async () => {
    await keyboard.press('/');
    await expect(ana.search).toBeFocused();
    await keyboard.type(nia.name);
    await expect(ana.rows.getByRole('link')).toHaveCount(1);
    await expect(ana.row(nia)).toBeVisible();
    await keyboard.press('ArrowDown');
    await expect(ana.row(nia)).toBeFocused();
    await keyboard.press('/');
    await keyboard.press('Escape');
    await expect(ana.rowAt(2)).toBeVisible();
    await keyboard.press('Escape');
    await expect(ana.search).not.toBeFocused();
  });

  const thread = ana.thread(nia);
  await test.step('walk with J and K, open with Enter', async () => {
    await keyboard.press('j');
    await expect(ana.row(nia)).toBeFocused();
    await keyboard.press('j');
    await expect(ana.row(zoe)).toBeFocused();
    await keyboard.press('k');
    await expect(ana.row(nia)).toBeFocused();
    await keyboard.press('Enter');
    await expect(thread.composer).toBeFocused();
  });

  await test.step('answer', async () => {
    await keyboard.type('By hand, without a mouse');
    await keyboard.press('Enter');
    await expect(thread.tick('By hand, without a mouse', 'Sent')).toBeVisible();
  });

  await test.step('close as Closed and go on', async () => {
    await keyboard.press('Escape');
    await expect(thread.popup).toBeVisible();
    await keyboard.press('3');
    await expect(thread.popup.getByRole('radio', { name: /^Closed/ })).toBeFocused();
    await keyboard.press('Enter');
    await expect(ana.thread(zoe).composer).toBeFocused();
    await expect(ana.row(nia)).toHaveAccessibleName(/, App, Closed, /);
  });
  expect(provider.callsTo(nia.address)).toHaveLength(1);
});

test('whoever leaves a conversation goes on from its row, or from what has taken its place', async ({ parley, enter }) => {
  const word = `elm${mark()}`;
  const customers = await Promise.all(
    ['One', 'Two', 'Three', 'Four'].map((n) => Customer.on('webhook', parley.origin, `${n} ${word}`)),
  );
  const [fourth, third, second, first] = customers;
  if (!first || !second || !third || !fourth) throw new Error('four customers');
  for (const [i, customer] of customers.entries()) await customer.says('Hello', { at: Date.now() - 10_000 + i * 1_000 });
  const ana = await (await enter('ana')).goto(`/conversations?q=${word}&ticket=new`);
  const { keyboard } = ana.page;
  await expect(ana.rows.getByRole('link')).toHaveCount(4);
  for (const key of ['j', 'j', 'Enter']) await keyboard.press(key);
  await expect(ana.thread(second).composer).toBeFocused();

  await test.step('its own', async () => {
    await keyboard.press('Escape');
    await expect(ana.thread(second).popup).toBeVisible();
    await keyboard.press('0');
    await expect(ana.row(second)).toBeFocused();
    await keyboard.press('j');
    await expect(ana.row(third)).toBeFocused();
  });

  await test.step('what has taken its place', async () => {
    await keyboard.press('Enter');
    await expect(ana.thread(third).composer).toBeFocused();
    await keyboard.press('Escape');
    await keyboard.press('3');
    for (let i = 0; i < 4; i += 1) await keyboard.press('Tab');
    await expect(ana.thread(third).popup.getByRole('button', { name: 'Close', exact: true })).toBeFocused();
    await keyboard.press('Enter');
    await expect(ana.row(third)).toBeHidden();
    await expect(ana.row(fourth)).toBeFocused();
  });
});
