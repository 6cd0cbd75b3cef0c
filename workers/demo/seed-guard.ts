import type { Env } from '../env';

/** Whether a demo may be seeded: only where DEMO is on, and only through a loopback host, by which no deployment is reached. */
export function isLocalDemo(env: Pick<Env, 'DEMO'>, request: Pick<Request, 'url'>): boolean {
  const host = new URL(request.url).hostname;
  return env.DEMO === 'on' && (host === 'localhost' || host === '127.0.0.1' || host === '[::1]');
}
