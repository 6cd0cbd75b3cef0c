import { z } from 'zod';
import type { Channel, OutboundMedia, SendDeps, SendResult } from '../../../domain/provider';
import { call, failed } from '../../../server/providers/call';
import { Id } from '../../../server/providers/facts';
import { resultOf } from './errors';
import { errorIn, graphHeaders, graphUrl } from './graph';

const Uploaded = z.object({ id: Id });

/** What stands for "the upload may have been taken": nothing has been sent by it, so it is simply done again. */
const again = (code: string): SendResult => ({
  status: 'retry',
  afterMs: null,
  reason: 'WhatsApp did not take the file for the moment.',
  code,
});

/**
 * `POST {apiBase}/v24.0/{phone number id}/media`: the id by which the file can be sent for 30 days, or why there is none. Never
 * `unknown`: an upload shows nothing to the end user.
 */
export async function upload(
  media: OutboundMedia,
  accessToken: string,
  channel: Channel,
  deps: SendDeps,
): Promise<{ mediaId: string } | SendResult> {
  let bytes: Blob;
  try {
    bytes = await media.read();
  } catch {
    return failed('file_gone', 'The file is no longer here. Attach it again.', false);
  }
  const form = new FormData();
  form.append('messaging_product', 'whatsapp');
  form.append('type', media.mime);
  // The part's own type counts too.
  form.append('file', bytes.type === media.mime ? bytes : bytes.slice(0, bytes.size, media.mime), media.fileName);
  const answer = await call(graphUrl(deps.apiBase, channel.accountId, 'media'), graphHeaders(accessToken), form, deps);
  if (typeof answer.status === 'string') return answer.status === 'unknown' ? again('upload_lost') : answer;
  const { status, json, retryAfterMs } = answer;
  const error = errorIn(json);
  if (!error && status >= 200 && status <= 299) {
    const { data } = Uploaded.safeParse(json);
    return data ? { mediaId: data.id } : again('upload_unread');
  }
  const result = resultOf(error, status, retryAfterMs);
  return result.status === 'unknown' ? again(error ? String(error.code) : `http_${status}`) : result;
}
