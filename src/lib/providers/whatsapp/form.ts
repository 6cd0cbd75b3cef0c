import type { ChannelForm } from '../../domain/channel-form';
import { metaId, metaSecrets } from '../meta/form';

export const form: ChannelForm = {
  about: 'A number on the WhatsApp Business Platform (Cloud API).',
  example: 'Shop on WhatsApp',
  account: metaId({
    name: 'accountId',
    label: 'Phone number id',
    help: 'Meta for Developers: your app, WhatsApp, API Setup. Not the phone number itself.',
    required: true,
  }),
  secrets: metaSecrets('A permanent token of a system user with whatsapp_business_messaging and whatsapp_business_management.'),
  settings: [
    metaId({
      name: 'businessId',
      label: 'WhatsApp Business account id',
      help: 'Beside the phone number id. Templates belong to it.',
      required: false,
    }),
  ],
  steps: [
    'In Meta for Developers open your app, then WhatsApp, Configuration.',
    'Under Webhook, choose Edit, and enter the address and the verify token from here.',
    'Subscribe to the field “messages”.',
  ],
  connects: false,
};
