import { Customer } from './support/customer';
import { Phone } from './support/phone';
import { expect, test } from './support/test';

test('a customer reacts to an answer, thinks better of it, and takes it back', async ({ plain, enter }) => {
  const nia = await Phone.on('whatsapp', plain);
  await nia.sends({ type: 'text', text: 'Is the boat at nine?' });
  const ana = await enter('ana', { on: plain });
  await ana.goto(`/conversations/${nia.conversationId}`);
  const thread = ana.thread(nia);
  await thread.say('At nine, pier four');
  await expect.poll(() => nia.received()).toHaveLength(1);
  const [answer] = await nia.received();
  const targetId = answer?.id ?? '';

  await nia.sends({ type: 'reaction', targetId, emoji: '👍' });
  await expect(thread.bubble('At nine, pier four').getByText('👍')).toBeVisible();
  await nia.sends({ type: 'reaction', targetId, emoji: '❤️' });
  await expect(thread.bubble('At nine, pier four').getByText('❤️')).toBeVisible();
  await nia.sends({ type: 'reaction', targetId, emoji: null });
  await expect(thread.bubble('At nine, pier four').getByText('❤️')).toBeHidden();
  await thread.closeAs('Closed');
  await nia.sends({ type: 'reaction', targetId, emoji: '👍' });
  await ana.goto(`/conversations/${nia.conversationId}`);
  await expect(thread.bubble('At nine, pier four').getByText('👍')).toBeVisible();
  await expect(thread.region.getByText('Closed', { exact: true }).first(), 'a reaction is no reply').toBeVisible();
});

test('an answer that failed says why, and “Retry” sends it once', async ({ parley, provider, enter }) => {
  const nia = await Customer.on('whatsapp', parley.origin);
  await nia.says('Could you confirm?');
  const error = { message: 'Re-engagement', type: 'OAuthException', code: 131053, fbtrace_id: 'A' };
  provider.behave(nia.address, { refusal: { status: 400, body: { error } } });
  const ana = await enter('ana');
  const thread = await ana.hold(nia);
  await thread.say('Confirmed for Friday');
  await expect(thread.bubble('Confirmed for Friday')).toContainText('Not delivered');
  expect(provider.callsTo(nia.address)).toHaveLength(1);

  provider.behave(nia.address, {});
  await thread.bubble('Confirmed for Friday').getByRole('button', { name: 'Retry' }).dblclick();
  await expect(thread.tick('Confirmed for Friday', 'Sent')).toBeVisible();
  expect(provider.callsTo(nia.address).map(({ messageId }) => messageId)).toHaveLength(2);
  await expect(thread.bubble('Confirmed for Friday')).toHaveCount(1);
});

test('a channel whose token has expired stops, everybody is told, nothing is lost, and what waited goes out once it is put right', async ({
  parley,
  provider,
  enter,
}) => {
  test.setTimeout(150_000);
  const nia = await Customer.on('telegram', parley.origin);
  await nia.says('Are you open on Sunday?');
  const body = { ok: false, error_code: 401, description: 'Unauthorized' };
  provider.behave(nia.address, { refusal: { status: 401, body } });
  const [ana, admin] = [await enter('ana'), await enter('admin')];
  await admin.goto();
  const thread = await ana.hold(nia);
  await thread.say('On Sunday from ten');
  for (const { page } of [ana, admin]) {
    await expect(page.getByRole('status').filter({ hasText: 'Parley bot sends nothing now.' })).toBeVisible();
  }
  await expect(thread.bubble('On Sunday from ten')).toContainText('Waiting: ');
  await expect(ana.page.getByRole('link', { name: 'Put it right' })).toHaveCount(0);
  expect(provider.callsTo(nia.address), 'it is not tried again and again').toHaveLength(1);

  provider.behave(nia.address, {});
  await admin.page.getByRole('link', { name: 'Put it right' }).click();
  await admin.page.getByRole('button', { name: 'Resume' }).click();
  await expect(ana.page.getByText('Parley bot sends nothing now.')).toBeHidden();
  await expect(thread.tick('On Sunday from ten', 'Sent')).toBeVisible({ timeout: 60_000 });
  expect(provider.callsTo(nia.address)).toHaveLength(2);
});
