import { createServer } from 'node:http';
import type { Socket } from 'node:net';

/** A call as it came in; `path` with its query. */
export type Call = { method: string; path: string; headers: Headers; body: Buffer };
/** What one route answers: a status and a body (objects as JSON), or a line that is cut, or nothing at all. */
export type Answer = { status: number; headers?: Record<string, string>; body?: object | string | Buffer } | 'reset' | 'silence';
export type Route = Answer | ((call: Call) => Answer);

/**
 * A server on loopback with several routes, named `POST /v24.0/1/media`: a query is not part of a route's name. What has no route is
 * answered with 404. `calls` are those that came, in order.
 */
export type RoutedServer = { base: string; calls: Call[]; routes: Map<string, Route>; close(): Promise<void> };

export async function startRoutedServer(): Promise<RoutedServer> {
  const sockets = new Set<Socket>();
  const calls: Call[] = [];
  const routes = new Map<string, Route>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '' } = request;
      const headers = new Headers();
      for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
      const call = { method, path, headers, body: Buffer.concat(chunks) };
      calls.push(call);
      const route = routes.get(`${method} ${path.split('?')[0]}`) ?? { status: 404 };
      const answer = typeof route === 'function' ? route(call) : route;
      if (answer === 'silence') return;
      if (answer === 'reset') return void request.socket.resetAndDestroy();
      const { status, body = '' } = answer;
      const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
      const length = String(Buffer.byteLength(bytes));
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': length, ...answer.headers });
      response.end(bytes);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    base: `http://127.0.0.1:${address.port}`,
    calls,
    routes,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** The fields of a `multipart/form-data` body, read by the platform's own reader. */
export function formOf(call: Call | undefined): Promise<FormData> {
  const type = call?.headers.get('content-type') ?? '';
  return new Response(new Uint8Array(call?.body ?? []), { headers: { 'content-type': type } }).formData();
}

/** A JSON body. */
export function jsonOf(call: Call | undefined): unknown {
  return JSON.parse(call?.body.toString('utf8') ?? '');
}
