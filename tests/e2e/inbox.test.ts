import { Customer } from './support/customer';
import { people } from './support/agent';
import { expect, test } from './support/test';

test('a reply is handled from its arrival to its closing in front of two agents, and comes back as New when the customer writes again', async ({
  parley,
  provider,
  enter,
}) => {
  const ana = await (await enter('ana')).goto();
  const ben = await (await enter('ben')).goto();
  const nia = await Customer.on('whatsapp', parley.origin);

  await test.step('the reply appears at the top of both lists by itself', async () => {
    await nia.says('Is the early check-in still free?');
    for (const agent of [ana, ben]) {
      await agent.isOnTop(nia);
      await expect(agent.row(nia)).toHaveAccessibleName(/WhatsApp, New, 1 unread, .* left$/);
      await expect(agent.row(nia)).toContainText('Is the early check-in still free?');
    }
  });

  const anas = await ana.open(nia);
  await test.step('who opens it first may answer, and the other sees who that is and cannot send', async () => {
    await expect(anas.composer).toBeEditable();
    await expect(ben.row(nia)).toHaveAccessibleName(new RegExp(`locked by ${people.ana.name}$`));
    const bens = await ben.open(nia);
    await expect(bens.notice(`${people.ana.name} has this conversation since`)).toBeVisible();
    await expect(bens.log).toContainText('Is the early check-in still free?');
    await expect(bens.composer).toBeHidden();
    await expect(bens.send).toBeHidden();
  });

  const answer = 'Yes, from 11 o’clock. Shall I note it?';
  await test.step('the answer reaches the provider once and as it was written, and the reader sees it live', async () => {
    await anas.say(answer);
    await expect(anas.tick(answer, 'Sent')).toBeVisible();
    await expect(ben.thread(nia).bubble(answer)).toBeVisible();
    expect(provider.callsTo(nia.address)).toEqual([
      expect.objectContaining({ provider: 'whatsapp', address: nia.address, text: answer }),
    ]);
  });

  await test.step('the receipts turn the ticks, and a late one does not turn them back', async () => {
    const [call] = provider.callsTo(nia.address);
    if (!call) throw new Error('no call');
    await provider.report(parley.origin, call, 'delivered');
    await expect(anas.tick(answer, 'Delivered')).toBeVisible();
    await provider.report(parley.origin, call, 'read');
    await expect(anas.tick(answer, 'Read')).toBeVisible();
    await expect(ben.thread(nia).tick(answer, 'Read')).toBeVisible();
    await provider.report(parley.origin, call, 'delivered');
    await nia.says('Please do.');
    await expect(anas.bubble('Please do.')).toBeVisible();
    await expect(anas.tick(answer, 'Read')).toBeVisible();
  });

  await test.step('X asks for the status, and the choice frees the conversation for everybody', async () => {
    await anas.closeAs('Closed');
    await expect(anas.region).toBeHidden();
    for (const agent of [ana, ben]) await expect(agent.row(nia)).toHaveAccessibleName(/WhatsApp, Closed, .* left$/);
    await expect(ben.thread(nia).notice(/Nobody has this conversation|This conversation was closed/)).toBeVisible();
  });

  await test.step('another message makes it New and brings it to the top', async () => {
    const other = await Customer.on('webhook', parley.origin);
    await other.says('Somebody else');
    await ana.isOnTop(other);
    // WhatsApp tells whole seconds only: within the same one, its message would count as the earlier.
    await nia.says('One more thing', { at: Date.now() + 1_000 });
    for (const agent of [ana, ben]) {
      await agent.isOnTop(nia);
      await expect(agent.row(nia)).toHaveAccessibleName(/WhatsApp, New, 1 unread, .* left$/);
    }
  });
  expect(provider.callsTo(nia.address)).toHaveLength(1);
});

test('a message that is delivered three times and an answer that is clicked twice are each there once', async ({
  parley,
  provider,
  enter,
}) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Hello there', { copies: 3 });
  const ana = await enter('ana');
  const thread = await ana.hold(nia);
  await expect(thread.bubble('Hello there')).toHaveCount(1);
  await thread.composer.fill('And hello to you');
  await thread.send.dblclick();
  await expect(thread.tick('And hello to you', 'Sent')).toBeVisible();
  await nia.says('Bye');
  await expect(thread.bubble('Bye')).toBeVisible();
  await expect(thread.bubble('And hello to you')).toHaveCount(1);
  expect(provider.callsTo(nia.address)).toHaveLength(1);
});

test('the browser’s tab says that something waits to be read, by its title and its icon, until it is read', async ({
  parley,
  enter,
}) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Anybody there?');
  const ana = await (await enter('ana')).goto(`/conversations?q=${nia.name}`);
  const icon = ana.page.locator('link[rel="icon"]');
  await expect(ana.page).toHaveTitle('(1) Conversations · Parley');
  await expect(icon).toHaveAttribute('href', /circle/);
  await ana.open(nia);
  await expect(ana.page).toHaveTitle('Conversations · Parley');
  await expect(icon).not.toHaveAttribute('href', /circle/);
  await ana.open(nia).then((thread) => thread.closeAs('Pending'));
  await nia.says('Hello?');
  await expect(icon).toHaveAttribute('href', /circle/);
  await ana.page.getByRole('link', { name: 'People' }).click();
  await expect(ana.page.getByRole('heading', { name: 'People' })).toBeVisible();
  await expect(icon, 'elsewhere nobody knows').not.toHaveAttribute('href', /circle/);
});

test('on a phone the pop-up names no keys, and a thumb hits what it offers', async ({ parley, enter }) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('From my phone to yours');
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const ana = await (await enter('ana', phone)).goto(`/conversations?q=${nia.name}`);
  const thread = await ana.open(nia);
  await thread.region.getByRole('button', { name: 'Close the conversation' }).tap();
  await expect(thread.popup).toBeVisible();
  await expect(thread.popup.locator('kbd, .enter').filter({ visible: true })).toHaveCount(0);
  for (const control of await thread.popup.locator('label, button').all())
    expect((await control.boundingBox())?.height, await control.innerText()).toBeGreaterThanOrEqual(44);

  await thread.popup.getByRole('button', { name: 'Cancel' }).tap();
  await expect(thread.popup).toBeHidden();
  await expect(thread.region.getByRole('button', { name: 'Ticket status: New' }), 'nothing was closed').toBeVisible();
  await ana.page.setViewportSize({ width: 1024, height: 768 });
  await thread.region.getByRole('button', { name: 'Note to colleagues' }).tap();
  await expect(thread.region.getByRole('textbox', { name: 'Note to colleagues' })).toBeVisible();
  await expect(thread.region.getByText('puts away'), 'on a tablet neither').toBeHidden();
});

test('where the browser keeps nothing, one reads and answers all the same, and drafts stay until the page goes', async ({
  parley,
  provider,
  enter,
}) => {
  const [nia, zoe] = [await Customer.on('whatsapp', parley.origin), await Customer.on('webhook', parley.origin)];
  await nia.says('Is there still room?');
  await zoe.says('And for me?');
  const ana = await enter('ana');
  const { page } = ana;
  await page.addInitScript(() => {
    const blocked = { get: () => { throw new DOMException('Access is denied for this document.', 'SecurityError'); } }; // prettier-ignore
    Object.defineProperties(window, { localStorage: blocked, sessionStorage: blocked });
  });
  await ana.goto();
  const withNia = await ana.open(nia);
  await expect(withNia.composer).toBeEditable();
  await withNia.composer.fill('There is, and I');
  await expect(withNia.region).toContainText('cannot keep the draft');
  await page.keyboard.press('Tab');
  await page.keyboard.press('n');
  await page.keyboard.type('She was here before');
  const withZoe = await ana.open(zoe);
  await withZoe.say('For you as well');
  await expect(withZoe.tick('For you as well', 'Sent')).toBeVisible();
  await expect(ana.row(nia)).toContainText('Draft: There is, and I');
  await ana.open(nia);
  await expect(withNia.composer).toHaveValue('There is, and I');
  await page.keyboard.press('Tab');
  await page.keyboard.press('n');
  await expect(withNia.region.getByRole('textbox', { name: 'Note to colleagues' })).toHaveValue('She was here before');
  await page.keyboard.press('Escape');
  await withNia.say('There is room');
  await expect.poll(() => provider.callsTo(nia.address)).toHaveLength(1);
  await withNia.closeAs('Pending');
  await expect(ana.row(nia)).not.toContainText('Draft');
});

test('drafts survive a change of conversation and a reload', async ({ parley, enter }) => {
  const [nia, zoe] = [await Customer.on('whatsapp', parley.origin), await Customer.on('webhook', parley.origin, 'Zoe Roth')];
  await nia.says('First question');
  await zoe.says('Second question');
  const ana = await (await enter('ana')).goto();
  const withNia = await ana.open(nia);
  await withNia.composer.fill('Half an answer to Nia');
  const withZoe = await ana.open(zoe);
  await expect(withZoe.composer).toBeEditable();
  await expect(withZoe.composer).toHaveValue('');
  await expect(ana.row(nia)).toContainText('Draft: Half an answer to Nia');
  await withZoe.composer.fill('Half an answer to Zoe');
  await nia.says('And a second one');
  await expect(ana.row(nia)).toContainText('And a second one');
  await expect(ana.row(nia)).not.toContainText('Draft');
  await ana.open(nia);
  await expect(withNia.composer).toHaveValue('Half an answer to Nia');
  await ana.page.reload();
  await expect(withNia.composer).toHaveValue('Half an answer to Nia');
  await expect(withNia.composer).toBeEditable();
  await ana.open(zoe);
  await expect(withZoe.composer).toHaveValue('Half an answer to Zoe');
  await expect(ana.row(zoe)).not.toContainText('Draft');
  await expect(withZoe.composer).toBeEditable();
  await withZoe.composer.fill('');
  await ana.open(nia);
  await expect(ana.row(zoe)).toContainText('Second question');
});
