import { randomUUID } from 'node:crypto';
import { people, refusalOf, signIn } from './support/agent';
import { Customer } from './support/customer';
import { briefly, expect, test } from './support/test';

test('of two agents who click at the same moment one holds the conversation, and the other sees who', async ({
  parley,
  enter,
}) => {
  const ana = await (await enter('ana')).goto();
  const ben = await (await enter('ben')).goto();
  for (let round = 0; round < 3; round++) {
    const nia = await Customer.on('webhook', parley.origin);
    await nia.says('Who is there?');
    await Promise.all([ana.row(nia), ben.row(nia)].map((row) => expect(row).toBeVisible()));
    const [anas, bens] = await Promise.all([ana.open(nia), ben.open(nia)]);
    const anaHolds = anas.notice(`${people.ana.name} has this conversation since`);
    const benHolds = bens.notice(`${people.ben.name} has this conversation since`);
    await expect.poll(async () => (await anas.send.count()) + (await bens.send.count())).toBe(1);
    const isAnas = (await anas.send.count()) === 1;
    const [winner, loser] = isAnas ? [anas, bens] : [bens, anas];
    await expect(loser.notice(`${people[isAnas ? 'ana' : 'ben'].name} has this conversation since`)).toBeVisible();
    await expect(loser.composer).toBeHidden();
    await expect(winner.composer).toBeEditable();
    // The one who holds it is not told so by the banner that is for the others.
    await expect(isAnas ? benHolds : anaHolds).toBeHidden();
  }
});

test('of twenty claims at once exactly one agent is granted the conversation', async ({ parley }) => {
  const sessions = await Promise.all([
    signIn(parley.origin, 'ana'),
    signIn(parley.origin, 'ben'),
    signIn(parley.origin, 'admin'),
  ]);
  for (let round = 0; round < 5; round++) {
    const nia = await Customer.on('webhook', parley.origin);
    await nia.says('Race!');
    const id = nia.conversationId;
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const by = (i + round) % sessions.length;
        return { by, claim: await sessions[by]?.api.conversations.claim.mutate({ id }) };
      }),
    );
    const winners = new Set(answers.filter(({ claim }) => claim?.granted).map(({ by }) => by));
    expect([...winners]).toHaveLength(1);
    const epochs = new Set(answers.map(({ claim }) => (claim?.granted ? claim.epoch : claim?.lock.since)));
    expect([...epochs], 'one grant, and one story about it').toHaveLength(2);
  }
});

test('when the holder’s tab dies the other agent can take the conversation after the grace, and not before', async ({
  brief,
  enter,
}) => {
  const nia = await Customer.on('webhook', brief.origin);
  await nia.says('Are you still there?');
  const ana = await enter('ana', { on: brief });
  const ben = await enter('ben', { on: brief });
  await ana.hold(nia);
  await ben.goto(`/conversations/${nia.conversationId}`);
  const bens = ben.thread(nia);
  const isAnas = bens.notice(`${people.ana.name} has this conversation since`);
  await expect(isAnas).toBeVisible();

  // The renderer dies without a word to anybody, as in a crash.
  const devtools = await ana.page.context().newCDPSession(ana.page);
  const killedAt = Date.now();
  await Promise.race([devtools.send('Page.crash'), ana.page.waitForEvent('crash')]).catch(() => undefined);
  const take = bens.region.getByRole('button', { name: 'Take it' });
  await expect(take).toBeVisible({ timeout: briefly.lockGraceMs + 20_000 });
  const waitedMs = Date.now() - killedAt;
  expect(waitedMs, 'not before the grace is over').toBeGreaterThan(briefly.lockGraceMs - 1_000);
  expect(waitedMs, 'and soon after it').toBeLessThan(briefly.lockGraceMs + 10_000);
  await take.click();
  await expect(bens.send).toBeVisible();
  await expect(isAnas).toBeHidden();
});

test('two tabs of one agent share the hold, and closing one of them does not end it', async ({ parley, provider, enter }) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('One of you will do');
  const [first, second] = [await enter('ana'), await enter('ana')];
  await (await first.hold(nia)).say('From the first tab');
  const thread = await second.hold(nia);
  await expect(thread.tick('From the first tab', 'Sent')).toBeVisible();
  await first.page.close();
  const ben = await (await enter('ben')).goto();
  await thread.say('From the second tab');
  await expect(thread.tick('From the second tab', 'Sent')).toBeVisible();
  await expect(ben.row(nia)).toHaveAccessibleName(new RegExp(`locked by ${people.ana.name}$`));
  expect(provider.callsTo(nia.address).map(({ text }) => text)).toEqual(['From the first tab', 'From the second tab']);
});

test('an Admin takes a conversation over, and what the former holder then sends is refused with the draft kept', async ({
  parley,
  provider,
  enter,
}) => {
  const nia = await Customer.on('webhook', parley.origin);
  await nia.says('I want to speak to the manager');
  const ana = await enter('ana');
  const admin = await enter('admin');
  const anas = await ana.hold(nia);
  await anas.composer.fill('Of course, one moment');
  await admin.goto(`/conversations/${nia.conversationId}`);
  const admins = admin.thread(nia);
  await admins.region.getByRole('button', { name: 'Take over…' }).click();
  await admins.region.getByRole('button', { name: 'Take over', exact: true }).click();
  await expect(admins.send).toBeVisible();
  await expect(anas.notice(`${people.admin.name} took this conversation over`)).toBeVisible();
  await expect(anas.send).toBeHidden();
  await expect(anas.composer).toHaveValue('Of course, one moment');
  const { api } = await signIn(parley.origin, 'ana');
  const stale = {
    id: nia.conversationId,
    messageId: randomUUID(),
    epoch: 1,
    seenSeq: 100,
    text: 'From a page that has not heard',
  };
  expect(await refusalOf(api.conversations.send.mutate(stale))).toMatchObject({ code: 'CONFLICT', reason: 'stale_epoch' });
  expect(provider.callsTo(nia.address)).toEqual([]);
});
