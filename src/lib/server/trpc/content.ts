import type { Env } from '../../../../workers/env';
import type { SentMedia } from '../../domain/conversation';
import type { Rejection } from '../../domain/rejection';
import { fail, ok, type Result } from '../../domain/result';
import { fillTemplate, placeholdersOf, type Template, type TemplateUse, type TemplateValues } from '../../domain/template';
import { conversationOf } from '../bindings';
import { database } from '../db/client';
import * as templates from '../db/templates';
import { readUpload } from '../media';

/** What an agent asks to send: words, an uploaded file with words or without, or a template, which brings its own words. */
export type Asked = {
  text: string;
  uploadId?: string;
  template?: { name: string; language: string; values: TemplateValues };
};
/** The same, ready for the conversation's object. */
export type Outgoing = { text: string; media?: SentMedia; template?: TemplateUse };

/** Looks up what is only named. */
export async function outgoingOf(
  env: Env,
  conversationId: string,
  { text, uploadId, template }: Asked,
): Promise<Result<Outgoing, Rejection>> {
  if (template) return filled(env, conversationId, template);
  if (uploadId === undefined) return ok({ text });
  const media = await readUpload(env, conversationId, uploadId);
  return media ? ok({ text, media }) : fail({ reason: 'no_upload' });
}

async function filled(
  env: Env,
  conversationId: string,
  { name, language, values }: NonNullable<Asked['template']>,
): Promise<Result<Outgoing, Rejection>> {
  const thread = await conversationOf(env, conversationId).get();
  if (!thread.ok) return thread;
  const template = await templates.find(database(env.DB), thread.value.conversation.channel.id, name, language);
  if (!template) return fail({ reason: 'bad_template', fields: [] });
  const use = fillTemplate(template, values);
  return use
    ? ok({ text: use.text, template: use.use })
    : fail({ reason: 'bad_template', fields: wrongFields(template, values) });
}

/** The placeholders that cannot be filled by themselves. */
function wrongFields(template: Template, values: TemplateValues): string[] {
  return placeholdersOf(template)
    .filter(({ part, key }) => {
      const alone = { ...template, header: null, body: '', [part]: `{{${key}}}` };
      return fillTemplate(alone, values) === null;
    })
    .map(({ part, key }) => `${part}.${key}`);
}
