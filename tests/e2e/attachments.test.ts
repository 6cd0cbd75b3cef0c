import type { Locator } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { signIn } from './support/agent';
import { aPdf, aPicture, anArchive, type ChosenFile } from './support/files';
import { expectWell, looks } from './support/looks';
import type { Dashboard, Thread } from './support/pages';
import { Phone } from './support/phone';
import { expect, test } from './support/test';

const HOUR_MS = 3_600_000;

/** What lies attached above the text. */
const trayOf = (thread: Thread): Locator => thread.region.getByRole('list', { name: 'Attached files' }).getByRole('listitem');
const attach = (thread: Thread, ...files: ChosenFile[]): Promise<void> =>
  thread.region.locator('input[type="file"]').setInputFiles(files);

/** Opens the phone's conversation and waits until this agent may write in it. */
async function hold(dashboard: Dashboard, phone: Phone): Promise<Thread> {
  // Not by the list: a small screen has none beside a conversation.
  await dashboard.page.goto(`/conversations/${phone.conversationId}`);
  const thread = dashboard.thread(phone);
  await expect(thread.send).toBeVisible();
  return thread;
}

/** Gives a file to the page by the events of a browser in which it is pasted or dragged. */
function give(target: Locator, events: ('paste' | 'dragenter' | 'dragover' | 'drop')[], file: ChosenFile): Promise<void> {
  const given = { name: file.name, type: file.mimeType, base64: file.buffer.toString('base64'), events };
  return target.evaluate((element, { name, type, base64, events }) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], name, { type }));
    for (const event of events) {
      const options = { bubbles: true, cancelable: true };
      const given =
        event === 'paste'
          ? new ClipboardEvent(event, { ...options, clipboardData: data })
          : new DragEvent(event, { ...options, dataTransfer: data });
      element.dispatchEvent(given);
    }
  }, given);
}

/** Pictures that have come and can be seen. */
const isShown = (picture: Locator): Promise<boolean> =>
  picture.evaluate((element) => element instanceof HTMLImageElement && element.complete && element.naturalWidth > 0);

test('what a customer sends can be seen, heard and saved', async ({ plain, enter }) => {
  const nia = await Phone.on('whatsapp', plain);
  await nia.sends({ type: 'media', kind: 'voice' });
  await nia.sends({ type: 'media', kind: 'video' });
  await nia.sends({ type: 'media', kind: 'document' });
  await nia.sends({ type: 'media', kind: 'sticker' });
  await nia.sends({ type: 'media', kind: 'image', caption: 'The view from our room' });
  const ana = await enter('ana', { on: plain });
  const thread = await hold(ana, nia);

  const picture = thread.log.getByRole('button', { name: 'Open The view from our room' });
  await expect.poll(() => isShown(picture.getByRole('img'))).toBe(true);
  await expect.poll(() => isShown(thread.log.getByRole('img', { name: 'Sticker' }))).toBe(true);
  await picture.press('Enter');
  const zoom = ana.page.getByRole('dialog', { name: 'The view from our room' });
  await expect.poll(() => isShown(zoom.getByRole('img'))).toBe(true);
  await ana.page.keyboard.press('Escape');
  await expect(zoom).toBeHidden();
  await expect(thread.popup, 'Esc has put away the picture only').toBeHidden();
  await expect(picture).toBeFocused();

  const [saved] = await Promise.all([
    ana.page.waitForEvent('download'),
    thread.log.getByRole('link', { name: /^Download .+\.pdf/ }).click(),
  ]);
  expect(saved.suggestedFilename()).toMatch(/\.pdf$/);
  expect((await readFile(await saved.path())).subarray(0, 5).toString()).toBe('%PDF-');

  const voice = thread.log.getByRole('group', { name: 'Voice message' });
  const position = voice.getByRole('slider', { name: 'Position in Voice message' });
  await expect(position).toBeEnabled();
  await voice.getByRole('button', { name: 'Play Voice message' }).press('Space');
  await expect.poll(async () => Number(await position.inputValue())).toBeGreaterThan(0);
});

test('pictures that were sent together stand together', async ({ plain, enter }) => {
  const nia = await Phone.on('telegram', plain);
  await nia.sends({ type: 'album', count: 3, caption: 'Three of a kind' });
  await nia.sends({ type: 'media', kind: 'image', caption: 'One alone' });
  const thread = await hold(await enter('ana', { on: plain }), nia);
  const album = thread.bubble('Three of a kind');
  await expect(album.getByRole('button', { name: /^Open / })).toHaveCount(3);
  await expect(thread.bubble('One alone').getByRole('button', { name: /^Open / })).toHaveCount(1);
});

test('files go out in their order, the text as caption of the last; what the app does not take is said at once', async ({
  plain,
  enter,
}) => {
  const nia = await Phone.on('whatsapp', plain);
  await nia.sends({ type: 'text', text: 'May I see it?' });
  const thread = await hold(await enter('ana', { on: plain }), nia);
  await attach(thread, anArchive('all.zip'), aPdf('Plan of the house.pdf'), aPicture('garden.png'));
  await expect(trayOf(thread)).toHaveText([/Plan of the house\.pdf/, /garden\.png/]);
  await expect(thread.notice('all.zip: WhatsApp does not take files of this type.')).toBeVisible();

  await thread.say('Here is all of it');
  await expect(trayOf(thread)).toHaveCount(0);
  await expect(thread.tick('Here is all of it', /^(Sent|Delivered|Read)$/)).toBeVisible();
  await expect(thread.notice('all.zip')).toBeHidden();
  await expect
    .poll(async () => (await nia.received()).map(({ kind, text, media }) => [kind, text, media?.fileName]))
    .toEqual([
      ['document', expect.not.stringContaining('Here'), 'Plan of the house.pdf'],
      ['image', 'Here is all of it', expect.stringContaining('.png')],
    ]);
  await expect.poll(() => isShown(thread.bubble('Here is all of it').getByRole('img').first())).toBe(true);

  // After a reload it is the server's copy.
  await thread.region.page().reload();
  await expect.poll(() => isShown(thread.bubble('Here is all of it').getByRole('img').first())).toBe(true);
});

test('where an app has no captions the text follows as a message of its own', async ({ plain, enter }) => {
  const nia = await Phone.on('messenger', plain);
  await nia.sends({ type: 'text', text: 'May I see it?' });
  const thread = await hold(await enter('ana', { on: plain }), nia);
  await attach(thread, aPicture('garden.png'));
  await thread.say('The garden in May');
  await expect.poll(async () => (await nia.received()).map(({ kind, text }) => [kind, text.includes('garden') || text.includes('May')])).toEqual([
    ['image', false],
    ['text', true],
  ]); // prettier-ignore
});

test('a picture can be pasted, and a file be dropped on the thread', async ({ plain, enter }) => {
  const nia = await Phone.on('telegram', plain);
  await nia.sends({ type: 'text', text: 'And?' });
  const ana = await enter('ana', { on: plain });
  const thread = await hold(ana, nia);
  const tray = trayOf(thread);
  await give(thread.composer, ['paste'], aPicture('pasted.png'));
  await expect(tray).toHaveText([/pasted\.png/]);
  await give(thread.log, ['dragenter', 'dragover'], aPdf('dropped.pdf'));
  await expect(thread.region.getByText(`Drop to attach for ${nia.firstName}`)).toBeVisible();
  await give(thread.log, ['drop'], aPdf('dropped.pdf'));
  await expect(thread.region.getByText('Drop to attach for')).toBeHidden();
  await expect(tray).toHaveText([/pasted\.png/, /dropped\.pdf/]);
  await tray.first().getByRole('button', { name: 'Remove pasted.png' }).click();
  await expect(tray).toHaveText([/dropped\.pdf/]);
});

test('a message waits for its upload; one that fails comes back and can be tried again', async ({ plain, enter }) => {
  const nia = await Phone.on('whatsapp', plain);
  await nia.sends({ type: 'text', text: 'May I see it?' });
  const ana = await enter('ana', { on: plain });
  const thread = await hold(ana, nia);
  const isUpload = (url: URL) => url.pathname === `/media/${nia.conversationId}` && url.searchParams.has('name');
  const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
  await ana.page.route(isUpload, async (route) => {
    await held;
    await route.abort();
  });
  await attach(thread, aPicture('garden.png'));
  await thread.say('The garden');
  await thread.say('Do you like it?');
  await expect(thread.tick('The garden', /^(Sending|Waiting to be sent)$/)).toBeVisible();
  expect(
    await isShown(thread.bubble('The garden').getByRole('img', { name: 'garden.png' })),
    'it is shown before it has gone',
  ).toBe(true);
  letGo();
  await expect(thread.notice('Not sent: “garden.png” has not been uploaded.')).toBeVisible();
  await expect(thread.composer).toHaveValue('The garden\n\nDo you like it?');
  await expect(thread.send).toBeDisabled();
  expect(await nia.received()).toEqual([]);

  await ana.page.unroute(isUpload);
  await trayOf(thread).getByRole('button', { name: 'Try again to upload garden.png' }).click();
  await thread.say('The garden in May');
  await expect
    .poll(async () => (await nia.received()).map(({ kind, text }) => [kind, text]))
    .toEqual([['image', 'The garden in May']]);
});

test('a reply names the message that it answers, also by keys alone', async ({ plain, enter }) => {
  const nia = await Phone.on('whatsapp', plain);
  await nia.sends({ type: 'text', text: 'Is the room free?' });
  await nia.sends({ type: 'text', text: 'And is there a garden?' });
  const ana = await enter('ana', { on: plain });
  const thread = await hold(ana, nia);
  await expect(thread.bubble('And is there a garden?')).toBeVisible();
  await thread.log.getByRole('button', { name: 'Reply to: And is there a garden?' }).focus();
  await ana.page.keyboard.press('ArrowUp');
  await ana.page.keyboard.press('r');
  await expect(thread.composer).toBeFocused();
  await ana.page.keyboard.type('Yes, it is');
  await ana.page.keyboard.press('Enter');
  await expect
    .poll(async () => (await nia.received()).map(({ text, replyTo }) => [text, replyTo]))
    .toEqual([['Yes, it is', (await nia.sent())[0]?.id]]);
  await expect(thread.bubble('Yes, it is')).toContainText('Is the room free?');

  await thread.log.getByRole('button', { name: 'Reply to: And is there a garden?' }).click();
  await expect(thread.region.getByText('Reply to And is there a garden?')).toBeVisible();
  await thread.composer.press('Escape');
  await expect(thread.region.getByText('Reply to And is there a garden?'), 'the first Esc takes the quote away').toBeHidden();
  await expect(thread.popup).toBeHidden();
});

test('after the window an approved template goes out, its gaps filled', async ({ plain, enter }) => {
  // One that the simulator has approved.
  const body = 'Hello {{1}}, you wrote to us about order {{2}}. We have news for you: may we continue here?';
  const about = { name: 'order_follow_up', language: 'en_US', category: 'UTILITY' as const, header: null, footer: null };
  const { channels } = (await signIn(plain.origin, 'admin')).api;
  const known = await channels.templates.query({ channelId: 'demo-whatsapp' });
  if (!known.some(({ name }) => name === about.name)) {
    await channels.addTemplate.mutate({ id: 'demo-whatsapp', template: { ...about, body, buttons: ['Yes, please', 'Not now'] } });
  }
  const nia = await Phone.on('whatsapp', plain);
  await nia.sends({ type: 'text', text: 'Is the boat still going?' }, 25 * HOUR_MS);
  const ana = await enter('ana', { on: plain });
  await ana.goto(`/conversations/${nia.conversationId}`);
  const thread = ana.thread(nia);
  await expect(thread.notice('WhatsApp takes free text only within 24 hours')).toBeVisible();
  await expect(thread.composer).toBeHidden();

  await thread.region.getByRole('button', { name: 'Send a template' }).click();
  const panel = ana.page.getByRole('dialog', { name: 'Send Nia a template' });
  await panel.getByRole('searchbox', { name: 'Search templates' }).fill('news order');
  await panel.getByRole('button', { name: /^order_follow_up/ }).click();
  const form = ana.page.getByRole('dialog', { name: 'order_follow_up' });
  await expect(form.getByRole('button', { name: 'Send', exact: true })).toBeDisabled();
  await expect(form.getByRole('textbox', { name: 'Text 1' })).toBeFocused();
  await ana.page.keyboard.type('Nia');
  await ana.page.keyboard.press('Tab');
  await ana.page.keyboard.type('B-12');
  const words = 'Hello Nia, you wrote to us about order B-12. We have news for you: may we continue here?';
  await expect(form.getByRole('group', { name: 'Preview' })).toContainText(words);
  await ana.page.keyboard.press('Enter');
  await expect(form).toBeHidden();
  await expect(thread.tick(words, /^(Sent|Delivered|Read)$/)).toBeVisible();
  await expect(thread.bubble(words)).toContainText('Template · order_follow_up');
  await expect.poll(async () => (await nia.received()).map(({ text }) => text)).toEqual([words]);
});

test('what is spoken goes out as a voice message', async ({ plain, enter }) => {
  const nia = await Phone.on('messenger', plain);
  await nia.sends({ type: 'text', text: 'Call me?' });
  const ana = await enter('ana', { on: plain });
  // A machine without a microphone: a tone stands in for a voice.
  await ana.page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = async () => {
      const context = new AudioContext();
      const tone = context.createOscillator();
      const end = context.createMediaStreamDestination();
      tone.connect(end);
      tone.start();
      return end.stream;
    };
  });
  const thread = await hold(ana, nia);
  await thread.region.getByRole('button', { name: 'Record a voice message' }).click();
  await expect(thread.region.getByRole('timer')).toHaveText('0:01');
  await thread.region.getByRole('button', { name: 'Cancel' }).click();
  await expect(thread.composer).toBeFocused();
  await thread.region.getByRole('button', { name: 'Record a voice message' }).click();
  await expect(thread.region.getByRole('timer')).toHaveText('0:01');
  await thread.region.getByRole('button', { name: 'Send the voice message' }).click();
  const voice = thread.log.getByRole('group', { name: 'Voice message' });
  await expect(voice.getByRole('button', { name: 'Play Voice message' })).toBeVisible();
  await expect
    .poll(async () => (await nia.received()).map(({ kind, media }) => [kind, media?.mime.startsWith('audio/')]))
    .toEqual([[expect.stringMatching(/^(audio|voice)$/), true]]);
});

for (const { title, options } of looks) {
  test(`axe finds nothing wrong with attachments, quotes and templates ${title}`, async ({ plain, enter }) => {
    const nia = await Phone.on('whatsapp', plain);
    for (const kind of ['image', 'voice', 'video', 'document', 'sticker'] as const) await nia.sends({ type: 'media', kind });
    const ana = await enter('ana', { on: plain, ...options });
    const thread = await hold(ana, nia);
    await expect(thread.log.getByRole('group', { name: 'Voice message' })).toBeVisible();
    await attach(thread, aPicture('garden.png'), aPdf('plan.pdf'));
    await expect(trayOf(thread)).toHaveCount(2);
    await thread.log.getByRole('button', { name: 'Reply to: Sticker' }).click();
    await expect(thread.region.getByText('Reply to Sticker')).toBeVisible();
    await expectWell(ana.page, 'the thread and the tray');
    await thread.say('Both of them');
    await expect(thread.tick('Both of them', /^(Sent|Delivered|Read)$/)).toBeVisible();
    await thread.log.getByRole('button', { name: /^Open / }).first().click(); // prettier-ignore
    await expect(ana.page.getByRole('button', { name: 'Close the picture' })).toBeVisible();
    await expectWell(ana.page, 'the picture');
    await ana.page.keyboard.press('Escape');

    const old = await Phone.on('whatsapp', plain);
    await old.sends({ type: 'text', text: 'Hello?' }, 25 * HOUR_MS);
    await ana.page.goto(`/conversations/${old.conversationId}`);
    await ana.thread(old).region.getByRole('button', { name: 'Send a template' }).click();
    const panel = ana.page.getByRole('dialog', { name: 'Send Nia a template' });
    await expect(panel.getByText('Loading templates')).toHaveCount(0);
    await expectWell(ana.page, 'the templates');
  });
}
