import { refusalOf, signIn } from './support/agent';
import { mark } from './support/customer';
import { expect, test } from './support/test';

test('an Admin issues a key that is shown once; another system reports with it until it is revoked', async ({
  parley,
  enter,
}) => {
  const name = `CRM ${mark()}`;
  const { page } = await enter('admin', { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.goto('/settings/keys');
  await page.getByRole('button', { name: 'Issue key' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Issue key' }).click();
  await expect(dialog.getByRole('alert')).toHaveText('Give it a name.');
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  await dialog.getByRole('button', { name: 'Issue key' }).click();
  await dialog.getByRole('button', { name: 'Copy key' }).click();
  await expect(dialog.getByText('Key copied')).toBeAttached();
  const key = await page.evaluate(() => navigator.clipboard.readText());
  expect(key).toMatch(/^pk_/);
  await dialog.getByRole('button', { name: 'Done' }).click();
  const row = page.getByRole('list', { name: 'API keys' }).getByRole('listitem').filter({ hasText: name });
  await expect(row).toContainText('Never used');
  expect(await page.content()).not.toContain(key);

  const post = async (path: string, body: object) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const response = await fetch(parley.origin + path, { method: 'POST', headers, body: JSON.stringify(body) });
    const answer: unknown = await response.json();
    return [response.status, answer];
  };
  const campaign = { id: name.replace(' ', '-'), name, channelId: 'demo-telegram', template: 'Hi {first}' };
  const sends = [{ id: `${campaign.id}/1`, address: '4711', text: 'Hi Ana', sentAt: Date.now() }];
  expect(await post('/api/v1/campaigns', campaign)).toEqual([200, { id: campaign.id }]);
  expect(await post(`/api/v1/campaigns/${campaign.id}/sends`, { sends })).toEqual([200, { recorded: 1 }]);
  expect(await post(`/api/v1/campaigns/${campaign.id}/sends`, { sends })).toEqual([200, { recorded: 0 }]);
  await page.goto(`/campaigns/${campaign.id}`);
  await expect(page.getByRole('heading', { name })).toBeVisible();

  await page.goto('/settings/keys');
  await expect(row).toContainText('Used just now');
  await row.getByRole('button', { name: `Revoke ${name}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();
  await expect(row).toContainText('Revoked');
  expect(await post('/api/v1/campaigns', campaign)).toMatchObject([401, { error: { reason: 'bad_key' } }]);

  const described = await fetch(`${parley.origin}/api/openapi.json`);
  expect(await described.json()).toMatchObject({ openapi: '3.1.0' });
  const carl = await signIn(parley.origin, 'carl');
  expect(await refusalOf(carl.api.keys.list.query())).toMatchObject({ code: 'FORBIDDEN' });
});
