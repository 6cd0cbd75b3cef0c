import type { Page } from '@playwright/test';
import { mark } from './support/customer';
import { ask, count, person, query, saveSegment } from './support/people';
import { Phone } from './support/phone';
import { expect, test } from './support/test';

const pill = (page: Page, status: string) => page.getByRole('main').locator('header').getByText(status, { exact: true });
const figure = (page: Page, title: string) =>
  page
    .locator('dl > div')
    .filter({ hasText: new RegExp(`^\\s*${title}`) })
    .locator('dd');

test('a campaign is written, approved and sent to a segment; who answers is found by it, closed, and is the next one’s audience', async ({
  plain,
  enter,
}) => {
  test.setTimeout(240_000);
  const own = mark();
  const names = { campaign: `Spring ${own}`, label: `spring-${own}`, all: `Friends ${own}`, answered: `Answered ${own}` };
  const phones = [await Phone.on('telegram', plain), await Phone.on('telegram', plain)] as const;
  const [nia, other] = phones;
  for (const phone of phones) await phone.sends({ type: 'text', text: `Hello from ${own}` });

  const { page: admin } = await enter('admin', { on: plain });
  await admin.goto('/people');
  await admin.getByRole('button', { name: 'Query' }).click();
  await ask(admin, 0, ['Name', 'is', nia.name]);
  await query(admin).getByRole('button', { name: 'Condition' }).last().click();
  await ask(admin, 1, ['Name', 'is', other.name]);
  await query(admin).getByRole('combobox', { name: 'Match' }).selectOption({ label: 'Any of these' });
  await expect(count(admin)).toHaveText('2 people');
  await saveSegment(admin, names.all);

  const { page: carl } = await enter('carl', { on: plain });
  await carl.goto('/campaigns');
  await carl.getByRole('link', { name: 'New campaign' }).click();
  await carl.getByRole('textbox', { name: 'Name' }).fill(names.campaign);
  await carl.getByRole('combobox', { name: /^Labels/ }).fill(names.label);
  await carl.keyboard.press('Enter');
  await carl.getByText('Parley bot', { exact: true }).click();
  await carl.getByRole('textbox', { name: 'Message', exact: true }).fill('Hi {{name}}, our sale starts');
  await carl.getByRole('button', { name: 'Add button' }).click();
  await carl.getByRole('textbox', { name: 'Button 1' }).fill('Tell me more');
  await carl.getByRole('combobox', { name: 'Audience' }).selectOption({ label: `${names.all} (2)` });
  await expect(carl.getByText('Reaches 2 people now.')).toBeVisible();
  await carl.getByRole('button', { name: 'Submit for approval' }).click();
  await expect(pill(carl, 'Waits for approval')).toBeVisible();

  const { page: vera } = await enter('vera', { on: plain });
  await vera.goto('/campaigns');
  await vera.getByRole('link', { name: names.campaign }).click();
  await vera.getByRole('button', { name: 'Send back' }).click();
  await vera.getByRole('textbox', { name: 'What should be changed?' }).fill('Say until when');
  await vera.getByRole('button', { name: 'Send back with this comment' }).click();
  await expect(pill(vera, 'Draft')).toBeVisible();

  await carl.reload();
  await expect(carl.getByRole('region', { name: 'Sent back' })).toContainText('Say until when');
  await carl.getByRole('textbox', { name: 'Message', exact: true }).fill('Hi {{name}}, our sale is on until Friday');
  await carl.getByRole('button', { name: 'Submit for approval' }).click();
  await expect(pill(carl, 'Waits for approval')).toBeVisible();
  await expect(carl.getByRole('button', { name: 'Send now' })).toBeHidden();
  await vera.reload();
  await vera.getByRole('button', { name: 'Approve' }).click();
  await expect(pill(vera, 'Approved')).toBeVisible();
  await carl.reload();
  await carl.getByRole('button', { name: 'Send now' }).click();
  const question = carl.getByRole('dialog', { name: 'Send to 2 people now?' });
  await expect(question.getByRole('button', { name: 'Cancel' }), 'one key too many sends nothing').toBeFocused();
  await carl.keyboard.press('Escape');
  await expect(question).toBeHidden();
  await expect(carl.getByRole('button', { name: 'Send now' })).toBeFocused();
  await expect(pill(carl, 'Approved')).toBeVisible();
  await carl.keyboard.press('Enter');
  await question.getByRole('button', { name: 'Send', exact: true }).press('Enter');
  await expect(carl.getByText('Everybody has been written to')).toBeVisible();
  await expect(figure(carl, 'Sent')).toHaveText('2');

  await admin.goto('/simulator');
  await admin.getByRole('link', { name: new RegExp(nia.name) }).click();
  const talk = admin.getByRole('log', { name: `Messages of ${nia.name}` });
  await expect(talk).toContainText(`Hi ${nia.name}, our sale is on until Friday`);
  await talk.getByRole('button', { name: 'Tell me more' }).click();

  const ana = await (await enter('ana', { on: plain })).goto();
  await ana.isOnTop(nia);
  await ana.choose('Label', names.label);
  await expect(ana.rows.getByRole('listitem')).toHaveCount(1);
  await ana.rowAt(1).click();
  const thread = ana.thread(nia);
  await expect(thread.log).toContainText(`Hi ${nia.name}, our sale is on until Friday`);
  await expect(thread.bubble('Tell me more').last()).toBeVisible();
  await expect(ana.page.getByText('Replied to its message')).toBeVisible();
  await thread.say('It ends on Friday at six.');
  await expect(talk).toContainText('It ends on Friday at six.');
  await thread.closeAs('Closed');
  await carl.reload();
  await expect(figure(carl, 'Replied')).toHaveText('1');
  await expect(figure(carl, 'Reply rate')).toHaveText('50%');

  await admin.goto('/people');
  await admin.getByRole('button', { name: 'Query' }).click();
  await ask(admin, 0, ['Ticket status', 'is', 'Closed']);
  await query(admin).getByRole('button', { name: 'Condition' }).last().click();
  await ask(admin, 1, ['Ticket changed', 'is in the last', '7']);
  await query(admin).getByRole('button', { name: 'Condition' }).last().click();
  await ask(admin, 2, ['Last campaign', 'is', names.campaign]);
  await expect(count(admin)).toHaveText('1 person');
  await expect(person(admin, nia)).toBeVisible();
  await saveSegment(admin, names.answered);

  await carl.getByRole('button', { name: 'Duplicate' }).click();
  await expect(carl).not.toHaveURL(new RegExp(`${names.campaign}$`));
  await carl.getByRole('textbox', { name: 'Name' }).fill(`${names.campaign}, again`);
  await carl.getByRole('textbox', { name: 'Message', exact: true }).fill('Thank you, {{name}}');
  await carl.getByRole('combobox', { name: 'Audience' }).selectOption({ label: `${names.answered} (1)` });
  await carl.getByRole('button', { name: 'Submit for approval' }).click();
  await expect(pill(carl, 'Waits for approval')).toBeVisible();
  await vera.goto('/campaigns');
  await vera.getByRole('link', { name: `${names.campaign}, again` }).click();
  await vera.getByRole('button', { name: 'Approve' }).click();
  await vera.getByRole('button', { name: 'Send now' }).click();
  await vera.getByRole('dialog', { name: 'Send to 1 person now?' }).getByRole('button', { name: 'Send', exact: true }).click();
  await expect(vera.getByText('Everybody has been written to')).toBeVisible();
  await expect(figure(vera, 'Recipients')).toHaveText('1');
  await expect.poll(async () => (await nia.received()).map(({ text }) => text)).toContain(`Thank you, ${nia.name}`);
  expect((await other.received()).map(({ text }) => text)).toEqual([`Hi ${other.name}, our sale is on until Friday`]);
});
