import type { Locator, Page } from '@playwright/test';
import { signIn } from './support/agent';
import { Customer } from './support/customer';
import { expectWell, looks } from './support/looks';
import { expect, test } from './support/test';
import { threadOf } from './support/thread';

/** The palette as somebody sees it. */
function paletteOf(page: Page): { dialog: Locator; field: Locator; entry: (name: string | RegExp) => Locator } {
  const dialog = page.getByRole('dialog', { name: 'Go to or do anything' });
  return {
    dialog,
    field: dialog.getByRole('combobox', { name: 'Go to or do anything' }),
    entry: (name) => dialog.getByRole('option', { name }),
  };
}

test('Ctrl+K opens the palette while one writes; the draft, the caret and the hold stay', async ({ parley, enter }) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Are you there?');
  const ana = await enter('ana');
  const thread = await ana.hold(nia);
  await expect(thread.composer).toBeFocused();
  const { keyboard } = ana.page;
  const palette = paletteOf(ana.page);
  await thread.composer.fill('Half a sentence');
  await keyboard.press('Control+k');
  // What is typed before it is there is meant for it.
  await keyboard.type('copy');
  await expect(palette.field).toBeFocused();
  await expect(palette.field).toHaveValue('copy');
  await expect(palette.entry('Copy the link')).toHaveAttribute('aria-selected', 'true');
  await keyboard.press('Escape');
  await expect(palette.dialog).toBeHidden();
  await expect(thread.popup).toBeHidden();
  await expect(thread.composer).toBeFocused();
  await keyboard.type(', and the rest');
  await expect(thread.composer).toHaveValue('Half a sentence, and the rest');
  await keyboard.press('Control+k');
  await expect(palette.field).toHaveValue('');
  await keyboard.press('Control+k');
  await expect(palette.dialog).toBeHidden();
  await keyboard.press('Enter');
  await expect(thread.tick('Half a sentence, and the rest', 'Sent')).toBeVisible();
});

test('a customer is found by name, in both tabs, and opened; what nobody is called is said', async ({ parley, enter }) => {
  const nia = await Customer.on('webhook', parley.origin);
  const old = await Customer.on('webhook', parley.origin, `${nia.name} Earlier`);
  await nia.says('Find me');
  await old.says('Long ago', { at: Date.now() - 2 * 86_400_000 });
  const ana = await enter('ana');
  await ana.goto('/people');
  const { keyboard } = ana.page;
  const palette = paletteOf(ana.page);
  await keyboard.press('Control+k');
  await keyboard.type(nia.name);
  await expect(palette.entry(/Find me/)).toContainText('Active');
  await expect(palette.entry(/Long ago/)).toContainText('Inactive');
  await expect(palette.entry(/Find me/)).toHaveAttribute('aria-selected', 'true');
  await keyboard.press('Enter');
  await expect(ana.thread(nia).composer).toBeFocused();

  await keyboard.press('Control+k');
  await keyboard.type('zzzz nobody');
  await expect(palette.dialog.getByRole('status')).toHaveText('No conversation found.');
  await palette.field.fill(nia.name);
  await palette.entry('in the list').click();
  await expect(ana.page).toHaveURL(new RegExp(`${nia.conversationId}\\?q=`));
  await expect(ana.search).toBeFocused();
  await expect(ana.search).toHaveValue(nia.name);
  await expect(ana.rows.getByRole('link')).toHaveCount(1);
});

test('a search that fails is said, and can be tried again', async ({ parley, enter }) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Find me');
  const ana = await (await enter('ana')).goto('/people');
  const palette = paletteOf(ana.page);
  await ana.page.route(/conversations\.list/, (route) => route.abort());
  await ana.page.keyboard.press('Control+k');
  await ana.page.keyboard.type(nia.name);
  await expect(palette.dialog.getByRole('status')).toHaveText('The conversations could not be searched.');
  await ana.page.unroute(/conversations\.list/);
  await palette.entry('Try again').click();
  await expect(palette.entry(/Find me/)).toBeVisible();
});

test('the ticket is set from the palette; what cannot be done is not offered', async ({ parley, enter }) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('A ticket, please');
  const [ana, ben] = [await enter('ana'), await enter('ben')];
  const thread = await ana.hold(nia);
  await expect(thread.composer).toBeFocused();
  const { keyboard } = ana.page;
  await keyboard.press('Control+k');
  await expect(paletteOf(ana.page).entry(/^Set the ticket to Pending/)).toBeVisible();
  await expect(paletteOf(ana.page).entry(/^Set the ticket to New/)).toBeHidden();
  await keyboard.type('set pend');
  await keyboard.press('Enter');
  await expect(thread.region.getByRole('button', { name: 'Ticket status: Pending' })).toBeVisible();
  await expect(thread.composer).toBeFocused();

  await ben.goto(`/conversations/${nia.conversationId}`);
  await expect(ben.thread(nia).notice('has this conversation since')).toBeVisible();
  await ben.page.keyboard.press('Control+k');
  const palette = paletteOf(ben.page);
  await expect(palette.entry(/^Close as/)).toHaveCount(0);
  await expect(palette.entry(/^Set the ticket/)).toHaveCount(0);
  await palette.entry('Ask Ana Lima for it').click();
  await expect(thread.notice('Ben Okafor asks for this conversation.')).toBeVisible();
});

test('E closes, frees and goes on to the next; P at the end of the list leads back to it', async ({ parley, enter }) => {
  const name = `Pat ${Date.now().toString(36)}`;
  const [tom, nia] = [
    await Customer.on('webhook', parley.origin, `${name} Two`),
    await Customer.on('webhook', parley.origin, `${name} One`),
  ];
  await tom.says('I am second');
  await nia.says('I am first');
  const ana = await enter('ana');
  await ana.goto(`/conversations/${nia.conversationId}?q=${encodeURIComponent(name)}`);
  await expect(ana.rows.getByRole('link')).toHaveCount(2);
  await expect(ana.thread(nia).composer).toBeFocused();
  // In the composer it is a letter.
  await ana.thread(nia).composer.fill('');
  await ana.page.keyboard.type('e');
  await expect(ana.thread(nia).composer).toHaveValue('e');
  await ana.thread(nia).log.focus();
  await ana.page.keyboard.press('e');
  await expect(ana.thread(tom).composer).toBeFocused();
  await expect(ana.row(nia)).toHaveAccessibleName(/, App, Closed, /);
  const admin = await signIn(parley.origin, 'admin');
  await expect.poll(async () => (await threadOf(admin, nia)).conversation).toMatchObject({ ticketStatus: 'closed', lock: null });

  await ana.thread(tom).log.focus();
  await ana.page.keyboard.press('p');
  await expect(ana.thread(tom).region).toBeHidden();
  await expect(ana.page).toHaveURL(/\/conversations\?q=/);
  await expect.poll(async () => (await threadOf(admin, tom)).conversation).toMatchObject({ ticketStatus: 'pending', lock: null });
});

test('who goes on before a close is done is not led away from there, and it is closed all the same', async ({
  parley,
  enter,
}) => {
  const [nia, uma, leo] = [
    await Customer.on('webhook', parley.origin),
    await Customer.on('webhook', parley.origin),
    await Customer.on('webhook', parley.origin),
  ];
  for (const customer of [leo, uma, nia]) await customer.says('Hello');
  const ana = await enter('ana');
  const thread = await ana.hold(nia);
  const { page } = ana;
  await page.route('**/api/trpc/conversations.close*', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await route.continue();
  });
  await thread.log.focus();
  const closed = page.waitForResponse(/conversations\.close/);
  await page.keyboard.press('e');
  const next = await ana.open(leo);
  await next.composer.fill('In the middle of a sentence');
  await closed;
  await expect
    .poll(async () => (await threadOf(await signIn(parley.origin, 'ben'), nia)).conversation.ticketStatus)
    .toBe('closed');
  await expect(page).toHaveURL(new RegExp(leo.conversationId));
  await expect(next.composer).toHaveValue('In the middle of a sentence');
});

test('from the list to an answer, a closed ticket and the next conversation in three keys besides typing', async ({
  parley,
  provider,
  enter,
}) => {
  const name = `Uma ${Date.now().toString(36)}`;
  const [tom, nia] = [
    await Customer.on('webhook', parley.origin, `${name} Two`),
    await Customer.on('webhook', parley.origin, `${name} One`),
  ];
  await tom.says('I am second');
  await nia.says('I am first');
  const ana = await (await enter('ana')).goto(`/conversations?q=${encodeURIComponent(name)}`);
  await expect(ana.row(tom)).toBeVisible();
  const { keyboard } = ana.page;
  await keyboard.press('j');
  await keyboard.press('Enter');
  await expect(ana.thread(nia).composer).toBeFocused();
  await keyboard.type('All done');
  await keyboard.press('Control+Shift+Enter');
  await expect(ana.thread(tom).composer).toBeFocused();
  await expect(ana.row(nia)).toHaveAccessibleName(/, App, Closed, /);
  expect(provider.callsTo(nia.address).map(({ text }) => text)).toEqual(['All done']);
});

test('an answer that does not get through keeps its conversation open, in words, and nothing is lost', async ({
  parley,
  provider,
  enter,
}) => {
  const nia = await Customer.on('whatsapp', parley.origin);
  await nia.saysAll(Array.from({ length: 30 }, (_, i) => `Line ${i + 1} of a long story`));
  const ana = await enter('ana');
  const thread = await ana.hold(nia);
  await expect(thread.bubble('Line 30 of a long story')).toBeVisible();
  await expect(thread.composer).toBeFocused();
  // Who reads further up does not see what comes in below.
  await thread.log.hover();
  await expect(async () => {
    await ana.page.mouse.wheel(0, -1_200);
    await expect(thread.region.getByRole('button', { name: 'Go to the latest' })).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await nia.says('Please cancel it all!');
  await expect(thread.region.getByRole('button', { name: '1 new, go to the latest' })).toBeVisible();
  await thread.composer.fill('Done, it is booked');
  await ana.page.keyboard.press('Control+Shift+Enter');
  await expect(ana.page.getByText('A message was held back: send or edit it first.')).toBeVisible();
  await expect(thread.notice('Not sent yet: Nia wrote meanwhile.')).toBeVisible();
  await expect(thread.region).toBeVisible();

  // End leads to what came in, where it is not for the text.
  await thread.log.focus();
  await ana.page.keyboard.press('End');
  await expect(thread.bubble('Please cancel it all!')).toBeVisible();
  await thread.region.getByRole('button', { name: 'Edit' }).click();
  await expect(thread.composer).toHaveValue('Done, it is booked');

  const refusal = { message: 'No', code: -32_600, data: { code: 'BAD_REQUEST', httpStatus: 400 } };
  await ana.page.route(/conversations\.send/, (route) => route.fulfill({ status: 400, json: [{ error: refusal }] }));
  await ana.page.keyboard.press('Control+Shift+Enter');
  await expect(ana.page.getByText('Not closed: a message came back.')).toBeVisible();
  await expect(thread.composer).toHaveValue('Done, it is booked');
  await ana.page.unroute(/conversations\.send/);

  await ana.page.route(/conversations\.send/, (route) => route.abort());
  await ana.page.keyboard.press('Control+Shift+Enter');
  await expect(ana.page.getByText('A message is still on its way. Check the connection and try again.')).toBeVisible();
  await expect(thread.region).toBeVisible();
  await ana.page.unroute(/conversations\.send/);
  await expect(thread.tick('Done, it is booked', 'Sent')).toBeVisible();
  expect(provider.callsTo(nia.address)).toHaveLength(1);
});

test('C gives the conversation back with its draft and takes it again, Y copies its link, G P leads to People', async ({
  parley,
  enter,
}) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Whose am I?');
  const ana = await enter('ana');
  await ana.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const thread = await ana.hold(nia);
  const { keyboard } = ana.page;
  await expect(thread.composer).toBeFocused();
  await thread.composer.fill('For later');
  await thread.log.focus();
  await keyboard.press('c');
  await expect(thread.notice('Only who holds it can answer.')).toContainText('Your draft is kept.');
  await thread.log.focus();
  await keyboard.press('c');
  await expect(thread.composer).toBeFocused();
  await expect(thread.composer).toHaveValue('For later');

  await thread.log.focus();
  await keyboard.press('y');
  await expect(ana.page.getByText('Link copied')).toBeVisible();
  expect(await ana.page.evaluate(() => navigator.clipboard.readText())).toBe(
    `${parley.origin}/conversations/${nia.conversationId}`,
  );
  await ana.page.context().clearPermissions();
  await ana.page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error('refused'));
  });
  await keyboard.press('y');
  await expect(ana.page.getByText('The browser did not allow copying.')).toBeVisible();

  await keyboard.press('g');
  await keyboard.press('p');
  await expect(ana.page).toHaveURL(/\/people$/);
});

test('single keys that are turned off in the palette do nothing; combinations do', async ({ parley, enter }) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Quiet, please');
  const ana = await enter('ana');
  const thread = await ana.hold(nia);
  const { keyboard } = ana.page;
  await expect(thread.composer).toBeFocused();
  await keyboard.press('Control+k');
  await keyboard.type('single');
  await expect(paletteOf(ana.page).entry(/Turn single keys off/)).toHaveAttribute('aria-selected', 'true');
  await keyboard.press('Enter');
  await expect(paletteOf(ana.page).dialog).toBeHidden();
  await thread.log.focus();
  await keyboard.press('e');
  await keyboard.press('c');
  await keyboard.press('Control+k');
  await expect(paletteOf(ana.page).entry(/^Close as Closed/)).toBeVisible();
  await expect(paletteOf(ana.page).entry(/Turn single keys on/)).toBeVisible();
  await expect(thread.send).toBeVisible();
});

test('a Member’s palette has no conversations, and leads to what they may see', async ({ enter }) => {
  const mia = await enter('mia');
  await mia.page.goto('/campaigns');
  const asked: string[] = [];
  mia.page.on('request', (request) => asked.push(request.url()));
  await mia.page.keyboard.press('Control+k');
  const palette = paletteOf(mia.page);
  await expect(palette.entry(/^Campaigns/)).toBeVisible();
  await expect(palette.entry(/Inbox|Active|People|Settings|Search conversations/)).toHaveCount(0);
  await palette.field.fill('Aanya');
  await expect(palette.dialog.getByRole('status')).toHaveText('Nothing found.');
  await palette.field.fill('account');
  await mia.page.keyboard.press('Enter');
  await expect(mia.page).toHaveURL(/\/account$/);
  expect(asked.filter((url) => url.includes('conversations.'))).toEqual([]);
});

for (const { title, options } of looks) {
  test(`axe finds nothing wrong with the palette ${title}, which the account menu leads to`, async ({ parley, enter }) => {
    const nia = await Customer.on('webhook', parley.origin);
    await nia.says('Look at me');
    const ana = await (await enter('ana', options)).goto();
    const palette = paletteOf(ana.page);
    await ana.page.getByRole('button', { name: /^Account: / }).click();
    await ana.page.getByRole('button', { name: /^Go to or do…/ }).click();
    await expect(palette.field).toBeFocused();
    await expectWell(ana.page, 'the palette');
    await palette.field.fill(nia.name);
    await palette.entry(/Look at me/).click();
    const thread = ana.thread(nia);
    await expect(thread.send).toBeVisible();
    if (options.isMobile) {
      await thread.region.getByRole('button', { name: 'Contact details' }).click();
      await ana.page.getByRole('button', { name: 'Go to or do…' }).click();
    } else await ana.page.keyboard.press('Control+k');
    await expect(palette.entry(/^Write a reply/)).toBeVisible();
    await expectWell(ana.page, 'the palette over a conversation');
    await palette.field.fill('an');
    await expect(palette.entry(/ in the list$/)).toBeVisible();
    await expectWell(ana.page, 'the palette with what it has found');
    await ana.page.keyboard.press('Escape');
    await expect(palette.dialog).toBeHidden();
  });
}
