/** How providers sign. Written apart from the code that checks signatures, so that the two hold each other to the specification. */

const encoder = new TextEncoder();

async function hmac(key: Uint8Array<ArrayBuffer>, data: string): Promise<Uint8Array> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, encoder.encode(data)));
}

/** Meta's header over the raw body: `sha256=` and lower-case hex of HMAC-SHA256 under the app secret. */
export async function metaSignature(appSecret: string, body: string): Promise<Record<string, string>> {
  const bytes = await hmac(encoder.encode(appSecret), body);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { 'x-hub-signature-256': `sha256=${hex}` };
}

/** Standard Webhooks: base64 of HMAC-SHA256 over `id.seconds.body`; the key is the base64 behind `whsec_`. `now` in epoch ms. */
export async function standardSignature(secret: string, id: string, body: string, now: number): Promise<Record<string, string>> {
  const seconds = String(Math.floor(now / 1_000));
  const key = Uint8Array.from(atob(secret.replace(/^whsec_/, '')), (char) => char.charCodeAt(0));
  const bytes = await hmac(key, `${id}.${seconds}.${body}`);
  const signature = `v1,${btoa(String.fromCharCode(...bytes))}`;
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signature };
}

/** Whether a call of Parley's carries a signature that an app would accept: one of ours, at most five minutes off. */
export async function isSignedByParley(secret: string, headers: Headers, body: string, now: number): Promise<boolean> {
  const id = headers.get('webhook-id') ?? '';
  const seconds = Number(headers.get('webhook-timestamp'));
  if (id === '' || !Number.isInteger(seconds) || Math.abs(now - seconds * 1_000) > 300_000) return false;
  const expected = await standardSignature(secret, id, body, seconds * 1_000);
  const given = (headers.get('webhook-signature') ?? '').split(' ');
  // The demo's secret is public: there is nothing that the time of a comparison could give away.
  return given.includes(expected['webhook-signature'] ?? '');
}
