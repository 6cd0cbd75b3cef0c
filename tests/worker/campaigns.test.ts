import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CampaignDraft } from '../../src/lib/domain/campaign-draft';
import { ChannelId } from '../../src/lib/domain/ids';
import type { Role } from '../../src/lib/domain/role';
import * as campaigns from '../../src/lib/server/db/campaigns';
import * as channels from '../../src/lib/server/db/channels';
import { database } from '../../src/lib/server/db/client';
import * as templates from '../../src/lib/server/db/templates';
import { appRouter } from '../../src/lib/server/trpc/router';

const db = database(env.DB);
const NOW = 1_790_000_000_000;
const as = (role: Role, id: string = role, name = `The ${role}`) =>
  appRouter.createCaller({
    env,
    user: { id, name, email: `${id}@parley.test`, role, sessionId: 's' },
    origin: 'https://parley.test',
  }).campaigns;
const creator = as('creator');
const approver = as('approver');
const admin = as('admin');

const telegram = ChannelId.parse('news-bot');
const whatsapp = ChannelId.parse('shop-number');

beforeAll(async () => {
  const common = { accountId: 'x', settings: {}, secrets: { accessToken: 't' } };
  await channels.insert(db, { ...common, id: telegram, provider: 'telegram', name: 'News bot' }, env.SECRET_KEY, NOW);
  await channels.insert(db, { ...common, id: whatsapp, provider: 'whatsapp', name: 'Shop', accountId: 'y' }, env.SECRET_KEY, NOW);
  await templates
    .insertingManual(
      db,
      whatsapp,
      {
        name: 'offer',
        language: 'en',
        category: 'MARKETING',
        header: null,
        body: 'Hi {{1}}, {{2}} off.',
        footer: null,
        buttons: ['Yes'],
      },
      NOW,
    )
    .execute();
});

/** What a call needs of a campaign that was looked at. */
const seen = ({ id, version }: { id: string; version: number }) => ({ id, version });

const aDraft = (change: Partial<CampaignDraft> = {}): CampaignDraft => ({
  name: 'Autumn',
  labels: ['season', 'promo'],
  channelId: telegram,
  content: { text: 'Hi {{firstName|there}}, autumn is here.', buttons: ['Show me'], template: null, values: {} },
  audience: { segmentId: null },
  ...change,
});

async function made(draft = aDraft(), by = creator) {
  return by.create({ id: crypto.randomUUID(), draft });
}
async function submitted(draft = aDraft()) {
  const { id, version } = await made(draft);
  return creator.submit({ id, version });
}
async function approved(draft = aDraft()) {
  const { id, version } = await submitted(draft);
  return approver.approve({ id, version });
}

/** The facts of a refusal; `ok` when there was none. */
async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    const cause: unknown = Reflect.get(Object(error), 'cause');
    return Reflect.get(Object(cause), 'rejection') ?? Reflect.get(Object(error), 'code');
  }
}

const auditOf = async (id: string): Promise<string[]> => {
  const rows = await db.selectFrom('audit').select(['action', 'actor_id']).where('subject_id', '=', id).execute(); // prettier-ignore
  return rows.map(({ action, actor_id }) => `${actor_id}: ${action}`).sort();
};

describe('a draft', () => {
  test('is kept as it was written, with its labels', async () => {
    const { id } = await made();
    expect(await creator.get({ id })).toMatchObject({
      status: 'draft',
      source: 'parley',
      version: 1,
      name: 'Autumn',
      labels: ['promo', 'season'],
      content: { text: 'Hi {{firstName|there}}, autumn is here.' },
      createdBy: { id: 'creator', name: 'The creator' },
      channel: { name: 'News bot', provider: 'telegram' },
      acts: ['edit', 'submit', 'remove'],
    });
  });

  test('made twice under one id is one; of somebody else it is a conflict', async () => {
    const id = crypto.randomUUID();
    await creator.create({ id, draft: aDraft() });
    await creator.create({ id, draft: aDraft({ name: 'Another' }) });
    expect((await creator.get({ id })).name).toBe('Autumn');
    expect(await refusalOf(admin.create({ id, draft: aDraft() }))).toMatchObject({ reason: 'campaign_changed' });
    expect(await auditOf(id)).toEqual(['creator: campaign.created']);
  });

  test('of a channel that there is not is refused', async () => {
    expect(await refusalOf(made(aDraft({ channelId: ChannelId.parse('nowhere') })))).toBe('BAD_REQUEST');
  });

  test('of two who change it the second is told, and nothing of the first is lost', async () => {
    const { id, version } = await made();
    await creator.update({ id, version, draft: aDraft({ name: 'First', labels: ['first'] }) });
    const second = await refusalOf(admin.update({ id, version, draft: aDraft({ name: 'Second', labels: ['second'] }) }));
    expect(second).toMatchObject({ reason: 'campaign_changed', version: 2, by: 'The creator' });
    expect(await creator.get({ id })).toMatchObject({ name: 'First', labels: ['first'], version: 2 });
    expect(await auditOf(id)).toEqual(['creator: campaign.changed', 'creator: campaign.created']);
  });

  test('of many who change it at once exactly one wins, whole', async () => {
    const { id, version } = await made();
    const writes = Array.from({ length: 6 }, (_, i) =>
      refusalOf(creator.update({ id, version, draft: aDraft({ name: `Name ${i}`, labels: [`label ${i}`] }) })),
    );
    const outcomes = await Promise.all(writes);
    const winner = outcomes.indexOf('ok');
    expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(1);
    expect(await creator.get({ id })).toMatchObject({ name: `Name ${winner}`, labels: [`label ${winner}`], version: 2 });
    expect((await auditOf(id)).filter((line) => line.endsWith('changed'))).toHaveLength(1);
  });

  test('saved twice is saved once', async () => {
    const { id, version } = await made();
    const draft = aDraft({ name: 'Saved' });
    await creator.update({ id, version, draft });
    expect(await creator.update({ id, version, draft })).toMatchObject({ version: 2 });
  });

  test('is removed, twice as well; nothing else can be', async () => {
    const { id, version } = await made();
    await creator.remove({ id, version });
    expect(await creator.remove({ id, version })).toEqual({});
    expect(await refusalOf(creator.get({ id }))).toBe('NOT_FOUND');
    const waiting = await submitted();
    expect(await refusalOf(creator.remove(seen(waiting)))).toMatchObject({ reason: 'campaign_status' });
    expect(await auditOf(id)).toEqual(['creator: campaign.created', 'creator: campaign.removed']);
  });

  test('that somebody has changed meanwhile is not removed', async () => {
    const { id, version } = await made();
    await admin.update({ id, version, draft: aDraft({ name: 'Kept' }) });
    expect(await refusalOf(creator.remove({ id, version }))).toMatchObject({ reason: 'campaign_changed' });
    expect(await creator.get({ id })).toMatchObject({ name: 'Kept', labels: ['promo', 'season'] });
  });

  test('made from another campaign has its content and none of its past', async () => {
    const { id } = await approved(aDraft({ name: 'x'.repeat(80) }));
    const newId = crypto.randomUUID();
    await creator.duplicate({ id, newId });
    await creator.duplicate({ id, newId });
    expect(await creator.get({ id: newId })).toMatchObject({ status: 'draft', version: 1, review: [], name: 'x'.repeat(80), labels: ['promo', 'season'] }); // prettier-ignore
    expect(await auditOf(newId)).toEqual(['creator: campaign.duplicated']);
  });
});

describe('what is submitted is complete', () => {
  const words = async (draft: CampaignDraft): Promise<unknown> => {
    const { id, version } = await made(draft);
    return refusalOf(creator.submit({ id, version }));
  };
  const template = { name: 'offer', language: 'en' };
  const content = { text: '', buttons: [], template, values: { 'body.1': '{{firstName|there}}', 'body.2': '10 %' } };

  test.each([
    ['a text', aDraft({ content: { ...aDraft().content, text: ' ' } }), 'text'],
    ['properties that there are', aDraft({ content: { ...aDraft().content, text: 'Hi {{custom.nosuch}}' } }), 'text'],
    ['buttons that differ', aDraft({ content: { ...aDraft().content, buttons: ['Yes', 'yes'] } }), 'buttons'],
    ['a segment that is there', aDraft({ audience: { segmentId: 'gone' } }), 'segment'],
    ['no template where there are none', aDraft({ content }), 'template'],
    ['a template on WhatsApp', aDraft({ channelId: whatsapp }), 'template'],
    ['a template that is there', aDraft({ channelId: whatsapp, content: { ...content, template: { name: 'gone', language: 'en' } } }), 'template'], // prettier-ignore
    [
      'every blank of the template',
      aDraft({ channelId: whatsapp, content: { ...content, values: { 'body.1': 'x' } } }),
      'body.2',
    ],
  ])('it has %s', async (_, draft, field) => {
    expect(await words(draft)).toMatchObject({ reason: 'campaign_incomplete', problems: [{ field }] });
  });

  test('with a template and its blanks it goes through', async () => {
    expect(await words(aDraft({ channelId: whatsapp, content }))).toBe('ok');
  });
});

describe('the review', () => {
  test('goes from the author to the approver and back, with what was said', async () => {
    const first = await submitted();
    expect(first).toMatchObject({ status: 'submitted', acts: ['edit'] });
    const back = await approver.sendBack({ ...seen(first), comment: 'Too long.' });
    expect(back).toMatchObject({ status: 'draft' });
    const again = await creator.update({ id: first.id, version: back.version, draft: aDraft({ name: 'Shorter' }) });
    const second = await creator.submit({ id: first.id, version: again.version });
    const done = await approver.approve({ id: first.id, version: second.version });
    expect(done.status).toBe('approved');
    expect(done.review.map(({ act, by, comment }) => [act, by.id, comment])).toEqual([
      ['submitted', 'creator', null],
      ['sentBack', 'approver', 'Too long.'],
      ['submitted', 'creator', null],
      ['approved', 'approver', null],
    ]);
    expect(JSON.stringify(await db.selectFrom('audit').selectAll().execute())).not.toContain('Too long.');
  });

  test.each(['submit', 'approve', 'sendBack'] as const)('%s twice is once, in the audit too', async (verb) => {
    const campaign = verb === 'submit' ? await made() : await submitted();
    const known = seen(campaign);
    const call = () =>
      verb === 'sendBack' ? approver.sendBack({ ...known, comment: 'No.' }) : verb === 'approve' ? approver.approve(known) : creator.submit(known); // prettier-ignore
    const [one, two] = await Promise.all([call(), call()]);
    const three = await call();
    expect(new Set([one.version, two.version, three.version])).toEqual(new Set([known.version + 1]));
    const name = { submit: 'submitted', approve: 'approved', sendBack: 'sent_back' }[verb];
    expect((await auditOf(known.id)).filter((line) => line.endsWith(name))).toHaveLength(1);
  });

  test('what was changed after the reviewer looked is not what they approve', async () => {
    const { id, version } = await submitted();
    const edited = await creator.update({ id, version, draft: aDraft({ name: 'Something else' }) });
    await creator.submit({ id, version: edited.version });
    expect(await refusalOf(approver.approve({ id, version }))).toMatchObject({ reason: 'campaign_changed' });
    expect((await creator.get({ id })).status).toBe('submitted');
  });

  test('a change takes the approval away', async () => {
    const { id, version } = await approved();
    const edited = await creator.update({ id, version, draft: aDraft({ name: 'Later thought' }) });
    expect(edited).toMatchObject({ status: 'draft', review: [{}, {}, { act: 'changed', by: { id: 'creator' } }] });
  });

  test('nobody but an Admin approves what they wrote, also when they have become an approver since', async () => {
    const { id, version } = await submitted();
    const promoted = as('approver', 'creator');
    expect(await refusalOf(promoted.approve({ id, version }))).toEqual({ reason: 'own_campaign' });
    const own = await made(aDraft(), admin);
    const waiting = await admin.submit(seen(own));
    expect((await admin.approve(seen(waiting))).status).toBe('approved');
  });

  test('an approver who has changed it is an author too', async () => {
    const { id, version } = await submitted();
    const other = as('creator', 'vera');
    const edited = await other.update({ id, version, draft: aDraft({ name: 'By two' }) });
    await creator.submit({ id, version: edited.version });
    const { version: now } = await creator.get({ id });
    expect(await refusalOf(as('approver', 'vera').approve({ id, version: now }))).toEqual({ reason: 'own_campaign' });
  });

  test('an approval of what is no longer complete is refused', async () => {
    const content = { text: '', buttons: [], template: { name: 'brief', language: 'en' }, values: {} };
    await templates.insertingManual(db, whatsapp, { name: 'brief', language: 'en', category: 'MARKETING', header: null, body: 'Hi.', footer: null, buttons: [] }, NOW).execute(); // prettier-ignore
    const { id, version } = await submitted(aDraft({ channelId: whatsapp, content }));
    await templates.removing(db, whatsapp, 'brief', 'en').execute();
    expect(await refusalOf(approver.approve({ id, version }))).toMatchObject({ reason: 'campaign_incomplete' });
  });
});

describe('the list', () => {
  beforeAll(async () => {
    for (let i = 0; i < 7; i += 1) {
      // Two and two of the same moment: a page may end between them.
      const createdAt = NOW + Math.floor(i / 2);
      await campaigns.insert(env.DB, { id: `ext-${i}`, name: `Ext ${i} ÉTÉ`, labels: ['ext', i < 3 ? 'low' : 'high'], channelId: i < 5 ? 'ext-a' : 'ext-b', template: 'T', status: 'running', ref: null, createdAt }); // prettier-ignore
    }
    await env.DB.prepare(`UPDATE campaigns SET sent = 40, delivered = 30, replied = 6 WHERE id = 'ext-3'`).run();
  });
  const ids = async (input: Parameters<typeof admin.list>[0]) =>
    (await admin.list({ labels: ['ext'], ...input })).items.map(({ id }) => id);

  test('has the newest first, page by page, each once', async () => {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await admin.list({ labels: ['ext'], limit: 2, ...(cursor !== undefined && { cursor }) });
      found.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(found).toEqual(['ext-6', 'ext-5', 'ext-4', 'ext-3', 'ext-2', 'ext-1', 'ext-0']);
  });

  test.each([
    ['by label', { labels: ['low'] }, ['ext-2', 'ext-1', 'ext-0']],
    ['by channel', { channelIds: [ChannelId.parse('ext-b')] }, ['ext-6', 'ext-5']],
    ['by status', { statuses: ['draft' as const] }, []],
    ['by a part of the name', { search: 'xt 3' }, ['ext-3']],
    ['by letters beyond ASCII as they are written', { search: 'ÉTÉ', labels: ['low'] }, ['ext-2', 'ext-1', 'ext-0']],
    ['by a sign that SQL knows', { search: '%' }, []],
  ])('is narrowed %s', async (_, input, expected) => {
    expect(await ids(input)).toEqual(expected);
  });

  test('an unreadable cursor starts at the top', async () => {
    expect(await ids({ cursor: 'nonsense', limit: 1 })).toEqual(['ext-6']);
  });

  test('shows how each did', async () => {
    const [row] = (await as('member').list({ search: 'Ext 3' })).items;
    expect(row).toMatchObject({ status: 'running', source: 'api', figures: { sent: 40, delivered: 30, replied: 6 } });
  });

  test('another system’s campaign is nobody’s to change here', async () => {
    const campaign = await admin.get({ id: 'ext-1' });
    expect(campaign.acts).toEqual([]);
    expect(await refusalOf(admin.update({ id: 'ext-1', version: campaign.version, draft: aDraft() }))).toMatchObject({ reason: 'campaign_status', status: 'running' }); // prettier-ignore
    expect(await refusalOf(admin.remove({ id: 'ext-1', version: campaign.version }))).toMatchObject({
      reason: 'campaign_status',
    });
  });

  test('and one of ours is not another system’s to change', async () => {
    const { id } = await made();
    await campaigns.insert(env.DB, { id, name: 'Taken', labels: ['taken'], channelId: telegram, template: 'T', status: 'running', ref: null, createdAt: NOW }); // prettier-ignore
    expect(await creator.get({ id })).toMatchObject({ name: 'Autumn', status: 'draft', labels: ['promo', 'season'] });
  });
});
