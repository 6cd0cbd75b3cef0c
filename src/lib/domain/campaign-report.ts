import { z } from 'zod';
import { partsOfSendId } from './broadcast';
import { MAX_LABEL, MAX_LABELS, MAX_NAME } from './campaign-draft';
import { ChannelId } from './ids';
import { isScopedId } from './address';
import { rulesOf, type ProviderName } from './provider-rules';

/** Sends in one call. */
const MAX_SENDS = 1_000;
const MAX_ADDRESS = 128;
const MAX_REF = 256;
/** As many characters as any channel takes. */
const MAX_TEXT = 4_096;
/** 2001: a smaller number is one of seconds. */
const EARLIEST_MS = 1_000_000_000_000;
/** Another system's clock may be ahead of ours by so much. */
const AHEAD_MS = 300_000;

const ReportedCampaignId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/)
  .meta({ description: 'The campaign’s id in your system: letters, digits and . _ : -' });

/** A campaign of another system, which owns and sends it. */
export const ImportedCampaign = z.strictObject({
  id: ReportedCampaignId,
  name: z.string().trim().min(1).max(MAX_NAME).meta({ description: 'As agents see it beside a conversation.' }),
  labels: z.array(z.string().trim().min(1).max(MAX_LABEL)).max(MAX_LABELS).default([]).meta({ description: 'What the inbox can be filtered by.' }), // prettier-ignore
  channelId: ChannelId.meta({
    description: 'The channel it is sent on, as Settings → Channels names it in the address. It stays.',
  }),
  template: z.string().trim().min(1).max(MAX_TEXT).meta({ description: 'What it says before names and numbers are filled in.' }), // prettier-ignore
  status: z.enum(['running', 'finished']).default('running'),
  ref: z.string().min(1).max(MAX_REF).optional().meta({
    description: 'What its links carry (`m.me/…?ref=`, `t.me/…?start=`), or the id of its ad: who comes by them answers this campaign.',
  }), // prettier-ignore
});
export type ImportedCampaign = z.infer<typeof ImportedCampaign>;

const ReportedSend = z.strictObject({
  id: z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/)
    .refine((id) => partsOfSendId(id) === null, 'Ids of this form are Parley’s own.')
    .meta({ description: 'The message’s id in your system, unique over all campaigns. The same id again is the same send.' }),
  address: z.string().trim().min(1).max(MAX_ADDRESS).meta({
    description: 'Its receiver as the provider knows them: a phone number with country code, a page-scoped id, a chat id, your app’s id.',
  }), // prettier-ignore
  providerMessageId: z.string().min(1).max(512).optional().meta({
    description: 'The provider’s id of the message, which a reply quotes. It may be added by a later call.',
  }), // prettier-ignore
  token: z.string().min(1).max(256).optional().meta({ description: 'What its buttons or links carry, unique to this message.' }),
  text: z.string().min(1).max(MAX_TEXT).meta({ description: 'The message as its receiver saw it.' }),
  buttons: z.array(z.string().min(1).max(80)).max(10).default([]).meta({ description: 'Captions of its buttons.' }),
  sentAt: z.number().int().min(EARLIEST_MS, 'Give milliseconds since 1970, not seconds.').meta({ description: 'When it was sent, in milliseconds since 1970.' }), // prettier-ignore
});
export type ReportedSend = z.infer<typeof ReportedSend>;

/** What a campaign of another system has sent. */
export const ReportedSends = z.strictObject({
  campaignId: ReportedCampaignId,
  sends: z.array(ReportedSend).min(1).max(MAX_SENDS),
});
export type ReportedSends = z.infer<typeof ReportedSends>;

/**
 * Why a send is not taken: it is wrong in itself (`address`, `future`, `twice` in the call), or there is another that it contradicts: the
 * id is one of another `campaign`, the send is there with something else in it (`changed`), or its provider's id (`message`) or `token`
 * is another send's.
 */
export type SendProblem = 'address' | 'future' | 'twice' | 'campaign' | 'changed' | 'message' | 'token';

export const sendProblemWords: Record<SendProblem, string> = {
  address: 'its address is none of this channel',
  future: 'it was sent in the future',
  twice: 'another send of this call has the same id, provider’s id or token',
  campaign: 'its id is one of another campaign’s sends',
  changed: 'it was reported before with another address, provider’s id or token',
  message: 'another send has the same provider’s id',
  token: 'another send has the same token',
};

/** The address in the form in which the provider names who replies; null when it can be none. */
export function addressOn(provider: ProviderName, address: string): string | null {
  if (!rulesOf(provider).hasPhoneNumbers) return /\s/.test(address) ? null : address;
  if (isScopedId(address)) return address;
  const digits = address.replace(/[\s().+-]/g, '');
  return /^\d{6,20}$/.test(digits) ? digits : null;
}

/** The first send that is wrong in itself, by its index from 0; null = none is. `sends`: addresses as `addressOn` makes them. */
export function wrongSendOf(
  sends: readonly (Omit<ReportedSend, 'address'> & { address: string | null })[],
  now: number,
): { index: number; problem: SendProblem } | null {
  const seen = new Set<string>();
  for (const [index, { id, address, providerMessageId, token, sentAt }] of sends.entries()) {
    if (address === null) return { index, problem: 'address' };
    if (sentAt > now + AHEAD_MS) return { index, problem: 'future' };
    const marks = [`id ${id}`, providerMessageId && `message ${providerMessageId}`, token && `token ${token}`];
    for (const mark of marks) {
      if (!mark) continue;
      if (seen.has(mark)) return { index, problem: 'twice' };
      seen.add(mark);
    }
  }
  return null;
}
