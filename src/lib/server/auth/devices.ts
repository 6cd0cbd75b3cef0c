import { randomToken } from './hash';

const YEAR_SECONDS = 365 * 24 * 3600;

/** Cookies that only this very host gets back, and only over TLS. Plain http, which is a local machine's, has no such names. */
const nameOn = (url: URL): string => (url.protocol === 'https:' ? '__Host-parley.device' : 'parley.device');

/** The device that a request comes from, if it has been signed in from before: the value of its cookie. */
export function deviceOf(request: Request): string | null {
  const name = nameOn(new URL(request.url));
  for (const pair of request.headers.get('cookie')?.split(';') ?? []) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name && value !== undefined && /^[\w-]{43}$/.test(value)) return value;
  }
  return null;
}

/** A new device's value, and the cookie that makes it known next time. It opens nothing. */
export function newDevice(request: Request): { device: string; cookie: string } {
  const url = new URL(request.url);
  const device = randomToken();
  const secure = url.protocol === 'https:' ? '; Secure' : '';
  return { device, cookie: `${nameOn(url)}=${device}; Path=/; Max-Age=${YEAR_SECONDS}; HttpOnly; SameSite=Lax${secure}` };
}
