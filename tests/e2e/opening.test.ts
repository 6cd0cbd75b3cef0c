import { signIn } from './support/agent';
import { Customer } from './support/customer';
import { expect, test } from './support/test';
import { threadOf } from './support/thread';

/** Something that others wait for until it is opened. */
function aGate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

test('what is said while the first connection is still being made is there when it is', async ({ parley, enter }) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Before the connection');
  const ana = await enter('ana');
  const gate = aGate();
  await ana.page.routeWebSocket(/live\/conversations/, async (socket) => {
    await gate.opened;
    socket.connectToServer();
  });
  const thread = await ana.hold(nia);
  await expect(thread.bubble('Before the connection')).toBeVisible();
  await nia.says('While it was being made');
  gate.open();
  await expect(thread.bubble('While it was being made')).toBeVisible();
});

test('a conversation that was left before it was granted is free for the others', async ({ parley, enter }) => {
  const [nia, tom] = [await Customer.on('webhook', parley.origin), await Customer.on('webhook', parley.origin)];
  await nia.says('Only a look');
  await tom.says('I am the one');
  const ana = await (await enter('ana')).goto();
  const gate = aGate();
  const isNias = (body: string | null): boolean => body?.includes(nia.conversationId) ?? false;
  await ana.page.route(/conversations\.claim/, async (route) => {
    if (isNias(route.request().postData())) await gate.opened;
    await route.continue();
  });
  const claimed = ana.page.waitForResponse((response) => isNias(response.request().postData()));
  await ana.open(nia);
  await ana.open(tom);
  await expect(ana.thread(tom).send).toBeVisible();
  gate.open();
  await claimed;
  const admin = await signIn(parley.origin, 'admin');
  await expect.poll(async () => (await threadOf(admin, nia)).conversation.lock).toBeNull();
  await expect(ana.thread(tom).composer).toBeEditable();
});

test('who goes back to the list gives the conversation back, unless another tab of theirs has it open', async ({
  parley,
  enter,
}) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Are you there?');
  const first = await (await enter('ana')).goto();
  await expect((await first.open(nia)).send).toBeVisible();
  const second = await first.page.context().newPage();
  await second.goto(`/conversations/${nia.conversationId}`);
  const composer = second.getByRole('textbox', { name: 'Reply to Nia' });
  await expect(composer).toBeEditable();
  await first.page.goBack();
  await expect(first.page).toHaveURL(/\/conversations$/);
  await composer.fill('Still mine');
  await composer.press('Enter');
  await expect(second.getByRole('img', { name: 'Sent', exact: true })).toBeVisible();
  await second.getByRole('link', { name: 'People' }).first().click();
  const admin = await signIn(parley.origin, 'admin');
  await expect.poll(async () => (await threadOf(admin, nia)).conversation.lock).toBeNull();
});

test('earlier messages that cannot be loaded are asked for once, and again when somebody wants them', async ({
  parley,
  enter,
}) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.saysAll(Array.from({ length: 70 }, (_, i) => `Line ${i + 1} of a long story`));
  const ana = await enter('ana');
  let asked = 0;
  await ana.page.route(/conversations\.messages/, (route) => {
    asked += 1;
    return route.abort();
  });
  const thread = await ana.hold(nia);
  await expect(thread.bubble('Line 70 of a long story')).toBeVisible();
  await thread.log.hover();
  for (let i = 0; i < 8; i++) await ana.page.mouse.wheel(0, -1_000);
  const failed = thread.region.getByRole('status').filter({ hasText: 'Earlier messages could not be loaded.' });
  await expect(failed).toBeVisible();
  for (let i = 0; i < 4; i++) await ana.page.mouse.wheel(0, i % 2 === 0 ? 150 : -150);
  expect(asked).toBe(1);
  await ana.page.unroute(/conversations\.messages/);
  await failed.getByRole('button', { name: 'Try again' }).click();
  await expect(failed).toBeHidden();
  for (let i = 0; i < 8; i++) await ana.page.mouse.wheel(0, -1_000);
  await expect(thread.bubble('Line 1 of a long story')).toBeVisible();
});
