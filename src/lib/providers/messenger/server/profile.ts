import { z } from 'zod';
import type { Channel, SendDeps } from '../../../domain/provider';
import { cleanText } from '../../../domain/text';
import { look } from '../../../server/providers/call';
import { soft } from '../../../server/providers/facts';
import { graphUrl } from './graph';

const MAX_NAME = 200;
const Profile = z.object({ first_name: soft(z.string()), last_name: soft(z.string()), name: soft(z.string()) });

/**
 * What somebody is called: Messenger's events carry no names. User Profile API, `GET /{PSID}?fields=first_name,last_name`; null for people
 * whose profile the page may not see.
 */
export async function readName(address: string, channel: Channel, deps: SendDeps): Promise<string | null> {
  const { accessToken } = channel.secrets;
  if (!accessToken || !/^\d{1,32}$/.test(address)) return null;
  const fields = 'first_name,last_name';
  const answer = await look(graphUrl(deps.apiBase, [address], { fields, access_token: accessToken }), {}, deps);
  if ('lost' in answer || answer.status !== 200) return null;
  const { data } = Profile.safeParse(answer.json);
  const name = [data?.first_name, data?.last_name].filter(Boolean).join(' ') || (data?.name ?? '');
  return cleanText(name, MAX_NAME).trim() || null;
}
