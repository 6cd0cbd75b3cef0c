import type { ProviderName } from '../domain/provider';
import type { api } from './api';

export type NewChannel = Parameters<typeof api.channels.add.mutate>[0];

/** One thing that an Admin enters. `wrong` is what to say when it is refused. */
export type Field = {
  name: 'name' | 'accountId' | 'businessId' | 'appSecret' | 'accessToken' | 'verifyToken' | 'webhookSecret' | 'sendUrl' | 'mediaHosts' | 'humanAgent';
  label: string;
  help: string;
  kind: 'text' | 'digits' | 'secret' | 'url' | 'list' | 'switch';
  required: boolean;
  wrong: string;
}; // prettier-ignore

const name = (example: string): Field => ({
  name: 'name',
  label: 'Name',
  help: `As your team knows it: “${example}”.`,
  kind: 'text',
  required: true,
  wrong: 'Give it a name of up to 80 characters.',
});
const metaSecret = (where: string): Field => ({
  name: 'appSecret',
  label: 'App secret',
  help: where,
  kind: 'secret',
  required: true,
  wrong: 'This is not an app secret. Copy it again, without blanks.',
});
const metaToken = (help: string): Field => ({
  name: 'accessToken',
  label: 'Access token',
  help,
  kind: 'secret',
  required: true,
  wrong: 'This is not an access token. Copy it again, all of it.',
});

/** What is special about each provider: what to enter, what can be changed later, and what to do in its own pages. */
export const channelForms: Record<ProviderName, { about: string; fields: Field[]; settings: Field[]; steps: string[] }> = {
  whatsapp: {
    about: 'A number on the WhatsApp Business Platform (Cloud API).',
    fields: [
      name('Shop on WhatsApp'),
      { name: 'accountId', label: 'Phone number id', help: 'Meta for Developers: your app, WhatsApp, API Setup. Not the phone number itself.', kind: 'digits', required: true, wrong: 'The id has digits only.' },
      metaSecret('Meta for Developers: your app, App settings, Basic.'),
      metaToken('A permanent token of a system user with whatsapp_business_messaging and whatsapp_business_management.'),
    ],
    settings: [
      { name: 'businessId', label: 'WhatsApp Business account id', help: 'Beside the phone number id. Templates belong to it.', kind: 'digits', required: false, wrong: 'The id has digits only.' },
    ],
    steps: [
      'In Meta for Developers open your app, then WhatsApp, Configuration.',
      'Under Webhook, choose Edit, and enter the address and the verify token from here.',
      'Subscribe to the field “messages”.',
    ],
  },
  messenger: {
    about: 'A Facebook page’s conversations.',
    fields: [
      name('Our page'),
      { name: 'accountId', label: 'Page id', help: 'On the page: About, Page transparency.', kind: 'digits', required: true, wrong: 'The id has digits only.' },
      metaSecret('Meta for Developers: your app, App settings, Basic.'),
      metaToken('The page’s access token: your app, Messenger, API settings.'),
    ],
    settings: [
      { name: 'humanAgent', label: 'Human agent', help: 'Meta has approved the human-agent feature: answers can go out for 7 days instead of 24 hours.', kind: 'switch', required: false, wrong: '' },
    ],
    steps: [
      'In Meta for Developers open your app, then Messenger, API settings.',
      'Under Webhooks, enter the address and the verify token from here.',
      'Add the page, and tick messages, messaging_postbacks, messaging_referrals, message_deliveries, message_reads, message_reactions and message_echoes.',
    ],
  },
  telegram: {
    about: 'A Telegram bot.',
    fields: [
      name('Our bot'),
      { name: 'accessToken', label: 'Bot token', help: '@BotFather shows it: digits, a colon, then letters and digits.', kind: 'secret', required: true, wrong: 'This is not a bot token. Copy all of it, with the digits and the colon in front.' },
    ],
    settings: [],
    steps: ['Press Connect: Telegram is told the address and a secret by itself.'],
  },
  webhook: {
    about: 'Any other app that speaks signed JSON (Standard Webhooks).',
    fields: [name('Our app')],
    settings: [
      { name: 'sendUrl', label: 'Address of the app', help: 'Answers are posted to “/messages” under it. Without one they go to this deployment’s WEBHOOK_API_BASE.', kind: 'url', required: false, wrong: 'An https address of the public web, without a user name; http only on this machine.' },
      { name: 'mediaHosts', label: 'Media hosts', help: 'Further hosts that photos and files may be read from, one a line.', kind: 'list', required: false, wrong: 'Host names only, one a line: files.example.com' },
    ],
    steps: [
      'Have the app post its events to the address here.',
      'Have it sign them with the signing secret, as Standard Webhooks says, and check our signature with the same one.',
    ],
  },
}; // prettier-ignore

/** What has been typed so far, by field. */
export type Values = Partial<Record<Field['name'], string | boolean>>;

const textOf = (values: Values, field: Field['name']): string => String(values[field] ?? '').trim();
/** A list that is typed a line, or a comma, each. */
const listOf = (text: string): string[] => text.split(/[\s,]+/).filter((part) => part !== '');

/** What was typed as the settings of this provider; what is empty is left out. */
export function settingsFrom(provider: ProviderName, values: Values) {
  const [businessId, sendUrl, mediaHosts] = [textOf(values, 'businessId'), textOf(values, 'sendUrl'), listOf(textOf(values, 'mediaHosts'))]; // prettier-ignore
  switch (provider) {
    case 'whatsapp':
      return { ...(businessId !== '' && { businessId }) };
    case 'messenger':
      return { humanAgent: values.humanAgent === true };
    case 'telegram':
      return {};
    case 'webhook':
      return { ...(sendUrl !== '' && { sendUrl }), ...(mediaHosts.length > 0 && { mediaHosts }) };
  }
}

/** What was typed as a new channel. */
export function newChannelFrom(provider: ProviderName, values: Values): NewChannel {
  const name = textOf(values, 'name');
  const accessToken = textOf(values, 'accessToken');
  const meta = { name, accessToken, accountId: textOf(values, 'accountId'), appSecret: textOf(values, 'appSecret') };
  switch (provider) {
    case 'whatsapp':
      return { provider, ...meta, ...settingsFrom(provider, values) };
    case 'messenger':
      return { provider, ...meta, ...settingsFrom(provider, values) };
    case 'telegram':
      return { provider, name, accessToken };
    case 'webhook':
      return { provider, name, ...settingsFrom(provider, values) };
  }
}

/** A channel's settings as they are typed. */
export function valuesOf(name: string, settings: { [K in Field['name']]?: string | boolean | string[] }): Values {
  const entries = Object.entries(settings).map(([key, value]) => [key, Array.isArray(value) ? value.join('\n') : value]);
  return { ...Object.fromEntries(entries), name };
}

/** What the secrets are called on this provider's pages. */
export function secretTitle(
  provider: ProviderName,
  secret: 'appSecret' | 'verifyToken' | 'accessToken' | 'webhookSecret',
): string {
  if (secret === 'accessToken') return provider === 'telegram' ? 'Bot token' : 'Access token';
  if (secret === 'webhookSecret') return provider === 'telegram' ? 'Secret token' : 'Signing secret';
  return secret === 'appSecret' ? 'App secret' : 'Verify token';
}
