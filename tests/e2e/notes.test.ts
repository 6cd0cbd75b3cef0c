import { Customer } from './support/customer';
import { expectWell, looks } from './support/looks';
import { expect, test } from './support/test';

test('a colleague who reads along leaves a note: the holder sees it at once, the customer never', async ({
  parley,
  provider,
  enter,
}) => {
  const nia = await Customer.on('whatsapp', parley.origin);
  await nia.says('Can I have my money back?');
  const ana = await (await enter('ana')).hold(nia);
  await ana.composer.fill('Of course');

  const dashboard = await enter('ben');
  await dashboard.goto(`/conversations/${nia.conversationId}`);
  const ben = dashboard.thread(nia);
  await expect(ben.notice(/Ana Lima/)).toBeVisible();
  await dashboard.page.keyboard.press('n');
  const note = ben.region.getByRole('textbox', { name: 'Note to colleagues' });
  await expect(note).toBeFocused();
  await note.fill('She has had a refund in May');
  await note.press('Enter');
  await expect(note).toBeHidden();
  await expect(ben.log.getByRole('article', { name: 'Note' })).toContainText('She has had a refund in May');

  const card = ana.log.getByRole('article', { name: 'Note' });
  await expect(card).toContainText('Ben Okafor');
  await expect(card).toContainText('She has had a refund in May');
  await expect(ana.composer, 'what was being written stays').toHaveValue('Of course');
  await ana.composer.fill('Let me look into it');
  await ana.send.click();
  await expect(ana.tick('Let me look into it', 'Sent')).toBeVisible();
  expect(provider.callsTo(nia.address).map(({ text }) => text)).toEqual(['Let me look into it']);
  await expect(dashboard.row(nia), 'the list shows what was said').toContainText('Let me look into it');
});

test('a note that is being written survives Esc and a reload, and one that does not get through stays to be tried again', async ({
  parley,
  enter,
}) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Hello');
  const dashboard = await enter('ana');
  const thread = await dashboard.hold(nia);
  const { page } = dashboard;
  await thread.composer.fill('An answer');
  await thread.region.getByRole('button', { name: 'Note to colleagues' }).click();
  const note = thread.region.getByRole('textbox', { name: 'Note to colleagues' });
  await note.fill('Call her back');
  await note.press('Escape');
  await expect(thread.composer).toBeFocused();
  await expect(thread.composer).toHaveValue('An answer');
  await page.reload();
  await expect(thread.composer).toBeEditable();
  await thread.region.getByRole('button', { name: 'Note to colleagues' }).click();
  await expect(note).toHaveValue('Call her back');

  await page.route('**/api/trpc/conversations.note*', (route) => route.abort());
  await thread.region.getByRole('button', { name: 'Add note' }).click();
  await expect(thread.notice('It did not work. Check the connection and try again.')).toBeVisible();
  await expect(note).toHaveValue('Call her back');
  await page.unroute('**/api/trpc/conversations.note*');
  await thread.region.getByRole('button', { name: 'Add note' }).click();
  await expect(thread.log.getByRole('article', { name: 'Note' })).toHaveCount(1);
  await expect(thread.composer).toBeFocused();
});

for (const { title, options } of looks) {
  test(`axe finds nothing wrong with notes ${title}`, async ({ parley, enter }) => {
    const nia = await Customer.on('whatsapp', parley.origin);
    await nia.says('Hello');
    const dashboard = await enter('ana', options);
    await dashboard.page.goto(`/conversations/${nia.conversationId}`);
    const thread = dashboard.thread(nia);
    await expect(thread.composer).toBeEditable();
    await thread.region.getByRole('button', { name: 'Note to colleagues' }).click();
    const note = thread.region.getByRole('textbox', { name: 'Note to colleagues' });
    await note.fill('A regular');
    await expectWell(dashboard.page, 'a note that is being written');
    await thread.region.getByRole('button', { name: 'Add note' }).click();
    await expect(thread.log.getByRole('article', { name: 'Note' })).toBeVisible();
    await expectWell(dashboard.page, 'a note in the thread');
  });
}
