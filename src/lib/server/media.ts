import { z } from 'zod';
import type { Env } from '../../../workers/env';
import type { SentMedia } from '../domain/conversation';
import { UNKNOWN } from '../domain/file-type';
import { attachmentKinds, type AttachmentKind } from '../domain/provider-rules';

/** What a file is stored under: the id and time of a message that we have taken in, or an upload's UUID. */
export const FileId = z.string().regex(/^[0-9a-z][0-9a-z-]{2,63}$/);

/** Where a file is in the media bucket. `id`: of the message it came with and its time, or of the upload. */
export const keyOf = (conversationId: string, id: string): string => `${conversationId}/${id}`;

/** What is kept beside the bytes. `kind`: as what an agent's upload can be sent; what end users sent has none. */
export type FileLabel = { mime: string; fileName: string; kind?: AttachmentKind };

const Labels = z.object({ name: z.string(), kind: z.enum(attachmentKinds).optional().catch(undefined) });

/** The label as the bucket keeps it. Its values are HTTP headers in places, so names are written in ASCII. */
export function labelled({ mime, fileName, kind }: FileLabel): Pick<R2PutOptions, 'httpMetadata' | 'customMetadata'> {
  const customMetadata = { name: encodeURIComponent(fileName.toWellFormed()), ...(kind !== undefined && { kind }) };
  return { httpMetadata: { contentType: mime }, customMetadata };
}

/** The label of a stored file. */
export function labelOf({ httpMetadata, customMetadata }: R2Object): FileLabel {
  const labels = Labels.safeParse(customMetadata).data;
  const { name = 'file', kind } = labels ?? {};
  return { mime: httpMetadata?.contentType ?? UNKNOWN, fileName: decodeURIComponent(name), kind };
}

/** An agent's upload, ready to be sent; null when there is none with this id in this conversation. */
export async function readUpload(env: Env, conversationId: string, uploadId: string): Promise<SentMedia | null> {
  const key = keyOf(conversationId, uploadId);
  const object = await env.MEDIA.head(key);
  if (!object) return null;
  const { kind, mime, fileName } = labelOf(object);
  return kind === undefined ? null : { kind, key, mime, fileName, size: object.size };
}
