import { rulesOf } from '../../src/lib/domain/provider-rules';
import { signIn } from './support/agent';
import { mark } from './support/customer';
import { expect, test } from './support/test';

// One folder, from its first `npm start` on: the tests build on each other.
test.describe.configure({ mode: 'serial' });
const begunAt = Date.now();
const phone = { name: `Tara ${mark()}`, firstName: 'Tara' };

test('an Admin writes as an end user on a phone, and the agent’s answer arrives there with its receipts', async ({
  plain,
  enter,
}) => {
  const { page } = await enter('admin', { on: plain });
  const ana = await (await enter('ana', { on: plain })).goto();
  await page.goto('/simulator');
  await expect(page.getByRole('link', { name: /Aanya Rao/ }), 'the page is alive').toBeVisible();
  await page.getByRole('button', { name: 'New phone' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(phone.name);
  await page.getByRole('combobox', { name: 'Channel' }).selectOption({ label: 'Parley on WhatsApp' });
  await page.getByRole('button', { name: 'Make phone' }).click();
  const talk = page.getByRole('log', { name: `Messages of ${phone.name}` });
  const input = page.getByRole('textbox', { name: 'Message as the end user' });
  await input.fill('Do you have it in blue?');
  await input.press('Enter');
  await expect(talk).toContainText('Do you have it in blue?');

  await expect(ana.rowAt(1)).toHaveAccessibleName(new RegExp(`^${phone.name}, WhatsApp, New, 1 unread, `));
  await ana.rowAt(1).click();
  const thread = ana.thread(phone);
  await thread.say('In blue and in green.');
  await expect(talk).toContainText('In blue and in green.');
  await expect(thread.tick('In blue and in green.', /^(Delivered|Read)$/)).toBeVisible();
  await page.getByRole('switch', { name: 'Looks at the phone' }).check();
  await thread.say('Which one shall it be?');
  await expect(thread.tick('Which one shall it be?', 'Read')).toBeVisible();
  await expect(talk).toContainText('read reported');

  await page.getByRole('combobox', { name: 'Send this phone a campaign' }).selectOption({ label: 'Monsoon getaway' });
  await talk.getByRole('button', { name: 'Book it' }).click();
  await expect(thread.log).toContainText('Campaign · Monsoon getaway');
  await expect(thread.bubble('Book it').last()).toBeVisible();
});

const people = [
  { channel: 'WhatsApp', name: 'Femi Adeyemi', firstName: 'Femi' },
  { channel: 'Messenger', name: 'Mateo Silva', firstName: 'Mateo' },
  { channel: 'Telegram', name: 'Hana Kimura', firstName: 'Hana' },
  { channel: 'the app', name: 'Lucía Ortega', firstName: 'Lucía' },
];

test('on every channel a photo from the phone is seen in the inbox, and the answer on the phone', async ({ plain, enter }) => {
  const { page } = await enter('admin', { on: plain });
  const ana = await enter('ana', { on: plain });
  for (const person of people) {
    await test.step(person.channel, async () => {
      const caption = `My room ${mark()}`;
      const answer = `Lovely ${mark()}`;
      await page.goto('/simulator');
      await page.getByRole('link', { name: new RegExp(person.name) }).click();
      const talk = page.getByRole('log', { name: `Messages of ${person.name}` });
      await page.getByRole('textbox', { name: 'Message as the end user' }).fill(caption);
      await page.getByRole('button', { name: 'Something else than text' }).click();
      await page.getByRole('button', { name: 'Photo', exact: true }).click();
      await expect(talk).toContainText(caption);
      const address = await page.getByRole('link', { name: 'Open the conversation in the inbox' }).getAttribute('href');
      await ana.goto(address ?? '');
      const thread = ana.thread(person);
      const picture = thread.bubble(caption).locator('img[src^="/media/"]');
      await expect(picture).toBeVisible();
      await expect.poll(() => picture.evaluate((img) => img instanceof HTMLImageElement && img.naturalWidth)).toBe(480);
      await thread.say(answer);
      await expect(talk).toContainText(answer);
    });
  }
});

test('a refusal that was chosen meets the next answer, and only that one', async ({ plain, enter }) => {
  const { page } = await enter('admin', { on: plain });
  const ana = await enter('ana', { on: plain });
  const person = { name: 'Femi Adeyemi', firstName: 'Femi' };
  await page.goto('/simulator');
  await page.getByRole('link', { name: new RegExp(person.name) }).click();
  await page.getByRole('searchbox', { name: 'Find a refusal' }).fill('131026');
  await page.getByRole('radio', { name: '131026 Message undeliverable', exact: true }).check();
  const address = await page.getByRole('link', { name: 'Open the conversation in the inbox' }).getAttribute('href');
  await ana.goto(address ?? '');
  const thread = ana.thread(person);
  const [first, second] = [`One ${mark()}`, `Two ${mark()}`];
  await thread.say(first);
  await expect(thread.bubble(first)).toContainText('not on WhatsApp');
  await expect(page.getByRole('radio', { name: 'Take it', exact: true })).toBeChecked();
  await thread.say(second);
  const talk = page.getByRole('log', { name: `Messages of ${person.name}` });
  await expect(talk).toContainText(second);
  await expect(talk).not.toContainText(first);
});

test('a second npm start keeps everything and does not seed again', async ({ plain }) => {
  // One sign-in for both: it survives the restart, too.
  const { api } = await signIn(plain.origin, 'ana');
  const everything = async () => {
    const { active, inactive } = await api.conversations.counts.query({});
    // Not the whole tab: the clock takes old ones out of it meanwhile.
    const { items } = await api.conversations.list.query({ tab: 'active', limit: 30 });
    // By version: a seed that ran again would have changed them.
    return {
      total: active.total + inactive.total,
      rows: items.map(({ id, version, lastMessage }) => ({ id, version, lastMessage })),
    };
  };
  const mine = () => api.conversations.list.query({ tab: 'active', search: phone.name });
  const [row] = (await mine()).items;
  if (!row) throw new Error('The phone’s conversation is not there');
  // All that the tests before this one have left in Ana's hands: an unheld row does not change by itself, while a hold's end would.
  const held = await api.conversations.list.query({ tab: 'active', heldBy: 'me', limit: 100 });
  for (const { id } of held.items) {
    const claim = await api.conversations.claim.mutate({ id });
    if (claim.granted) await api.conversations.release.mutate({ id, epoch: claim.epoch });
  }
  // Nor may anything still be on its way: a receipt of what was answered here, or a version that the list has yet to be told.
  const underWay = async () => {
    const { items } = await api.conversations.list.query({ tab: 'active', limit: 30 });
    const talks = await Promise.all(items.map(({ id }) => api.conversations.get.query({ id })));
    return talks.filter(({ conversation, messages }, i) => {
      const early = ['queued', 'sending', ...(rulesOf(conversation.channel.provider).hasReceipts ? ['sent'] : [])];
      const isAwaited = messages.some(
        ({ at, delivery }) => at >= begunAt && delivery !== null && early.includes(delivery.status),
      );
      return isAwaited || conversation.version !== items[i]?.version;
    }).length;
  };
  await expect.poll(underWay, { timeout: 30_000 }).toBe(0);
  const { messages } = await api.conversations.get.query({ id: row.id });
  const before = await everything();
  await plain.restart();
  expect(plain.startedInMs, 'nothing was built or seeded').toBeLessThan(45_000);
  expect(plain.output).not.toContain('could not be seeded');
  // What the list had only been told of, and not yet written down, it is told again.
  await expect.poll(everything, { timeout: 30_000 }).toEqual(before);
  expect((await api.conversations.get.query({ id: row.id })).messages).toEqual(messages);
});
