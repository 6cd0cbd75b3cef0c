import { Customer, mark } from './support/customer';
import { signIn } from './support/agent';
import { expect, test } from './support/test';

test('search and filters narrow the list, live in the URL, and are kept by back, forward and reload', async ({
  parley,
  enter,
}) => {
  const word = `kumquat${mark()}`;
  const [nia, zoe] = [await Customer.on('whatsapp', parley.origin), await Customer.on('webhook', parley.origin, `Zoe ${mark()}`)];
  await nia.says(`A ${word}, please`);
  await zoe.says(`Two ${word}s and a pear`);
  const { api } = await signIn(parley.origin, 'ben');
  await api.conversations.setTicketStatus.mutate({ id: zoe.conversationId, ticketStatus: 'pending' });
  const ana = await (await enter('ana')).goto();
  const { page } = ana;
  const links = ana.rows.getByRole('link');

  await test.step('by the latest message, then by name', async () => {
    await ana.search.fill(word);
    await expect(links).toHaveCount(2);
    await expect(page).toHaveURL(`/conversations?q=${word}`);
    await expect(ana.tab('Active')).toHaveText(/Active\s*2/);
    await ana.search.fill(zoe.name);
    await expect(links).toHaveCount(1);
    await expect(ana.row(zoe)).toBeVisible();
    await ana.search.fill(word);
    await expect(links).toHaveCount(2);
  });

  await test.step('by ticket status and channel besides', async () => {
    await ana.choose('Ticket', 'Pending');
    await expect(links).toHaveCount(1);
    await expect(ana.row(zoe)).toBeVisible();
    await expect(page).toHaveURL(`/conversations?q=${word}&ticket=pending`);
    await ana.choose('Ticket', 'New');
    await expect(links).toHaveCount(2);
    await expect(page).toHaveURL(`/conversations?q=${word}&ticket=new&ticket=pending`);
    await ana.choose('More', 'Parley on WhatsApp');
    await expect(links).toHaveCount(1);
    await expect(ana.row(nia)).toBeVisible();
  });

  await test.step('reload and the back button keep them', async () => {
    await page.reload();
    await expect(ana.row(nia)).toBeVisible();
    await expect(links).toHaveCount(1);
    await expect(ana.search).toHaveValue(word);
    await page.goBack();
    await expect(links).toHaveCount(2);
    await page.goBack();
    await expect(links).toHaveCount(1);
    await expect(page).toHaveURL(`/conversations?q=${word}&ticket=pending`);
    await page.goForward();
    await expect(links).toHaveCount(2);
  });

  await test.step('a conversation opens beside them', async () => {
    const thread = await ana.open(nia);
    await expect(page).toHaveURL(new RegExp(`/conversations/${nia.conversationId}\\?q=${word}&ticket=new&ticket=pending$`));
    await expect(thread.region).toBeVisible();
    await page.goBack();
    await expect(thread.region).toBeHidden();
    await expect(links).toHaveCount(2);
  });

  await test.step('a row leaves and comes in by itself as it stops and begins to match', async () => {
    await api.conversations.setTicketStatus.mutate({ id: zoe.conversationId, ticketStatus: 'closed' });
    await expect(ana.row(zoe)).toBeHidden();
    await zoe.says(`The ${word} again`);
    await expect(ana.row(zoe)).toBeVisible();
  });

  await test.step('nothing found offers the way back', async () => {
    await ana.search.fill(`${word} and nothing else`);
    await expect(page.getByText('Nothing found')).toBeVisible();
    await page.getByRole('status').getByRole('button', { name: 'Clear filters' }).click();
    await expect(ana.rowAt(3)).toBeVisible();
    await expect(page).toHaveURL('/conversations');
    await expect(ana.search).toHaveValue('');
  });
});

test('campaigns and their labels filter the list, and the count of a tab is the number of its rows', async ({
  parley,
  enter,
}) => {
  const ana = await (await enter('ana')).goto();
  await ana.choose('Campaign', 'Monsoon getaway');
  await ana.choose('Label', 'travel');
  await expect(ana.page).toHaveURL(/\?campaign=demo-monsoon-getaway&label=travel$/);
  const { api } = await signIn(parley.origin, 'ana');
  const filters = { campaignIds: ['demo-monsoon-getaway'], labels: ['travel'] };
  const { active } = await api.conversations.counts.query(filters);
  expect(active.total).toBeGreaterThan(0);
  expect(active.total).toBe(active.new + active.pending + active.closed);
  const { items } = await api.conversations.list.query({ ...filters, tab: 'active', limit: 100 });
  expect(items).toHaveLength(Math.min(100, active.total));
  expect(new Set(items.map(({ campaign }) => campaign?.id))).toEqual(new Set(['demo-monsoon-getaway']));
  await expect(ana.tab('Active')).toHaveText(new RegExp(`Active\\s*${active.total}`));
  await ana.choose('Label', 'food').then(() => ana.filters.getByRole('button', { name: 'Clear the filter Campaign' }).click());
  await expect(ana.page).toHaveURL(/\?label=food&label=travel$/);
  const both = await api.conversations.counts.query({ labels: ['food', 'travel'] });
  await expect(ana.tab('Active')).toHaveText(new RegExp(`Active\\s*${both.active.total}`));
});

test('a row that is clicked before the search has caught up with the typing is opened, and the search stays', async ({
  parley,
  enter,
}) => {
  const nia = await Customer.on('whatsapp', parley.origin);
  await nia.says('Quick as you like');
  const ana = await (await enter('ana')).goto();
  const row = ana.rows.locator(`[data-row="${nia.conversationId}"]`);
  await expect(row).toBeVisible();
  // In one go in the page, because the pause after typing is shorter than a round trip of the test.
  await ana.search.fill(nia.name);
  await row.evaluate((link: HTMLElement) => link.click());
  await expect(ana.page).toHaveURL(new RegExp(`/conversations/${nia.conversationId}\\?q=`));
  await expect(ana.thread(nia).region).toBeVisible();
});

test('rows stand still under a pointer while customers write, and come in when it leaves or somebody types', async ({
  parley,
  enter,
}) => {
  const customers = await Promise.all([1, 2, 3].map(() => Customer.on('telegram', parley.origin)));
  const [nia, zoe, kim] = customers;
  if (!nia || !zoe || !kim) throw new Error('three customers');
  // The channel's times are whole seconds, and the newest is on top.
  let at = Date.now();
  const says = (customer: Customer, text: string) => customer.says(text, { at: (at += 1_000) });
  for (const customer of customers) await says(customer, 'Hello');
  const ana = await (await enter('ana')).goto();
  const { page } = ana;
  const here = ana.rowAt(3);
  await expect(here).toHaveAttribute('data-row', nia.conversationId);
  const waiting = page.getByRole('button', { name: /^\d+ new$/ });

  await test.step('under the pointer', async () => {
    await here.hover();
    await says(nia, 'Are you there?');
    await expect(here).toContainText('Are you there?');
    await says(zoe, 'And me?');
    await expect(waiting).toHaveText('2 new');
    await expect(here).toHaveAttribute('data-row', nia.conversationId);
  });

  await test.step('the button brings them in', async () => {
    await waiting.click();
    await ana.isOnTop(zoe);
    await expect(ana.rowAt(2)).toHaveAttribute('data-row', nia.conversationId);
  });

  await test.step('and so does leaving', async () => {
    await says(kim, 'Me first');
    await expect(waiting).toHaveText('1 new');
    await ana.isOnTop(zoe);
    await page.mouse.move(900, 400);
    await ana.isOnTop(kim);
  });

  await test.step('who types has put the pointer aside', async () => {
    await ana.rowAt(1).hover();
    await says(nia, 'Still there?');
    await expect(waiting).toHaveText('1 new');
    await page.keyboard.press('Shift');
    await ana.isOnTop(nia);
  });
});

test('a search that is typed quickly is asked for less often than letters are typed', async ({ parley, enter }) => {
  const zoe = await Customer.on('webhook', parley.origin, `Zoe ${mark()}${mark()}`);
  await zoe.says('Hello');
  const ana = await (await enter('ana')).goto();
  const asked: string[] = [];
  ana.page.on('request', (request) => {
    const search = /"search":"([^"]+)"/.exec(decodeURIComponent(request.url()))?.[1];
    if (search !== undefined && request.url().includes('conversations.list')) asked.push(search);
  });
  await ana.search.pressSequentially(zoe.name);
  await expect(ana.rows.getByRole('link')).toHaveCount(1);
  await expect(ana.row(zoe)).toBeVisible();
  await expect.poll(() => asked.at(-1)).toBe(zoe.name);
  expect(asked.length).toBeLessThan(zoe.name.length);
});
