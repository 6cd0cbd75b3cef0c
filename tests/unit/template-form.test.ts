import { describe, expect, test } from 'vitest';
import { fillTemplate, MAX_TEMPLATE_VALUE, type Template } from '../../src/lib/domain/template';
import { draftValue, fieldsOf, firstValues, matchTemplates, previewOf, valueProblem } from '../../src/lib/inbox/template-form';

const aTemplate = (fields: Partial<Template> = {}): Template => ({
  name: 'trip_update',
  language: 'en_US',
  category: 'UTILITY',
  header: null,
  body: 'Hello, about your trip: {{1}}. We are here.',
  footer: null,
  buttons: [],
  ...fields,
});

describe('the fields of a template', () => {
  test('are its placeholders in order, named as far as they have names', () => {
    const template = aTemplate({ header: 'Trip {{1}}', body: 'Hi {{first_name}}, {{2}} {{first_name}}' });
    expect(fieldsOf(template)).toEqual([
      { key: 'header.1', label: 'Heading 1' },
      { key: 'body.first_name', label: 'First name' },
      { key: 'body.2', label: 'Text 2' },
    ]);
  });

  test('begin with the draft where the text has one gap, on one line', () => {
    expect(firstValues(aTemplate({ header: 'Trip {{1}}' }), 'The boat\nleaves at 9 ')).toEqual({
      'header.1': '',
      'body.1': 'The boat leaves at 9',
    });
  });

  test('begin empty where the draft would have to be cut, or has several places to go', () => {
    expect(draftValue(aTemplate({ body: '{{1}} and {{2}}' }), 'Hello')).toBeNull();
    expect(draftValue(aTemplate(), 'x'.repeat(MAX_TEMPLATE_VALUE + 1))).toBeNull();
    expect(draftValue(aTemplate({ body: 'No gaps' }), 'Hello')).toBeNull();
    expect(firstValues(aTemplate(), '  ')).toEqual({ 'body.1': '' });
  });

  test('whose values have a problem cannot be sent; an empty one has none to tell', () => {
    for (const value of ['two\nlines', 'a\tb', 'too      many', 'x'.repeat(MAX_TEMPLATE_VALUE + 1)]) {
      expect(valueProblem(value)).not.toBeNull();
      expect(fillTemplate(aTemplate(), { 'body.1': value })).toBeNull();
    }
    expect([valueProblem(''), valueProblem('all good')]).toEqual([null, null]);
  });
});

describe('the preview', () => {
  const runs = (body: string, values: Record<string, string>) =>
    previewOf(aTemplate({ body }), 'body', values).map(({ text, field }) => `${field}:${text}`);

  test('shows the values so far and marks the gaps', () => {
    expect(runs('Hi {{1}}, see {{2}}!', { 'body.1': ' Asha ' })).toEqual([
      'none:Hi ',
      'filled:Asha',
      'none:, see ',
      'open:{{2}}',
      'none:!',
    ]);
  });

  test('reads as the text that goes out', () => {
    const body = '{{1}}{{ name }} and again {{1}}';
    const values = { 'body.1': 'A', 'body.name': 'B' };
    const shown = previewOf(aTemplate({ body }), 'body', values).map(({ text }) => text).join(''); // prettier-ignore
    expect(shown).toBe(fillTemplate(aTemplate({ body }), values)?.text);
  });

  test('leaves alone what is no placeholder, also when a value looks like one', () => {
    expect(runs('{{not-one}} {{1}}', { 'body.1': '{{2}}' })).toEqual(['none:{{not-one}} ', 'filled:{{2}}']);
  });
});

test('the search finds by every word, in name, text and language', () => {
  const templates = [aTemplate(), aTemplate({ name: 'welcome', body: 'Good to see you', language: 'de' })];
  const found = (query: string) => matchTemplates(templates, query).map(({ name }) => name);
  expect(found('')).toEqual(['trip_update', 'welcome']);
  expect(found('TRIP update')).toEqual(['trip_update']);
  expect(found('see de')).toEqual(['welcome']);
  expect(found('trip see')).toEqual([]);
});
