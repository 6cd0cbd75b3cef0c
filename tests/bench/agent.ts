import type { Client } from './http.ts';
import { PlainSocket } from './socket.ts';

export const EMAIL = 'ana@parley.test';
export const PASSWORD = 'parley-demo';

/** A signed-in agent: procedures and live sockets, as the dashboard uses them. */
export class AgentClient {
  readonly #client: Client;
  readonly #cookie: string;

  private constructor(client: Client, cookie: string) {
    this.#client = client;
    this.#cookie = cookie;
  }

  static async signIn(client: Client, email = EMAIL): Promise<AgentClient> {
    const body = JSON.stringify({ email, password: PASSWORD });
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

  /** Several queries in one call, as a page asks them that wants them at once; the whole answer. */
  async queries(asked: readonly (readonly [path: string, input?: unknown])[]): Promise<string> {
    const paths = asked.map(([path]) => path).join(',');
    const inputs = JSON.stringify(Object.fromEntries(asked.map(([, input], i) => [i, input])));
    const url = `/api/trpc/${paths}?batch=1&input=${encodeURIComponent(inputs)}`;
    return (await this.#client.expect(200, 'GET', url, { cookie: this.#cookie, 'x-parley': '1' })).text;
  }

  /** The whole answer of a mutation, its JSON unread. */
  async mutate(path: string, input: unknown): Promise<string> {
    const headers = { cookie: this.#cookie, origin: this.#client.origin, 'content-type': 'application/json' };
    return (await this.#client.expect(200, 'POST', `/api/trpc/${path}`, headers, JSON.stringify(input))).text;
  }

  /** A live socket with the agent's cookie and the page's origin, as a browser would send them. */
  live(path: string, onFrame: (text: string) => void): Promise<PlainSocket> {
    return PlainSocket.open(this.#client.origin, path, { cookie: this.#cookie, origin: this.#client.origin }, onFrame);
  }
}
