import type { Page } from '@playwright/test';
import { signIn } from './support/agent';
import { Customer, mark } from './support/customer';
import { expectWell, looks } from './support/looks';
import type { Thread } from './support/pages';
import { expect, test } from './support/test';

const listOf = (page: Page) => page.getByRole('listbox', { name: 'Saved replies' });
const optionsOf = (page: Page) => listOf(page).getByRole('option');

/** A reply that no other story knows. */
async function aReply(origin: string, name: string, text: string): Promise<string> {
  const admin = await signIn(origin, 'admin');
  const id = crypto.randomUUID();
  await admin.api.replies.save.mutate({ id, version: null, name, text });
  return id;
}

test('an Admin saves a reply, and an agent answers with it by a few keys', async ({ parley, provider, enter }) => {
  const name = `Greenhouse ${mark()}`;
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Are my tomatoes coming?');

  await test.step('an Admin adds it in Settings', async () => {
    const { page } = await enter('admin');
    await page.goto('/settings/replies');
    await page.getByRole('button', { name: 'Add reply' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a saved reply' });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(dialog.getByRole('alert')).toHaveText('Give it a name.');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('greeting');
    await dialog.getByRole('textbox', { name: 'Text' }).fill('Dear {{nmae}}, ');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(dialog.getByRole('alert')).toContainText('There is no placeholder {{nmae}}.');
    await dialog.getByRole('textbox', { name: 'Text' }).fill('Dear ');
    await dialog.getByRole('button', { name: 'First name' }).click();
    await page.keyboard.type(', they are.\n');
    await dialog.getByRole('button', { name: 'Agent’s name' }).click();
    await expect(dialog.getByRole('region', { name: 'Preview' })).toContainText('Dear Asha, they are.\nAlex Moreau', {
      useInnerText: true,
    });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(dialog.getByRole('alert')).toHaveText('There is a saved reply “Greeting” already.');
    await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await expect(dialog).toBeHidden();
    const row = page.getByRole('list', { name: 'Saved replies' }).getByRole('listitem').filter({ hasText: name });
    await expect(row).toContainText('Dear {{firstName|there}}, they are.');
    await expect(row).toContainText('Not used yet · Changed by Alex Moreau just now');
  });

  await test.step('an agent finds it without a mouse, and sees it as the customer will', async () => {
    const ana = await enter('ana');
    const { page } = ana;
    const thread = await ana.hold(nia);
    await expect(thread.composer).toBeFocused();
    await page.keyboard.type('/gre');
    await expect(optionsOf(page).first()).toContainText(/^Greeting\s*Hi Nia, thank you/);
    await page.keyboard.type('en');
    await expect(optionsOf(page).first()).toContainText(name);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await expect(optionsOf(page).first()).toHaveAttribute('aria-selected', 'true');
    const id = await optionsOf(page).first().getAttribute('id');
    await expect(thread.composer).toHaveAttribute('aria-activedescendant', id ?? '');
    await page.keyboard.press('Enter');
    await expect(listOf(page)).toBeHidden();
    await expect(thread.composer).toHaveValue('Dear Nia, they are.\nAna Lima');

    await page.keyboard.press('Control+z');
    await expect(thread.composer).toHaveValue('/green');
    await page.keyboard.press('Control+Shift+z');
    await expect(thread.composer).toHaveValue('Dear Nia, they are.\nAna Lima');
    await page.keyboard.type('!');
    await page.keyboard.press('Enter');
    await expect.poll(() => provider.callsTo(nia.address).map(({ text }) => text)).toEqual(['Dear Nia, they are.\nAna Lima!']);
    const { api } = await signIn(parley.origin, 'ana');
    expect((await api.replies.list.query()).find((reply) => reply.name === name)?.used).toBe(1);
  });
});

test('Esc puts the list away and nothing else, and what nothing fits is sent as always', async ({ parley, provider, enter }) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Hello?');
  const ana = await enter('ana');
  const { page } = ana;
  const thread = await ana.hold(nia);
  await expect(thread.bubble('Hello?')).toBeVisible();
  await thread.bubble('Hello?').hover();
  await thread.region
    .getByRole('button', { name: /^Reply to/ })
    .first()
    .click();
  await expect(thread.region.getByRole('button', { name: 'Do not quote' })).toBeVisible();

  await page.keyboard.type('Look at /refund');
  await expect(optionsOf(page).first()).toContainText('Refund on its way');
  await page.keyboard.press('Escape');
  await expect(listOf(page)).toBeHidden();
  await expect(thread.composer).toHaveValue('Look at /refund');
  await expect(thread.region.getByRole('button', { name: 'Do not quote' })).toBeVisible();
  await expect(thread.popup).toBeHidden();

  await thread.composer.fill('');
  await page.keyboard.type('and/or 5 / 7');
  await expect(listOf(page)).toBeHidden();
  await page.keyboard.type(' /zzz');
  await expect(thread.region.getByText('No saved reply has “zzz” in it.')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect.poll(() => provider.callsTo(nia.address).map(({ text }) => text)).toEqual(['and/or 5 / 7 /zzz']);
});

test('a place that could not be filled in is not sent, and it says why', async ({ parley, provider, enter }) => {
  const name = `Nameless ${mark()}`;
  await aReply(parley.origin, name, 'Hi {{firstName}}, one moment');
  const address = `+1555${Date.now()}`;
  const nobody = await Customer.on('webhook', parley.origin, address);
  await nobody.says('Who is there?');
  const ana = await enter('ana');
  const { page } = ana;
  const thread = await ana.hold(nobody);
  await expect(thread.composer).toBeFocused();
  await page.keyboard.type(`/${name}`);
  await expect(optionsOf(page)).toHaveCount(1);
  await page.keyboard.press('Tab');
  await expect(thread.composer).toHaveValue('Hi {{firstName}}, one moment');
  await expect(thread.composer).toBeFocused();
  await expect(thread.send).toBeDisabled();
  await expect(thread.region.getByText('Fill in {{firstName}} first.')).toBeVisible();
  for (const keys of ['Enter', 'Control+Enter']) await page.keyboard.press(keys);
  await expect(thread.composer).toHaveValue('Hi {{firstName}}, one moment');
  await page.reload();
  await expect(thread.composer).toHaveValue('Hi {{firstName}}, one moment');
  await expect(thread.send).toBeDisabled();
  expect(provider.callsTo(nobody.address)).toEqual([]);
  await thread.composer.fill('Hi stranger, one moment');
  await thread.send.click();
  await expect.poll(() => provider.callsTo(nobody.address).map(({ text }) => text)).toEqual(['Hi stranger, one moment']);
});

test('of two Admins who change a reply at once the second is told, and loses nothing', async ({ parley, enter }) => {
  const name = `Delivery ${mark()}`;
  const id = await aReply(parley.origin, name, 'Tomorrow');
  const { page } = await enter('admin');
  await page.goto('/settings/replies');
  await page.getByRole('button', { name: `Edit ${name}` }).click();
  const dialog = page.getByRole('dialog', { name: 'Edit saved reply' });
  await dialog.getByRole('textbox', { name: 'Text' }).fill('On Monday');
  const { api } = await signIn(parley.origin, 'admin');
  await api.replies.save.mutate({ id, version: 1, name, text: 'On Sunday' });
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert')).toContainText(
    'Alex Moreau has changed this reply meanwhile. What you typed is still here.',
  );
  await expect(dialog.getByRole('alert')).toContainText('On Sunday');
  await expect(dialog.getByRole('textbox', { name: 'Text' })).toHaveValue('On Monday');
  await page.route(/replies\.save/, (route) => route.abort());
  await dialog.getByRole('button', { name: 'Save mine over it' }).click();
  await expect(dialog.getByRole('alert')).toHaveText('Parley cannot be reached. Check the connection and try again.');
  await page.unroute(/replies\.save/);
  await dialog.getByRole('button', { name: 'Save' }).click();
  const row = page.getByRole('list', { name: 'Saved replies' }).getByRole('listitem').filter({ hasText: name });
  await expect(row).toContainText('On Monday');

  await page.getByRole('button', { name: `Remove ${name}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(page.getByText(`“${name}” is removed.`)).toBeVisible();
  await expect(row).toBeHidden();
});

test('replies that cannot be loaded are asked for again, and old ones are shown meanwhile', async ({ parley, enter }) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Hello?');
  const ana = await enter('ana');
  const { page } = ana;
  await page.route(/replies\.list/, (route) => route.abort());
  const thread = await ana.hold(nia);
  await expect(thread.composer).toBeFocused();
  await page.keyboard.type('/gre');
  await expect(thread.region.getByText('The saved replies could not be loaded.')).toBeVisible();
  // Nobody means to send that.
  await page.keyboard.press('Enter');
  await expect(thread.composer).toHaveValue('/gre');
  await page.unroute(/replies\.list/);
  await thread.region.getByRole('button', { name: 'Try again' }).click();
  await expect(optionsOf(page).first()).toContainText('Greeting');
  await page.keyboard.press('Escape');
  await page.route(/replies\.list/, (route) => route.abort());
  await thread.region.getByRole('button', { name: 'Saved replies' }).click();
  await expect(optionsOf(page).first()).toContainText('Greeting');
  await expect(thread.region.getByText('These may be out of date')).toBeVisible();
});

/** The list, by the button that a finger finds. */
async function pickByTouch(page: Page, thread: Thread): Promise<void> {
  await thread.region.getByRole('button', { name: 'Saved replies' }).tap();
  await expect(thread.composer).not.toBeFocused();
  await optionsOf(page).filter({ hasText: 'Refund on its way' }).tap();
  await expect(thread.composer).toHaveValue(/^Good news, Nia: your refund/);
  await expect(listOf(page)).toBeHidden();
}

for (const { title, options } of looks) {
  test(`saved replies are well ${title}`, async ({ parley, provider, enter }) => {
    const nia = await Customer.on('webhook', parley.origin);
    await nia.says('Where is my refund?');
    const { page } = await enter('admin', options);
    await page.goto('/settings/replies');
    await expect(page.getByRole('list', { name: 'Saved replies' })).toContainText('Greeting');
    await expectWell(page, 'the list in Settings');
    await page.getByRole('button', { name: 'Edit Greeting' }).click();
    await page.getByRole('textbox', { name: 'Text' }).fill('Hi {{nobody}}');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByRole('alert')).toContainText('There is no placeholder');
    await expectWell(page, 'the form with a problem');

    const ana = await enter('ana', options);
    await ana.page.goto(`/conversations/${nia.conversationId}`);
    const thread = ana.thread(nia);
    await expect(thread.send).toBeVisible();
    if (options.hasTouch) await pickByTouch(ana.page, thread);
    else await thread.region.getByRole('button', { name: 'Saved replies' }).click();
    if (options.hasTouch) await thread.region.getByRole('button', { name: 'Saved replies' }).tap();
    await expect(optionsOf(ana.page).first()).toBeVisible();
    await expectWell(ana.page, 'the list over the composer');
    await ana.page.mouse.click(200, 200);
    await expect(listOf(ana.page)).toBeHidden();
    await thread.composer.fill('Hi {{name}}');
    await expectWell(ana.page, 'a place to be filled in');
    await thread.composer.fill('');
    await thread.composer.pressSequentially('/zzz');
    await expect(ana.page.getByText('No saved reply has')).toBeVisible();
    await expectWell(ana.page, 'nothing found');
    await ana.page.route(/replies\.list/, (route) => route.fulfill({ json: [{ result: { data: [] } }] }));
    await thread.composer.fill('');
    await thread.composer.pressSequentially('/');
    await expect(ana.page.getByText('An Admin can add some in Settings.')).toBeVisible();
    await expectWell(ana.page, 'nothing saved');
    expect(provider.callsTo(nia.address)).toEqual([]);
  });
}
