import type { ChannelForm } from '../../domain/channel-form';

export const form: ChannelForm = {
  about: 'Any other app that speaks signed JSON (Standard Webhooks).',
  example: 'Our app',
  account: 'channel',
  secrets: [
    // Standard Webhooks: 24 to 64 random bytes in base64.
    {
      name: 'webhookSecret',
      title: 'Signing secret',
      pattern: /^whsec_(?=[A-Za-z0-9+/]{32,88}={0,2}$)([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
      make: (random) => `whsec_${random(32)}`,
      isShown: true,
    },
  ],
  settings: [
    {
      name: 'sendUrl',
      label: 'Address of the app',
      help: 'Answers are posted to “/messages” under it. Without one they go to this deployment’s WEBHOOK_API_BASE.',
      kind: 'url',
      required: false,
      wrong: 'An https address of the public web, without a user name; http only on this machine.',
    },
    {
      name: 'mediaHosts',
      label: 'Media hosts',
      help: 'Further hosts that photos and files may be read from, one a line.',
      kind: 'hosts',
      required: false,
      wrong: 'Host names only, one a line: files.example.com',
    },
  ],
  steps: [
    'Have the app post its events to the address here.',
    'Have it sign them with the signing secret, as Standard Webhooks says, and check our signature with the same one.',
  ],
  connects: false,
};
