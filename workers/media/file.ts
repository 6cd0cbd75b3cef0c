import { FIRST_BYTES, mimeOf } from '../../src/lib/domain/file-type';
import { joined } from '../../src/lib/server/chunks';
import { labelled, type FileLabel } from '../../src/lib/server/media';
import { FileTooLarge } from '../../src/lib/server/providers/download';

/** What is in memory of a file at a time. R2's multipart rules: all parts but the last are alike and at least this long. */
const PART_BYTES = 5 * 1024 * 1024;

/** The stream ended before the announced length. */
export class FileIncomplete extends Error {
  override name = 'FileIncomplete';
}

/** A stream of which the first part has been looked at. Is to be saved or dropped. */
export type IncomingFile = { mime: string; first: Uint8Array; rest: AsyncGenerator<Uint8Array, void> };

/** Reads as much as tells the type; `claimed` is what the sender says it is. Rejects as the stream does. */
export async function open(body: ReadableStream<Uint8Array>, claimed: string | undefined): Promise<IncomingFile> {
  const rest = partsOf(body);
  const first = (await rest.next()).value ?? new Uint8Array();
  return { mime: mimeOf(first.subarray(0, FIRST_BYTES), claimed), first, rest };
}

/** Leaves the rest of the stream unread. */
export async function drop({ rest }: IncomingFile): Promise<void> {
  await rest.return();
}

/**
 * Streams the file into the bucket; answers its length in bytes. `size` is the announced length, null when nobody has said. Rejects with
 * `FileTooLarge` past `maxBytes` or the announced length, with `FileIncomplete` short of it, and as the stream or the bucket does; then
 * nothing is stored.
 */
export async function save(
  bucket: R2Bucket,
  key: string,
  file: IncomingFile,
  label: FileLabel,
  { size, maxBytes }: { size: number | null; maxBytes: number },
): Promise<number> {
  try {
    const most = Math.min(size ?? maxBytes, maxBytes);
    if ((size ?? 0) > maxBytes || file.first.length > most) throw new FileTooLarge('more bytes than announced or allowed');
    if (file.first.length === PART_BYTES) return await saveInParts(bucket, key, file, label, { size, most });
    assertWhole(file.first.length, size);
    await bucket.put(key, file.first, labelled(label));
    return file.first.length;
  } finally {
    await drop(file);
  }
}

async function saveInParts(
  bucket: R2Bucket,
  key: string,
  { first, rest }: IncomingFile,
  label: FileLabel,
  { size, most }: { size: number | null; most: number },
): Promise<number> {
  const upload = await bucket.createMultipartUpload(key, labelled(label));
  try {
    const parts = [await upload.uploadPart(1, first)];
    let length = first.length;
    for await (const part of rest) {
      length += part.length;
      if (length > most) throw new FileTooLarge('more bytes than announced or allowed');
      parts.push(await upload.uploadPart(parts.length + 1, part));
    }
    assertWhole(length, size);
    await upload.complete(parts);
    return length;
  } catch (error) {
    // Should this fail as well, the bucket forgets an unfinished upload by itself, after seven days.
    await upload.abort().catch(() => undefined);
    throw error;
  }
}

function assertWhole(length: number, size: number | null): void {
  if (size !== null && length !== size) throw new FileIncomplete(`${length} of ${size} bytes came`);
}

/** The stream as parts of exactly that size, the last one shorter. Cancels the stream when left early. */
async function* partsOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    let left = chunk;
    while (length + left.length >= PART_BYTES) {
      const missing = PART_BYTES - length;
      yield joined([...chunks, left.subarray(0, missing)], PART_BYTES);
      left = left.subarray(missing);
      chunks = [];
      length = 0;
    }
    chunks.push(left);
    length += left.length;
  }
  if (length > 0) yield joined(chunks, length);
}
