import { Agent, request } from 'node:http';

export type Answer = { status: number; text: string; headers: NodeJS.Dict<string | string[]> };

const TIMEOUT_MS = 30_000;

/** A keep-alive client of one origin. `node:http` costs the shared machine about a third of what `fetch` does for the same call. */
export class Client {
  readonly origin: string;
  readonly #timeoutMs: number;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(origin: string, timeoutMs = TIMEOUT_MS) {
    this.origin = origin;
    this.#timeoutMs = timeoutMs;
  }

  /** Resolves with the whole answer, whatever its status; rejects when there is none in time. */
  call(method: 'GET' | 'POST', path: string, headers: Record<string, string> = {}, body?: string | Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const call = request(this.origin + path, { method, agent: this.#agent, headers, timeout: this.#timeoutMs }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString(), headers: response.headers }),
        );
      });
      call.on('timeout', () => call.destroy(new Error(`no answer to ${method} ${path} within ${this.#timeoutMs} ms`)));
      call.on('error', reject);
      call.end(body);
    });
  }

  /** The same, and rejects unless the status is the expected one. */
  async expect(status: number, ...args: Parameters<Client['call']>): Promise<Answer> {
    const answer = await this.call(...args);
    if (answer.status !== status) throw new Error(`${args[0]} ${args[1]} answered ${answer.status}`);
    return answer;
  }

  close(): void {
    this.#agent.destroy();
  }
}
