import type { Channel, SendDeps } from '../../../domain/provider';

/** The app's own address: what an Admin set for the channel, else the deployment's. Null when it is none of the web. */
export function baseOf(channel: Channel, { apiBase }: Pick<SendDeps, 'apiBase'>): URL | null {
  return webAddress(channel.settings.sendUrl || apiBase);
}

/** `{base}/messages`; a query of the base stays where it is. */
export function messagesUrl(base: URL): string {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/messages`;
  return url.href;
}

/**
 * Whether a file of the app's may be read from there. Its address came in a signed call, but an end user may have chosen it: so only
 * from the hosts of `sendUrl` and of the deployment's address and from those an Admin has listed (`host` or `host:port`), and over
 * https; the deployment's own address is taken as it is.
 */
export function isMediaAddress(url: URL, channel: Channel, { apiBase }: Pick<SendDeps, 'apiBase'>): boolean {
  const own = webAddress(apiBase);
  if (own !== null && url.origin === own.origin) return true;
  if (url.protocol !== 'https:') return false;
  const { sendUrl, mediaHosts = [] } = channel.settings;
  const hosts = [own?.host, webAddress(sendUrl)?.host, ...mediaHosts.map((host) => host.trim().toLowerCase())];
  return url.host !== '' && hosts.includes(url.host);
}

function webAddress(address: string | undefined): URL | null {
  const url = URL.parse(address ?? '');
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : null;
}
