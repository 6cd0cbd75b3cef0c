import { env } from 'cloudflare:workers';
import { beforeAll, expect, test } from 'vitest';
import * as attribution from '../../src/lib/server/db/attribution';
import * as campaignSends from '../../src/lib/server/db/campaign-sends';
import * as campaigns from '../../src/lib/server/db/campaigns';
import { database } from '../../src/lib/server/db/client';
import { HOUR } from '../fixtures/conversation';
import { NOW } from '../fixtures/summaries';

const db = database(env.DB);
const channelId = 'demo-whatsapp';

const aCampaign = (fields: Partial<campaigns.ReportedCampaign> = {}): campaigns.ReportedCampaign => ({
  id: 'spring',
  name: 'Spring sale',
  labels: ['promo', 'season'],
  channelId,
  template: 'Hi {first}, spring is here',
  status: 'sent',
  ref: null,
  createdAt: NOW - 100 * HOUR,
  ...fields,
});

const aSend = (fields: Partial<campaignSends.CampaignSend> = {}): campaignSends.CampaignSend => ({
  id: 'send-1',
  campaignId: 'spring',
  channelId,
  address: '111',
  providerMessageId: 'wamid.1',
  token: 'token-1',
  text: 'Hi Ana, spring is here',
  buttons: ['Book', 'Stop'],
  sentAt: NOW - 10 * HOUR,
  ...fields,
});

const aReply = (fields: Partial<attribution.Reply> = {}): attribution.Reply => ({
  channelId,
  provider: 'whatsapp',
  addresses: ['111'],
  replyTo: null,
  token: null,
  ref: null,
  at: NOW,
  ...fields,
});

beforeAll(async () => {
  await campaigns.insert(env.DB, aCampaign());
  await campaigns.insert(
    env.DB,
    aCampaign({ id: 'autumn', name: 'Autumn', labels: [], ref: 'ad-7', createdAt: NOW - 99 * HOUR }),
  );
  await campaigns.insert(
    env.DB,
    aCampaign({ id: 'autumn-2', name: 'Autumn again', labels: [], ref: 'ad-7', createdAt: NOW - 98 * HOUR }),
  );
  await campaignSends.recordSends(env.DB, [
    aSend(),
    aSend({ id: 'send-2', campaignId: 'autumn', providerMessageId: 'wamid.2', token: 'token-2', sentAt: NOW - 5 * HOUR }),
    aSend({ id: 'send-3', address: '222', providerMessageId: 'wamid.3', token: 'token-3', text: 'Hi Ben, spring is here' }),
    aSend({ id: 'send-4', address: '333', providerMessageId: null, token: null, sentAt: NOW - 72 * HOUR - 1 }),
    aSend({ id: 'send-5', address: '444', providerMessageId: null, token: null, sentAt: NOW + 60_000 }),
    aSend({ id: 'send-br', address: '5511987654321', providerMessageId: 'wamid.br', token: 'token-br', sentAt: NOW - HOUR }),
    aSend({ id: 'send-br-2', campaignId: 'autumn-2', address: '551187654321', providerMessageId: null, token: null }),
    aSend({ id: 'send-ar', address: '541123456789', providerMessageId: 'wamid.ar', token: 'token-ar' }),
  ]);
});

test.each<[string, Partial<attribution.Reply>, string | null]>([
  ['the message it quotes', { replyTo: 'wamid.1', token: 'token-2', ref: 'ad-7' }, 'spring exact send-1'],
  ['our token, when what it quotes is not a campaign message', { replyTo: 'wamid.9', token: 'token-1' }, 'spring token send-1'],
  ['the newest campaign of a referral, by what was last sent of it', { token: 'token-9', ref: 'ad-7' }, 'autumn-2 ref autumn-2'],
  ['the newest campaign message within 72 hours', {}, 'autumn inferred send-2'],
  ['a campaign message whose clock runs a minute ahead', { addresses: ['444'] }, 'spring inferred send-5'],
  ['nothing, when the newest campaign message is older', { addresses: ['333'] }, null],
  ['nothing, when nothing was sent to the address', { addresses: ['555'] }, null],
  [
    'nothing, when it came on another channel',
    { channelId: 'demo-telegram', replyTo: 'wamid.1', token: 'token-1', ref: 'ad-7' },
    null,
  ],
])('a reply is attributed by %s', async (_, fields, expected) => {
  const found = await attribution.attribute(db, aReply(fields));
  expect(found && `${found.campaign.id} ${found.campaign.match} ${found.send.id}`).toBe(expected);
});

const brazil = ['551187654321'];
const argentina = ['5491123456789'];
const scoped = ['US.13491208655302741918', '551187654321'];

test.each<[string, Partial<attribution.Reply>, string]>([
  ['by what it quotes', { addresses: brazil, replyTo: 'wamid.br' }, 'spring exact send-br'],
  ['by our token', { addresses: brazil, token: 'token-br' }, 'spring token send-br'],
  ['by our own mark', { addresses: argentina, sendId: 'send-ar' }, 'spring token send-ar'],
  ['by a referral', { addresses: ['5511987654321'], ref: 'ad-7' }, 'autumn-2 ref send-br-2'],
  ['by the newest message, whichever spelling that went to', { addresses: brazil }, 'spring inferred send-br'],
  ['by the only message', { addresses: argentina }, 'spring inferred send-ar'],
  ['by what it quotes, from another address of theirs', { addresses: scoped, replyTo: 'wamid.br' }, 'spring exact send-br'],
  ['by the newest message, from another address of theirs', { addresses: scoped }, 'spring inferred send-br'],
])('a reply from a number that is spelled otherwise is attributed %s', async (_, fields, expected) => {
  const found = await attribution.attribute(db, aReply(fields));
  expect(found && `${found.campaign.id} ${found.campaign.match} ${found.send.id}`).toBe(expected);
});

test('an attribution carries the campaign’s labels and the message as it was sent', async () => {
  expect(await attribution.attribute(db, aReply({ replyTo: 'wamid.1' }))).toEqual({
    campaign: { id: 'spring', name: 'Spring sale', labels: ['promo', 'season'], match: 'exact' },
    send: {
      id: 'send-1',
      providerMessageId: 'wamid.1',
      text: 'Hi Ana, spring is here',
      buttons: ['Book', 'Stop'],
      at: NOW - 10 * HOUR,
    },
  });
});

test('a link that was passed on leads to its campaign, without the words written to somebody else', async () => {
  const found = await attribution.attribute(db, aReply({ token: 'token-3' }));
  expect(found?.campaign).toMatchObject({ id: 'spring', match: 'token' });
  expect(found?.send).toEqual({
    id: 'spring',
    providerMessageId: null,
    text: 'Hi {first}, spring is here',
    buttons: [],
    at: NOW,
  });
});

test('a provider’s id that comes after the send is added, and is not lost when the send is recorded again', async () => {
  const late = aSend({ id: 'send-late', address: '666', providerMessageId: null, token: null });
  await campaignSends.recordSends(env.DB, [late]);
  await campaignSends.recordSends(env.DB, [{ ...late, providerMessageId: 'wamid.late' }]);
  await campaignSends.recordSends(env.DB, [late]);
  expect(await attribution.attribute(db, aReply({ addresses: ['666'], replyTo: 'wamid.late' }))).toMatchObject({
    campaign: { match: 'exact' },
  });
});

test('of sends to which a provider gave one id the first keeps it, and all are recorded; twice is once', async () => {
  const twins = ['twin-1', 'twin-2', 'twin-3'].map((id) =>
    aSend({ id, address: id, providerMessageId: 'wamid.twin', token: null }),
  );
  const idsOf = async () =>
    (await db.selectFrom('campaign_sends').select(['id', 'provider_message_id']).where('id', 'like', 'twin-%').orderBy('id').execute())
      .map((row) => row.provider_message_id); // prettier-ignore
  await campaignSends.recordSends(env.DB, twins.slice(0, 2));
  expect(await idsOf()).toEqual(['wamid.twin', null]);
  await campaignSends.recordSends(env.DB, twins.toReversed());
  await campaignSends.recordSends(env.DB, twins);
  expect(await idsOf()).toEqual(['wamid.twin', null, null]);
  const other = aSend({ id: 'twin-2', address: 'twin-2', providerMessageId: 'wamid.own', token: null });
  await campaignSends.recordSends(env.DB, [other, { ...other, id: 'twin-4', channelId: 'demo-telegram' }]);
  expect(await idsOf()).toEqual(['wamid.twin', 'wamid.own', null, 'wamid.own']);
});

test('a campaign that is saved again has its new name and exactly its new labels', async () => {
  await campaigns.insert(env.DB, aCampaign({ id: 'winter', name: 'Winter', labels: ['old', 'both', 'both'] }));
  await campaigns.insert(env.DB, aCampaign({ id: 'winter', name: 'Winter sale', labels: ['new', 'both'] }));
  const options = await campaigns.options(db);
  expect(options.find(({ id }) => id === 'winter')).toEqual({ id: 'winter', name: 'Winter sale', labels: ['both', 'new'] });
  expect(options.map(({ name }) => name)).toEqual(options.map(({ name }) => name).sort());
});
