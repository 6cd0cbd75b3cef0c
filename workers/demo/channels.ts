import type { Channel } from '../../src/lib/domain/provider';

/** Bot API tokens are `<bot id>:<secret>`; the id in front is the account. */
const TELEGRAM_TOKEN = '110201543:demo-bot-token';
const META = { appSecret: 'demo-app-secret', verifyToken: 'demo-verify-token', accessToken: 'demo-access-token' };

/**
 * The channels of the local demo. Their secrets are public on purpose: they open nothing but the demo's own simulator. They are
 * written by the seed only, which refuses any host but loopback, so that no deployment ever has them.
 */
export const demoChannels = {
  whatsapp: {
    id: 'demo-whatsapp',
    provider: 'whatsapp',
    name: 'Parley on WhatsApp',
    accountId: '106540352242922',
    settings: { businessId: '102290129340398' },
    secrets: META,
  },
  messenger: {
    id: 'demo-messenger',
    provider: 'messenger',
    name: 'Parley page',
    accountId: '1067280970047460',
    settings: { humanAgent: true },
    secrets: META,
  },
  telegram: {
    id: 'demo-telegram',
    provider: 'telegram',
    name: 'Parley bot',
    accountId: '110201543',
    settings: {},
    secrets: { accessToken: TELEGRAM_TOKEN, webhookSecret: 'demo-secret-token' },
  },
  webhook: {
    id: 'demo-webhook',
    provider: 'webhook',
    name: 'Parley app chat',
    accountId: 'demo-webhook',
    settings: {},
    secrets: { webhookSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
  },
} as const satisfies Record<string, Channel>;

/** The apps that the demo has channels of. */
export type DemoProvider = keyof typeof demoChannels;

export const demoChannelList: readonly Channel[] = Object.values(demoChannels);
