import { randomUUID } from 'node:crypto';
import { Role } from '../../src/lib/domain/role';
import { granted, pages } from '../fixtures/access';
import { headersOf, people, refusalOf, signIn, upgradeStatus, type Person, type Session } from './support/agent';
import { Customer } from './support/customer';
import { expect, test } from './support/test';

const outsiders: readonly Person[] = ['mia', 'carl', 'vera'];
const OUR_HEADERS = { 'content-type': 'application/json', 'x-parley': '1' };

for (const person of outsiders) {
  test(`${people[person].name} is neither an Agent nor an Admin: the page says so, and procedures and sockets refuse`, async ({
    parley,
    enter,
  }) => {
    const nia = await Customer.on('webhook', parley.origin);
    await nia.says('For agents only');
    const id = nia.conversationId;
    const { page } = await enter(person);
    for (const path of ['/conversations', `/conversations/${id}`]) {
      const response = await page.goto(path);
      expect(response?.status()).toBe(403);
      await expect(page.getByRole('heading', { name: 'This is not open to you' })).toBeVisible();
      await expect(page.getByRole('button', { name: 'Sign in as somebody else' })).toBeVisible();
      await expect(page.getByText('For agents only')).toBeHidden();
    }

    await page.goto('/account');
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await expect(help.getByText('Go to or do anything')).toBeVisible();
    for (const words of ['Next conversation', 'Write a reply', 'Settings'])
      await expect(help.getByText(words, { exact: true })).toBeHidden();

    const session = await signIn(parley.origin, person);
    const { conversations, campaigns, channels } = session.api;
    const send = { id, messageId: randomUUID(), epoch: 1, seenSeq: 9, text: 'I should not be here', force: true };
    const calls = [
      () => conversations.list.query({ tab: 'active' }),
      () => conversations.list.query({ tab: 'active', search: nia.name }),
      () => conversations.counts.query({}),
      () => conversations.get.query({ id }),
      () => conversations.messages.query({ id, beforeSeq: 9 }),
      () => conversations.claim.mutate({ id }),
      () => conversations.takeOver.mutate({ id }),
      () => conversations.ask.mutate({ id }),
      () => conversations.release.mutate({ id, epoch: 1 }),
      () => conversations.send.mutate(send),
      () => conversations.retry.mutate({ id, messageId: send.messageId, epoch: 1 }),
      () => conversations.close.mutate({ id, epoch: 1, ticketStatus: 'closed' }),
      () => conversations.setTicketStatus.mutate({ id, ticketStatus: 'closed' }),
      () => campaigns.options.query(),
      () => channels.options.query(),
    ];
    for (const call of calls) {
      expect(await refusalOf(call())).toMatchObject({ code: 'FORBIDDEN', httpStatus: 403, reason: 'forbidden' });
    }
    for (const path of ['/live/inbox', `/live/conversations/${id}`, '/simulator/api/live']) {
      expect(await upgradeStatus(parley.origin + path, headersOf(session, parley.origin)), path).toBe(403);
    }

    // None of it had an effect.
    const { api } = await signIn(parley.origin, 'ana');
    const thread = await api.conversations.get.query({ id });
    expect(thread.conversation).toMatchObject({ ticketStatus: 'new', lock: null, unread: 1 });
    expect(thread.messages).toHaveLength(1);
  });
}

const roles: Record<Role, Person> = { admin: 'admin', agent: 'ana', member: 'mia', creator: 'carl', approver: 'vera' };

test('every page and file opens to the roles of its permission and to nobody else', async ({ parley }) => {
  const wrong: string[] = [];
  const guarded = Object.entries(pages).filter(([folder, access]) => typeof access === 'string' && !folder.startsWith('api/'));
  for (const [folder, access] of guarded) {
    // What it leads to is not there: that is said only to those who might have seen it.
    const path = `/${folder.replace('(app)/', '').replaceAll(/\[\w+\]/g, '0'.repeat(40))}`;
    const method = folder === 'people/import' ? 'POST' : 'GET';
    const ask = async (session: Session | null) => {
      const headers = { accept: 'text/html', ...headersOf(session, parley.origin) };
      const response = await fetch(parley.origin + path, { method, headers, redirect: 'manual' });
      await response.body?.cancel();
      const isSentAway = response.headers.get('location')?.startsWith('/sign-in') === true;
      return isSentAway ? 401 : response.status;
    };
    if ((await ask(null)) !== 401) wrong.push(`${path} signed out`);
    for (const role of Role.options) {
      const status = await ask(await signIn(parley.origin, roles[role]));
      const isOpen =
        access === 'signed in' || Object.entries(granted).some(([permission, to]) => permission === access && to.includes(role));
      if (status === 401 || status >= 500 || (status !== 403) !== isOpen) wrong.push(`${path} as ${role}: ${status}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('nobody signed in is led to the sign-in and back, and procedures and sockets want a sign-in', async ({ parley, enter }) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Please sign in');
  const path = `/conversations/${nia.conversationId}?tab=inactive`;
  const dashboard = await enter(null);
  const { page } = dashboard;
  await page.goto(path);
  await expect(page).toHaveURL(`/sign-in?next=${encodeURIComponent(path)}`);

  await page.getByRole('textbox', { name: 'E-mail' }).fill(people.ana.email);
  await page.getByRole('textbox', { name: 'Password' }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByRole('alert')).not.toBeEmpty();
  await page.getByRole('button', { name: people.ana.email }).click();
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL(path);
  await expect(dashboard.thread(nia).region).toBeVisible();

  const list = `${parley.origin}/api/trpc/conversations.list?input=${encodeURIComponent(JSON.stringify({ tab: 'active' }))}`;
  for (const headers of [undefined, { cookie: 'parley.session_token=made-up.signature' }]) {
    expect((await fetch(list, { headers })).status).toBe(401);
  }
  for (const socket of ['/live/inbox', `/live/conversations/${nia.conversationId}`]) {
    expect(await upgradeStatus(parley.origin + socket, { origin: parley.origin }), socket).toBe(401);
  }
});

test('a foreign, missing, null or look-alike Origin opens no socket and changes nothing', async ({ parley }) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('Mine only');
  const id = nia.conversationId;
  const session = await signIn(parley.origin, 'ana');
  const origins = [undefined, 'null', 'https://evil.example', `${parley.origin}.evil.example`, 'http://localhost:1'];
  for (const origin of origins) {
    for (const path of ['/live/inbox', `/live/conversations/${id}`]) {
      expect(await upgradeStatus(parley.origin + path, headersOf(session, origin)), `${path} from ${origin}`).toBe(403);
    }
    const response = await fetch(`${parley.origin}/api/trpc/conversations.claim`, {
      method: 'POST',
      headers: { ...OUR_HEADERS, ...headersOf(session, origin) },
      body: JSON.stringify({ id }),
    });
    expect(response.status, `a claim from ${origin}`).toBe(403);
  }
  // A form post of our own site's is no procedure call either.
  for (const type of ['multipart/form-data; boundary=x', 'application/x-www-form-urlencoded', 'text/plain']) {
    const response = await fetch(`${parley.origin}/api/trpc/conversations.claim`, {
      method: 'POST',
      headers: { 'content-type': type, ...headersOf(session, parley.origin) },
      body: JSON.stringify({ id }),
    });
    expect(response.status, type).toBe(415);
  }
  expect((await session.api.conversations.get.query({ id })).conversation.lock).toBeNull();
  expect(await upgradeStatus(`${parley.origin}/live/inbox`, headersOf(session, parley.origin))).toBe(101);
});

test('the simulator is the Admins’, take-over too, and a forged or unsigned webhook is nobody’s', async ({ parley, enter }) => {
  const { page } = await enter('ana');
  expect((await page.goto('/simulator'))?.status()).toBe(403);
  const nia = await Customer.on('whatsapp', parley.origin);
  await nia.says('Genuine');
  const { api } = await signIn(parley.origin, 'ben');
  expect(await refusalOf(api.conversations.takeOver.mutate({ id: nia.conversationId }))).toMatchObject({ httpStatus: 403 });

  const before = await api.conversations.get.query({ id: nia.conversationId });
  for (const signature of [undefined, 'sha256=', `sha256=${'0'.repeat(64)}`]) {
    const response = await fetch(`${parley.origin}/webhooks/demo-whatsapp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(signature !== undefined && { 'x-hub-signature-256': signature }) },
      body: '{"object":"whatsapp_business_account","entry":[]}',
    });
    expect(response.status).toBe(401);
    expect(await response.text()).toBe('');
  }
  expect((await fetch(`${parley.origin}/webhooks/no-such-channel`, { method: 'POST', body: '{}' })).status).toBe(404);
  expect(await api.conversations.get.query({ id: nia.conversationId })).toEqual(before);
});
