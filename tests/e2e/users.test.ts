import type { Page } from '@playwright/test';
import { totpOf } from '../fixtures/totp';
import { signIn } from './support/agent';
import { Customer } from './support/customer';
import { expectWell, looks } from './support/looks';
import { join, newMember, type Member } from './support/member';
import { expect, test } from './support/test';

const emailField = (page: Page) => page.getByRole('textbox', { name: 'E-mail' });

async function givePassword(page: Page, { email, password }: Member): Promise<void> {
  await emailField(page).fill(email);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

async function signOut(page: Page, { name }: Member): Promise<void> {
  await page.getByRole('button', { name: `Account: ${name}` }).click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await expect(emailField(page)).toBeVisible();
}

test('whoever signs in from another tab has the open pages for their own, with their drafts', async ({ parley, enter }) => {
  const [kim, lea] = [await join(parley, 'agent'), await join(parley, 'agent')];
  const [nia, zoe] = [await Customer.on('webhook', parley.origin), await Customer.on('telegram', parley.origin)];
  await nia.says('A question');
  await zoe.says('Another one');
  const open = await enter(null);
  await open.page.goto('/sign-in');
  await givePassword(open.page, lea);
  await open.isLive();
  await (await open.open(nia)).composer.fill('What Lea began');
  await signOut(open.page, lea);
  await givePassword(open.page, kim);
  await open.isLive();
  await (await open.open(zoe)).composer.fill('What Kim began');
  await open.goto();
  await expect(open.row(zoe)).toContainText('Draft: What Kim began');
  await expect(open.row(nia)).not.toContainText('Draft');

  const other = await open.page.context().newPage();
  await test.step('signing out leads the open page out', async () => {
    await other.goto('/conversations');
    await signOut(other, kim);
    await expect(emailField(open.page)).toBeVisible({ timeout: 2_000 });
  });

  await test.step('and a new sign-in is the open page’s, too', async () => {
    await givePassword(open.page, kim);
    await open.isLive();
    await expect(open.row(zoe)).toContainText('Draft: What Kim began');
    await open.page.context().clearCookies();
    await other.goto('/sign-in');
    await givePassword(other, lea);
    await expect(open.page.getByRole('button', { name: `Account: ${lea.name}` })).toBeVisible({ timeout: 5_000 });
    await expect(open.row(nia)).toContainText('Draft: What Lea began');
    await expect(open.row(zoe)).not.toContainText('Draft');
  });
});

test('somebody is invited, joins, sets a second factor up, and a new role ends at once what they had open', async ({
  parley,
  enter,
}) => {
  const kim = newMember();
  const nia = await Customer.on('telegram', parley.origin);
  await nia.says('Hello there');

  const { page: admin } = await enter('admin');
  await admin.goto('/settings/users');
  await admin.getByRole('button', { name: 'Invite', exact: true }).click();
  const dialog = admin.getByRole('dialog', { name: 'Invite somebody' });
  await dialog.getByRole('textbox', { name: 'E-mail' }).fill(kim.email);
  await dialog.getByRole('radio', { name: /^Agent/ }).check();
  await dialog.getByRole('button', { name: 'Make the link' }).click();
  const link = await admin.getByRole('textbox', { name: 'Invite link' }).inputValue();
  await expect(admin.getByRole('region', { name: 'Invited' })).toContainText(kim.email);

  const kims = await enter(null);
  const { page } = kims;
  await page.goto(link);
  await expect(page.getByText(`You are invited as Agent, with the address ${kim.email}.`)).toBeVisible();
  await page.getByRole('textbox', { name: 'Your name' }).fill(kim.name);
  await page.getByLabel('Password').fill(kim.password);
  await page.getByRole('button', { name: 'Create my account' }).click();
  await expect(page.getByText('Your account is ready.')).toBeVisible();
  await givePassword(page, kim);
  await kims.isLive();
  const stranger = await enter(null);
  await stranger.page.goto(link);
  await expect(stranger.page.getByRole('heading', { name: 'This invite does not work' })).toBeVisible();

  await page.goto('/account');
  await page.getByRole('button', { name: 'Set up' }).click();
  await page.getByLabel('Your password').fill('not this one');
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'That is not your password.' })).toBeVisible();
  await page.getByLabel('Your password').fill(kim.password);
  await page.getByRole('button', { name: 'Go on' }).click();
  const secret = await page.getByRole('textbox', { name: 'Key' }).inputValue();
  await page.getByRole('textbox', { name: 'Code' }).fill(await totpOf(`otpauth://totp/Parley?secret=${secret}`));
  await page.getByRole('button', { name: 'Turn on' }).click();
  const codes = page.getByRole('list', { name: 'Backup codes' }).getByRole('listitem');
  await expect(codes).toHaveCount(10);
  const [first, second] = await codes.allTextContents();

  await signOut(page, kim);
  await givePassword(page, kim);
  const code = page.getByRole('textbox', { name: 'Code' });
  await code.fill('000000');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('alert')).not.toBeEmpty();
  await code.fill(first ?? '');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await kims.isLive();
  await kims.hold(nia);

  const ana = await enter('ana');
  await ana.goto(`/conversations/${nia.conversationId}`);
  await expect(ana.thread(nia).notice(kim.name)).toBeVisible();
  await admin.reload();
  const row = admin.getByRole('listitem').filter({ hasText: kim.email });
  await expect(row).toContainText('second factor');
  await row.getByRole('combobox', { name: `Role of ${kim.name}` }).selectOption('Member');
  await admin.getByRole('dialog').getByRole('button', { name: 'Change role' }).click();
  await expect(admin.getByText(`${kim.name} has a new role and was signed out.`)).toBeVisible();
  await ana.thread(nia).region.getByRole('button', { name: 'Take it' }).click();
  await expect(ana.thread(nia).composer, 'the conversation fell free').toBeEditable();
  await expect(emailField(page), 'the open page leaves by itself').toBeVisible();

  await givePassword(page, kim);
  await code.fill(first ?? '');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('alert'), 'a backup code works once').not.toBeEmpty();
  await code.fill(second ?? '');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  // They were on their way to a conversation, which is not open to them any more.
  await expect(page.getByRole('heading', { name: 'This is not open to you' })).toBeVisible();
  await page.goto('/');
  await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link')).toHaveText(['Campaigns', 'Reports']);
});

test('a passkey signs in without a password, until it is removed', async ({ parley, enter }) => {
  const kim = await join(parley, 'agent');
  const kims = await enter(null);
  const { page } = kims;
  const device = await page.context().newCDPSession(page);
  await device.send('WebAuthn.enable');
  await device.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await page.goto('/sign-in');
  await givePassword(page, kim);
  await kims.isLive();

  await page.goto('/account');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByRole('textbox', { name: 'Name of the passkey' }).fill('My laptop');
  await page.getByLabel('Your password').fill(kim.password);
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(page.getByText('Your passkey is ready.')).toBeVisible();
  await signOut(page, kim);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await kims.isLive();

  await page.goto('/account');
  await expect(page.getByRole('listitem').filter({ hasText: 'My laptop' })).toContainText('used just now');
  await page.getByRole('button', { name: 'Remove My laptop' }).click();
  await expect(page.getByRole('listitem').filter({ hasText: 'My laptop' })).toBeHidden();
  await signOut(page, kim);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page.getByRole('alert')).not.toBeEmpty();
});

test('whoever forgot a password gets a link that works once, and is signed out everywhere by it', async ({ parley, enter }) => {
  const kim = await join(parley, 'agent');
  const kims = await enter(null);
  const { page } = kims;
  await page.goto('/sign-in');
  await givePassword(page, kim);
  await kims.isLive();

  const { page: admin } = await enter('admin');
  await admin.goto('/settings/users');
  await admin.getByRole('button', { name: `Actions for ${kim.name}` }).click();
  await admin.getByRole('button', { name: 'Link to a new password' }).click();
  const link = await admin.getByRole('textbox', { name: 'Password link' }).inputValue();

  const other = await enter(null);
  await other.page.goto(link);
  const changed = { ...kim, password: `${kim.password}, and more` };
  await other.page.getByLabel('New password').fill(changed.password);
  await other.page.getByRole('button', { name: 'Save the password' }).click();
  await expect(other.page.getByText('Your new password is set.')).toBeVisible();
  await expect(emailField(page), 'who was signed in is not any more').toBeVisible();
  await givePassword(other.page, kim);
  await expect(other.page.getByRole('alert')).not.toBeEmpty();
  await givePassword(other.page, changed);
  await other.isLive();

  await admin.getByRole('button', { name: `Actions for ${kim.name}` }).click();
  await admin.getByRole('button', { name: 'Disable…' }).click();
  await admin.getByRole('dialog').getByRole('button', { name: 'Disable', exact: true }).click();
  await expect(emailField(other.page)).toBeVisible();
  await givePassword(other.page, changed);
  await expect(other.page.getByRole('alert')).not.toBeEmpty();
});

for (const { title, options } of looks) {
  test(`axe finds nothing wrong with users and accounts ${title}`, async ({ parley, enter }) => {
    const kim = await join(parley, 'agent');
    const { api } = await signIn(parley.origin, 'admin');
    const { link } = await api.users.invite.mutate({ email: newMember().email, role: 'creator' });

    const { page: stranger } = await enter(null, options);
    await stranger.goto(link);
    await expectWell(stranger, 'an invitation');
    await stranger.goto('/invite/none-of-ours');
    await expectWell(stranger, 'an invitation that does not work');
    await stranger.goto('/sign-in');
    await givePassword(stranger, kim);
    await expect(stranger).not.toHaveURL(/sign-in/);
    await stranger.goto('/account');
    await stranger.getByRole('button', { name: 'Set up' }).click();
    await stranger.getByLabel('Your password').fill(kim.password);
    await stranger.getByRole('button', { name: 'Go on' }).click();
    await expect(stranger.getByRole('img', { name: /^QR code/ })).toBeVisible();
    await stranger.getByRole('button', { name: 'Change password' }).click();
    await stranger.getByRole('button', { name: 'Add a passkey' }).click();
    await expectWell(stranger, 'one’s account');

    const { page: admin } = await enter('admin', options);
    await admin.goto('/settings/users');
    await admin.getByRole('button', { name: `Actions for ${kim.name}` }).click();
    await admin.getByRole('button', { name: 'Link to a new password' }).click();
    const reset = await admin.getByRole('textbox', { name: 'Password link' }).inputValue();
    await expectWell(admin, 'the users');
    await admin.getByRole('button', { name: 'Invite', exact: true }).click();
    await expect(admin.getByRole('dialog')).toBeVisible();
    await expectWell(admin, 'the invitation');
    await stranger.goto(reset);
    await expectWell(stranger, 'a new password');
  });
}
