import { z } from 'zod';
import type { PhoneMedia } from '../../../src/lib/domain/simulator';
import { readBody } from '../../../src/lib/server/body';
import type { Env } from '../../env';
import { fileOf, keepFile, MAX_KEPT_BYTES, mimeOf } from '../media';
import { answerOf, type Send } from '../sends';
import type { Simulator } from '../simulator';
import type { ProviderAnswer } from '../wires/wire';

/** Longest body of a call that brings no file. */
const MAX_TEXT_BYTES = 262_144;

/** One call of the provider API. `path` is what follows its base; `apiBase` is that base, without a slash at the end. */
export type Call = {
  request: Request;
  url: URL;
  path: readonly string[];
  env: Env;
  simulator: DurableObjectStub<Simulator>;
  apiBase: string;
};

/** A call that a real provider would have let in as a send, or whatever else it answers; null = there is no such path. */
export type Handled = Response | { send: Send } | null;

export const respond = (answer: ProviderAnswer): Response => {
  const { status, body, headers } = answerOf(answer);
  return new Response(body, { status, headers });
};

export const json = (body: unknown): Response => respond({ status: 200, body });

/** What is wrong, as one line. */
export const detailsOf = (error: z.ZodError): string =>
  error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');

/** The fields of a JSON or form body, and the files in it. Null when it cannot be read. */
export type Body = { fields: Record<string, unknown>; files: Map<string, File> };

/** What a call brings, as a form or JSON; null when it is too large or cannot be read. */
export async function bodyOf(request: Request): Promise<Body | null> {
  const type = request.headers.get('content-type') ?? '';
  if (Number(request.headers.get('content-length') ?? 0) > MAX_KEPT_BYTES + 65_536) return null;
  try {
    if (!/^(multipart\/form-data|application\/x-www-form-urlencoded)\b/i.test(type))
      return { fields: await fieldsOf(request), files: new Map() };
    const fields: Record<string, unknown> = {};
    const files = new Map<string, File>();
    for (const [name, value] of await request.formData()) {
      if (typeof value === 'string') fields[name] = value;
      else files.set(name, value);
    }
    return { fields, files };
  } catch {
    return null;
  }
}

async function fieldsOf(request: Request): Promise<Record<string, unknown>> {
  const text = await textOf(request);
  return text === '' ? {} : z.record(z.string(), z.unknown()).parse(JSON.parse(text ?? ''));
}

/** The body of a call that brings no file; null when it is too long for one. */
export async function textOf(request: Request): Promise<string | null> {
  const bytes = await readBody(request, MAX_TEXT_BYTES);
  return bytes && new TextDecoder().decode(bytes);
}

/** A field that a form has as JSON text, as the value that it stands for; anything else as it is. */
export const valueOf = (field: unknown): unknown => {
  if (typeof field !== 'string' || !/^[[{]/.test(field.trim())) return field;
  try {
    const value: unknown = JSON.parse(field);
    return value;
  } catch {
    return field;
  }
};

/** Keeps a file that came in a form; null when it is empty or too large. */
export async function keep({ env }: Call, file: File): Promise<PhoneMedia | null> {
  if (file.size === 0 || file.size > MAX_KEPT_BYTES) return null;
  return keepFile(env, file, mimeOf(file.type), file.name || null);
}

/**
 * Reads a file from where a send says that it is, and keeps it; null when there is none. Only from the origin that the simulator itself
 * is on: its secrets are known to everybody, and it must not become a way to other servers.
 */
export async function keepFrom({ env, apiBase }: Call, address: string): Promise<PhoneMedia | null> {
  const url = URL.parse(address);
  if (url?.origin !== new URL(apiBase).origin) return null;
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(10_000) });
    if (!response.ok) return null;
    const file = await response.blob();
    if (file.size === 0 || file.size > MAX_KEPT_BYTES) return null;
    const name = /filename\*=UTF-8''([^;]+)/i.exec(response.headers.get('content-disposition') ?? '')?.[1];
    return await keepFile(
      env,
      file,
      mimeOf(response.headers.get('content-type')),
      name === undefined ? null : decodeURIComponent(name),
    );
  } catch {
    return null;
  }
}

/** The bytes of a file, as a provider's file server gives them. */
export async function download({ env, request }: Call, id: string): Promise<Response | null> {
  const file = await fileOf(env, id);
  if (!file) return null;
  const { mime, size } = file.media;
  const headers = { 'content-type': mime, 'content-length': String(size), 'x-content-type-options': 'nosniff' };
  return new Response(request.method === 'HEAD' ? null : file.body, {
    headers: { ...headers, 'content-security-policy': 'sandbox' },
  });
}
