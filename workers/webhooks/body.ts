/** Largest body taken; WhatsApp sends up to 3 MB. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** Deepest nesting parsed; real deliveries have about ten levels. */
const MAX_DEPTH = 32;

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
