import type { Handle, HandleServerError } from '@sveltejs/kit';
import { userOf } from '$lib/server/auth/auth';
import { SessionUnavailable, unavailable } from '$lib/server/auth/unavailable';
import { ENDPOINT, refuseAll } from '$lib/server/trpc/serve';

const themes = new Set(['light', 'dark']);

/** Says who is signed in, and draws the chosen theme from the first paint on. */
export const handle: Handle = async ({ event, resolve }) => {
  try {
    event.locals.user = event.platform ? await userOf(event.platform.env, event.request) : null;
  } catch (error) {
    if (!(error instanceof SessionUnavailable)) throw error;
    return event.url.pathname.startsWith(ENDPOINT) ? refuseAll(event.request) : unavailable(event.request);
  }
  const theme = event.cookies.get('parley-theme') ?? '';
  return resolve(event, {
    transformPageChunk: ({ html }) => html.replace('%parley.theme%', themes.has(theme) ? theme : 'system'),
  });
};

/** An unforeseen failure: logged once with an id that the error page shows. */
export const handleError: HandleServerError = ({ error, status, event }) => {
  const id = crypto.randomUUID();
  if (status >= 500) console.error({ event: 'request_failed', id, route: event.route.id, error: String(error) });
  return { message: status >= 500 ? 'Something went wrong on our side.' : 'There is nothing here.', id };
};
