import { createServer, type Server } from 'node:http';
import { Arrivals } from './arrivals.ts';

/** A provider on loopback that takes every message at once. */
export class ProviderStub {
  /** Messages by the id that the product gave them. */
  readonly arrivals = new Arrivals();
  readonly #server: Server;
  #count = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        // Finding the id by its name is cheaper than parsing the body.
        const id = /"biz_opaque_callback_data":"([0-9a-f-]{36})"/.exec(Buffer.concat(chunks).toString())?.[1];
        if (id !== undefined) this.arrivals.saw(id);
        const messages = [{ id: `wamid.OUT.${process.pid}.${this.#count++}` }];
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ messaging_product: 'whatsapp', messages }));
      });
    });
  }

  static start(): Promise<ProviderStub> {
    const stub = new ProviderStub();
    return new Promise((resolve) => stub.#server.listen(0, '127.0.0.1', () => resolve(stub)));
  }

  get base(): string {
    const address = this.#server.address();
    if (typeof address !== 'object' || !address) throw new Error('the provider stub is not listening');
    return `http://127.0.0.1:${address.port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
