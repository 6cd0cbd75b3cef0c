import { joined } from '../chunks';

/** Largest body taken; WhatsApp sends up to 3 MB. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** Deepest nesting parsed; real deliveries have about ten levels. */
const MAX_DEPTH = 32;

/** The untouched bytes of the body, or null when there are too many, whatever `Content-Length` says: the stream is cut at the cap. */
export async function readBody(request: Request, cap = MAX_BODY_BYTES): Promise<Uint8Array | null> {
  const announced = request.headers.get('content-length');
  if (Number(announced ?? 0) > cap) {
    await request.body?.cancel();
    return null;
  }
  if (!request.body) return new Uint8Array();
  // The runtime ends a body at its announced length, which spares us the stream.
  if (announced !== null) {
    const bytes = new Uint8Array(await request.arrayBuffer());
    return bytes.length > cap ? null : bytes;
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > cap) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
  return joined(chunks, length);
}

/** The JSON in the bytes; null for anything else, and for nesting that no provider sends. */
export function parseBody(bytes: Uint8Array): { json: unknown } | null {
  if (depthOf(bytes) > MAX_DEPTH) return null;
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return { json };
  } catch {
    return null;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Deepest nesting of objects and arrays, looked up before parsing; of what is not JSON at all, any number. */
function depthOf(bytes: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  let inText = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inText) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inText = false;
    } else if (byte === QUOTE) inText = true;
    // { and [
    else if (byte === 0x7b || byte === 0x5b) deepest = Math.max(deepest, ++depth);
    // } and ]
    else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return deepest;
}
