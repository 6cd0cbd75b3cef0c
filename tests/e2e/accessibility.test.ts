import { Customer } from './support/customer';
import { expectWell, looks } from './support/looks';
import { expect, test } from './support/test';

for (const { title, options } of looks) {
  test(`axe finds nothing wrong with any page ${title}`, async ({ parley, enter }) => {
    const nia = await Customer.on('whatsapp', parley.origin);
    await nia.says('See https://example.com/a and answer me');

    const stranger = await enter(null, options);
    await stranger.page.goto('/sign-in');
    await expect(stranger.page.getByRole('button', { name: 'Sign in', exact: true })).toBeEnabled();
    await expectWell(stranger.page, 'sign-in');

    const member = await enter('mia', options);
    await member.page.goto('/conversations');
    await expectWell(member.page, 'the 403 page');

    const ana = await enter('ana', options);
    await ana.page.goto('/conversations');
    await expect(ana.row(nia)).toBeVisible();
    await expectWell(ana.page, 'the list');

    const thread = await ana.open(nia);
    await expect(thread.composer).toBeEditable();
    await thread.say('Here is the answer');
    await expect(thread.tick('Here is the answer', 'Sent')).toBeVisible();
    await expectWell(ana.page, 'a conversation');

    const ben = await enter('ben', options);
    await ben.page.goto(`/conversations/${nia.conversationId}`);
    await expect(ben.thread(nia).notice('has this conversation since')).toBeVisible();
    await expectWell(ben.page, 'a colleague’s conversation');

    await thread.region.getByRole('button', { name: 'Close the conversation' }).click();
    await expect(thread.popup).toBeVisible();
    await expectWell(ana.page, 'the pop-up');
    await thread.popup.getByText('Pending', { exact: true }).click();
    await expectWell(ana.page, 'the pop-up with another choice');

    const admin = await enter('admin', options);
    await admin.page.goto('/simulator');
    await expect(admin.page.getByRole('link', { name: /Aanya Rao/ })).toBeVisible();
    await expectWell(admin.page, 'the simulator');
    await admin.page.getByRole('link', { name: /Aanya Rao/ }).click();
    await expect(admin.page.getByRole('log', { name: 'Messages of Aanya Rao' })).toBeVisible();
    await expectWell(admin.page, 'a phone of the simulator');
  });
}
