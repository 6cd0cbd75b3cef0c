import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { Customer } from './support/customer';
import { expect, test, type OpenOptions } from './support/test';

const looks: { title: string; options: OpenOptions }[] = [
  { title: 'in light colours', options: { colorScheme: 'light' } },
  { title: 'in dark colours', options: { colorScheme: 'dark' } },
  {
    title: 'on a phone',
    options: { colorScheme: 'light', viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  },
];

/** What axe finds wrong, as rule and place. */
async function problemsOf(page: Page): Promise<string[]> {
  // Something that is still fading in has colours that nobody is meant to read. What never ends is not waited for.
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
  // The other mode opens a page of its own for frames, which we have none of.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary}`),
  );
}

for (const { title, options } of looks) {
  test(`axe finds nothing wrong with any page ${title}`, async ({ parley, enter }) => {
    const look = { ...options, reducedMotion: 'reduce' as const };
    const nia = await Customer.on('whatsapp', parley.origin);
    await nia.says('See https://example.com/a and answer me');

    const stranger = await enter(null, look);
    await stranger.page.goto('/sign-in');
    await expect(stranger.page.getByRole('button', { name: 'Sign in', exact: true })).toBeEnabled();
    expect(await problemsOf(stranger.page), 'sign-in').toEqual([]);

    const member = await enter('mia', look);
    await member.page.goto('/conversations');
    expect(await problemsOf(member.page), 'the 403 page').toEqual([]);

    const ana = await enter('ana', look);
    await ana.page.goto('/conversations');
    await expect(ana.row(nia)).toBeVisible();
    expect(await problemsOf(ana.page), 'the list').toEqual([]);

    const thread = await ana.open(nia);
    await expect(thread.composer).toBeEditable();
    await thread.say('Here is the answer');
    await expect(thread.tick('Here is the answer', 'Sent')).toBeVisible();
    expect(await problemsOf(ana.page), 'a conversation').toEqual([]);

    const ben = await enter('ben', look);
    await ben.page.goto(`/conversations/${nia.conversationId}`);
    await expect(ben.thread(nia).notice('has this conversation since')).toBeVisible();
    expect(await problemsOf(ben.page), 'a colleague’s conversation').toEqual([]);

    await thread.region.getByRole('button', { name: 'Close the conversation' }).click();
    await expect(thread.popup).toBeVisible();
    expect(await problemsOf(ana.page), 'the pop-up').toEqual([]);
    await thread.popup.getByText('Pending', { exact: true }).click();
    expect(await problemsOf(ana.page), 'the pop-up with another choice').toEqual([]);

    const admin = await enter('admin', look);
    await admin.page.goto('/simulator');
    await expect(admin.page.getByRole('link', { name: /Aanya Rao/ })).toBeVisible();
    expect(await problemsOf(admin.page), 'the simulator').toEqual([]);
    await admin.page.getByRole('link', { name: /Aanya Rao/ }).click();
    await expect(admin.page.getByRole('log', { name: 'Messages of Aanya Rao' })).toBeVisible();
    expect(await problemsOf(admin.page), 'a phone of the simulator').toEqual([]);
  });
}
