import { readBody } from '../src/lib/server/body';
import { MAX_BODY_BYTES } from './webhooks/body';

/** What another system may call with a key: each procedure, and its address for plain HTTP. Exactly these. */
const paths: readonly RegExp[] = [
  /^\/api\/trpc\/campaigns\.(import|recordSends)$/,
  /^\/api\/v1\/campaigns$/,
  /^\/api\/v1\/campaigns\/[^/]+\/sends$/,
];

/** Whether this is a call of the API, whoever makes it. */
export const isApiCall = (request: Request, { pathname }: URL): boolean =>
  request.method === 'POST' && paths.some((path) => path.test(pathname));

/** The one place that takes a larger body. It counts for itself. */
const LARGE = '/people/import';

/** The request with its body read and found small enough, or the refusal; however its address is written, as what is behind it decodes it. */
export async function readSmall(request: Request, url: URL): Promise<Request | Response> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (isApiCall(request, url) && type !== 'application/json') return refusal(415, 'Send application/json.');
  if (!request.body || url.pathname === LARGE) return request;
  const body = await readBody(request, MAX_BODY_BYTES);
  if (!body) return refusal(413, `Send at most ${MAX_BODY_BYTES / 1_024 / 1_024} MB at once.`);
  return new Request(request, { body });
}

const refusal = (status: number, message: string) => Response.json({ error: { message } }, { status });
