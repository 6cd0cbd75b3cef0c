import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CampaignContent,
  MAX_BUTTON,
  MAX_RENDERED_TEXT,
  placeholdersIn,
  render,
  type Recipient,
} from '../../src/lib/domain/campaign-content';
import { MAX_TEMPLATE_VALUE, type Template } from '../../src/lib/domain/template';

const asha: Recipient = { name: 'Asha Menon', properties: { city: 'Kochi', orders: 3, member: true } };
const nobody: Recipient = { name: '', properties: {} };
const written = (text: string, buttons: string[] = []): CampaignContent => ({ text, buttons, template: null, values: {} });
const template: Template = {
  name: 'autumn_offer',
  language: 'en_US',
  category: 'MARKETING',
  header: 'For {{1}}',
  body: 'Hi {{1}}, {{offer}} in {{2}}.',
  footer: 'Reply STOP to leave.',
  buttons: ['Book it'],
};
const filling = (values: Record<string, string>): CampaignContent => ({
  text: '',
  buttons: [],
  template: { name: 'autumn_offer', language: 'en_US' },
  values,
});

describe('free text', () => {
  test.each([
    ['the first name', 'Hi {{firstName}}!', 'Hi Asha!'],
    ['the whole name', 'Hi {{ name }}!', 'Hi Asha Menon!'],
    ['a custom property', 'Rain in {{custom.city}}?', 'Rain in Kochi?'],
    ['a number', '{{custom.orders}} orders', '3 orders'],
    ['yes for true', 'Member: {{custom.member}}', 'Member: yes'],
    ['the value rather than the fallback', '{{custom.city|your city}}', 'Kochi'],
    ['the fallback of what is not known', 'In {{custom.street| your street }}', 'In your street'],
    ['single braces as they are', 'a {b} {{ c', 'a {b} {{ c'],
  ])('has %s', (_, text, expected) => {
    expect(render(written(text), null, asha)).toEqual({ text: expected, template: null, buttons: [] });
  });

  test.each([
    ['a property that the person lacks', 'Hi {{name}} of {{custom.city}}', nobody, ['name', 'custom.city']],
    ['a property that there is not', 'Hi {{nmae}}', asha, ['nmae']],
    ['what every object has', 'Hi {{custom.constructor}}', asha, ['custom.constructor']],
    ['one placeholder inside of another', '{{ {{name}} }}', asha, ['Asha Menon']],
    ['anything to read', '   ', asha, ['text']],
  ])('is not sent without %s', (_, text, person, missing) => {
    expect(render(written(text), null, person)).toEqual({ missing });
  });

  test('a value brings in no placeholder and no line of its own', () => {
    const person = { name: '{{custom.city}}\n\tO’Hara', properties: {} };
    expect(render(written('Hi {{name}}'), null, person)).toMatchObject({ text: 'Hi custom.city O’Hara' });
  });

  test('buttons are filled and kept short', () => {
    const person = { name: 'Maximiliana-Wilhelmina', properties: {} };
    const made = render(written('Hi', ['For {{name}}']), null, person);
    expect(made).toMatchObject({ buttons: ['For Maximiliana-Wil…'] });
  });
});

describe('a template', () => {
  const values = { 'header.1': '{{custom.city}}', 'body.1': '{{firstName|there}}', 'body.offer': 'three nights', 'body.2': '{{custom.city}}' }; // prettier-ignore

  test('is filled by part, with its own footer and buttons', () => {
    expect(render(filling(values), template, asha)).toEqual({
      text: 'For Kochi\n\nHi Asha, three nights in Kochi.\n\nReply STOP to leave.',
      template: {
        name: 'autumn_offer',
        language: 'en_US',
        header: [{ name: null, text: 'Kochi' }],
        body: [
          { name: null, text: 'Asha' },
          { name: 'offer', text: 'three nights' },
          { name: null, text: 'Kochi' },
        ],
      },
      buttons: ['Book it'],
    });
  });

  test('names each blank without a value and each property that is missing', () => {
    expect(render(filling({ ...values, 'body.offer': ' ' }), template, nobody)).toEqual({
      missing: ['custom.city', 'body.offer'],
    });
  });

  test('that is gone is what is missing', () => {
    expect(render(filling(values), null, asha)).toEqual({ missing: ['template'] });
  });

  test('with a blank that no provider knows is not used', () => {
    expect(render(filling(values), { ...template, footer: '{{not this}}' }, asha)).toEqual({ missing: ['template'] });
  });
});

test('every placeholder is listed with its fallback', () => {
  expect(placeholdersIn(written('{{name}} {{custom.city | your city}}', ['{{firstName|}}']))).toEqual([
    { property: 'name', fallback: null },
    { property: 'custom.city', fallback: 'your city' },
    { property: 'firstName', fallback: null },
  ]);
});

const piece = fc.oneof(
  fc.constantFrom('{{', '}}', '{', '}', '|', '{{name}}', '{{firstName|you}}', '{{custom.city}}', 'custom.', '\n', '\uD83D', ' '),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const text = (maxLength: number) => fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('').slice(0, maxLength));
const person = fc.record({
  name: text(300),
  properties: fc.dictionary(
    fc.constantFrom('city', '__proto__', 'orders', 'constructor'),
    fc.oneof(text(400), fc.double(), fc.boolean()),
  ),
});
const content = fc.record({
  text: text(1_024),
  buttons: fc.array(text(20), { maxLength: 3 }),
  template: fc.option(fc.constant({ name: 'autumn_offer', language: 'en_US' })),
  values: fc.dictionary(fc.constantFrom('body.1', 'body.2', 'body.offer', 'header.1'), text(MAX_TEMPLATE_VALUE)),
});

test('whatever is written and whoever gets it: no throw, no placeholder left, within the limits', () => {
  fc.assert(
    fc.property(
      content,
      fc.option(
        fc.oneof(
          fc.constant(template),
          text(200).map((body) => ({ ...template, body })),
        ),
      ),
      person,
      (made, channels, whom) => {
        const result = render(made, channels, whom);
        if ('missing' in result) {
          expect(result.missing).not.toEqual([]);
          return;
        }
        const parameters = [...(result.template?.header ?? []), ...(result.template?.body ?? [])].map(
          (parameter) => parameter.text,
        );
        const parts = [result.text, ...parameters, ...result.buttons];
        for (const part of parts) {
          expect(part).not.toBe('');
          expect(part).not.toMatch(/\{\{[^{}]*\}\}/);
          expect(part.isWellFormed()).toBe(true);
        }
        for (const parameter of parameters) {
          expect(parameter.length).toBeLessThanOrEqual(MAX_TEMPLATE_VALUE);
          expect(parameter).not.toMatch(/[\r\n\t]| {5,}/);
        }
        if (result.template) return;
        expect(result.text.length).toBeLessThanOrEqual(MAX_RENDERED_TEXT);
        for (const caption of result.buttons) expect(caption.length).toBeLessThanOrEqual(MAX_BUTTON);
      },
    ),
  );
});

test('the same content and person make the same message', () => {
  fc.assert(
    fc.property(content, person, (made, whom) => {
      expect(render(made, template, whom)).toEqual(render(made, template, whom));
    }),
  );
});

test.each([
  ['a fourth button', { buttons: ['a', 'b', 'c', 'd'] }],
  ['a caption that is too long', { buttons: ['x'.repeat(21)] }],
  ['an empty caption', { buttons: [' '] }],
  ['a text that is too long', { text: 'x'.repeat(1_025) }],
  ['a value for no part of a template', { values: { 'footer.1': 'x' } }],
  ['what it does not know', { image: 'x' }],
])('%s is no content', (_, change) => {
  expect(CampaignContent.safeParse({ ...written('Hi'), ...change }).success).toBe(false);
});
