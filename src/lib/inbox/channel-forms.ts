import { enteredAccount, isMade, type ChannelForm, type EnteredSecret, type Field } from '../domain/channel-form';

import type { ChannelSettings } from '../domain/profile';
import { providerNames, rulesOf, type ProviderName } from '../domain/provider-rules';
import type { api } from './api';

export type NewChannel = Parameters<typeof api.channels.add.mutate>[0];

/** What has been typed so far, by field. */
export type Values = Partial<Record<string, string | boolean>>;

/** The forms of all providers, in the order in which Settings offers them. */
export const channelForms = (): Promise<{ provider: ProviderName; form: ChannelForm }[]> =>
  Promise.all(providerNames.map(async (provider) => ({ provider, form: await rulesOf(provider).form() })));

export const nameField = ({ example }: ChannelForm): Field => ({
  name: 'name',
  label: 'Name',
  help: `As your team knows it: “${example}”.`,
  kind: 'text',
  required: true,
  wrong: 'Give it a name of up to 80 characters.',
});

const secretField = ({ name, title, help, wrong }: EnteredSecret): Field => ({
  name,
  label: title,
  help,
  kind: 'secret',
  required: true,
  wrong,
});

/** All that is asked for a new channel: who it is, what lets us in, what can be set. */
export function newChannelFields(form: ChannelForm): Field[] {
  const account = enteredAccount(form);
  const secrets = form.secrets.flatMap((secret) => (isMade(secret) ? [] : [secretField(secret)]));
  return [nameField(form), ...account, ...secrets, ...form.settings];
}

const textOf = (values: Values, field: string): string => String(values[field] ?? '').trim();
/** A list that is typed a line, or a comma, each. */
const listOf = (text: string): string[] => text.split(/[\s,]+/).filter((part) => part !== '');

/** What was typed as the settings of such a channel; what is empty is left out. */
export function settingsFrom({ settings }: ChannelForm, values: Values): ChannelSettings {
  const found: ChannelSettings = {};
  for (const { name, kind } of settings) {
    const text = textOf(values, name);
    if (kind === 'switch') found[name] = values[name] === true;
    else if (text !== '') found[name] = kind === 'hosts' ? listOf(text) : text;
  }
  return found;
}

/** What was typed as a new channel. */
export function newChannelFrom(provider: ProviderName, form: ChannelForm, values: Values): NewChannel {
  const isSetting = (name: string): boolean => form.settings.some((setting) => setting.name === name);
  const own = newChannelFields(form).flatMap(({ name }) => (isSetting(name) ? [] : [[name, textOf(values, name)]]));
  return { provider, ...Object.fromEntries(own), ...settingsFrom(form, values) };
}

/** A channel's settings as they are typed. */
export function valuesOf(name: string, settings: ChannelSettings): Values {
  const entries = Object.entries(settings).map(([key, value]) => [key, Array.isArray(value) ? value.join('\n') : value]);
  return { ...Object.fromEntries(entries), name };
}
