import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';

export type Received = { method: string; path: string; headers: IncomingHttpHeaders; body: string };
/** What the server does with a request: answer it, cut the line after it was read, or never answer. */
export type Reply =
  | { status: number; headers?: Record<string, string>; body?: string | Buffer }
  | 'reset'
  | 'silence'
  /** Half an answer, then the line is cut. */
  | 'half';

/** A provider on loopback that keeps what it got. */
export type ProviderServer = { base: string; received: Received[]; reply: Reply; close(): Promise<void> };

export async function startProviderServer(): Promise<ProviderServer> {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      state.received.push({ method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') });
      const { reply } = state;
      if (reply === 'silence') return;
      if (reply === 'reset') return void request.socket.resetAndDestroy();
      if (reply === 'half') {
        response.writeHead(200, { 'content-length': '500' });
        response.write('{"messages":');
        return void setTimeout(() => request.socket.resetAndDestroy(), 20);
      }
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
      response.end(reply.body ?? '');
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const state: ProviderServer = {
    base: `http://127.0.0.1:${address.port}`,
    received: [],
    reply: { status: 200, body: '{}' },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return state;
}
