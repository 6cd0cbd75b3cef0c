import { randomUUID } from 'node:crypto';
import { refusalOf, signIn } from './support/agent';
import { Customer } from './support/customer';
import { briefly, expect, test } from './support/test';

const HOUR_MS = 3_600_000;

test('the clock alone moves a row from Active to Inactive and out of the list, before one’s eyes', async ({ brief, enter }) => {
  const active = await (await enter('ana', { on: brief })).goto();
  const inactive = await (await enter('ben', { on: brief })).goto('/conversations?tab=inactive');
  const nia = await Customer.on('webhook', brief.origin);
  const writtenAt = Date.now();
  await nia.says('Tick tock', { at: writtenAt });
  await expect(active.row(nia)).toBeVisible();
  await expect(inactive.row(nia)).toBeHidden();

  await expect(active.row(nia)).toBeHidden({ timeout: briefly.activeWindowMs + 15_000 });
  expect(Date.now() - writtenAt, 'not before its time').toBeGreaterThanOrEqual(briefly.activeWindowMs);
  await expect(inactive.row(nia)).toBeVisible({ timeout: briefly.retentionMs - briefly.activeWindowMs });

  await expect(inactive.row(nia)).toBeHidden({ timeout: briefly.retentionMs + 15_000 });
  const goneAfterMs = Date.now() - writtenAt;
  expect(goneAfterMs, 'not before its time').toBeGreaterThanOrEqual(briefly.retentionMs);
  expect(goneAfterMs, 'and soon after it').toBeLessThan(briefly.retentionMs + 15_000);

  // Archived is not gone: a later reply revives it.
  await nia.says('Still me');
  await expect(active.row(nia)).toBeVisible();
});

test('a send after WhatsApp’s window is refused, and nothing reaches the provider', async ({ parley, provider, enter }) => {
  const nia = await Customer.on('whatsapp', parley.origin);
  await nia.says('I wrote this yesterday', { at: Date.now() - 25 * HOUR_MS });
  const { api } = await signIn(parley.origin, 'ben');
  const id = nia.conversationId;
  const claim = await api.conversations.claim.mutate({ id });
  if (!claim.granted) throw new Error('nobody else is here');
  const send = { id, messageId: randomUUID(), epoch: claim.epoch, seenSeq: 100, text: 'Too late?' };
  expect(await refusalOf(api.conversations.send.mutate(send))).toMatchObject({
    code: 'PRECONDITION_FAILED',
    reason: 'window_closed',
  });
  await api.conversations.release.mutate({ id, epoch: claim.epoch });

  const ana = await (await enter('ana')).goto('/conversations?tab=inactive');
  await expect(ana.row(nia)).toHaveAccessibleName(/WhatsApp, New$/);
  const thread = await ana.open(nia);
  await expect(thread.notice('WhatsApp takes free text only within 24 hours')).toBeVisible();
  await expect(thread.send).toBeHidden();
  expect(provider.callsTo(nia.address)).toEqual([]);
});

test('when WhatsApp’s window closes over a half-written answer, the draft is kept and can go out after the next reply', async ({
  parley,
  provider,
  enter,
}) => {
  const nia = await Customer.on('whatsapp', parley.origin);
  const closesInMs = 15_000;
  await nia.says('Last chance', { at: Date.now() - 24 * HOUR_MS + closesInMs });
  const ana = await enter('ana');
  const thread = await ana.hold(nia);
  await thread.composer.fill('I have looked it up for you');
  await expect(thread.notice('WhatsApp takes free text only within 24 hours')).toBeVisible({ timeout: closesInMs + 10_000 });
  await expect(thread.notice('Your draft is kept')).toBeVisible();
  await expect(thread.send).toBeHidden();
  await expect(thread.composer).toHaveValue('I have looked it up for you');
  await thread.composer.press('Enter');
  await nia.says('Hello?');
  await thread.send.click();
  await expect(thread.tick('I have looked it up for you', 'Sent')).toBeVisible();
  expect(provider.callsTo(nia.address)).toHaveLength(1);
});

test('a refusal by the provider is told in words, and only what may help is offered', async ({ parley, provider, enter }) => {
  const nia = await Customer.on('whatsapp', parley.origin);
  await nia.says('Do you read me?');
  provider.behave(nia.address, { refusal: { status: 400, body: { error: { code: 131026, message: 'Message undeliverable' } } } });
  const ana = await enter('ana');
  const thread = await ana.hold(nia);
  await thread.say('Loud and clear');
  await expect(thread.bubble('Loud and clear')).toContainText('Not delivered: This number cannot receive the message');
  await expect(thread.bubble('Loud and clear').getByRole('button', { name: 'Retry' })).toBeHidden();

  provider.behave(nia.address, { refusal: { status: 400, body: { error: { code: 131053, message: 'upload' } } } });
  await thread.say('And now?');
  await expect(thread.bubble('And now?')).toContainText('Not delivered: WhatsApp could not take the attached file');
  provider.behave(nia.address, {});
  await thread.bubble('And now?').getByRole('button', { name: 'Retry' }).click();
  await expect(thread.tick('And now?', 'Sent')).toBeVisible();
  expect(provider.callsTo(nia.address).map(({ text }) => text)).toEqual(['Loud and clear', 'And now?', 'And now?']);
});
