import { z } from 'zod';
import type { Channel, Check, SendDeps } from '../../../domain/provider';
import { cleanText } from '../../../domain/text';
import { soft } from '../../../server/providers/facts';
import { secretsOf } from '../../../server/providers/signature';
import { graphUrl, read, type Read } from './graph';

const words = soft(z.string());
const PhoneNumber = z.object({ display_phone_number: words, verified_name: words, quality_rating: words });
const Apps = z.object({ data: z.array(z.unknown()) });
const MAX_LABEL = 100;

const good = (name: string): Check => ({ name, ok: true, help: null });
const bad = (name: string, help: string): Check => ({ name, ok: false, help });

/**
 * Looks whether Meta knows the number by this token, and whether an app of ours is subscribed to the business account's webhooks. The
 * app secret and the verify token cannot be looked at from here, only whether they are set. Never throws.
 */
export async function check(channel: Channel, deps: SendDeps): Promise<Check[]> {
  const { accessToken, appSecret, verifyToken } = channel.secrets;
  const { businessId } = channel.settings;
  const own = [
    secretsOf(appSecret).length > 0
      ? good('App secret')
      : bad('App secret', 'Enter the app secret of your Meta app: without it every delivery of WhatsApp is turned away.'),
    verifyToken
      ? good('Verify token')
      : bad('Verify token', 'Choose a verify token and enter the same one in your Meta app’s webhook settings.'),
  ];
  if (!accessToken) return [bad('Access token', 'Enter a permanent access token of a system user.'), ...own];
  const [number, subscription] = await Promise.all([
    numberOf(channel, accessToken, deps),
    businessId ? subscriptionOf(businessId, accessToken, deps) : null,
  ]);
  return [...number, ...(subscription ? [subscription] : []), ...own];
}

async function numberOf(channel: Channel, accessToken: string, deps: SendDeps): Promise<Check[]> {
  const fields = 'fields=display_phone_number,verified_name,quality_rating';
  const answer = await read(`${graphUrl(deps.apiBase, channel.accountId)}?${fields}`, accessToken, deps);
  if (answer.status === 'unauthorized') return [bad('Access token', tokenHelp)];
  if (answer.status === 'lost') return [bad('Phone number', lostHelp(answer))];
  const data = answer.status === 'read' ? PhoneNumber.safeParse(answer.json).data : undefined;
  if (!data?.display_phone_number) {
    const help = 'Meta does not know this phone number id, or the token is not for it. Copy the id from the API set-up page.';
    return [good('Access token'), bad('Phone number', help)];
  }
  const title = [data.display_phone_number, data.verified_name].filter(Boolean).join(', ');
  const quality =
    data.quality_rating === 'RED'
      ? [bad('Quality', 'Customers have often blocked or reported this number. Send less, or Meta will limit it.')]
      : [];
  return [good('Access token'), good(`Phone number ${cleanText(title, MAX_LABEL)}`), ...quality];
}

async function subscriptionOf(businessId: string, accessToken: string, deps: SendDeps): Promise<Check> {
  const name = 'Webhook subscription';
  const answer = await read(graphUrl(deps.apiBase, businessId, 'subscribed_apps'), accessToken, deps);
  if (answer.status === 'unauthorized') return bad(name, tokenHelp);
  if (answer.status === 'lost') return bad(name, lostHelp(answer));
  if (answer.status === 'refused') return bad(name, 'Meta does not know this business account id, or the token is not for it.');
  const apps = Apps.safeParse(answer.json).data?.data ?? [];
  return apps.length > 0
    ? good(name)
    : bad(
        name,
        'No app is subscribed to this business account: subscribe yours to the field “messages” in its webhook settings.',
      );
}

const tokenHelp =
  'Meta does not accept the access token, or it lacks the rights whatsapp_business_messaging and whatsapp_business_management. Make a new one.';
const lostHelp = ({ reason }: Exclude<Read, { status: 'read' }>): string => `Meta could not be asked: ${reason} Try again later.`;
