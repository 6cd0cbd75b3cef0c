/** Where to go after signing in: a path of our own site only, so that a link cannot lead people elsewhere. */
export function nextPath(next: string | null, origin: string, fallback = '/'): string {
  if (next === null || !next.startsWith('/') || !URL.canParse(next, origin)) return fallback;
  const url = new URL(next, origin);
  if (url.origin !== origin || url.pathname.startsWith('/sign-in')) return fallback;
  return url.pathname + url.search + url.hash;
}
