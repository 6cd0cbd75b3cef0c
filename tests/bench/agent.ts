import type { Client } from './http.ts';

export const EMAIL = 'ana@parley.test';
export const PASSWORD = 'parley-demo';
const OPEN_MS = 10_000;

/** A signed-in agent: procedures and live sockets, as the dashboard uses them. */
export class AgentClient {
  readonly #client: Client;
  readonly #cookie: string;

  private constructor(client: Client, cookie: string) {
    this.#client = client;
    this.#cookie = cookie;
  }

  static async signIn(client: Client): Promise<AgentClient> {
    const body = JSON.stringify({ email: EMAIL, password: PASSWORD });
    const headers = { 'content-type': 'application/json', origin: client.origin };
    const answer = await client.expect(200, 'POST', '/api/auth/sign-in/email', headers, body);
    const cookies = [answer.headers['set-cookie'] ?? []].flat();
    return new AgentClient(client, cookies.map((cookie) => cookie.split(';')[0]).join('; '));
  }

  /** The whole answer of a query, its JSON unread. */
  async query(path: string, input: unknown, { expected = 200, signedIn = true } = {}): Promise<string> {
    const url = `/api/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`;
    const headers: Record<string, string> = signedIn ? { cookie: this.#cookie } : {};
    return (await this.#client.expect(expected, 'GET', url, headers)).text;
  }

  /** The whole answer of a mutation, its JSON unread. */
  async mutate(path: string, input: unknown): Promise<string> {
    const headers = { cookie: this.#cookie, origin: this.#client.origin, 'content-type': 'application/json' };
    return (await this.#client.expect(200, 'POST', `/api/trpc/${path}`, headers, JSON.stringify(input))).text;
  }

  /** A live socket with the agent's cookie and the page's origin, as a browser would send them. */
  live(path: string, onFrame: (text: string) => void): Promise<WebSocket> {
    return openSocket(this.#client.origin, path, { cookie: this.#cookie, origin: this.#client.origin }, onFrame);
  }
}

/** Resolves when the socket is open. */
export function openSocket(
  origin: string,
  path: string,
  headers: Record<string, string>,
  onFrame: (text: string) => void,
): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    // Node's WebSocket takes headers, which the type of a browser's does not know; `Reflect` spares the code a cast.
    const socket: WebSocket = Reflect.construct(WebSocket, [origin.replace('http', 'ws') + path, { headers }]);
    const timer = setTimeout(() => reject(new Error(`${path} did not open`)), OPEN_MS);
    socket.addEventListener('open', () => {
      clearTimeout(timer);
      resolve(socket);
    });
    socket.addEventListener('error', () => reject(new Error(`${path} was refused`)));
    socket.addEventListener('message', (event) => {
      if (typeof event.data === 'string') onFrame(event.data);
    });
  });
}
