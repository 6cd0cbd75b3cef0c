/** Soon enough for whoever waits, and not all at once for whoever is overloaded. */
export const AGAIN_MS = 2_000;

/** The object of a session does not answer: nobody can say who is signed in. */
export class SessionUnavailable extends Error {
  override name = 'SessionUnavailable';
}

/** What a session's object answers. Throws `SessionUnavailable` when it does not. */
export async function answered<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    console.warn({ event: 'session_unavailable', error: String(error) });
    throw new SessionUnavailable('a session does not answer', { cause: error });
  }
}

/** The answer then: nobody is let in, nobody is led to the sign-in, and all may come again. */
export function unavailable({ headers }: Request): Response {
  const message = 'This is not available for the moment. Try again shortly.';
  const how = { status: 503, headers: { 'retry-after': String(AGAIN_MS / 1_000), 'cache-control': 'no-store' } };
  const isPage = headers.get('accept')?.includes('text/html') === true;
  return isPage ? new Response(message, how) : Response.json({ reason: 'unavailable', message }, how);
}
