import type { Choice } from '../../src/lib/domain/simulator';
import * as campaignSends from '../../src/lib/server/db/campaign-sends';
import * as campaigns from '../../src/lib/server/db/campaigns';
import { database } from '../../src/lib/server/db/client';
import { demoCampaigns } from '../demo/campaigns';
import { fill, slots, type SlotValues } from '../demo/dialogues/dialogue';
import type { Env } from '../env';
import type { Simulator } from './simulator';

const known = Object.values(demoCampaigns);

/** The campaigns that a phone can be sent: those of the demo that are really there. */
export async function campaignChoices(env: Env): Promise<Choice[]> {
  const there = await campaigns.options(database(env.DB));
  return there.filter(({ id }) => known.some((campaign) => campaign.id === id)).map(({ id, name }) => ({ id, name }));
}

/** Plays the campaign tool: records the send as it would, and shows the message on the phone. Null when either is unknown. */
export async function sendCampaign(
  env: Env,
  simulator: DurableObjectStub<Simulator>,
  phoneId: string,
  campaignId: string,
): Promise<{ id: string } | null> {
  const campaign = known.find(({ id }) => id === campaignId);
  const there = await campaignChoices(env);
  const found = await simulator.thread(phoneId);
  if (!campaign || !found || !there.some(({ id }) => id === campaignId)) return null;
  const { channelId, address, name } = found.phone;
  const id = await simulator.newMessageId(phoneId);
  if (id === null) return null;
  // Our mark in its buttons, as the campaign tool would make one.
  const token = `pc_${crypto.randomUUID().slice(0, 18)}`;
  const sentAt = Date.now();
  const text = fill(campaign.text, valuesFor(name));
  const buttons = [...campaign.buttons];
  const send = {
    id: crypto.randomUUID(),
    campaignId,
    channelId,
    address,
    providerMessageId: id,
    token,
    text,
    buttons,
    sentAt,
  };
  await campaignSends.recordSends(env.DB, [send]);
  await simulator.receive(phoneId, { id, from: 'campaign', kind: 'text', text, at: sentAt, buttons, token, state: 'delivered' });
  return { id };
}

/** The first value of every slot, and the contact's own name. */
function valuesFor(name: string | null): SlotValues {
  const { order, dish, flight, gate, hotel, city, show, code, minutes, amount, day, driver } = slots;
  return {
    first: name?.split(' ')[0] ?? 'there',
    order: order[0],
    dish: dish[0],
    flight: flight[0],
    gate: gate[0],
    hotel: hotel[0],
    city: city[0],
    show: show[0],
    code: code[0],
    minutes: minutes[0],
    amount: amount[0],
    day: day[0],
    driver: driver[0],
  };
}
