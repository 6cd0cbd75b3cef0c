import { DurableObject } from 'cloudflare:workers';
import { ask } from './queries';
import { writeSome } from './writes';

type Env = { DB: D1Database; FLOOR: DurableObjectNamespace<Floor> };

/** The least that an object can do: keep a text, and show it to whoever is connected. */
export class Floor extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS message (seq INTEGER PRIMARY KEY, text TEXT NOT NULL)');
  }

  nothing(): void {}

  /** One row and one frame. The caller hears of it when the row is on the disk: the runtime's output gate sees to that. */
  append(texts: string[]): number {
    for (const text of texts) this.ctx.storage.sql.exec('INSERT INTO message (text) VALUES (?)', text);
    for (const socket of this.ctx.getWebSockets()) for (const text of texts) socket.send(text);
    return texts.length;
  }

  /** A socket, which is told something of `?bytes=` at once. */
  override fetch(request: Request): Response {
    const { 0: client, 1: socket } = new WebSocketPair();
    this.ctx.acceptWebSocket(socket);
    const bytes = Number(new URL(request.url).searchParams.get('bytes'));
    if (bytes > 0) socket.send('x'.repeat(bytes));
    return new Response(null, { status: 101, webSocket: client });
  }
}

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const [, what = '', name = ''] = url.pathname.split('/');
    const number = (key: string) => Number(url.searchParams.get(key));
    const floor = (key: string) => env.FLOOR.get(env.FLOOR.idFromName(key));
    switch (what) {
      case 'empty':
        return new Response();
      case 'call':
        await floor(name).nothing();
        return new Response();
      case 'append':
        await floor(name).append([await request.text()]);
        return new Response();
      case 'appends': {
        const texts = [await request.text()];
        const each = Math.round(number('updates') / number('objects'));
        const keys = Array.from({ length: number('objects') }, (_, i) => `${name}-${i}`).values();
        const lane = async () => {
          for (const key of keys) await floor(key).append(Array.from({ length: each }, () => texts[0] ?? ''));
        };
        await Promise.all(Array.from({ length: number('width') }, lane));
        return new Response();
      }
      case 'live':
        return floor(name).fetch(request);
      case 'select':
        await env.DB.prepare('SELECT 1').all();
        return new Response();
      case 'writes': {
        const { size, batches, rows, round, now } = { size: number('size'), batches: number('batches'), rows: number('rows'), round: number('round'), now: number('now') }; // prettier-ignore
        return Response.json(await writeSome(env.DB, { size, batches, rows, round, now }));
      }
      case 'queries':
        return Response.json(await ask(env.DB, url.searchParams.get('question') ?? '', number('runs'), Date.now()));
      default:
        return new Response(null, { status: 404 });
    }
  },
} satisfies ExportedHandler<Env>;
