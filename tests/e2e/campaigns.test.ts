import { mark } from './support/customer';
import { expectWell, looks } from './support/looks';
import { Phone } from './support/phone';
import { expect, test } from './support/test';

for (const { title, options } of looks) {
  test(`axe finds nothing wrong with campaigns and keys ${title}`, async ({ plain, enter }) => {
    const phone = await Phone.on('telegram', plain);
    await phone.sends({ type: 'text', text: 'Hello' });
    const name = `Autumn ${mark()}`;
    const { page } = await enter('admin', { on: plain, ...options });
    await page.goto('/campaigns');
    await expect(page.getByRole('table')).toBeVisible();
    await expectWell(page, 'the list');
    await page.goto('/campaigns/new');
    await expectWell(page, 'an empty form');
    await page.getByRole('button', { name: 'Submit for approval' }).click();
    await expect(page.getByRole('alert').filter({ hasText: 'name' })).toBeVisible();
    await page.getByRole('textbox', { name: 'Name' }).fill(name);
    await page.getByText('Parley bot', { exact: true }).click();
    await page.getByRole('textbox', { name: 'Message', exact: true }).fill('The leaves fall, {{name}}');
    await page.getByRole('button', { name: 'Add button' }).click();
    await page.getByRole('textbox', { name: 'Button 1' }).fill('Show me');
    await expectWell(page, 'a form');
    await page.getByRole('button', { name: 'Submit for approval' }).click();
    await page.getByRole('button', { name: 'Send back' }).click();
    await expectWell(page, 'a review');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('button', { name: 'Send later' }).click();
    await expectWell(page, 'a schedule');
    await page.getByRole('button', { name: 'Send now' }).click();
    const question = page.getByRole('dialog', { name: /^Send to \d+ (person|people) now\?$/ });
    await expect(question).toBeVisible();
    await expectWell(page, 'the question before it is sent');
    await question.getByRole('button', { name: 'Send', exact: true }).click();
    await expect(page.getByText('Everybody has been written to')).toBeVisible();
    await expect(page.getByRole('region', { name: 'Recipients' }).getByRole('listitem').first()).toBeVisible();
    await expectWell(page, 'what became of it');

    await page.goto('/settings/keys');
    await page.getByRole('button', { name: 'Issue key' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
    await expectWell(page, 'the form of a key');
    await dialog.getByRole('button', { name: 'Issue key' }).click();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await expectWell(page, 'the keys');
  });
}
