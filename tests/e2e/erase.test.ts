import { readFile } from 'node:fs/promises';
import { signIn } from './support/agent';
import { Customer } from './support/customer';
import { expectWell, looks } from './support/looks';
import { expect, test } from './support/test';

test('an Admin erases a person: gone from open dashboards, not brought back by a late copy, somebody new when they write again', async ({
  parley,
  enter,
}) => {
  const nia = await Customer.on('whatsapp', parley.origin);
  const first = nia.message('Please forget me');
  await nia.deliver([first]);
  const ana = await enter('ana');
  await ana.goto();
  await expect(ana.row(nia)).toBeVisible();
  const { api } = await signIn(parley.origin, 'ana');
  await api.conversations.setTicketStatus.mutate({ id: nia.conversationId, ticketStatus: 'pending' });

  const { page } = await enter('admin');
  await page.goto(`/people?q=${encodeURIComponent(nia.name)}`);
  await page
    .getByRole('list', { name: 'People' })
    .getByRole('link', { name: new RegExp(`^${nia.name}, `) })
    .click();
  await page.getByRole('button', { name: 'Erase this person…' }).click();
  const dialog = page.getByRole('dialog', { name: `Erase ${nia.name}?` });
  await dialog.getByRole('textbox').fill('somebody else');
  await expect(dialog.getByRole('button', { name: 'Erase for good' }), 'another name erases nobody').toBeDisabled();
  await dialog.getByRole('textbox').fill(nia.name);
  await dialog.getByRole('button', { name: 'Erase for good' }).click();
  await expect(page.getByText('This person is erased.')).toBeVisible();
  await expect(page).toHaveURL(/\/people(\?|$)/);
  await expect(ana.row(nia), 'without a reload').toBeHidden();

  await nia.deliver([first]);
  const found = async () => (await api.conversations.list.query({ tab: 'active', search: nia.name })).items;
  expect(await found()).toEqual([]);

  await page.goto('/settings/audit');
  const erased = page.getByRole('listitem').filter({ hasText: 'erased a person for good' }).first();
  await expect(erased).toContainText('Alex Moreau');
  await expect(page.getByText('changed the ticket of somebody who was erased').first()).toBeVisible();
  await expect(page.getByText(nia.name)).toBeHidden();
  await expect(page.getByText(nia.address)).toBeHidden();
  // What was done to them can still be told apart from what was done to others.
  await erased.getByRole('link').click();
  await expect(page).toHaveURL(/subject=[0-9a-f]{32}/);
  const acts = page.getByRole('region', { name: 'Today' }).getByRole('listitem');
  await expect(acts).toHaveText([/erased a person for good/, /changed the ticket of somebody who was erased/]);
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export' }).click()]);
  const text = await readFile(await file.path(), 'utf8');
  expect(text).toContain('person.erased');
  expect(text).not.toMatch(new RegExp(`${nia.name}|${nia.address}|${nia.conversationId}`));
  await page.goto('/settings/audit?area=audit');
  await expect(page.getByText('exported 2 acts of the audit').first()).toBeVisible();

  // The provider dates by whole seconds, and what was written in the second of the erasure went with the rest.
  await nia.says('Hello, I am new here', { at: Date.now() + 2_000 });
  await expect(ana.row(nia)).toBeVisible();
  const thread = await api.conversations.get.query({ id: nia.conversationId });
  expect(thread.messages.map((message) => message.text)).toEqual(['Hello, I am new here']);
});

for (const { title, options } of looks) {
  test(`axe finds nothing wrong with the audit ${title}`, async ({ parley, enter }) => {
    const nia = await Customer.on('whatsapp', parley.origin);
    await nia.says('Hello');
    const { api } = await signIn(parley.origin, 'ana');
    await api.conversations.setTicketStatus.mutate({ id: nia.conversationId, ticketStatus: 'closed' });
    const { page } = await enter('admin', options);
    const act = page.getByText(/changed the ticket of Nia \w+ from New to Closed/).first();
    await expect(async () => {
      await page.goto('/settings/audit?area=ticket');
      await expect(page.getByText(nia.name)).toBeVisible({ timeout: 1_000 });
    }).toPass();
    await expect(act).toBeVisible();
    await expectWell(page, 'list');
    await page.getByRole('button', { name: 'When', exact: true }).click();
    await page.getByRole('button', { name: 'Last 7 days' }).focus();
    await expectWell(page, 'period');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/from=\d{4}-\d\d-\d\d/);
    await expect(act).toBeVisible();
    await page.goto('/settings/audit?subject=nobody');
    await expect(page.getByText('Nothing found')).toBeVisible();
    await expectWell(page, 'nothing');
  });
}
