import { z } from 'zod';
import type { Media } from '../../../domain/message';
import type { Channel, MediaAnswer, SendDeps } from '../../../domain/provider';
import { download } from '../../../server/providers/download';
import { soft } from '../../../server/providers/facts';
import { botUrl, callBot, botTokenOf, type Refusal } from './bot-api';
import { BAD_TOKEN, meaningOf } from './errors';

/** Telegram gives bots no larger files (https://core.telegram.org/bots/api#getfile). */
const MAX_BYTES = 20 * 1_048_576;
const TOO_BIG = 'It is larger than the 20 MB that Telegram gives to bots. It can be opened in Telegram only.';

const Found = z.object({ file_path: soft(z.string()), file_size: soft(z.number()) });

/** `getFile`, then the bytes from the API's own host, below the bot's own folder. The path is good for an hour, so it is not kept. */
export async function readMedia(media: Media, channel: Channel, deps: SendDeps): Promise<MediaAnswer> {
  const { providerMediaId: fileId, size = 0 } = media;
  if (fileId === undefined) return gone('Telegram did not tell which file it is.');
  if (size > MAX_BYTES) return gone(TOO_BIG);
  const reply = await callBot('getFile', { file_id: fileId }, channel, deps);
  if (reply.status === 'lost') return later('Telegram could not be asked for the file.');
  if (reply.status === 'refused') return refused(reply.refusal);
  const found = Found.safeParse(reply.result).data;
  if (!found?.file_path) return later('Telegram did not say where the file is.');
  if ((found.file_size ?? 0) > MAX_BYTES) return gone(TOO_BIG);
  const token = botTokenOf(channel);
  if (token === null || !isSafePath(found.file_path)) return gone('Telegram named a place that is none of its files.');
  const folder = new URL(botUrl(token, deps, true)).href;
  const rule = { isAllowed: ({ href }: URL) => href.startsWith(folder), maxBytes: MAX_BYTES };
  const answer = await download(`${folder}${found.file_path}`, rule, deps);
  // What its server says of every file.
  const isUntold = answer.status === 'found' && answer.mime === 'application/octet-stream';
  return isUntold ? { ...answer, mime: null } : answer;
}

/** Names of folders and a file, of characters that mean nothing in an address, and none that leads elsewhere. */
function isSafePath(path: string): boolean {
  return path.length <= 512 && path.split('/').every((name) => /^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(name));
}

function refused(refusal: Refusal): MediaAnswer {
  const { code, description } = refusal;
  if (code === 401 || code === 404) return later(BAD_TOKEN);
  if (code === 429 || code === 408 || code >= 500) return later('Telegram is busy.');
  if (/too big/i.test(description)) return gone(TOO_BIG);
  // One description for both a wrong id and a file that is not there for the moment.
  if (/temporarily unavailable/i.test(description)) return later('Telegram does not have the file at the moment.');
  if (/file_?id|file identifier/i.test(description)) return gone('Telegram no longer knows this file.');
  return gone(meaningOf(refusal));
}

const gone = (reason: string): MediaAnswer => ({ status: 'gone', reason });
const later = (reason: string): MediaAnswer => ({ status: 'retry', reason });
