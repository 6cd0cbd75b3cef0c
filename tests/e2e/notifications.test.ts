import type { BrowserContext, Page } from '@playwright/test';
import { signIn } from './support/agent';
import { Customer } from './support/customer';
import { expectTelling, notifiedOf, recordNotifications, turnTo } from './support/notifications';
import { expectWell, looks } from './support/looks';
import { expect, test } from './support/test';

const allowed = { permissions: ['notifications'] };
const option = (page: Page, name: string) => page.getByRole('radio', { name, exact: true });

/** Chooses on the Account page, as people come to it, and goes back to the inbox. */
async function choose(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: /^Account: / }).click();
  await page.getByRole('link', { name: 'Notifications' }).click();
  await option(page, name).click();
  await expect(option(page, name)).toBeChecked();
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Inbox' }).click();
}

async function otherTab(context: BrowserContext, path: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(path);
  await expect(page.getByRole('list', { name: 'Conversations' }).getByRole('listitem').first()).toBeVisible();
  return page;
}

test('who looks elsewhere is notified of a new message, once in all their tabs, and a click opens it', async ({
  parley,
  enter,
}) => {
  const [nia, tom] = [await Customer.on('whatsapp', parley.origin), await Customer.on('telegram', parley.origin)];
  const ana = await enter('ana', allowed);
  const { page } = ana;
  const context = page.context();
  await recordNotifications(context);
  await ana.goto();
  await choose(page, 'Those and new ones that nobody holds');
  await ana.isLive();
  await expectTelling(page, true);
  const second = await otherTab(context, '/conversations');

  await turnTo(null, [page, second]);
  await nia.says('Is the gate still B14?');
  await expect.poll(() => notifiedOf(context)).toEqual([`${nia.name}: Is the gate still B14?`]);
  await nia.says('Or B15?');
  await expect.poll(() => notifiedOf(context)).toEqual([`${nia.name}: Is the gate still B14?`, `${nia.name}: Or B15?`]);

  await turnTo(second, [page]);
  await tom.says('Hello');
  await expect(ana.row(tom)).toContainText('Hello');
  await turnTo(null, [page, second]);
  await nia.says('Never mind');
  await expect
    .poll(async () => (await notifiedOf(context)).slice(2), 'the list in the other tab told of the second')
    .toEqual([`${nia.name}: Never mind`]);

  const clicked = await Promise.all([page, second].map((tab) => tab.evaluate((name) => window.notified.click(name), nia.name)));
  expect(clicked.filter(Boolean), 'one tab has shown it').toHaveLength(1);
  const opened = clicked[0] ? page : second;
  await expect(opened).toHaveURL(new RegExp(`/conversations/${nia.conversationId}`));
  expect(await opened.evaluate(() => window.notified.standing()), 'it is gone').toEqual([]);

  // The tab that showed them is closed: the other one goes on.
  const left = opened === page ? second : page;
  await opened.close();
  await expectTelling(left, true);
  await turnTo(null, [left]);
  await tom.says('Are you there?');
  await expect.poll(() => notifiedOf(context)).toEqual([`${tom.name}: Are you there?`]);
});

test('of conversations that one holds, with a sound, until they are answered', async ({ parley, enter }) => {
  const [nia, tom] = [await Customer.on('whatsapp', parley.origin), await Customer.on('telegram', parley.origin)];
  await nia.says('I am held');
  await tom.says('I am nobody’s');
  const ana = await enter('ana', allowed);
  const { page } = ana;
  await recordNotifications(page.context());
  await ana.goto();
  await choose(page, 'Conversations I hold');
  const thread = await ana.open(nia);
  await expect(thread.send).toBeVisible();

  await nia.says('You see this');
  await expect(thread.bubble('You see this')).toBeVisible();
  // The list hears of it by a socket of its own.
  await expect(ana.row(nia)).toContainText('You see this');
  await turnTo(null, [page]);
  await tom.says('Nobody’s still');
  await expect(ana.row(tom)).toContainText('Nobody’s still');
  await nia.says('You do not see this');
  await expect.poll(() => notifiedOf(page.context())).toEqual([`${nia.name}: You do not see this`]);
  expect(await page.evaluate(() => window.notified.sounds())).toBe(1);
  expect(await page.evaluate(() => window.notified.standing())).toEqual([nia.conversationId]);

  // From another device of hers.
  const { api } = await signIn(parley.origin, 'ana');
  const id = nia.conversationId;
  const claim = await api.conversations.claim.mutate({ id });
  if (!claim.granted) throw new Error('She holds it');
  const answer = { id, messageId: crypto.randomUUID(), epoch: claim.epoch, seenSeq: 0, text: 'I do', force: true };
  await api.conversations.send.mutate(answer);
  await expect.poll(() => page.evaluate(() => window.notified.standing())).toEqual([]);

  await nia.says('And this?');
  await expect.poll(() => page.evaluate(() => window.notified.standing())).toEqual([id]);
  await turnTo(page, []);
  await expect.poll(() => page.evaluate(() => window.notified.standing()), 'it is seen').toEqual([]);
});

test('nothing comes to who has not asked for it, and what is asked for in one tab holds in the others', async ({
  parley,
  enter,
}) => {
  const [nia, tom] = [await Customer.on('whatsapp', parley.origin), await Customer.on('telegram', parley.origin)];
  const ana = await enter('ana', allowed);
  const { page } = ana;
  await recordNotifications(page.context());
  await ana.goto();
  await turnTo(null, [page]);
  await nia.says('Is this thing on?');
  await expect(ana.row(nia)).toContainText('Is this thing on?');
  const settings = await page.context().newPage();
  await settings.goto('/account');
  const free = option(settings, 'Those and new ones that nobody holds');
  const told = () => page.evaluate(() => window.notified.all);

  await free.click();
  await expectTelling(page, true);
  await nia.says('It is now');
  await expect.poll(told).toEqual([`${nia.name}: It is now`]);

  await option(settings, 'Off').click();
  await expectTelling(page, false);
  await tom.says('And now it is not');
  await expect(ana.row(tom)).toContainText('And now it is not');
  await free.click();
  await expectTelling(page, true);
  await nia.says('On again');
  await expect.poll(told).toEqual([`${nia.name}: It is now`, `${nia.name}: On again`]);

  await settings.getByRole('button', { name: 'Try it' }).click();
  const example = 'Parley: This is how a customer’s message is announced.';
  await expect.poll(() => settings.evaluate(() => window.notified.all)).toEqual([example]);
  await expect.poll(() => settings.evaluate(() => window.notified.sounds())).toBe(1);
  await settings.getByRole('switch', { name: 'Sound' }).click();
  await settings.getByRole('button', { name: 'Try it' }).click();
  await expect.poll(() => settings.evaluate(() => window.notified.all)).toEqual([example, example]);
  expect(await settings.evaluate(() => window.notified.sounds())).toBe(1);
});

test('a browser that blocks them is told about in words, and nothing is chosen', async ({ enter }) => {
  const { page } = await enter('ana');
  await recordNotifications(page.context(), 'denied');
  await page.goto('/account');
  await option(page, 'Conversations I hold').click();
  const alert = page.getByRole('alert').filter({ hasText: 'Your browser blocks notifications for this site.' });
  await expect(alert).toContainText('Allow them in the address bar’s site settings, then choose again.');
  await expect(option(page, 'Off')).toBeChecked();
  await page.reload();
  await expect(option(page, 'Off')).toBeChecked();
  await expect(page.getByRole('switch', { name: 'Sound' })).toBeHidden();
});

for (const { title, options } of looks) {
  test(`axe finds nothing wrong with the choice of notifications ${title}`, async ({ enter }) => {
    const { page } = await enter('ana', options);
    await recordNotifications(page.context(), 'denied');
    await page.goto('/account');
    await option(page, 'Conversations I hold').click();
    await expect(page.getByRole('alert').filter({ hasText: 'Your browser blocks' })).toBeVisible();
    await expectWell(page, 'blocked');
    const { page: other } = await enter('ana', { ...options, ...allowed });
    await recordNotifications(other.context());
    await other.goto('/account');
    await option(other, 'Conversations I hold').click();
    await other.getByRole('button', { name: 'Try it' }).click();
    await expect(other.getByText('Your browser has it.')).toBeVisible();
    await expectWell(other, 'chosen and tried');
  });
}
