import { z } from 'zod';
import type { Channel, SendDeps } from '../../../domain/provider';
import { placeholdersOf, type Template } from '../../../domain/template';
import { cleanText } from '../../../domain/text';
import { soft } from '../../../server/providers/facts';
import { graphUrl, read } from './graph';

const PAGE = 100;
const MAX_PAGES = 20;
/** A page of a hundred long templates in all their parts. */
const MAX_PAGE_BYTES = 4 * 1_048_576;
const MAX_PART = 4_096;

const words = soft(z.string());
const Listed = z.object({
  name: z.string().min(1).max(512),
  language: z.string().min(1).max(32),
  status: z.string(),
  category: words,
  components: z.array(z.looseObject({ type: z.string() })),
});
const Page = z.object({
  data: z.array(z.unknown()),
  paging: soft(z.object({ cursors: soft(z.object({ after: words })), next: words })),
});
const Text = z.object({ text: z.string() });
const TextHeader = Text.extend({ format: z.literal('TEXT') });
const Buttons = z.object({ buttons: z.array(z.object({ type: z.string(), text: z.string(), url: words })) });

/** Buttons that may go out without a parameter of ours; only a quick reply may have one. */
const plainButtons = ['QUICK_REPLY', 'URL', 'PHONE_NUMBER', 'VOICE_CALL'];

/**
 * The approved templates of the business account that agents can fill, by name. Those with a file on top, with a button that needs a
 * value, or of a shape that is not known are left out. Rejects with words for an Admin.
 */
export async function listTemplates(channel: Channel, deps: SendDeps): Promise<Template[]> {
  const { businessId } = channel.settings;
  const { accessToken } = channel.secrets;
  if (!businessId) throw new Error('Set this channel’s WhatsApp Business account id: the templates belong to it.');
  if (!accessToken) throw new Error('This channel has no access token. An Admin must set it up.');
  const templates: Template[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await pageOf(graphUrl(deps.apiBase, businessId, 'message_templates'), after, accessToken, deps);
    templates.push(...page.data.flatMap((part) => templateOf(part) ?? []));
    const { cursors, next } = page.paging ?? {};
    const isLast = page.data.length === 0 || (next === undefined && page.data.length < PAGE);
    if (isLast || cursors?.after === undefined || cursors.after === after) break;
    after = cursors.after;
  }
  return templates.sort((a, b) => compare(a.name, b.name) || compare(a.language, b.language));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

async function pageOf(address: string, after: string | undefined, accessToken: string, deps: SendDeps) {
  const query = new URLSearchParams({ fields: 'name,language,status,category,components', limit: String(PAGE) });
  if (after !== undefined) query.set('after', after);
  const answer = await read(`${address}?${query}`, accessToken, deps, MAX_PAGE_BYTES);
  if (answer.status === 'refused') {
    throw new Error(`WhatsApp does not list the templates of this business account. Check its id. ${answer.reason}`);
  }
  if (answer.status !== 'read') throw new Error(`The templates could not be listed. ${answer.reason}`);
  const { data } = Page.safeParse(answer.json);
  if (!data) throw new Error('The templates could not be listed: WhatsApp’s answer could not be read.');
  return data;
}

/** Null when it is not approved, or when an agent could not fill it. */
function templateOf(part: unknown): Template | null {
  const { data } = Listed.safeParse(part);
  if (data?.status !== 'APPROVED') return null;
  const { name, language, category, components } = data;
  const template: Template = { name, language, category: category ?? '', header: null, body: '', footer: null, buttons: [] };
  for (const component of components) if (!takeComponent(template, component)) return null;
  return template.body !== '' && isInOrder(template) ? template : null;
}

/** Whether the component could be taken into the template. */
function takeComponent(template: Template, component: { type: string }): boolean {
  switch (component.type.toUpperCase()) {
    case 'HEADER': {
      const { data } = TextHeader.safeParse(component);
      template.header = data ? cleanText(data.text, MAX_PART) : null;
      return data !== undefined;
    }
    case 'BODY': {
      const { data } = Text.safeParse(component);
      template.body = cleanText(data?.text ?? '', MAX_PART);
      return data !== undefined;
    }
    case 'FOOTER': {
      const { data } = Text.safeParse(component);
      template.footer = data ? cleanText(data.text, MAX_PART) : null;
      return data !== undefined;
    }
    case 'BUTTONS': {
      const { data } = Buttons.safeParse(component);
      const isPlain = data?.buttons.every(({ type, url }) => plainButtons.includes(type) && !url?.includes('{{'));
      template.buttons = data?.buttons.map(({ text }) => cleanText(text, MAX_PART)) ?? [];
      const plain = data?.buttons.flatMap(({ type }, i) => (type === 'QUICK_REPLY' ? [] : [i])) ?? [];
      if (plain.length > 0) template.plainButtons = plain;
      return isPlain === true;
    }
    default:
      return false;
  }
}

/** Numbered parameters go by their place in the list, ours by where they first appear: both must be the same. */
function isInOrder(template: Template): boolean {
  return (['header', 'body'] as const).every((part) => {
    const keys = placeholdersOf(template).flatMap((found) => (found.part === part ? [found.key] : []));
    return keys.every((key, i) => !/^\d+$/.test(key) || Number(key) === i + 1);
  });
}
