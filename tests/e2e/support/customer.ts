import { randomBytes, randomInt } from 'node:crypto';
import { conversationIdOf } from '../../../src/lib/domain/ids';
import { channelIds, deliverWebhook, messageBodies, type ProviderName, type Said } from './wire';

export type SayOptions = {
  /** The provider's time of it, epoch ms; now when left out. */
  at?: number;
  /** How many copies of the webhook arrive, at once. */
  copies?: number;
};

/** Ids of people as each provider writes them; Telegram's and Messenger's are numbers. */
const addresses: Record<ProviderName, () => string> = {
  whatsapp: () => `1${randomInt(1e9, 9e9)}`,
  messenger: () => `7${randomInt(1e9, 9e9)}${randomInt(1e5, 9e5)}`,
  telegram: () => String(randomInt(1e9, 9e9)),
  webhook: () => `user-${mark()}${mark()}`,
};

/** Telegram numbers the messages of each chat; these are unique over all chats. */
let telegramSerial = randomInt(1e6, 1e9);

const messageIds: Record<ProviderName, (address: string) => string> = {
  whatsapp: () => `wamid.${randomBytes(18).toString('base64url')}`,
  messenger: () => `m_${randomBytes(24).toString('base64url')}`,
  telegram: (address) => `${address}:${++telegramSerial}`,
  webhook: () => `in-${mark()}${mark()}`,
};

/** One end user on one channel, whom no other story knows. */
export class Customer {
  readonly provider: ProviderName;
  readonly address: string;
  readonly name: string;
  /** The id of the conversation, which is there after the first message. */
  readonly conversationId: string;
  readonly #origin: string;

  private constructor(origin: string, provider: ProviderName, address: string, name: string, conversationId: string) {
    this.#origin = origin;
    this.provider = provider;
    this.address = address;
    this.name = name;
    this.conversationId = conversationId;
  }

  /** `name` is taken as it is; without one it is a first name with a mark of its own. Messenger’s webhooks carry none. */
  static async on(provider: ProviderName, origin: string, name = `Nia ${mark()}`): Promise<Customer> {
    const address = addresses[provider]();
    return new Customer(origin, provider, address, name, await conversationIdOf(channelIds[provider], address));
  }

  get firstName(): string {
    return this.name.split(/\s/u)[0] ?? this.name;
  }

  /** A message of this end user that has not been posted. */
  message(text: string, at = Date.now()): Said {
    return { id: messageIds[this.provider](this.address), address: this.address, name: this.name, text, at };
  }

  /** Writes, and sees to it that Parley takes it. Returns the provider's id of the message. */
  async says(text: string, { at, copies = 1 }: SayOptions = {}): Promise<string> {
    const said = this.message(text, at);
    await Promise.all(Array.from({ length: copies }, () => this.deliver([said])));
    return said.id;
  }

  /** Writes many messages, one after the other, in as few webhooks as the channel knows. */
  async saysAll(texts: readonly string[]): Promise<void> {
    await this.deliver(texts.map((text) => this.message(text)));
  }

  async deliver(messages: readonly Said[]): Promise<void> {
    for (const body of messageBodies(this.provider, messages)) await deliverWebhook(this.#origin, this.provider, body);
  }
}

/** Letters and digits that nothing else has: a story finds its own by them. */
export function mark(): string {
  return randomBytes(4).toString('hex');
}
