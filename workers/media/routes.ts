import { fileNameOf } from '../../src/lib/domain/file-name';
import { ConversationId } from '../../src/lib/domain/ids';
import { attachmentFor, rulesOf, type ProviderName } from '../../src/lib/domain/provider-rules';
import { may } from '../../src/lib/domain/role';
import { userOf } from '../../src/lib/server/auth/auth';
import { FileId, keyOf } from '../../src/lib/server/media';
import { FileTooLarge } from '../../src/lib/server/providers/download';
import { conversationOf, type Env } from '../env';
import { drop, FileIncomplete, open, save } from './file';
import { keyOfShared } from './link';
import { serveFile } from './serve';
import { claimOf, maxBytesOf } from './store';

const MB = 1024 * 1024;

/**
 * Everything under `/media/`. `GET|HEAD <conversation>/<message or upload>`: a file, for agents. `POST <conversation>?name=`: an agent's
 * upload, its bytes as the body. `GET|HEAD shared/<expiry>.<signature>/<conversation>/<upload>`: a file that we have sent to an app.
 * The Origin of a POST is checked at the front door.
 */
export async function handleMedia(request: Request, env: Env, url: URL): Promise<Response> {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (url.pathname.startsWith('/media/shared/')) {
    const key = isRead ? await keyOfShared(env, url.pathname, Date.now()) : null;
    return key === null ? refuse(403, 'forbidden', 'This link is not valid, or not any more.') : serveFile(request, env, key);
  }
  const user = await userOf(env, request);
  if (!user) return refuse(401, 'unauthorized', 'Sign in first.');
  if (!may(user.role, 'conversations')) return refuse(403, 'forbidden', 'Your role does not allow this.');
  const [conversation, file, ...rest] = url.pathname.slice('/media/'.length).split('/');
  const conversationId = ConversationId.safeParse(conversation).data;
  const id = FileId.safeParse(file).data;
  const isFile = file !== undefined && rest.length === 0;
  if (conversationId === undefined || (file !== undefined && (id === undefined || !isFile))) return nothing();
  if (isRead) return id === undefined ? nothing() : serveFile(request, env, keyOf(conversationId, id));
  if (request.method === 'POST' && id === undefined) return upload(request, env, conversationId, url.searchParams.get('name'));
  return refuse(405, 'method_not_allowed', 'There is no such thing to do here.');
}

async function upload(request: Request, env: Env, conversationId: ConversationId, name: string | null): Promise<Response> {
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'multipart/form-data' || type === 'application/x-www-form-urlencoded') {
    return refuse(415, 'bad_type', 'Send the bytes of the file alone.');
  }
  const length = request.headers.get('content-length');
  if (length === null || !/^\d{1,15}$/.test(length)) return refuse(411, 'no_length', 'Say how long the file is.');
  const size = Number(length);
  if (size === 0 || !request.body) return refuse(400, 'empty', 'This file is empty.');
  const found = await conversationOf(env, conversationId).get();
  if (!found.ok) return nothing();
  const { provider } = found.value.conversation.channel;
  const maxBytes = maxBytesOf(provider);
  if (size > maxBytes) return refuse(413, 'too_large', `${rulesOf(provider).title} takes at most ${maxBytes / MB} MB.`);
  try {
    const incoming = { body: request.body, size, claimed: type, fileName: name ?? undefined };
    return await storeUpload(env, { id: conversationId, provider }, incoming);
  } catch (error) {
    console.warn({ event: 'upload_not_stored', conversation: conversationId, error: String(error) });
    const isClients = error instanceof FileTooLarge || error instanceof FileIncomplete;
    if (isClients) return refuse(400, 'bad_length', 'The file is not as long as announced.');
    return refuse(503, 'unavailable', 'The file could not be stored. Try again shortly.');
  }
}

type IncomingUpload = {
  body: ReadableStream<Uint8Array>;
  size: number;
  claimed: string | undefined;
  fileName: string | undefined;
};

/** Stores what the provider takes, as what it takes it for. Rejects as `save` does. */
async function storeUpload(
  env: Env,
  { id, provider }: { id: ConversationId; provider: ProviderName },
  { body, size, claimed, fileName }: IncomingUpload,
): Promise<Response> {
  const file = await open(body, claimOf(claimed, fileName));
  const { mime } = file;
  const verdict = attachmentFor(provider, { mime, size });
  if ('refusal' in verdict) {
    await drop(file);
    return takesType(provider, mime) ? refuse(413, 'too_large', verdict.refusal) : refuse(415, 'bad_type', verdict.refusal);
  }
  const label = { mime, fileName: fileNameOf(fileName, mime, verdict.kind), kind: verdict.kind };
  const uploadId = crypto.randomUUID();
  const key = keyOf(id, uploadId);
  await save(env.MEDIA, key, file, label, { size, maxBytes: maxBytesOf(provider) });
  // Erased meanwhile: it has no place any more.
  if ((await conversationOf(env, id).row()) === null) {
    await env.MEDIA.delete(key);
    return nothing();
  }
  return Response.json({ uploadId, ...label, size });
}

const takesType = (provider: ProviderName, mime: string): boolean => 'kind' in attachmentFor(provider, { mime, size: 1 });

const nothing = (): Response => refuse(404, 'not_found', 'There is no such file.');

const refuse = (status: number, reason: string, message: string): Response =>
  Response.json({ reason, message }, { status, headers: { 'cache-control': 'no-store' } });
