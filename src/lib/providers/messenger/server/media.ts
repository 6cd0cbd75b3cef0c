import type { Channel, MediaAnswer, SendDeps } from '../../../domain/provider';
import type { Media } from '../../../domain/message';
import { download } from '../../../server/providers/download';

/** The largest file that Messenger carries: 25 MB (Send API, attachments). */
const MAX_BYTES = 25 * 1_048_576;
/**
 * Meta's own file hosts, with their subdomains: `fbcdn.net` (images, videos) and `fbsbx.com` (audio, files). Meta's `messages` page does
 * not list them; these two are what github.com/vercel/chat, a maintained client, restricts itself to.
 */
const META_HOSTS = ['fbcdn.net', 'fbsbx.com'];

/**
 * The bytes of an attachment. Its address is signed and opens without our token, which is never sent along. It came in a webhook, so
 * only Meta's file hosts, and the origin of the API itself (where a simulator keeps its files), are asked.
 */
export function readMedia(media: Media, _channel: Channel, deps: SendDeps): Promise<MediaAnswer> {
  const apiOrigin = URL.parse(deps.apiBase)?.origin;
  const isAllowed = (url: URL): boolean => isMetaHost(url) || url.origin === apiOrigin;
  return download(media.url ?? '', { isAllowed, maxBytes: MAX_BYTES }, deps);
}

function isMetaHost({ protocol, port, hostname }: URL): boolean {
  return protocol === 'https:' && port === '' && META_HOSTS.some((host) => hostname === host || hostname.endsWith(`.${host}`));
}
