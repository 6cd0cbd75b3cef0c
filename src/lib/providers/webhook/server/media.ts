import type { Media } from '../../../domain/message';
import { rulesOf } from '../../../domain/provider-rules';
import type { Channel, MediaAnswer, SendDeps } from '../../../domain/provider';
import { download } from '../../../server/providers/download';
import { isMediaAddress } from './address';

const MAX_BYTES = Math.max(...rulesOf('webhook').attachments.map(({ maxBytes }) => maxBytes));

/** Reads the file from the address in its message, when that is one of the channel's own hosts; without any credentials. */
export async function readMedia(media: Media, channel: Channel, deps: SendDeps): Promise<MediaAnswer> {
  const address = media.url;
  const isAllowed = (url: URL) => isMediaAddress(url, channel, deps);
  if (address === undefined) return { status: 'gone', reason: 'The app did not say where the file is.' };
  const url = URL.parse(address);
  if (url === null || !isAllowed(url)) {
    const reason = 'The file is not on a host that this channel may read from. An Admin can add the host in its settings.';
    return { status: 'gone', reason };
  }
  return download(address, { isAllowed, maxBytes: MAX_BYTES }, deps);
}
