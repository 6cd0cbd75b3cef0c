import { z } from 'zod';
import type { ActRequest, PhoneAct } from '../../../src/lib/domain/simulator';
import { headersOf, signIn, type Session } from './agent';
import { mark } from './customer';
import type { Parley } from './parley';
import { channelIds, type ProviderName } from './wire';

const Added = z.object({ id: z.string(), address: z.string() });
const Held = z.object({
  messages: z.array(
    z.object({
      id: z.string(),
      from: z.enum(['user', 'brand', 'campaign']),
      kind: z.string(),
      text: z.string(),
      replyTo: z.string().nullable(),
      media: z.object({ fileName: z.string().nullable(), mime: z.string(), size: z.number() }).nullable(),
    }),
  ),
});
export type Received = z.infer<typeof Held>['messages'][number];

/** An end user's phone in a server's own simulator: what it sends is a whole message of that app, and it keeps what it is sent. */
export class Phone {
  readonly name: string;
  readonly firstName: string;
  readonly conversationId: string;
  readonly #admin: Session;

  private constructor(admin: Session, name: string, conversationId: string) {
    this.#admin = admin;
    this.name = name;
    this.firstName = name.split(' ')[0] ?? name;
    this.conversationId = conversationId;
  }

  /** A new phone. Messenger tells Parley no names, so there the address is the name. */
  static async on(provider: ProviderName, { origin }: Parley): Promise<Phone> {
    const admin = await signIn(origin, 'admin');
    const address = `${Date.now()}`.slice(-10).replace(/^0/u, '1');
    const name = provider === 'messenger' ? address : `Nia ${mark()}`;
    const added = await call(admin, 'POST', 'phones', { channelId: channelIds[provider], address, name });
    return new Phone(admin, name, Added.parse(added).id);
  }

  /** `agoMs`: how far in the past the app says that it was. */
  async sends(act: z.input<typeof PhoneAct>, agoMs = 0): Promise<void> {
    const request: ActRequest = { act, agoMs };
    await call(this.#admin, 'POST', `phones/${this.conversationId}/messages`, request);
  }

  /** What the brand has sent to it, oldest first. */
  async received(): Promise<Received[]> {
    const { messages } = Held.parse(await call(this.#admin, 'GET', `phones/${this.conversationId}`));
    return messages.filter(({ from }) => from === 'brand');
  }

  /** What its user has sent from it, oldest first. */
  async sent(): Promise<Received[]> {
    const { messages } = Held.parse(await call(this.#admin, 'GET', `phones/${this.conversationId}`));
    return messages.filter(({ from }) => from === 'user');
  }
}

async function call(admin: Session, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${admin.origin}/simulator/api/${path}`, {
    method,
    headers: { ...headersOf(admin, admin.origin), 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}`);
  return response.json();
}
