import type { ChannelForm } from '../../domain/channel-form';
import { metaId, metaSecrets } from '../meta/form';

export const form: ChannelForm = {
  about: 'A Facebook page’s conversations.',
  example: 'Our page',
  account: metaId({ name: 'accountId', label: 'Page id', help: 'On the page: About, Page transparency.', required: true }),
  secrets: metaSecrets('The page’s access token: your app, Messenger, API settings.'),
  settings: [
    {
      name: 'humanAgent',
      label: 'Human agent',
      help: 'Meta has approved the human-agent feature: answers can go out for 7 days instead of 24 hours.',
      kind: 'switch',
      required: false,
      wrong: '',
    },
  ],
  steps: [
    'In Meta for Developers open your app, then Messenger, API settings.',
    'Under Webhooks, enter the address and the verify token from here.',
    'Add the page, and tick messages, messaging_postbacks, messaging_referrals, message_deliveries, message_reads, message_reactions and message_echoes.',
  ],
  connects: false,
};
