import { error, json } from '@sveltejs/kit';
import { z } from 'zod';
import { Mapping, MAX_IMPORT_BYTES } from '$lib/domain/people-import';
import { readBody } from '$lib/server/body';
import { granted } from '$lib/server/granted';
import { importPeople } from '$lib/server/people-import';
import type { RequestHandler } from './$types';

/** What a form has around its file. */
const FORM_BYTES = 64_000;
const Form = z.object({ id: z.uuid(), mapping: Mapping });

/**
 * Imports a file of people: a form with `id` (a UUID, the same one when it is sent again), `mapping` (JSON) and `file`. Answers with what
 * became of it; 400, 413 or 422 with `{ message }` when nothing did.
 */
export const POST: RequestHandler = async ({ request, locals, platform }) => {
  const { user, env } = granted({ locals, platform }, 'people.edit');
  const bytes = await readBody(request, MAX_IMPORT_BYTES + FORM_BYTES);
  const type = request.headers.get('content-type') ?? '';
  if (!bytes) error(413, `A file can have at most ${MAX_IMPORT_BYTES / 1_000_000} MB. Split it.`);
  const form = await new Response(bytes, { headers: { 'content-type': type } }).formData().catch(() => null);
  const file = form?.get('file');
  const fields = Form.safeParse({ id: form?.get('id'), mapping: parsed(form?.get('mapping')) });
  if (!(file instanceof File) || !fields.success) error(400, 'Some fields are wrong.');
  if (file.size > MAX_IMPORT_BYTES) error(413, `A file can have at most ${MAX_IMPORT_BYTES / 1_000_000} MB. Split it.`);
  const text = decoded(await file.arrayBuffer());
  if (text === null) error(422, 'The file is not UTF-8. Save it as “CSV UTF-8” and try again.');
  const { id, name, role } = user;
  const result = await importPeople(env, { ...fields.data, text, agent: { id, name, role } });
  if (!result.ok) error(422, result.error);
  return json(result.value);
};

function decoded(bytes: ArrayBuffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return null;
  }
}

function parsed(text: FormDataEntryValue | null | undefined): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}
