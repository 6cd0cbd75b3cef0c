import { base64Of } from '../../src/lib/domain/bytes';
import type { KeptFile, PhoneMedia, PhoneMediaKind } from '../../src/lib/domain/simulator';
import type { Env } from '../env';
import { sampleOf } from './samples/samples';

/** Largest file that the stand-in keeps for a provider, in bytes: what the largest of Parley's attachments but documents needs. */
export const MAX_KEPT_BYTES = 50 * 1_024 * 1_024;
const MAX_NAME = 255;

const keyOf = (id: string): string => `simulator/${id}`;

/** Keeps a file; it can be read by the id that it gets. */
export async function keepFile(env: Env, file: Blob, mime: string, fileName: string | null): Promise<PhoneMedia> {
  const id = newFileId();
  const name = fileName?.slice(0, MAX_NAME) ?? null;
  await env.MEDIA.put(keyOf(id), await file.arrayBuffer(), {
    httpMetadata: { contentType: mime },
    customMetadata: name === null ? {} : { name: encodeURIComponent(name.toWellFormed()) },
  });
  return { id, mime, fileName: name, size: file.size };
}

/** Sixteen digits that nobody guesses; those of samples begin with 9. */
function newFileId(): string {
  const digits = Array.from(crypto.getRandomValues(new Uint8Array(15)), (byte) => byte % 10);
  return `8${digits.join('')}`;
}

/** A sample or a kept file, without its bytes; null when there is none. */
export async function mediaOf(env: Env, id: string): Promise<PhoneMedia | null> {
  const sample = await sampleOf(id);
  if (sample) return sample.media;
  const kept = await env.MEDIA.head(keyOf(id));
  return kept && describeKept(id, kept);
}

/** A sample or a kept file with its bytes; null when there is none. */
export async function fileOf(
  env: Env,
  id: string,
): Promise<{ media: PhoneMedia; body: ReadableStream | Uint8Array<ArrayBuffer> } | null> {
  const sample = await sampleOf(id);
  if (sample) return { media: sample.media, body: sample.bytes };
  const kept = await env.MEDIA.get(keyOf(id));
  return kept && { media: describeKept(id, kept), body: kept.body };
}

function describeKept(id: string, { size, httpMetadata, customMetadata }: R2Object): PhoneMedia {
  const name = customMetadata?.name;
  const mime = httpMetadata?.contentType ?? 'application/octet-stream';
  return { id, mime, fileName: name === undefined ? null : decodeURIComponent(name), size };
}

/** Base64 of the SHA-256, as the Cloud API tells it. */
export async function digestOf(body: ReadableStream | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', await new Response(body).arrayBuffer()));
  return base64Of(bytes);
}

/** What the browser says a chosen file is, when it can be a MIME type. */
export const mimeOf = (type: string | null): string => {
  const mime = type?.split(';')[0]?.trim().toLowerCase() ?? '';
  return /^[a-z0-9.+-]+\/[a-z0-9.+-]+$/.test(mime) ? mime : 'application/octet-stream';
};

export const withKind = (media: PhoneMedia): KeptFile => ({ ...media, kind: kindOf(media.mime) });

/** How a phone would send such a file: speech is recorded in Ogg. */
function kindOf(mime: string): PhoneMediaKind {
  if (mime === 'image/webp') return 'sticker';
  if (mime.startsWith('image/') && mime !== 'image/svg+xml') return 'image';
  if (mime.startsWith('video/')) return 'video';
  if (mime === 'audio/ogg') return 'voice';
  return mime.startsWith('audio/') ? 'audio' : 'document';
}

/** What the page may show in place; anything else is only saved, because it could carry a script. */
const shown = /^(image\/(png|jpeg|gif|webp)|audio\/[\w.+-]+|video\/[\w.+-]+)$/;

/** A file for the page. It opens nothing, whatever is in it. */
export async function showFile(env: Env, id: string): Promise<Response | null> {
  const file = await fileOf(env, id);
  if (!file) return null;
  const { mime, fileName, size } = file.media;
  const inPlace = shown.test(mime);
  const name = encodeURIComponent(fileName ?? 'file');
  return new Response(file.body, {
    headers: {
      'content-type': inPlace ? mime : 'application/octet-stream',
      'content-length': String(size),
      'content-disposition': `${inPlace ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`,
      'content-security-policy': 'sandbox',
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, max-age=3600',
    },
  });
}
