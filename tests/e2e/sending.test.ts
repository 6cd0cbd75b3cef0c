import type { Locator } from '@playwright/test';
import { Customer, mark } from './support/customer';
import { expect, test } from './support/test';

test('who has written much and taken it away again is still at the end, and sees what comes in', async ({ parley, enter }) => {
  const nia = await Customer.on('whatsapp', parley.origin);
  await nia.saysAll(Array.from({ length: 30 }, (_, i) => `Line ${i + 1} of a long story`));
  const thread = await (await enter('ana')).hold(nia);
  await expect(thread.bubble('Line 30 of a long story')).toBeInViewport();
  for (let i = 0; i < 3; i += 1) {
    await thread.composer.fill('much '.repeat(300));
    await expect(thread.bubble('Line 30 of a long story')).toBeInViewport();
    await thread.composer.fill('');
    await expect(thread.bubble('Line 30 of a long story')).toBeInViewport();
    await expect(thread.region.getByRole('button', { name: 'Go to the latest' })).toBeHidden();
  }
  await nia.says('And one more');
  await expect(thread.bubble('And one more')).toBeInViewport();
});

test('on the narrowest screen the header keeps a name, and a name in Arabic begins where the line below it does', async ({
  parley,
  enter,
}) => {
  const nia = await Customer.on('whatsapp', parley.origin, `نيا ${mark()}`);
  await nia.says('مرحبا');
  const ana = await enter('ana');
  const thread = await ana.hold(nia);
  const startOf = (locator: Locator) =>
    locator.evaluate((element) => {
      const range = document.createRange();
      range.selectNodeContents(element);
      return range.getBoundingClientRect().left;
    });
  const name = thread.region.getByRole('heading', { level: 2 });
  const end = await ana.page.evaluate(() => document.querySelector('header .who p')?.getBoundingClientRect().left ?? 0);
  expect(Math.abs((await startOf(name)) - end)).toBeLessThan(2);
  await ana.page.setViewportSize({ width: 320, height: 640 });
  const [who, menu] = [name, thread.region.getByRole('button', { name: /^Ticket status/ })];
  expect((await who.boundingBox())?.width).toBeGreaterThan(70);
  const time = await ana.page.evaluate(() => document.querySelector('header .who p .narrow')?.getBoundingClientRect().right ?? 0);
  expect(time).toBeLessThanOrEqual((await menu.boundingBox())?.x ?? 0);
});

test('what the customer wrote meanwhile stops an answer, and “send anyway” sends it once', async ({
  parley,
  provider,
  enter,
}) => {
  const nia = await Customer.on('whatsapp', parley.origin);
  await nia.saysAll(Array.from({ length: 30 }, (_, i) => `Line ${i + 1} of a long story`));
  const ana = await enter('ana');
  const thread = await ana.hold(nia);
  await expect(thread.bubble('Line 30 of a long story')).toBeVisible();
  // Who reads further up does not see what comes in below.
  await thread.log.hover();
  // Once more where the thread was still on its way to its end.
  await expect(async () => {
    await ana.page.mouse.wheel(0, -1_200);
    await expect(thread.region.getByRole('button', { name: 'Go to the latest' })).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await nia.says('Please cancel it all!');
  await expect(thread.region.getByRole('button', { name: '1 new, go to the latest' })).toBeVisible();

  await thread.say('Done, it is booked');
  await expect(thread.notice('Not sent yet: Nia wrote meanwhile.')).toContainText('Please cancel it all!');
  await expect(thread.bubble('Done, it is booked')).toContainText('Held back');
  expect(provider.callsTo(nia.address)).toEqual([]);

  // Who leaves now would believe it sent.
  await thread.region.getByRole('button', { name: 'Close the conversation' }).click();
  await thread.popup.getByText('Closed', { exact: true }).click();
  await thread.popup.getByRole('button', { name: /^Close( ⏎)?$/ }).click();
  await expect(ana.page.getByText('A message was held back: send or edit it first.')).toBeVisible();
  await expect(thread.popup).toBeHidden();

  await thread.region.getByRole('button', { name: 'Send anyway' }).click();
  await expect(thread.tick('Done, it is booked', 'Sent')).toBeVisible();
  await expect(thread.notice('Not sent yet')).toBeHidden();
  await expect(thread.bubble('Done, it is booked')).toHaveCount(1);
  expect(provider.callsTo(nia.address).map(({ text }) => text)).toEqual(['Done, it is booked']);
});

test('a send that may have gone out is never repeated by itself, and its receipt settles it', async ({
  parley,
  provider,
  enter,
}) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Did you get my order?');
  provider.behave(nia.address, { refusal: { status: 500, body: { error: 'boom' } } });
  const ana = await enter('ana');
  const thread = await ana.hold(nia);
  await thread.say('Yes, it is here');
  await expect(thread.bubble('Yes, it is here')).toContainText('Not sure it arrived');
  const [call] = provider.callsTo(nia.address);
  if (!call) throw new Error('no call');
  await provider.report(parley.origin, call, 'delivered');
  await expect(thread.tick('Yes, it is here', 'Delivered')).toBeVisible();
  expect(provider.callsTo(nia.address)).toHaveLength(1);
});

test('a busy provider gets the message again, once, when it said', async ({ parley, provider, enter }) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Hello?');
  provider.behave(nia.address, { refusal: { status: 429, body: {} } });
  const ana = await enter('ana');
  const thread = await ana.hold(nia);
  await thread.say('Here I am');
  await expect(thread.bubble('Here I am')).toContainText('Trying again');
  provider.behave(nia.address, {});
  await expect(thread.tick('Here I am', 'Sent')).toBeVisible({ timeout: 30_000 });
  const calls = provider.callsTo(nia.address);
  expect(new Set(calls.map(({ messageId }) => messageId)).size).toBe(1);
  await nia.says('Ah, good');
  await expect(thread.bubble('Ah, good')).toBeVisible();
  expect(provider.callsTo(nia.address)).toHaveLength(calls.length);
});
