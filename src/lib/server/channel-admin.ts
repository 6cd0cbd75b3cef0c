import { z } from 'zod';
import { providerRules } from '../domain/provider-rules';
import type { Channel, ChannelSecrets, ChannelSettings, ProviderName } from '../domain/provider';
import { base64Of } from './secrets';

/** The digits of a Meta object's id. */
const MetaId = z.string().trim().regex(/^\d{5,25}$/); // prettier-ignore
/** Several values of one secret are told apart by commas, and nobody's secrets have blanks. */
const Secret = z.string().trim().min(8).max(1_024).regex(/^[^\s,]+$/); // prettier-ignore
/** `<bot id>:<key>`, as BotFather gives it. */
const BotToken = z.string().trim().max(256).regex(/^\d{1,20}:[A-Za-z0-9_-]{8,}$/); // prettier-ignore
/** Telegram's own rule for its secret token. */
const BotSecret = z.string().trim().min(16).max(256).regex(/^[A-Za-z0-9_-]+$/); // prettier-ignore
/** Standard Webhooks: 24 to 64 random bytes in base64. */
const SigningSecret = z
  .string()
  .trim()
  .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/)
  .refine((secret) => secret.length % 4 === 'whsec_'.length % 4);
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

/** A new channel as an Admin enters it. What is left out of the secrets is generated where the choice is ours. */
export const NewChannel = z.discriminatedUnion('provider', [
  z.strictObject({
    provider: z.literal('whatsapp'),
    name: Name,
    accountId: MetaId,
    appSecret: Secret,
    accessToken: Secret,
    verifyToken: Secret.optional(),
    businessId: MetaId.optional(),
  }),
  z.strictObject({
    provider: z.literal('messenger'),
    name: Name,
    accountId: MetaId,
    appSecret: Secret,
    accessToken: Secret,
    verifyToken: Secret.optional(),
    humanAgent: z.boolean().default(false),
  }),
  z.strictObject({
    provider: z.literal('telegram'),
    name: Name,
    accessToken: BotToken,
    webhookSecret: BotSecret.optional(),
  }),
  z.strictObject({
    provider: z.literal('webhook'),
    name: Name,
    webhookSecret: SigningSecret.optional(),
    sendUrl: SendUrl.optional(),
    mediaHosts: MediaHosts.optional(),
  }),
]);
export type NewChannel = z.infer<typeof NewChannel>;

/** What can be changed of a channel without a new secret. Which of the settings there are depends on its provider: see `settingsFit`. */
export const Settings = z.strictObject({
  businessId: MetaId.optional(),
  humanAgent: z.boolean().optional(),
  sendUrl: SendUrl.optional(),
  mediaHosts: MediaHosts.optional(),
});
export const ChannelChange = z.strictObject({ name: Name.optional(), settings: Settings.optional() });

/** New secrets: typed ones, and the names of those to make up. */
export const Rotation = z.strictObject({
  secrets: z
    .strictObject({
      appSecret: Secret.optional(),
      verifyToken: Secret.optional(),
      accessToken: Secret.optional(),
      webhookSecret: Secret.optional(),
    })
    .default({}),
  generate: z.array(z.enum(['verifyToken', 'webhookSecret'])).max(2).default([]),
}); // prettier-ignore
export type Rotation = z.infer<typeof Rotation>;

/** What each provider's channels have: settings, and secrets with their form. */
const parts = {
  whatsapp: { settings: ['businessId'], secrets: { appSecret: Secret, verifyToken: Secret, accessToken: Secret } },
  messenger: { settings: ['humanAgent'], secrets: { appSecret: Secret, verifyToken: Secret, accessToken: Secret } },
  telegram: { settings: [], secrets: { accessToken: BotToken, webhookSecret: BotSecret } },
  webhook: { settings: ['sendUrl', 'mediaHosts'], secrets: { webhookSecret: SigningSecret } },
} as const satisfies Record<
  ProviderName,
  { settings: readonly (keyof ChannelSettings)[]; secrets: Partial<Record<keyof ChannelSecrets, z.ZodType<string>>> }
>;

/** Secrets of which the person who enters them elsewhere must see the one that we made up. */
export type Shown = Pick<ChannelSecrets, 'verifyToken' | 'webhookSecret'>;

/** The channel that an Admin has entered, with what was made up for it. `shown` may be shown now, and never again. */
export function channelFrom(input: NewChannel): { channel: Channel; shown: Shown } {
  // Unguessable, as it is part of the webhook's address.
  const id = `${input.provider}-${[...randomBytes(8)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  const { provider, name } = input;
  switch (input.provider) {
    case 'whatsapp':
    case 'messenger': {
      const { accountId, appSecret, accessToken } = input;
      const verifyToken = input.verifyToken ?? generated(provider, 'verifyToken');
      const settings = 'humanAgent' in input ? { humanAgent: input.humanAgent } : input.businessId ? { businessId: input.businessId } : {}; // prettier-ignore
      return { channel: { id, provider, name, accountId, settings, secrets: { appSecret, verifyToken, accessToken } }, shown: { verifyToken } }; // prettier-ignore
    }
    case 'telegram': {
      const { accessToken, webhookSecret = generated(provider, 'webhookSecret') } = input;
      const accountId = botIdOf(accessToken);
      return { channel: { id, provider, name, accountId, settings: {}, secrets: { accessToken, webhookSecret } }, shown: {} };
    }
    case 'webhook': {
      const { webhookSecret = generated(provider, 'webhookSecret'), sendUrl, mediaHosts } = input;
      const settings = { ...(sendUrl !== undefined && { sendUrl }), ...(mediaHosts && { mediaHosts }) };
      const shown = input.webhookSecret === undefined ? { webhookSecret } : {};
      return { channel: { id, provider, name, accountId: id, settings, secrets: { webhookSecret } }, shown };
    }
  }
}

/** The secrets of a rotation, checked against what this provider has; or in words what is wrong. */
export function secretsFrom(
  { provider, accountId }: Pick<Channel, 'provider' | 'accountId'>,
  { secrets, generate }: Rotation,
): { secrets: ChannelSecrets; shown: Shown } | { refusal: string } {
  const forms: Partial<Record<keyof ChannelSecrets, z.ZodType<string>>> = parts[provider].secrets;
  const made: ChannelSecrets = {};
  const shown: Shown = {};
  for (const name of ['appSecret', 'verifyToken', 'accessToken', 'webhookSecret'] as const) {
    const typed = secrets[name];
    if (typed === undefined) continue;
    const form = forms[name];
    if (!form) return { refusal: `${providerRules[provider].title} has no such secret.` };
    const parsed = form.safeParse(typed);
    if (!parsed.success) return { refusal: 'That does not look like the right kind of secret. Check that you copied all of it.' };
    made[name] = parsed.data;
  }
  if (provider === 'telegram' && made.accessToken !== undefined && botIdOf(made.accessToken) !== accountId)
    return { refusal: 'This is the token of another bot. Add that bot as a channel of its own.' };
  for (const name of generate) {
    if (!forms[name]) return { refusal: `${providerRules[provider].title} has no such secret.` };
    made[name] = generated(provider, name);
    // Telegram's goes from us to Telegram, and nobody need see it.
    if (provider !== 'telegram') shown[name] = made[name];
  }
  if (Object.keys(made).length === 0) return { refusal: 'Enter at least one new secret.' };
  return { secrets: made, shown };
}

/** Whether a channel of this provider has all these settings. */
export function settingsFit(provider: ProviderName, settings: ChannelSettings): boolean {
  const known: readonly string[] = parts[provider].settings;
  return Object.keys(settings).every((name) => known.includes(name));
}

/** The bot's id is what its token begins with. */
const botIdOf = (token: string): string => token.split(':')[0] ?? '';

/** 256 random bits and more, in the form that the provider wants. */
function generated(provider: ProviderName, name: 'verifyToken' | 'webhookSecret'): string {
  if (provider === 'webhook') return `whsec_${base64Of(randomBytes(32))}`;
  const bytes = name === 'verifyToken' ? randomBytes(24) : randomBytes(48);
  return base64Of(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));
