/** A text that a provider has approved beforehand. Placeholders are `{{1}}`, `{{2}}`, … in order, or `{{name}}`. */
export type Template = {
  /** The provider's name of it; with the language it is unique on a channel. */
  name: string;
  /** As the provider writes it: `en_US`. */
  language: string;
  category: string;
  header: string | null;
  body: string;
  footer: string | null;
  /** Captions, in their order. */
  buttons: string[];
  /** The places of those whose press brings nothing back to us: links and calls. */
  plainButtons?: number[];
};

/** A template with its placeholders filled. Parameters by placeholder, in the order in which the placeholders first appear. */
export type TemplateUse = {
  name: string;
  language: string;
  header: TemplateParameter[];
  body: TemplateParameter[];
  /** As the template's own: what is not told with these buttons. */
  plainButtons?: number[];
};
/** `name` is null for a numbered placeholder. */
export type TemplateParameter = { name: string | null; text: string };

const PLACEHOLDER = /\{\{\s*([A-Za-z0-9_]{1,64})\s*\}\}/g;
/** Longest value of one placeholder. */
export const MAX_TEMPLATE_VALUE = 1_024;

/** The placeholders of a template, each once, header first, in order of appearance. */
export function placeholdersOf({ header, body }: Pick<Template, 'header' | 'body'>): { part: 'header' | 'body'; key: string }[] {
  return [...keysOf('header', header ?? ''), ...keysOf('body', body)];
}

function keysOf(part: 'header' | 'body', text: string): { part: 'header' | 'body'; key: string }[] {
  const keys = new Set([...text.matchAll(PLACEHOLDER)].map(([, key = '']) => key));
  return [...keys].map((key) => ({ part, key }));
}

/** Values by part and placeholder: `{ 'body.1': 'Asha' }`. */
export type TemplateValues = Record<string, string>;

/**
 * The template with these values, and the text that the end user will read. Null when a value is missing or empty, too long, or has
 * what providers refuse in a parameter: line breaks, tabs, more than four spaces in a row.
 */
export function fillTemplate(template: Template, values: TemplateValues): { use: TemplateUse; text: string } | null {
  const valueOf = (part: string, key: string): string | null => {
    const value = values[`${part}.${key}`]?.trim() ?? '';
    const isTaken = value !== '' && value.length <= MAX_TEMPLATE_VALUE && !/[\r\n\t]| {5,}/.test(value);
    return isTaken ? value : null;
  };
  const parametersOf = (part: 'header' | 'body') =>
    keysOf(part, template[part] ?? '').map(({ key }) => ({
      name: /^\d+$/.test(key) ? null : key,
      text: valueOf(part, key),
    }));
  const header = complete(parametersOf('header'));
  const body = complete(parametersOf('body'));
  if (!header || !body) return null;
  const rendered = (part: 'header' | 'body') =>
    (template[part] ?? '').replace(PLACEHOLDER, (_, key: string) => valueOf(part, key) ?? '');
  const text = [rendered('header'), rendered('body'), template.footer ?? ''].filter((line) => line !== '').join('\n\n');
  const { name, language, plainButtons } = template;
  return { use: { name, language, header, body, ...(plainButtons && { plainButtons }) }, text };
}

function complete(parameters: { name: string | null; text: string | null }[]): TemplateParameter[] | null {
  const filled = parameters.flatMap(({ name, text }) => (text === null ? [] : [{ name, text }]));
  return filled.length === parameters.length ? filled : null;
}
