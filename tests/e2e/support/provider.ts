import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { demo, postWebhook, receiptBody, standardDigest, type ProviderName, type Receipt } from './wire';

/** One send that reached the provider. `id` is what the provider calls the message. */
export type Call = { provider: ProviderName; id: string; messageId: string; address: string; text: string; at: number };

/** What the provider does with the sends to one end user. */
export type Behaviour = {
  /** Before it answers, in ms. */
  delayMs?: number;
  /** Takes the message, then never answers. */
  hangs?: boolean;
  /** Refuses the message with this status and body. */
  refusal?: { status: number; body: unknown };
};

const WhatsAppSend = z.strictObject({
  messaging_product: z.literal('whatsapp'),
  recipient_type: z.literal('individual'),
  to: z.string().regex(/^\d{7,15}$/),
  type: z.literal('text'),
  text: z.strictObject({ body: z.string().min(1).max(4096), preview_url: z.boolean() }),
  context: z.strictObject({ message_id: z.string() }).optional(),
  biz_opaque_callback_data: z.uuid(),
});
const GenericSend = z.strictObject({
  type: z.literal('message.send'),
  timestamp: z.iso.datetime(),
  data: z.strictObject({
    user: z.strictObject({ id: z.string().min(1) }),
    message: z.strictObject({ type: z.literal('text'), text: z.string().min(1), replyTo: z.string().optional() }),
    idempotencyKey: z.uuid(),
  }),
});

/**
 * A stand-in for the providers that is as strict as they are: paths, credentials, signatures and every field of a send are checked,
 * and whatever is wrong is refused and kept as a complaint. It counts every call.
 */
export class StubProvider {
  /** What it had to refuse, in words. */
  readonly complaints: string[] = [];
  readonly #calls: Call[] = [];
  readonly #behaviours = new Map<string, Behaviour>();
  readonly #server: Server;
  #base = '';

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<StubProvider> {
    const stub = new StubProvider();
    await new Promise<void>((resolve) => stub.#server.listen(0, '127.0.0.1', resolve));
    const address = stub.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    stub.#base = `http://127.0.0.1:${address.port}`;
    return stub;
  }

  /** The Worker's variables that lead its sends here. */
  get vars(): Record<string, string> {
    return { WHATSAPP_API_BASE: this.#base, WEBHOOK_API_BASE: this.#base };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Every call so far for an end user, in the order of arrival. */
  callsTo(address: string): Call[] {
    return this.#calls.filter((call) => call.address === address);
  }

  callsFor(messageId: string): Call[] {
    return this.#calls.filter((call) => call.messageId === messageId);
  }

  behave(address: string, behaviour: Behaviour): void {
    this.#behaviours.set(address, behaviour);
  }

  /** Reports what became of a message of ours, signed, and sees to it that Parley takes it. */
  async report(origin: string, call: Call, status: Receipt['status']): Promise<void> {
    const { provider, id, messageId, address } = call;
    const answer = await postWebhook(origin, provider, receiptBody(provider, { id, messageId, address, status, at: Date.now() }));
    if (answer !== 200) throw new Error(`The receipt was answered with ${answer}`);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(request);
    const call = request.method === 'POST' ? understand(request, body) : `${request.method} is not how to send`;
    if (typeof call === 'string') {
      this.complaints.push(`${request.method} ${request.url}: ${call}`);
      return respond(response, 400, { error: { code: 100, message: call } });
    }
    const { delayMs = 0, hangs, refusal } = this.#behaviours.get(call.address) ?? {};
    this.#calls.push(call);
    if (hangs) return;
    await wait(delayMs);
    if (refusal) return respond(response, refusal.status, refusal.body);
    respond(response, 200, call.provider === 'whatsapp' ? taken(call) : { id: call.id });
  }
}

/** The send in a request, or what is wrong with it. */
function understand(request: IncomingMessage, body: string): Call | string {
  const common = { id: `out-${randomUUID()}`, at: Date.now() };
  if (request.url === `/v24.0/${demo.phoneNumberId}/messages`) {
    if (request.headers.authorization !== `Bearer ${demo.accessToken}`) return 'wrong access token';
    const parsed = WhatsAppSend.safeParse(json(body));
    if (!parsed.success) return parsed.error.message;
    const { to, text, biz_opaque_callback_data } = parsed.data;
    return { ...common, provider: 'whatsapp', messageId: biz_opaque_callback_data, address: to, text: text.body };
  }
  if (request.url === '/messages') {
    if (!isSigned(request, body)) return 'wrong signature';
    const parsed = GenericSend.safeParse(json(body));
    if (!parsed.success) return parsed.error.message;
    const { user, message, idempotencyKey } = parsed.data.data;
    return { ...common, provider: 'webhook', messageId: idempotencyKey, address: user.id, text: message.text };
  }
  return 'no such path';
}

function isSigned({ headers }: IncomingMessage, body: string): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers;
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string') return false;
  return signature.split(' ').includes(standardDigest(id, timestamp, body));
}

function taken({ id, address }: Call): unknown {
  return { messaging_product: 'whatsapp', contacts: [{ input: address, wa_id: address }], messages: [{ id }] };
}

function respond(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
