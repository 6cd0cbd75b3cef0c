import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { answerLookup } from './lookups';
import { readSend, takenBody, type Call } from './sends';
import { deliverWebhook, receiptBody, type Receipt } from './wire';

export type { Call } from './sends';

/** What the provider does with a send, besides taking it. */
export type Behaviour = {
  /** Before it answers, in ms. */
  delayMs?: number;
  /** Takes the message, then never answers. */
  hangs?: boolean;
  /** Takes the message, then the connection breaks. */
  cuts?: boolean;
  /** Takes the message; what it answers is no answer of its own. */
  garbles?: boolean;
  /** Refuses the message with this status and body. */
  refusal?: { status: number; body: unknown; headers?: Record<string, string> };
};

/** Longer than any story: a connection that is closed while a send is being written to it would be a fault that nobody asked for. */
const KEEP_ALIVE_MS = 600_000;

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
  #plan: (call: Call) => Behaviour | undefined = ({ address }) => this.#behaviours.get(address);
  #base = '';

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS;
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
    const names = ['WHATSAPP_API_BASE', 'MESSENGER_API_BASE', 'TELEGRAM_API_BASE', 'WEBHOOK_API_BASE'];
    return Object.fromEntries(names.map((name) => [name, this.#base]));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Every call so far, in the order of arrival. */
  get calls(): readonly Call[] {
    return this.#calls;
  }

  /** Those for an end user. */
  callsTo(address: string): Call[] {
    return this.#calls.filter((call) => call.address === address);
  }

  callsFor(messageId: string): Call[] {
    return this.#calls.filter((call) => call.messageId === messageId);
  }

  /** From now on for this end user. */
  behave(address: string, behaviour: Behaviour): void {
    this.#behaviours.set(address, behaviour);
  }

  /** From now on each call is asked about; what was said for an end user no longer counts. */
  follow(plan: (call: Call) => Behaviour | undefined): void {
    this.#plan = plan;
  }

  /** Reports what became of a message of ours, signed, and sees to it that Parley takes it. */
  async report(origin: string, call: Call, status: Receipt['status']): Promise<void> {
    await deliverWebhook(origin, call.provider, receiptBody(call.provider, { ...call, status, at: Date.now() }));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(request);
    const found = answerLookup(request);
    if (found) return respond(response, found.status, found.body);
    const call = readSend(request, body);
    if (typeof call === 'string') {
      this.complaints.push(`${request.method} ${request.url}: ${call}`);
      return respond(response, 400, { error: { code: 100, message: call } });
    }
    this.#calls.push(call);
    const { delayMs = 0, hangs, cuts, garbles, refusal } = this.#plan(call) ?? {};
    if (hangs) return;
    await wait(delayMs);
    if (cuts) return void response.destroy();
    if (garbles) return void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>It works!</h1>');
    if (refusal) return respond(response, refusal.status, refusal.body, refusal.headers);
    respond(response, 200, takenBody(call));
  }
}

function respond(response: ServerResponse, status: number, body: unknown, headers?: Record<string, string>): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
