import { unfilledIn } from '../domain/saved-reply';
import { MAX_TEMPLATE_VALUE, placeholdersOf, type Template, type TemplateValues } from '../domain/template';

/** One placeholder to be filled. `key` names it in the values: `body.1`. */
export type TemplateField = { key: string; label: string };

/** The fields of a template, in the order of its placeholders. */
export function fieldsOf(template: Template): TemplateField[] {
  const placeholders = placeholdersOf(template);
  return placeholders.map(({ part, key }) => ({
    key: `${part}.${key}`,
    label: /^\d+$/u.test(key) ? `${part === 'header' ? 'Heading' : 'Text'} ${key}` : readable(key),
  }));
}

/** `first_name` → `First name`. */
function readable(key: string): string {
  const words = key.replace(/_+/gu, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The draft as one placeholder's value: on one line, as long as it may be; null when it would not be the only one of the body. */
export function draftValue(template: Template, draft: string): { key: string; text: string } | null {
  const [only, ...more] = placeholdersOf(template).filter(({ part }) => part === 'body');
  const text = draft.replace(/\s+/gu, ' ').trim();
  if (!only || more.length > 0 || text === '' || text.length > MAX_TEMPLATE_VALUE) return null;
  return { key: `body.${only.key}`, text };
}

/** What the fields hold when a template is chosen. */
export function firstValues(template: Template, draft: string): TemplateValues {
  const offered = draftValue(template, draft);
  const fields = fieldsOf(template);
  return Object.fromEntries(fields.map(({ key }) => [key, offered?.key === key ? offered.text : '']));
}

/** What is wrong with a value in words, or null. An empty one is only not done yet. */
export function valueProblem(value: string): string | null {
  if (value.trim().length > MAX_TEMPLATE_VALUE) return `${value.trim().length - MAX_TEMPLATE_VALUE} characters too long`;
  const [unfilled] = unfilledIn(value);
  if (unfilled !== undefined) return `Fill in ${unfilled} first`;
  return /[\r\n\t]| {5,}/u.test(value.trim()) ? 'No line breaks, tabs or long runs of spaces' : null;
}

/** A stretch of a preview: plain text, or a placeholder with its value or its label. */
export type PreviewRun = { text: string; field: 'none' | 'filled' | 'open' };

/** One part of a template with the values so far. */
export function previewOf(template: Template, part: 'header' | 'body', values: TemplateValues): PreviewRun[] {
  const source = template[part] ?? '';
  const keys = placeholdersOf(template).filter((placeholder) => placeholder.part === part);
  const known = new Set(keys.map(({ key }) => key));
  const runs: PreviewRun[] = [];
  let end = 0;
  for (const match of source.matchAll(/\{\{\s*(\w+)\s*\}\}/gu)) {
    const key = match[1] ?? '';
    if (!known.has(key)) continue;
    if (match.index > end) runs.push({ text: source.slice(end, match.index), field: 'none' });
    const value = values[`${part}.${key}`]?.trim() ?? '';
    runs.push(value === '' ? { text: match[0], field: 'open' } : { text: value, field: 'filled' });
    end = match.index + match[0].length;
  }
  if (end < source.length) runs.push({ text: source.slice(end), field: 'none' });
  return runs;
}

/** Templates in which every word of the query occurs: in the name, the text or the language. */
export function matchTemplates(templates: readonly Template[], query: string): Template[] {
  const words = query.toLowerCase().split(/\s+/u).filter((word) => word !== ''); // prettier-ignore
  return templates.filter(({ name, language, header, body }) => {
    const text = `${name} ${name.replace(/_/gu, ' ')} ${language} ${header ?? ''} ${body}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
