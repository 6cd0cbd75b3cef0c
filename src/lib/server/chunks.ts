/** The chunks as one piece of `length` bytes; a single one as it is. */
export function joined<Buffer extends ArrayBufferLike>(
  chunks: readonly Uint8Array<Buffer>[],
  length: number,
): Uint8Array<Buffer | ArrayBuffer> {
  const [first] = chunks;
  if (first && chunks.length === 1) return first;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
