import type { Page } from '@playwright/test';
import { refusalOf, signIn } from './support/agent';
import { Customer } from './support/customer';
import { expectWell, looks } from './support/looks';
import { expectTelling, notifiedOf, recordNotifications, turnTo } from './support/notifications';
import type { Thread } from './support/pages';
import { expect, test } from './support/test';

const HOUR_MS = 3_600_000;
/** Long enough for a page to show that it is snoozed. */
const SOON_MS = 6_000;

const dialogOf = (page: Page, { firstName }: Customer) =>
  page.getByRole('dialog', { name: `Snooze ${firstName}’s conversation` });
const activity = ({ log }: Thread, words: string | RegExp) => log.locator('.activity').filter({ hasText: words });

test('Z sets a conversation aside and goes on; it comes back by itself on every screen, and the history says so', async ({
  parley,
  enter,
}) => {
  const word = `w${Date.now().toString(36)}`;
  const [nia, tom] = [await Customer.on('whatsapp', parley.origin), await Customer.on('whatsapp', parley.origin)];
  // Whole seconds: of the same one either may stand first.
  await tom.says(`After her, ${word}`, { at: Date.now() - 60_000 });
  await nia.says(`Call me later, ${word}`);
  const ana = await enter('ana');
  const ben = await (await enter('ben')).goto();
  // With nobody else's between them.
  await ana.goto(`/conversations/${nia.conversationId}?q=${word}`);
  await expect(ana.rows.getByRole('link')).toHaveCount(2);
  const thread = ana.thread(nia);
  await expect(thread.composer).toBeFocused();
  await thread.composer.fill('Kept');
  await thread.composer.press('Escape');
  await expect(thread.popup).toBeVisible();
  await ana.page.keyboard.press('z');
  const dialog = dialogOf(ana.page, nia);
  await expect(dialog.getByRole('button', { name: /^In 1 hour/ })).toBeFocused();
  await ana.page.keyboard.press('ArrowDown');
  await expect(dialog.getByRole('button', { name: /^In 3 hours/ })).toBeFocused();
  await ana.page.keyboard.press('1');
  await expect(ana.thread(tom).region).toBeVisible();
  await expect(ana.row(nia)).toHaveAccessibleName(/Pending, snoozed until /);
  await expect(ana.row(nia)).toContainText('Snoozed until');
  await expect(ben.row(nia)).toHaveAccessibleName(/Pending, snoozed until /);
  await expect(ben.row(nia), 'and nobody holds it').not.toHaveAccessibleName(/locked by/);
  await ben.choose('More', 'Snoozed');
  // Rows stand still under a pointer.
  await ben.page.mouse.move(900, 400);
  await expect(ben.row(nia)).toBeVisible();
  await expect(ben.row(tom)).toBeHidden();

  // Nobody waits for an hour: a colleague gives it another moment, which is soon.
  const { api } = await signIn(parley.origin, 'ben');
  await api.conversations.snooze.mutate({ id: nia.conversationId, until: Date.now() + SOON_MS });
  await expect(ana.row(nia)).toHaveAccessibleName(/, New, /, { timeout: SOON_MS + 15_000 });
  await expect(ana.row(nia)).not.toContainText('Snoozed');
  await expect(ben.row(nia), 'the filter lets it go').toBeHidden();

  const again = await ana.open(nia);
  await expect(again.composer).toHaveValue('Kept');
  await expect(activity(again, /^Ana Lima snoozed the conversation until/)).toBeVisible();
  await expect(activity(again, 'Snooze ended · ticket is New')).toHaveCount(1);
  const history = again.region.getByRole('complementary', { name: 'Contact' });
  await expect(history).toContainText('snooze ended, set by Ben Okafor');
  await expect(history).toContainText('Ana Lima, snoozed until');
});

test('a snooze is taken back by the key, and by what says it; each once', async ({ parley, enter }) => {
  const nia = await Customer.on('whatsapp', parley.origin);
  await nia.says('Soon');
  const ana = await enter('ana');
  const { api } = await signIn(parley.origin, 'ben');
  const snoozed = async () => (await api.conversations.get.query({ id: nia.conversationId })).conversation;
  const snooze = async () => {
    await (await ana.hold(nia)).log.focus();
    await ana.page.keyboard.press('z');
    await ana.page.keyboard.press('1');
    await expect.poll(async () => (await snoozed()).snoozedUntil).not.toBeNull();
  };
  await snooze();
  const said = ana.page.getByText(`${nia.name} is snoozed until`);
  await expect(said).toBeVisible();
  await ana.page.keyboard.press('Control+z');
  await expect(ana.page.getByText('1 set back.')).toBeVisible();
  expect(await snoozed()).toMatchObject({ ticketStatus: 'new', snoozedUntil: null });
  await expect(ana.thread(nia).composer, 'it is shown again').toBeEditable();

  const mine = (await signIn(parley.origin, 'ana')).api.conversations;
  await mine.setTicketStatus.mutate({ id: nia.conversationId, ticketStatus: 'pending' });
  await snooze();
  await ana.page.getByRole('listitem').filter({ has: said }).getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => (await snoozed()).snoozedUntil).toBeNull();
  expect(await snoozed()).toMatchObject({ ticketStatus: 'pending' });
});

test('an open conversation that is set aside says until when, and wakes before one’s eyes; a reply comes first', async ({
  parley,
  enter,
}) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Not now');
  const { api } = await signIn(parley.origin, 'ben');
  const ana = await enter('ana');
  const id = nia.conversationId;
  await api.conversations.snooze.mutate({ id, until: Date.now() + HOUR_MS });
  const thread = await ana.hold(nia);
  await expect(thread.region.locator('header')).toContainText('Snoozed until');
  await nia.says('Now after all');
  await expect(activity(thread, 'Reply received · ticket is New')).toBeVisible();
  await expect(thread.region.locator('header')).not.toContainText('Snoozed until');

  expect(await refusalOf(api.conversations.snooze.mutate({ id, until: Date.now() + HOUR_MS }))).toMatchObject({
    reason: 'locked',
  });
  const mine = (await signIn(parley.origin, 'ana')).api.conversations;
  expect(await refusalOf(mine.snooze.mutate({ id, until: Date.now() - 1 }))).toMatchObject({
    code: 'BAD_REQUEST',
    reason: 'snooze_past',
  });
  expect(await refusalOf(mine.snooze.mutate({ id, until: Date.now() + 15 * 24 * HOUR_MS }))).toMatchObject({
    reason: 'snooze_too_late',
  });
  await mine.snooze.mutate({ id, until: Date.now() + SOON_MS });
  await expect(thread.region.locator('header')).toContainText('Snoozed until');
  await expect(activity(thread, 'Snooze ended · ticket is New')).toBeVisible({ timeout: SOON_MS + 15_000 });
  await expect(thread.region.getByRole('button', { name: 'Ticket status: New' })).toBeVisible();
});

test('who reads along cannot snooze; the holder can from the menu of the status, at a time of their own', async ({
  parley,
  enter,
}) => {
  const nia = await Customer.on('whatsapp', parley.origin);
  await nia.says('Next week, please', { at: Date.now() - 23 * HOUR_MS });
  const ana = await enter('ana');
  const thread = await ana.hold(nia);
  const ben = await (await enter('ben')).goto(`/conversations/${nia.conversationId}`);
  await expect(ben.thread(nia).notice('Ana Lima')).toBeVisible();
  await ben.page.keyboard.press('z');
  await expect(dialogOf(ben.page, nia)).toBeHidden();

  await thread.region.getByRole('button', { name: /^Ticket status/ }).click();
  await ana.page.getByRole('menuitem', { name: /^Snooze until/ }).click();
  const dialog = dialogOf(ana.page, nia);
  await expect(dialog.getByRole('button', { name: /^In 1 hour/ })).toContainText('After the window closes: only templates then');
  const field = dialog.getByLabel('Choose date and time');
  const until = new Date(Date.now() + 3 * 24 * HOUR_MS);
  const local = (date: Date) =>
    ana.page.evaluate((at) => {
      const moment = new Date(at);
      return new Date(at - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
    }, date.getTime());
  await field.fill(await local(new Date(Date.now() - HOUR_MS)));
  await dialog.getByRole('button', { name: 'Snooze', exact: true }).click();
  await expect(dialog, 'the past is refused before it is asked for').toBeVisible();
  await field.fill(await local(until));
  await dialog.getByRole('button', { name: 'Snooze', exact: true }).click();
  await expect(dialog).toBeHidden();
  await ana.goto('/conversations?snoozed=1');
  await expect(ana.row(nia)).toHaveAccessibleName(/Pending, snoozed until \w{3} \d\d:\d\d/);
});

test('who looks elsewhere is told that what they had snoozed is back, once; a colleague is not', async ({ parley, enter }) => {
  const nia = await Customer.on('telegram', parley.origin);
  await nia.says('Later');
  const allowed = { permissions: ['notifications'] };
  const { api } = await signIn(parley.origin, 'ana');
  const [ana, ben] = [await enter('ana', allowed), await enter('ben', allowed)];
  for (const { page } of [ana, ben]) {
    await recordNotifications(page.context());
    await page.goto('/account');
    await page.getByRole('radio', { name: 'Conversations I hold', exact: true }).click();
    await page.goto('/conversations');
    await expectTelling(page, true);
    await turnTo(null, [page]);
  }
  await api.conversations.snooze.mutate({ id: nia.conversationId, until: Date.now() + SOON_MS });
  await expect(ana.row(nia)).toContainText('Snoozed until');
  await expect.poll(() => notifiedOf(ana.page.context()), { timeout: SOON_MS + 15_000 }).toEqual([`${nia.name}: Snooze ended`]);
  await expect(ben.row(nia)).toHaveAccessibleName(/, New, /);
  expect(await notifiedOf(ben.page.context())).toEqual([]);
});

for (const { title, options } of looks) {
  test(`the dialog, the row and the header are well ${title}`, async ({ parley, enter }) => {
    const nia = await Customer.on('whatsapp', parley.origin);
    await nia.says('Later, please');
    const ana = await enter('ana', options);
    const path = `/conversations/${nia.conversationId}`;
    const thread = ana.thread(nia);
    await ana.page.goto(path);
    await expect(thread.composer).toBeEditable();
    await thread.region.getByRole('button', { name: /^Ticket status/ }).click();
    await ana.page.getByRole('menuitem', { name: /^Snooze until/ }).click();
    const dialog = dialogOf(ana.page, nia);
    await expect(dialog).toBeVisible();
    await expectWell(ana.page, 'the dialog');
    await dialog.getByRole('button', { name: /^Tomorrow/ }).click();
    await expect(dialog).toBeHidden();
    await ana.goto('/conversations?snoozed=1');
    await expect(ana.row(nia)).toContainText('Snoozed until');
    await expectWell(ana.page, 'the list');
    await ana.page.goto(path);
    await expect(thread.region.locator('header')).toContainText('Snoozed until');
    await expectWell(ana.page, 'the thread');
  });
}
