import { z } from 'zod';
import type { Details } from '../../../domain/message';
import type { InboundEvent } from '../../../domain/provider';
import { describe } from '../../../domain/message';
import { cleanText } from '../../../domain/text';
import { facts, Id, soft, tokenOf } from '../../../server/providers/facts';
import type { Occasion } from './parse';

/** Longest piece of a payload in an id that we make. */
const MAX_ID_PART = 200;

const words = soft(z.string());

/** Where a person came from: an ad, or a link of ours with `ref`. */
export const Referral = z.object({
  ref: words,
  ad_id: soft(Id),
  source: words,
  type: words,
  ads_context_data: soft(z.object({ ad_title: words, post_id: soft(Id), product_id: soft(Id) })),
  product: soft(z.object({ id: soft(Id) })),
});
export type Referral = z.infer<typeof Referral>;

const Postback = z.object({ mid: soft(Id), title: words, payload: words, referral: soft(Referral) });

/** What the referral is known by to campaigns: the link's own text, else the ad. */
export const refOf = (referral: Referral | undefined): string | null => referral?.ref || referral?.ad_id || null;

export function referralFacts(referral: Referral | undefined): Details | null {
  if (!referral) return null;
  const { source, ad_id, ads_context_data: ad, product } = referral;
  return facts({ source, adId: ad_id, adHeadline: ad?.ad_title, postId: ad?.post_id, productId: product?.id ?? ad?.product_id });
}

/** A pressed button: of a template, the menu, or "Get started"; null when it says nothing. In `standby` the payload is left out. */
export function postbackOf(part: unknown, { sender, page, at, standby }: Occasion): InboundEvent[] | null {
  const { data } = Postback.safeParse(part);
  if (!data || sender === page) return null;
  const { mid, title, payload, referral } = data;
  const made = at === null ? undefined : `postback:${at}:${cleanText(payload ?? title ?? '', MAX_ID_PART)}`;
  const eventId = mid ?? made;
  if (eventId === undefined || (title === undefined && payload === undefined)) return null;
  const details = { ...facts({ payload, standby: standby || undefined }), ...referralFacts(referral) };
  return [
    {
      type: 'message',
      eventId,
      address: sender,
      name: null,
      at,
      kind: 'button',
      text: describe('button', cleanText(title ?? payload ?? '')),
      media: null,
      details: Object.keys(details).length > 0 ? details : null,
      replyTo: null,
      token: tokenOf(payload, referral?.ref),
      ref: refOf(referral),
    },
  ];
}

/** Somebody with a thread opened it anew through an ad or a link: a notice, because they have written nothing. */
export function referralOf(part: unknown, { sender, page, at, standby }: Occasion): InboundEvent[] | null {
  const { data } = Referral.safeParse(part);
  const ref = refOf(data);
  if (!data || ref === null || sender === page) return null;
  const title = cleanText(data.ads_context_data?.ad_title ?? '', MAX_ID_PART).trim();
  const ad = title === '' ? 'Opened the chat from an ad' : `Opened the chat from the ad “${title}”`;
  const details = { ...facts({ ref: data.ref, standby: standby || undefined }), ...referralFacts(data) };
  return [
    {
      type: 'message',
      eventId: `referral:${at ?? ''}:${cleanText(ref, MAX_ID_PART)}`,
      address: sender,
      name: null,
      at,
      kind: 'system',
      text: data.source === 'ADS' || data.ad_id !== undefined ? ad : 'Opened the chat from a link',
      media: null,
      details: Object.keys(details).length > 0 ? details : null,
      replyTo: null,
      token: tokenOf(data.ref),
      ref,
    },
  ];
}
