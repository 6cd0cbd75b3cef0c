import { z } from 'zod';
import type { Media } from '../../../domain/message';
import { rulesOf } from '../../../domain/provider-rules';
import type { Channel, MediaAnswer, SendDeps } from '../../../domain/provider';
import { download } from '../../../server/providers/download';
import { soft } from '../../../server/providers/facts';
import { graphHeaders, graphUrl, read } from './graph';

/** Where the Cloud API keeps files (Meta's media reference). */
const FILE_HOST = 'lookaside.fbsbx.com';
/** The largest file of any kind. */
const MAX_BYTES = Math.max(...rulesOf('whatsapp').attachments.map(({ maxBytes }) => maxBytes));

const Found = z.object({ url: z.string().max(4_096), file_size: soft(z.union([z.number(), z.string()])) });

const gone = (reason: string): MediaAnswer => ({ status: 'gone', reason });
const EXPIRED = 'WhatsApp no longer has this file: it keeps files for 7 days.';

/**
 * `GET {apiBase}/v24.0/{media id}` tells an address that is good for five minutes and opens with the token only. The token goes to
 * Meta's file host and to the API's own origin, whatever the answer says.
 */
export async function readMedia(media: Media, channel: Channel, deps: SendDeps): Promise<MediaAnswer> {
  const { providerMediaId: id } = media;
  const { accessToken } = channel.secrets;
  if (id === undefined || !/^[\w-]{1,255}$/.test(id)) return gone('WhatsApp did not say which file this is.');
  if (!accessToken) return { status: 'retry', reason: 'This channel has no access token. An Admin must set it up.' };
  const found = await read(graphUrl(deps.apiBase, id), accessToken, deps);
  if (found.status === 'refused') return gone(EXPIRED);
  if (found.status !== 'read') return { status: 'retry', reason: found.reason };
  const { data } = Found.safeParse(found.json);
  if (!data) return { status: 'retry', reason: 'WhatsApp’s answer could not be read.' };
  if (Number(data.file_size) > MAX_BYTES) return gone(`The file is larger than ${MAX_BYTES / 1_048_576} MB.`);
  const own = URL.parse(deps.apiBase)?.origin;
  const isAllowed = (url: URL) => (url.protocol === 'https:' && url.host === FILE_HOST) || url.origin === own;
  return download(data.url, { headers: graphHeaders(accessToken), isAllowed, maxBytes: MAX_BYTES }, deps);
}
