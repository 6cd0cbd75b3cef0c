import type { Conversation, MediaResult } from '../../src/lib/domain/conversation';
import { fileNameOf, mimeByName } from '../../src/lib/domain/file-name';
import type { Message } from '../../src/lib/domain/message';
import type { MediaAnswer } from '../../src/lib/domain/provider';
import { rulesOf, type ProviderName } from '../../src/lib/domain/provider-rules';
import { keyOf } from '../../src/lib/server/media';
import { FileTooLarge } from '../../src/lib/server/providers/download';
import type { Env } from '../env';
import { open, save } from './file';

export { sharedUrl } from './link';

const MB = 1024 * 1024;
/** Whatever a provider allows. */
const MOST_BYTES = 100 * MB;

/** The largest file that is taken on this provider, either way, in bytes. */
export function maxBytesOf(provider: ProviderName): number {
  return Math.min(MOST_BYTES, Math.max(...rulesOf(provider).attachments.map(({ maxBytes }) => maxBytes)));
}

/** What the sender says a file is: by its type, or where that says nothing by its name. */
export function claimOf(mime: string | null | undefined, fileName: string | undefined): string | undefined {
  const isSaying = mime && mime !== 'application/octet-stream';
  return isSaying ? mime : mimeByName(fileName ?? '');
}

/**
 * Stores the attachment of an inbound message, its type by its bytes. Its key is the message's id and time: who writes again after an erasure
 * begins with the same ids, and browsers keep what they have seen under a key. Never throws.
 */
export async function storeInbound(
  env: Env,
  conversation: Pick<Conversation, 'id' | 'provider'>,
  message: Pick<Message, 'id' | 'at' | 'kind' | 'media'>,
  answer: Extract<MediaAnswer, { status: 'found' }>,
): Promise<MediaResult> {
  const key = keyOf(conversation.id, `${message.id}-${message.at.toString(36)}`);
  const { fileName } = message.media ?? {};
  const maxBytes = maxBytesOf(conversation.provider);
  try {
    const file = await open(answer.body, claimOf(answer.mime ?? message.media?.mime, fileName));
    if (file.first.length === 0 && !answer.size) return { status: 'gone', reason: 'The file is empty.' };
    const { mime } = file;
    const label = { mime, fileName: fileNameOf(fileName, mime, message.kind) };
    const size = await save(env.MEDIA, key, file, label, { size: answer.size, maxBytes });
    return { status: 'stored', key, mime, size };
  } catch (error) {
    console.warn({ event: 'attachment_not_stored', conversation: conversation.id, message: message.id, error: String(error) });
    if (error instanceof FileTooLarge) {
      return { status: 'gone', reason: `The file is larger than announced, or than ${maxBytes / MB} MB.` };
    }
    return { status: 'retry', reason: 'The file did not arrive whole.' };
  }
}
