import { z } from 'zod';
import {
  firstNameOf,
  placeholderOf,
  placeholdersAsWritten,
  placeholderValue,
  withPlaceholders,
  type Placeholder,
} from './placeholder';
import { fillTemplate, MAX_TEMPLATE_VALUE, placeholdersOf, type Template, type TemplateUse } from './template';
import { cleanText } from './text';

/** Longest text that a campaign's author may write: WhatsApp's for a message with buttons, the shortest of those we send to. */
export const MAX_CAMPAIGN_TEXT = 1_024;
/** Longest text that goes out once the placeholders are filled: Messenger's. */
export const MAX_RENDERED_TEXT = 2_000;
export const MAX_BUTTONS = 3;
/** Longest caption of a button: WhatsApp's and Messenger's. */
export const MAX_BUTTON = 20;

const NO_TEMPLATE_KEY = 'There is no such placeholder.';

/** What a campaign says. Texts and values may hold placeholders of the person: `{{firstName}}`, `{{custom.city|your city}}`. */
export const CampaignContent = z.strictObject({
  /** Free text; not used with a template. */
  text: z.string().max(MAX_CAMPAIGN_TEXT),
  /** Captions below free text; a template has its own. */
  buttons: z.array(z.string().trim().min(1).max(MAX_BUTTON)).max(MAX_BUTTONS),
  template: z.strictObject({ name: z.string().min(1).max(512), language: z.string().min(1).max(20) }).nullable(),
  /** What fills the template's blanks, by part and blank: `{ 'body.1': '{{firstName|there}}' }`. */
  values: z
    .record(z.string().regex(/^(header|body)\.[A-Za-z0-9_]{1,64}$/, NO_TEMPLATE_KEY), z.string().max(MAX_TEMPLATE_VALUE))
    .refine((values) => Object.keys(values).length <= 40, 'That are too many values.'),
});
export type CampaignContent = z.infer<typeof CampaignContent>;

export const emptyContent: CampaignContent = { text: '', buttons: [], template: null, values: {} };

/** What is known of the one who gets it. `properties`: the custom ones by key. */
export type Recipient = { name: string; properties: Record<string, string | number | boolean> };

/** A message ready for one person: `text` is what they will read; `template` what the provider is told instead of it. */
export type RenderedMessage = { text: string; template: TemplateUse | null; buttons: string[] };

/**
 * What a message cannot be made without: placeholders that the person has no value for, as written (`custom.city`), blanks of the
 * template without a value (`body.1`), `template` when there is none such, `text` when nothing would be left to read.
 */
export type Missing = { missing: string[] };

/** The properties that texts can hold besides `custom.<key>`. */
export const systemPlaceholders = ['firstName', 'name'] as const;

/** Every placeholder of the content, in order, each as often as it stands there. */
export function placeholdersIn({ text, buttons, template, values }: CampaignContent): Placeholder[] {
  const texts = template ? Object.values(values) : [text, ...buttons];
  return texts.flatMap((part) => placeholdersAsWritten(part).map(placeholderOf));
}

function propertyOf(property: string, { name, properties }: Recipient): string | number | boolean | undefined {
  if (property === 'name') return name;
  if (property === 'firstName') return firstNameOf(name);
  const key = property.startsWith('custom.') ? property.slice('custom.'.length) : '';
  if (!Object.hasOwn(properties, key)) return undefined;
  const value = properties[key];
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return value;
}

/** The text for this person; what has neither a value nor a fallback is added to `missing`, as is what only looks like a placeholder. */
function fill(text: string, person: Recipient, missing: Set<string>): string {
  const filled = withPlaceholders(text, ({ property, fallback }) => {
    const value = placeholderValue(propertyOf(property, person)) ?? fallback;
    if (value === null) missing.add(property);
    return value ?? '';
  });
  // One placeholder inside of another: there is no telling what was meant.
  for (const written of placeholdersAsWritten(filled)) missing.add(written.slice(2, -2).trim());
  return filled;
}

/**
 * The message for one person, or what is missing for it. `template` is the channel's template that the content names; null = there is
 * none (any more). Pure, total: never throws and never leaves a placeholder.
 */
export function render(content: CampaignContent, template: Template | null, person: Recipient): RenderedMessage | Missing {
  if (content.template) return template ? renderTemplate(content, template, person) : { missing: ['template'] };
  const missing = new Set<string>();
  const text = cleanText(fill(content.text, person, missing).trim(), MAX_RENDERED_TEXT);
  const buttons = content.buttons.map((caption) => cutCaption(fill(caption, person, missing)));
  if (missing.size > 0) return { missing: [...missing] };
  if (text === '' || buttons.includes('')) return { missing: ['text'] };
  return { text, template: null, buttons };
}

const cutCaption = (caption: string): string => {
  const whole = cleanText(caption).replace(/\s+/gu, ' ').trim();
  return whole.length <= MAX_BUTTON
    ? whole
    : whole
        .slice(0, MAX_BUTTON - 1)
        .toWellFormed()
        .trimEnd() + '…';
};

function renderTemplate({ values }: CampaignContent, template: Template, person: Recipient): RenderedMessage | Missing {
  const missing = new Set<string>();
  const filled = placeholdersOf(template).map(({ part, key }) => {
    const field = `${part}.${key}`;
    const written = Object.hasOwn(values, field) ? (values[field] ?? '') : '';
    const lacking = new Set<string>();
    const value = cleanText(fill(written, person, lacking))
      .replace(/\s+/gu, ' ')
      .trim()
      .slice(0, MAX_TEMPLATE_VALUE)
      .toWellFormed()
      .trim();
    if (value === '' && lacking.size === 0) lacking.add(field);
    for (const property of lacking) missing.add(property);
    return [field, value] as const;
  });
  if (missing.size > 0) return { missing: [...missing] };
  const made = fillTemplate(template, Object.fromEntries(filled));
  if (!made || placeholdersAsWritten(made.text).length > 0) return { missing: ['template'] };
  return { text: cleanText(made.text), template: made.use, buttons: template.buttons };
}

/** What stands for the message where nobody in particular is written to: fallbacks where there are some, else a gap. */
export function standIn(content: CampaignContent, template: Template | null): string {
  const open = (text: string): string => withPlaceholders(text, ({ fallback }) => fallback ?? '…');
  if (!content.template || !template) return open(content.text);
  const values = placeholdersOf(template).map(({ part, key }) => {
    const field = `${part}.${key}`;
    const value = Object.hasOwn(content.values, field) ? open(content.values[field] ?? '').trim() : '';
    return [field, value.replace(/\s+/gu, ' ') || '…'] as const;
  });
  return fillTemplate(template, Object.fromEntries(values))?.text ?? template.body;
}
