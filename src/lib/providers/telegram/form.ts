import { urlSafe } from '../../domain/bytes';
import type { ChannelForm } from '../../domain/channel-form';

export const form: ChannelForm = {
  about: 'A Telegram bot.',
  example: 'Our bot',
  // The bot's id is what its token begins with.
  account: {
    of: ({ accessToken }) => accessToken?.split(':')[0] ?? null,
    another: 'This is the token of another bot. Add that bot as a channel of its own.',
  },
  secrets: [
    {
      name: 'accessToken',
      title: 'Bot token',
      help: '@BotFather shows it: digits, a colon, then letters and digits.',
      wrong: 'This is not a bot token. Copy all of it, with the digits and the colon in front.',
      pattern: /^(?=.{1,256}$)\d{1,20}:[A-Za-z0-9_-]{8,}$/,
    },
    // Telegram's own rule for it. It goes from us to Telegram, and nobody need see it.
    {
      name: 'webhookSecret',
      title: 'Secret token',
      pattern: /^[A-Za-z0-9_-]{16,256}$/,
      make: (random) => urlSafe(random(48)),
      isShown: false,
    },
  ],
  settings: [],
  steps: ['Press Connect: Telegram is told the address and a secret by itself.'],
  connects: true,
};
