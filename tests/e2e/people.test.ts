import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { refusalOf, signIn } from './support/agent';
import { Customer, mark } from './support/customer';
import { ask, condition, count, person, query } from './support/people';
import { expectWell, looks } from './support/looks';
import { expect, test } from './support/test';

test('an Agent closes a ticket, and the people whose ticket is Closed are one more within 2 seconds, on open pages too', async ({
  parley,
  enter,
}) => {
  const nia = await Customer.on('whatsapp', parley.origin);
  await nia.says('My order is late');
  const ana = await enter('ana');
  await ana.page.goto(`/people?q=${encodeURIComponent(nia.name)}`);
  await expect(person(ana.page, nia)).toBeVisible();
  // Agents look, they change nothing.
  await expect(ana.page.getByRole('link', { name: 'Import' })).toBeHidden();
  await expect(ana.page.getByRole('link', { name: /^Export/ })).toBeHidden();
  await ana.page.getByRole('button', { name: 'Query' }).click();
  await ask(ana.page, 0, ['Ticket status', 'is', 'Closed']);
  await expect(ana.page.getByText('Nobody found')).toBeVisible();
  await expect(ana.page.getByRole('button', { name: 'Save as segment…' })).toBeHidden();

  const ben = await enter('ben');
  const thread = await ben.hold(nia);
  await thread.region.getByRole('button', { name: 'Close the conversation' }).click();
  await thread.popup.getByText('Closed', { exact: true }).click();
  await thread.popup
    .getByRole('button', { name: /^Close/ })
    .last()
    .click();
  await expect(thread.popup).toBeHidden();
  const { api } = await signIn(parley.origin, 'ana');
  const closed = { match: 'all' as const, of: [{ property: 'ticketStatus', op: 'is' as const, value: 'closed' }] };
  const found = async (): Promise<number> => (await api.people.count.query({ query: closed, search: nia.name })).total;
  await expect.poll(found, { timeout: 2_000, intervals: [100] }).toBe(1);
  // And whoever looks at the answer sees it come in.
  await expect(person(ana.page, nia)).toBeVisible();
  await expect(count(ana.page)).toHaveText('1 person');
});

test('an Admin builds a nested query without a mouse, saves it, changes it, and finds it again', async ({ parley, enter }) => {
  const first = await Customer.on('whatsapp', parley.origin, `Iva ${mark()}`);
  const second = await Customer.on('telegram', parley.origin, `Oto ${mark()}`);
  await first.says('Hello');
  await second.says('Hello');
  const name = `Talks ${mark()}`;
  const { page } = await enter('admin');
  await page.goto('/people');
  await expect(person(page, first)).toBeVisible();
  await page.getByRole('button', { name: 'Query' }).focus();
  await page.keyboard.press('Enter');
  await ask(page, 0, ['Ticket status', 'is', 'New']);
  await query(page).getByRole('button', { name: 'Group' }).press('Enter');
  await expect(condition(page, 1).getByLabel('Property'), 'the focus is on what is new').toBeFocused();
  await ask(page, 1, ['Name', 'contains', first.name]);
  await query(page)
    .getByRole('group', { name: /^Group/ })
    .getByRole('button', { name: 'Condition' })
    .press('Enter');
  await ask(page, 2, ['Name', 'contains', second.name]);
  await expect(count(page)).toHaveText('2 people');
  const sentence = `Ticket status is New and (Name contains “${first.name}” or Name contains “${second.name}”)`;
  await expect(page.getByText(sentence)).toBeVisible();

  // A line is moved as in an editor, and taken out; the focus stays in the query.
  await condition(page, 2).getByLabel('Property').press('Alt+ArrowUp');
  await expect(condition(page, 1).getByLabel('Value')).toHaveValue(second.name);
  await condition(page, 1).getByLabel('Property').press('Alt+ArrowDown');
  await expect(condition(page, 2).getByLabel('Property')).toBeFocused();

  await page.getByRole('button', { name: 'Save as segment…' }).press('Enter');
  await page.getByRole('dialog').getByLabel('Name').fill(name);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: `Segment: ${name}` })).toBeVisible();
  await expect(page).toHaveURL(/segment=/);
  await condition(page, 2)
    .getByRole('button', { name: /^Remove: / })
    .press('Enter');
  await expect(count(page)).toHaveText('1 person');
  await expect(page.getByText('changed', { exact: true })).toBeVisible();
  await page.goBack();
  await expect(count(page), 'one step back is the segment as it was saved').toHaveText('2 people');
  await expect(page.getByText('changed', { exact: true })).toBeHidden();
  await page.goto('/people');
  await page.getByRole('button', { name: 'Segments' }).click();
  await page.getByRole('link', { name }).click();
  await expect(page.getByText(sentence)).toBeVisible();
  await page.reload();
  await expect(count(page)).toHaveText('2 people');
  await expect(person(page, first)).toBeVisible();
  await page.getByRole('button', { name: 'Delete…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('button', { name: 'Segments' })).toBeVisible();
});

test('a profile has everything that was ever said, archived conversations too, and reading it claims nothing', async ({
  brief,
  enter,
}) => {
  const nia = await Customer.on('whatsapp', brief.origin);
  await nia.says('Is anybody there?');
  const { api } = await signIn(brief.origin, 'admin');
  await expect
    .poll(async () => (await api.people.list.query({ search: nia.name })).items[0]?.conversationState, { timeout: 60_000 })
    .toBe('archived');

  const ana = await enter('ana', { on: brief });
  await ana.page.goto(`/conversations/${nia.conversationId}`);
  await expect(ana.thread(nia).composer).toBeVisible();
  await ana.page.getByRole('link', { name: 'Open profile' }).click();
  await expect(ana.page.getByRole('region', { name: 'Profile' }).getByRole('heading', { name: nia.name })).toBeVisible();
  const log = ana.page.getByRole('log', { name: 'Messages' });
  await expect(log.getByText('Is anybody there?')).toBeVisible();
  await expect(ana.page.getByRole('region', { name: 'Conversations' })).toContainText('Archived');
  await expect(ana.page.getByRole('textbox')).toHaveCount(0);
  // The hold ends a grace after the conversation was left, and the profile has not taken it again.
  const lockOf = async () => (await api.conversations.get.query({ id: nia.conversationId })).conversation.lock;
  await expect.poll(lockOf, { timeout: 60_000 }).toBeNull();
  await expect(log.getByText('Is anybody there?')).toBeVisible();
});

test('an open profile keeps up with what happens in its conversations, through a lost network too, and claims nothing', async ({
  parley,
  enter,
}) => {
  const nia = await Customer.on('whatsapp', parley.origin);
  await nia.says('The first word');
  const { page } = await enter('ana');
  await page.goto(`/people?q=${encodeURIComponent(nia.name)}`);
  await person(page, nia).click();
  const profile = page.getByRole('region', { name: 'Profile' });
  const log = page.getByRole('log', { name: 'Messages' });
  await expect(log.getByText('The first word')).toBeVisible();
  await expect(profile.getByText('New', { exact: true })).toBeVisible();

  await nia.says('The second word');
  await expect(log.getByText('The second word')).toBeVisible({ timeout: 5_000 });
  const row = page.getByRole('region', { name: 'Conversations' }).getByRole('listitem').first();
  await expect(row).toContainText('The second word');
  const { api } = await signIn(parley.origin, 'ben');
  await api.conversations.setTicketStatus.mutate({ id: nia.conversationId, ticketStatus: 'closed' });
  await expect(profile.getByText('Closed', { exact: true })).toBeVisible({ timeout: 5_000 });
  await expect(row.getByText('Closed', { exact: true })).toBeVisible();

  // On a phone a conversation lies over the person, but not over what is said of the connection.
  await page.setViewportSize({ width: 390, height: 844 });
  await row.getByRole('link').first().click();
  await page.context().setOffline(true);
  const offline = page.getByText('You are offline.');
  await offline.click({ trial: true });
  await nia.says('The third word');
  await page.context().setOffline(false);
  await expect(log.getByText('The third word')).toBeVisible();
  await expect(offline).toBeHidden();
  expect((await api.conversations.get.query({ id: nia.conversationId })).conversation.lock).toBeNull();
});

test('an Admin imports a file with errors, fixes the mapping, and imports what was left out after putting it right', async ({
  enter,
}) => {
  const tag = mark();
  const number = (n: number): string => `+1202555${String(randomInt(100, 999))}${n}`;
  const [first, second] = [number(1), number(2)];
  const text = `Customer,Phone,Shoe ${tag}\nIda ${tag},${first},38\nUwe ${tag},not a number,44\nEva ${tag},${second},big\n`;
  const { page } = await enter('admin');
  await page.goto('/people');
  await page.getByRole('link', { name: 'Import' }).click();
  const choose = (name: string, content: string) =>
    page.getByLabel('Choose a file').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(content) });
  // A page that is not alive yet hears nothing of a file that is chosen.
  await expect(async () => {
    await choose('empty.csv', '');
    await expect(page.getByRole('alert')).toHaveText('There is nothing in this file.', { timeout: 4_000 });
  }).toPass();
  await choose('people.csv', text);
  await expect(page.getByRole('heading', { name: 'people.csv' })).toBeFocused();
  await expect(page.getByLabel('“Phone” is')).toHaveValue('address:demo-whatsapp');
  const errors = page.getByRole('region', { name: 'Lines with errors' });
  await expect(errors).toContainText('Line 3');
  // A column that cannot be read as a number is taken for what it is.
  await page.getByLabel(`“Shoe ${tag}” is`).selectOption('new:number');
  await expect(errors.getByRole('listitem')).toHaveCount(2);
  await page.getByLabel(`“Shoe ${tag}” is`).selectOption('new:text');
  await expect(errors.getByRole('listitem')).toHaveCount(1);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(page.getByRole('heading', { name: '2 people imported' })).toBeFocused();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download what was left out' }).click(),
  ]);
  const left = await readFile(await download.path(), 'utf8');
  expect(left).toContain(`Uwe ${tag}`);
  expect(left).not.toContain(`Ida ${tag}`);

  const fixed = left.replace('not a number', number(3));
  await page.getByRole('button', { name: 'Another file' }).click();
  await choose('fixed.csv', fixed);
  await expect(page.getByLabel('“Not imported because” is')).toHaveValue('');
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(page.getByRole('heading', { name: '1 person imported' })).toBeVisible();
  await page.goto(`/people?q=${tag}`);
  await expect(count(page)).toHaveText('3 people');
  await expect(person(page, { name: `Uwe ${tag}` })).toBeVisible();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export 3 people' }).click()]);
  expect(await readFile(await file.path(), 'utf8')).toContain(`Eva ${tag}`);
});

test('further people that cannot be had are not asked for without end, and come when somebody asks for them again', async ({
  enter,
}) => {
  const tag = mark();
  const lines = Array.from({ length: 60 }, (_, n) => `Ada ${tag} ${n},+1202555${2_000 + n}\n`);
  const { page } = await enter('admin');
  await page.goto('/people/add');
  const file = { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(`Name,Phone\n${lines.join('')}`) };
  await page.getByLabel('Choose a file').setInputFiles(file);
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(page.getByRole('heading', { name: '60 people imported' })).toBeVisible();

  let refused = 0;
  let isRefusing = true;
  await page.route('**/api/trpc/*people.list*', (route) => {
    if (!isRefusing || !decodeURIComponent(route.request().url()).includes('"cursor"')) return route.continue();
    refused += 1;
    return route.abort('connectionrefused');
  });
  await page.goto(`/people?q=${tag}`);
  await expect(count(page)).toHaveText('60 people');
  const list = page.getByRole('list', { name: 'People' });
  await list.getByRole('link').first().focus();
  await page.keyboard.press('End');
  await expect(page.getByText('Further people could not be loaded.')).toBeVisible();
  // One that what is said makes room for, and one for each look at what has happened meanwhile.
  await wait(2_000);
  expect(refused).toBeLessThan(8);

  const again = page.getByRole('button', { name: 'Try again' });
  await again.click({ trial: true });
  // In one go, or the page may find out by itself before it is asked.
  isRefusing = false;
  await again.dispatchEvent('click');
  await expect(page.getByText('Further people could not be loaded.')).toBeHidden();
  await list.getByRole('link').first().focus();
  await page.keyboard.press('End');
  await expect(list.locator('[aria-posinset="60"]')).toBeVisible();
});

for (const { title, options } of looks) {
  test(`axe finds nothing wrong with people ${title}`, async ({ parley, enter }) => {
    const nia = await Customer.on('whatsapp', parley.origin);
    await nia.says('Hello');
    const { page } = await enter('admin', options);
    await page.goto('/people');
    await expect(page.getByRole('list', { name: 'People' }).getByRole('link').first()).toBeVisible();
    await expectWell(page, 'the list');
    await page.getByRole('button', { name: 'Query' }).click();
    await page.locator('[data-condition]').first().getByLabel('Property').selectOption({ label: 'Ticket status' });
    await page.getByRole('button', { name: 'Group' }).first().click();
    await expectWell(page, 'the query');
    await page.goto(`/people?q=${encodeURIComponent(nia.name)}`);
    await person(page, nia).click();
    await expect(page.getByRole('heading', { name: nia.name })).toBeVisible();
    await expectWell(page, 'a profile');
    await page.goto('/people/properties');
    await expect(page.getByRole('button', { name: 'Add property' })).toBeVisible();
    await expectWell(page, 'the properties');
    await page.goto('/people/add');
    await page
      .getByLabel('Choose a file')
      .setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from('Name,Phone\nIda,+12025550123\nUwe,none\n') });
    await expect(page.getByRole('region', { name: 'Lines with errors' })).toBeVisible();
    await expectWell(page, 'an import');
  });
}

test('people are for Agents and Admins, and only Admins change who is in the list', async ({ parley, enter }) => {
  const member = await enter('mia');
  for (const path of ['/people', '/people/someone', '/people/properties', `/people/conversation/${'0'.repeat(40)}`])
    expect((await member.page.goto(path))?.status(), path).toBe(403);
  await expect(member.page.getByRole('heading', { name: 'This is not open to you' })).toBeVisible();
  const ana = await enter('ana');
  for (const path of ['/people/add', '/people/properties']) expect((await ana.page.goto(path))?.status(), path).toBe(403);
  expect((await ana.page.goto(`/people/conversation/${'0'.repeat(40)}`))?.status()).toBe(404);
  const { api } = await signIn(parley.origin, 'mia');
  expect(await refusalOf(api.people.list.query({}))).toMatchObject({ httpStatus: 403, reason: 'forbidden' });
});
