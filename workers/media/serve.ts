import { labelOf, type FileLabel } from '../../src/lib/server/media';
import type { Env } from '../env';

/** Bytes `from` to before `to`. */
type Span = { from: number; to: number };

/**
 * A stored file, for GET and HEAD: the whole, one range of it (players ask so), or 304. It is only ever offered for saving; a page that
 * opens it as a document gets one that can do nothing.
 */
export async function serveFile(request: Request, env: Env, key: string): Promise<Response> {
  const { method, headers } = request;
  const isPlain = method === 'GET' && !headers.has('range') && !headers.has('if-none-match');
  if (isPlain) {
    const object = await env.MEDIA.get(key);
    return object ? new Response(object.body, { headers: headersOf(object) }) : notFound();
  }
  const object = await env.MEDIA.head(key);
  if (!object) return notFound();
  const answer = headersOf(object);
  if (isAmong(object.httpEtag, headers.get('if-none-match'))) {
    answer.delete('content-length');
    return new Response(null, { status: 304, headers: answer });
  }
  if (method === 'HEAD') return new Response(null, { headers: answer });
  const span = spanOf(headers, object);
  if (span === 'unsatisfiable') {
    const refusal = { 'content-range': `bytes */${object.size}`, 'cache-control': 'no-store' };
    return new Response(null, { status: 416, headers: refusal });
  }
  const { from, to } = span ?? { from: 0, to: object.size };
  const part = await env.MEDIA.get(key, { range: { offset: from, length: to - from } });
  if (!part) return notFound();
  if (span === null) return new Response(part.body, { headers: answer });
  answer.set('content-length', String(to - from));
  answer.set('content-range', `bytes ${from}-${to - 1}/${object.size}`);
  return new Response(part.body, { status: 206, headers: answer });
}

const notFound = (): Response => new Response('Not found', { status: 404, headers: { 'cache-control': 'no-store' } });

function headersOf(object: R2Object): Headers {
  const label = labelOf(object);
  return new Headers({
    'content-type': label.mime === 'text/plain' ? 'text/plain; charset=utf-8' : label.mime,
    'content-length': String(object.size),
    'content-disposition': disposition(label),
    etag: object.httpEtag,
    'accept-ranges': 'bytes',
    // What is stored under an id never changes.
    'cache-control': 'private, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cross-origin-resource-policy': 'same-origin',
  });
}

/** RFC 6266: the plain name for old programs, the exact one as RFC 8187 writes it. Neither can leave its place in the header. */
function disposition({ fileName }: FileLabel): string {
  const ascii = fileName.replace(/[^\x20-\x7e]|["\\%]/gu, '_');
  const exact = encodeURIComponent(fileName.toWellFormed()).replace(
    /['()*!]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${exact}`;
}

/** RFC 9110, 13.1.2: weak comparison. */
function isAmong(etag: string, header: string | null): boolean {
  const known = (header ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known.includes(etag) || known.includes('*');
}

/**
 * The one range that is asked for; null for the whole file: without a range, with several, with one that cannot be read, or when it was
 * meant for another file (RFC 9110, 13.1.5 and 14.2).
 */
function spanOf(headers: Headers, { size, httpEtag }: R2Object): Span | 'unsatisfiable' | null {
  const condition = headers.get('if-range');
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.get('range')?.replace(/\s/g, '') ?? '');
  if (!match || (condition !== null && condition !== httpEtag)) return null;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return null;
  if (first === '') return suffixOf(Number(last), size);
  if (last !== '' && Number(last) < Number(first)) return null;
  if (Number(first) >= size) return 'unsatisfiable';
  return { from: Number(first), to: last === '' ? size : Math.min(Number(last) + 1, size) };
}

function suffixOf(length: number, size: number): Span | 'unsatisfiable' {
  return length === 0 || size === 0 ? 'unsatisfiable' : { from: Math.max(0, size - length), to: size };
}
