import type { MediaAnswer, SendDeps } from '../../domain/provider';

/** Hops followed, each looked at anew; providers' own addresses need one at most. */
const MAX_REDIRECTS = 3;
const MB = 1_048_576;

/**
 * `headers` go to the first address's origin only: a redirect must not carry a token elsewhere. `isAllowed` is asked about the address
 * and about every redirect before a request is made. `maxBytes` is the largest file taken.
 */
export type DownloadRule = { headers?: Record<string, string>; isAllowed: (url: URL) => boolean; maxBytes: number };

/** What the body of a found file breaks off with when more comes than announced or allowed: asking again would not help. */
export class FileTooLarge extends Error {
  override name = 'FileTooLarge';
}

/**
 * Reads a file from an address that the rule allows, and from no other. 5xx, 408, 429 and a broken line are `retry`, every other refusal
 * is `gone`. The body is counted while it is read: past `maxBytes` it breaks off with `FileTooLarge`. Never throws.
 */
export async function download(
  address: string,
  { headers = {}, isAllowed, maxBytes }: DownloadRule,
  deps: SendDeps,
): Promise<MediaAnswer> {
  // A method call (`deps.fetch(…)`) would be an illegal invocation in workerd.
  const { fetch, signal } = deps;
  let url = allowedUrl(address, undefined, isAllowed);
  const origin = url?.origin;
  for (let hops = 0; url !== null && hops <= MAX_REDIRECTS; hops++) {
    if (signal.aborted) return { status: 'retry', reason: 'There was no time left to read it.' };
    try {
      const response = await fetch(url.href, { headers: url.origin === origin ? headers : {}, redirect: 'manual', signal });
      if (response.status === 200) return await fileOf(response, maxBytes);
      await response.body?.cancel();
      const location = response.headers.get('location');
      if (!isRedirect(response.status) || location === null) return refusalOf(response.status);
      url = allowedUrl(location, url, isAllowed);
    } catch {
      return {
        status: 'retry',
        reason: signal.aborted ? 'It took too long to read.' : 'The connection to the file’s server broke.',
      };
    }
  }
  if (url !== null) return { status: 'gone', reason: 'The file’s server sends its readers round and round.' };
  return { status: 'gone', reason: 'The file is not at an address that may be read.' };
}

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status);

/** The address as the platform will understand it, so that every spelling of a host is judged by its one meaning. */
function allowedUrl(address: string, base: URL | undefined, isAllowed: (url: URL) => boolean): URL | null {
  const url = URL.parse(address, base);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null;
  if (url.username !== '' || url.password !== '') return null;
  return isAllowed(url) ? url : null;
}

function refusalOf(status: number): MediaAnswer {
  const reason = `The file’s server answered HTTP ${status}.`;
  return status >= 500 || status === 429 || status === 408 ? { status: 'retry', reason } : { status: 'gone', reason };
}

async function fileOf(response: Response, maxBytes: number): Promise<MediaAnswer> {
  const { body } = response;
  const size = sizeOf(response.headers);
  if (body === null || size === 0) {
    await body?.cancel();
    return { status: 'gone', reason: 'The file is empty.' };
  }
  if (size !== null && size > maxBytes) {
    await body.cancel();
    return { status: 'gone', reason: `The file is larger than ${Math.floor(maxBytes / MB)} MB.` };
  }
  const mime = response.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() || null;
  return { status: 'found', body: body.pipeThrough(counting(Math.min(size ?? maxBytes, maxBytes))), size, mime };
}

/** `Content-Length`; null when missing, unreadable, or of the packed bytes of a packed answer. */
function sizeOf(headers: Headers): number | null {
  const packing = headers.get('content-encoding') ?? 'identity';
  const length = headers.get('content-length') ?? '';
  return packing === 'identity' && /^\d{1,15}$/.test(length) ? Number(length) : null;
}

function counting(maxBytes: number): TransformStream<Uint8Array, Uint8Array> {
  let length = 0;
  return new TransformStream({
    transform(chunk, controller) {
      length += chunk.length;
      if (length > maxBytes) controller.error(new FileTooLarge('more bytes than announced or allowed'));
      else controller.enqueue(chunk);
    },
  });
}
