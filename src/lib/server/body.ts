import { joined } from './chunks';

/** The forms of those who are not signed in are a few short fields. */
const MAX_FORM_BYTES = 16_384;

/** The untouched bytes of the body, or null when there are too many, whatever `Content-Length` says: the stream is cut at the cap. */
export async function readBody(request: Request, cap: number): Promise<Uint8Array<ArrayBuffer> | null> {
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
  const chunks: Uint8Array<ArrayBuffer>[] = [];
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

/** The fields of a short form, none of what is no form; null when it is too large. */
export async function readForm(request: Request): Promise<Record<string, FormDataEntryValue> | null> {
  const bytes = await readBody(request, MAX_FORM_BYTES);
  if (!bytes) return null;
  const headers = { 'content-type': request.headers.get('content-type') ?? '' };
  const form = await new Response(bytes, { headers }).formData().catch(() => new FormData());
  return Object.fromEntries(form);
}
