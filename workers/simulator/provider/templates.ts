import type { Template } from '../../../src/lib/domain/template';
import { placeholdersOf } from '../../../src/lib/domain/template';

type StoredTemplate = Template & { id: string; status: 'APPROVED' | 'PAUSED'; examples: string[] };

/** The templates of the demo's business account. */
export const templates: readonly StoredTemplate[] = [
  {
    id: '1406233340110001',
    name: 'order_follow_up',
    language: 'en_US',
    category: 'UTILITY',
    status: 'APPROVED',
    header: null,
    body: 'Hello {{1}}, you wrote to us about order {{2}}. We have news for you: may we continue here?',
    footer: null,
    buttons: ['Yes, please', 'Not now'],
    examples: ['Asha', '#4471'],
  },
  {
    id: '1406233340110002',
    name: 'booking_reminder',
    language: 'en_US',
    category: 'UTILITY',
    status: 'APPROVED',
    header: 'Your stay in {{1}}',
    body: 'Hi {{1}}, your room at {{2}} is ready from {{3}}. Reply here if anything has changed.',
    footer: 'Parley Travel',
    buttons: ['All good', 'I have a question'],
    examples: ['Mateo', 'Tea Garden Retreat', '14:00'],
  },
  {
    id: '1406233340110003',
    name: 'weekend_offer',
    language: 'es',
    category: 'MARKETING',
    status: 'APPROVED',
    header: null,
    body: 'Hola {{1}}, este fin de semana tienes {{2}} de descuento en tu próximo pedido. ¿Te lo guardamos?',
    footer: 'Responde BAJA para no recibir más ofertas.',
    buttons: ['Guárdalo', 'Ver la oferta'],
    plainButtons: [1],
    examples: ['Lucía', '20 %'],
  },
  {
    id: '1406233340110004',
    name: 'win_back_may',
    language: 'en_US',
    category: 'MARKETING',
    status: 'PAUSED',
    header: null,
    body: 'We miss you, {{1}}! Come back and your first delivery is free.',
    footer: null,
    buttons: [],
    examples: ['Noor'],
  },
];

/** As `GET /{business account}/message_templates` lists them. */
export function listed(template: StoredTemplate): object {
  const { id, name, language, category, status, header, body, footer, buttons, examples } = template;
  const buttonOf = (text: string, i: number) =>
    template.plainButtons?.includes(i)
      ? { type: 'URL', text, url: 'https://shop.example/offers' }
      : { type: 'QUICK_REPLY', text };
  const hasPlaceholder = placeholdersOf(template).some(({ part }) => part === 'header');
  const components = [
    ...(header === null
      ? []
      : [{ type: 'HEADER', format: 'TEXT', text: header, ...(hasPlaceholder && { example: { header_text: ['Munnar'] } }) }]),
    { type: 'BODY', text: body, example: { body_text: [examples] } },
    ...(footer === null ? [] : [{ type: 'FOOTER', text: footer }]),
    ...(buttons.length === 0 ? [] : [{ type: 'BUTTONS', buttons: buttons.map(buttonOf) }]),
  ];
  return { id, name, language, category, status, parameter_format: 'POSITIONAL', components };
}

/** What the end user reads, with these parameters of the header and the body; null when there are too many or too few. */
export function rendered(
  { header, body, footer }: Template,
  headerTexts: readonly string[],
  bodyTexts: readonly string[],
): string | null {
  const head = filled(header ?? '', headerTexts);
  const main = filled(body, bodyTexts);
  if (head === null || main === null) return null;
  return [head, main, footer ?? ''].filter((line) => line !== '').join('\n\n');
}

function filled(text: string, values: readonly string[]): string | null {
  const wanted = new Set(text.match(/\{\{\d+\}\}/g) ?? []).size;
  return wanted === values.length
    ? text.replace(/\{\{(\d+)\}\}/g, (_, number: string) => values[Number(number) - 1] ?? '')
    : null;
}
