import { z } from 'zod';
import { base64Of, hexOf } from '../domain/bytes';
import { enteredAccount, isMade, type ChannelForm, type Field, type MadeName } from '../domain/channel-form';
import { providerNames, rulesOf } from '../domain/provider-rules';
import type { Channel, ChannelSecrets, ChannelSettings, ProviderName } from '../domain/provider';
import { Settings } from './db/channels';

const Name = z.string().trim().min(1).max(80);

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
/** Addresses of private networks, where an Admin's browser may be but our sends have no business: RFC 1918, 3927, 4193, 4291, 6598. */
const PRIVATE =
  /^(0|10|127|169\.254|192\.168|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.|^\[(::|f[cd]|fe[89ab])/i;

/** Where an app takes our sends: https, or plain http on this machine. Without credentials, which would end up in logs. */
const SendUrl = z
  .string()
  .trim()
  .max(2_000)
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, hostname, username, password, hash } = new URL(text);
    if (username !== '' || password !== '' || hash !== '') return false;
    if (LOOPBACK.test(hostname)) return protocol === 'http:' || protocol === 'https:';
    return protocol === 'https:' && !PRIVATE.test(hostname);
  });
/** A host name, perhaps with a port. */
const MediaHost = z.string().trim().toLowerCase().max(253).regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/); // prettier-ignore
const MediaHosts = z.array(MediaHost).max(20);

/** What a field takes. A switch that is left out is off for a new channel, and stays as it is for one that is changed. */
function valueOf({ kind, pattern, required }: Field): z.ZodType {
  const text = z
    .string()
    .trim()
    .max(2_000)
    .regex(pattern ?? /./);
  const value = { text, digits: text, secret: text, url: SendUrl, hosts: MediaHosts, switch: z.boolean() }[kind];
  return required ? value : value.optional();
}

const valuesOf = (fields: readonly Field[]) => Object.fromEntries(fields.map((field) => [field.name, valueOf(field)]));
const secretOf = ({ pattern }: { pattern: RegExp }) => z.string().trim().regex(pattern);

/** A new channel of that kind as an Admin enters it, flat. */
const newChannelOf = (provider: ProviderName, form: ChannelForm) =>
  z.strictObject({
    provider: z.literal(provider),
    name: Name,
    ...valuesOf(enteredAccount(form)),
    ...Object.fromEntries(
      form.secrets.map((secret) => [secret.name, isMade(secret) ? secretOf(secret).optional() : secretOf(secret)]),
    ),
    ...valuesOf(form.settings),
  });

const Secrets = z.object({
  appSecret: z.string().optional(),
  verifyToken: z.string().optional(),
  accessToken: z.string().optional(),
  webhookSecret: z.string().optional(),
});
const Account = z.object({ accountId: z.string().optional() });

/**
 * A new channel as an Admin enters it: `provider`, `name`, and flat beside them what its provider's form asks for. What is left out of the
 * secrets is generated where the choice is ours.
 */
export const NewChannel = z.looseObject({ provider: z.enum(providerNames), name: z.string() }).transform(async (input, ctx) => {
  const { provider } = input;
  const form = await rulesOf(provider).form();
  const entered = newChannelOf(provider, form).safeParse(input);
  if (!entered.success) {
    for (const { path, message } of entered.error.issues) ctx.issues.push({ code: 'custom', path, message, input });
    return z.NEVER;
  }
  const { data } = entered;
  const settings = form.settings.flatMap(({ name, kind }) => {
    const value = Reflect.get(data, name) ?? (kind === 'switch' ? false : undefined);
    return value === undefined ? [] : [[name, value]];
  });
  return {
    provider,
    form,
    name: data.name,
    accountId: Account.parse(data).accountId,
    secrets: Secrets.parse(data),
    settings: Settings.parse(Object.fromEntries(settings)),
  };
});
export type NewChannel = z.output<typeof NewChannel>;

/** What can be changed of a channel without a new secret. What settings there are depends on its provider: see `settingsFor`. */
export const ChannelChange = z.strictObject({ name: Name.optional(), settings: Settings.optional() });

/** New secrets: typed ones, and the names of those to make up. */
export const Rotation = z.strictObject({
  secrets: z.strictObject(Secrets.shape).default({}),
  generate: z.array(z.enum(['verifyToken', 'webhookSecret'])).max(2).default([]),
}); // prettier-ignore
export type Rotation = z.infer<typeof Rotation>;

/** Secrets of which the person who enters them elsewhere must see the one that we made up. */
export type Shown = Pick<ChannelSecrets, MadeName>;

/** The channel that an Admin has entered, with what was made up for it. `shown` may be shown now, and never again. */
export function channelFrom({ provider, form, name, accountId, secrets: typed, settings }: NewChannel) {
  // Unguessable, as it is part of the webhook's address.
  const id = `${provider}-${hexOf(randomBytes(8))}`;
  const secrets: ChannelSecrets = {};
  const shown: Shown = {};
  for (const secret of form.secrets) {
    const value = typed[secret.name] ?? (isMade(secret) ? secret.make(random) : undefined);
    if (value === undefined) continue;
    secrets[secret.name] = value;
    if (isMade(secret) && secret.isShown && typed[secret.name] === undefined) shown[secret.name] = value;
  }
  const { account } = form;
  const known = account === 'channel' ? id : 'of' in account ? account.of(secrets) : accountId;
  const channel: Channel = { id, provider, name, accountId: known ?? id, settings, secrets };
  return { channel, shown };
}

/** The secrets of a rotation, checked against what this provider has; or in words what is wrong. */
export async function secretsFrom(
  { provider, accountId }: Pick<Channel, 'provider' | 'accountId'>,
  { secrets: typed, generate }: Rotation,
): Promise<{ secrets: ChannelSecrets; shown: Shown } | { refusal: string }> {
  const { title } = rulesOf(provider);
  const form = await rulesOf(provider).form();
  const secrets: ChannelSecrets = {};
  const shown: Shown = {};
  for (const name of Secrets.keyof().options) {
    const value = typed[name];
    if (value === undefined) continue;
    const secret = form.secrets.find((one) => one.name === name);
    if (!secret) return { refusal: `${title} has no such secret.` };
    const parsed = secretOf(secret).safeParse(value);
    if (!parsed.success) return { refusal: 'That does not look like the right kind of secret. Check that you copied all of it.' };
    secrets[name] = parsed.data;
  }
  const { account } = form;
  if (typeof account === 'object' && 'of' in account && (account.of(secrets) ?? accountId) !== accountId)
    return { refusal: account.another };
  for (const name of generate) {
    const secret = form.secrets.find((one) => one.name === name);
    if (!secret || !isMade(secret)) return { refusal: `${title} has no such secret.` };
    const value = secret.make(random);
    secrets[name] = value;
    if (secret.isShown) shown[name] = value;
  }
  if (Object.keys(secrets).length === 0) return { refusal: 'Enter at least one new secret.' };
  return { secrets, shown };
}

/** The settings that an Admin has entered for a channel of this provider, checked; or in words what is wrong, or which fields are. */
export async function settingsFor(
  provider: ProviderName,
  entered: ChannelSettings,
): Promise<{ settings: ChannelSettings } | { refusal: string } | { error: z.ZodError }> {
  const { settings } = await rulesOf(provider).form();
  if (!Object.keys(entered).every((key) => settings.some(({ name }) => name === key)))
    return { refusal: `${rulesOf(provider).title} has no such setting.` };
  const { data, error } = z.strictObject({ settings: z.strictObject(valuesOf(settings)) }).safeParse({ settings: entered });
  return data ? { settings: Settings.parse(data.settings) } : { error };
}

const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));
const random = (bytes: number): string => base64Of(randomBytes(bytes));
