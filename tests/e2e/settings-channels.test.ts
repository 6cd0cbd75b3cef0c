import type { Page } from '@playwright/test';
import { createHmac, randomInt, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { refusalOf, signIn } from './support/agent';
import { mark } from './support/customer';
import { expectWell, looks } from './support/looks';
import { expect, test } from './support/test';

/** The answer to a message that an app posts, signed by Standard Webhooks. */
async function post(address: string, secret: string, name: string, text: string): Promise<number> {
  const at = Date.now();
  const message = { id: randomUUID(), user: { id: `user-${name}`, name }, message: { type: 'text', text } };
  const body = JSON.stringify({ type: 'message.received', timestamp: new Date(at).toISOString(), data: message });
  const [id, seconds] = [`evt_${randomUUID()}`, String(Math.floor(at / 1_000))];
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
  const headers = { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signature };
  const response = await fetch(address, { method: 'POST', body, headers: { ...headers, 'content-type': 'application/json' } });
  await response.arrayBuffer();
  return response.status;
}

const row = (page: Page, name: string) =>
  page.getByRole('region', { name: 'Channels', exact: true }).getByRole('link', { name: new RegExp(`^${name} `) });
const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

async function replaceSecret(page: Page, overlap: string): Promise<string> {
  await section(page, 'Secrets').getByRole('button', { name: 'Replace the signing secret' }).click();
  await section(page, 'Secrets').getByLabel('Stop taking the old one').selectOption({ label: overlap });
  await section(page, 'Secrets').getByRole('button', { name: 'Replace', exact: true }).click();
  await expect(section(page, 'Secrets').getByLabel('Stop taking the old one')).toBeHidden();
  return page.getByRole('textbox', { name: 'Signing secret' }).inputValue();
}

test('an Admin connects an app, sees its first message arrive, replaces its secret, and takes it out of service', async ({
  parley,
  enter,
}) => {
  const name = `App ${mark()}`;
  const { page } = await enter('admin', { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.goto('/conversations');
  await page.getByRole('link', { name: 'Settings' }).click();
  await expect(page).toHaveURL('/settings/channels');
  await page.getByRole('link', { name: 'Add channel' }).click();
  await page.getByRole('group', { name: 'What do your customers write on?' }).getByText('App', { exact: true }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByRole('textbox', { name: 'Address of the app' }).fill('http://app.example/hooks');
  await page.getByRole('button', { name: 'Add channel' }).click();
  await expect(page.getByText('An https address of the public web')).toBeVisible();
  await page.getByRole('textbox', { name: 'Address of the app' }).fill('https://app.example/hooks');
  await page.getByRole('button', { name: 'Add channel' }).click();

  await expect(page.getByRole('heading', { name })).toBeVisible();
  await page.getByRole('button', { name: 'Copy webhook address' }).click();
  await expect(page.getByText('Webhook address copied')).toBeAttached();
  const address = await page.evaluate(() => navigator.clipboard.readText());
  expect(address).toMatch(new RegExp(`^${parley.origin}/webhooks/webhook-[0-9a-f]{16}$`));
  const secret = await page.getByRole('textbox', { name: 'Signing secret' }).inputValue();
  await expect(row(page, name)).toContainText('No message yet');

  const customer = `Nia ${mark()}`;
  expect(await post(address, secret, customer, 'Hello from the app')).toBe(200);
  await expect(row(page, name)).toContainText('Last message just now');
  const ana = await (await enter('ana')).goto();
  await expect(ana.row({ name: customer })).toBeVisible();

  const second = await replaceSecret(page, 'In 24 hours');
  expect(second).not.toBe(secret);
  await expect(section(page, 'Secrets')).toContainText('is taken until');
  expect(await post(address, secret, customer, 'Under the old secret')).toBe(200);
  expect(await post(address, second, customer, 'Under the new secret')).toBe(200);
  const third = await replaceSecret(page, 'At once (within half a minute)');
  expect(await post(address, second, customer, 'Too late')).toBe(401);
  expect(await post(address, third, customer, 'In time')).toBe(200);

  // What was made up is nobody's to see once the page has been left.
  await page.reload();
  await expect(page.getByRole('heading', { name })).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Signing secret' })).toBeHidden();
  expect(await page.content()).not.toContain(third);

  await page.getByRole('button', { name: 'Disable…' }).click();
  const dialog = page.getByRole('dialog', { name: `Disable ${name}?` });
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  expect(await post(address, third, customer, 'Still in service')).toBe(200);
  await page.getByRole('button', { name: 'Disable…' }).click();
  await dialog.getByRole('button', { name: 'Disable', exact: true }).click();
  await expect(row(page, name)).toContainText('Disabled');
  expect(await post(address, third, customer, 'Out of service')).toBe(404);
  await page.getByRole('button', { name: 'Enable', exact: true }).click();
  await expect(row(page, name)).not.toContainText('Disabled');
  expect(await post(address, third, customer, 'In service again')).toBe(200);
});

test('an Admin writes a template down by hand, without a mouse', async ({ parley, enter }) => {
  const { api } = await signIn(parley.origin, 'admin');
  const secrets = { appSecret: 'app-secret-of-a-shop', accessToken: 'access-token-of-a-shop' };
  const accountId = String(randomInt(1e12, 9e12));
  const { id } = await api.channels.add.mutate({ provider: 'whatsapp', name: `Shop ${mark()}`, accountId, ...secrets });
  const { page } = await enter('admin');
  const templates = section(page, 'Templates');
  await page.goto(`/settings/channels/${id}`);
  await expect(templates).toContainText('No templates yet');
  // What else the page may ask for: the form must not wait for it, as the focus moves when it closes.
  const syncs: string[] = [];
  await page.route(/\/api\/trpc\/channels\.(get|all|syncTemplates)/, async (route) => {
    if (route.request().url().includes('syncTemplates')) syncs.push(route.request().url());
    await wait(1_000);
    await route.continue();
  });
  await templates.getByRole('button', { name: 'Add by hand' }).focus();
  await page.keyboard.press('Enter');
  await expect(templates.getByRole('textbox', { name: 'Name' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(templates.getByRole('textbox', { name: 'Name' })).toBeHidden();
  await expect(templates.getByRole('button', { name: 'Add by hand' }), 'the focus is back').toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.type('order_ready');
  await templates.getByRole('textbox', { name: 'Text' }).focus();
  await page.keyboard.type('Hi {{1}}, your order is ready.');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(templates.getByRole('listitem')).toContainText(['order_ready']);
  await expect(templates.getByRole('listitem')).toContainText(['Hi {{1}}, your order is ready.']);
  // A sync needs to know whose templates, and says so.
  await templates.getByRole('button', { name: 'Sync' }).press('Enter');
  await templates.getByRole('button', { name: 'Syncing…' }).press('Enter');
  await expect(templates.getByRole('alert')).toContainText('Business account id');
  expect(syncs, 'once, however often it is pressed meanwhile').toHaveLength(1);
  await templates.getByRole('button', { name: 'Remove order_ready, en_US' }).press('Enter');
  await expect(templates).toContainText('No templates yet');
});

test('settings are the Admins’: an agent finds neither the way there nor what is behind it', async ({ parley, enter }) => {
  const dashboard = await (await enter('ana')).goto();
  await expect(dashboard.page.getByRole('link', { name: 'Settings' })).toBeHidden();
  for (const path of ['/settings', '/settings/channels', '/settings/channels/demo-whatsapp', '/settings/channels/new']) {
    expect((await dashboard.page.goto(path))?.status()).toBe(403);
    await expect(dashboard.page.getByRole('heading', { name: 'This is not open to you' })).toBeVisible();
  }
  const { api } = await signIn(parley.origin, 'ana');
  expect(await refusalOf(api.channels.all.query())).toMatchObject({ httpStatus: 403, reason: 'forbidden' });
});

for (const { title, options } of looks) {
  test(`axe finds nothing wrong with the channels ${title}`, async ({ enter }) => {
    const { page } = await enter('admin', options);
    await page.goto('/settings/channels');
    await expect(page.getByRole('link', { name: /^Parley bot / })).toBeVisible();
    await expectWell(page, 'the list');
    await page.goto('/settings/channels/new');
    await page.getByRole('button', { name: 'Add channel' }).click();
    await expectWell(page, 'the form');
    await page.goto('/settings/channels/demo-whatsapp');
    await section(page, 'Templates').getByRole('button', { name: 'Add by hand' }).click();
    await section(page, 'Secrets').getByRole('button', { name: 'Replace the verify token' }).click();
    await expectWell(page, 'a channel');
    await page.getByRole('button', { name: 'Disable…' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectWell(page, 'the question');
  });
}
