import { error, fail, redirect } from '@sveltejs/kit';
import { z } from 'zod';
import { ending } from '$lib/server/auth/ending';
import { hashOf } from '$lib/server/auth/hash';
import { openedLink } from '$lib/server/auth/opened-link';
import { hashPassword, NewPassword } from '$lib/server/auth/password';
import { guardOf } from '$lib/server/bindings';
import { readForm } from '$lib/server/body';
import * as resets from '$lib/server/db/password-resets';
import type { Actions, PageServerLoad } from './$types';

const Form = z.object({ password: NewPassword });
const GONE = 'This link has been used or has run out. Ask an Admin for another one.';

/** Whoever has the link may see whose password it is. */
export const load: PageServerLoad = async (event) => {
  const { found } = await openedLink(event, resets.usable);
  return { email: found && found.email };
};

export const actions: Actions = {
  default: async (event) => {
    const fields = await readForm(event.request);
    if (!fields) error(413);
    const form = Form.safeParse(fields);
    if (!form.success) return fail(400, { problem: 'The password needs at least 8 characters.' });
    const { env, tokenHash, found } = await openedLink(event, resets.usable);
    if (!found) return fail(410, { problem: GONE });
    const passwordHash = await hashPassword(form.data.password);
    // Whoever was signed in with the old password is not any more.
    const user = await ending(env, found.id, () => resets.use(env.DB, tokenHash, passwordHash, Date.now()), {
      isMade: (used) => used !== null,
    });
    if (!user) return fail(410, { problem: GONE });
    // What was guessed at it does not count against the new one.
    await Promise.all([guardOf(env, `sign-in:${await hashOf(user.email)}`).reset(), guardOf(env, `password:${user.id}`).reset()]);
    redirect(303, '/sign-in?ready=password');
  },
};
