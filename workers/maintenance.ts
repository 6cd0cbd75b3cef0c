import { z } from 'zod';
import { outsider } from '../src/lib/domain/audit';
import { IndexCursor } from '../src/lib/domain/index-check';
import { readBody } from '../src/lib/server/body';
import { recording } from '../src/lib/server/db/audit';
import { batch, database } from '../src/lib/server/db/client';
import { derivedKey } from '../src/lib/server/derived-key';
import { stepIndex } from '../src/lib/server/index-check';
import { bytesOfHex } from '../src/lib/server/providers/signature';
import type { Env } from './env';

/** A call is good for so long. */
const FRESH_MS = 300_000;
const MAX_BODY_BYTES = 1_000;
const algorithm = { name: 'HMAC', hash: 'SHA-256' };
const Asked = z.strictObject({ action: z.enum(['compare', 'rebuild']), after: IndexCursor, at: z.number() });

/**
 * `POST /maintenance/search-index`: a step of what Settings → Search index does, for the operator's command line (`npm run rebuild-index`).
 * The body is signed with a key derived from SECRET_KEY, in the header `x-parley-signature` as hex, and says when it was made.
 */
export async function maintain(request: Request, env: Env): Promise<Response> {
  const signature = bytesOfHex(request.headers.get('x-parley-signature') ?? '');
  if (request.method !== 'POST' || !signature) return new Response('Not found', { status: 404 });
  const body = await readBody(request, MAX_BODY_BYTES);
  if (!body) return new Response('Too large', { status: 413 });
  const key = await derivedKey(env.SECRET_KEY, 'maintenance', { ...algorithm, length: 256 }, ['verify']);
  const isOurs = await crypto.subtle.verify(algorithm, key, signature, body);
  if (!isOurs) return new Response('Wrong signature', { status: 401 });
  const asked = Asked.safeParse(JSON.parse(new TextDecoder().decode(body)));
  if (!asked.success || Math.abs(Date.now() - asked.data.at) > FRESH_MS)
    return new Response('Made at another time', { status: 400 });
  const { action, after } = asked.data;
  const rebuild = action === 'rebuild';
  if (rebuild && after === '') {
    const entry = { at: Date.now(), actor: outsider('commandLine'), action: 'index.rebuilt', subject: { type: 'index', id: 'search' } } as const; // prettier-ignore
    await batch(env.DB, [recording(database(env.DB), entry)]);
  }
  return Response.json(await stepIndex(env, { after, rebuild }));
}
