import { error, fail, redirect } from '@sveltejs/kit';
import { z } from 'zod';
import { openedLink } from '$lib/server/auth/opened-link';
import { hashPassword, NewPassword } from '$lib/server/auth/password';
import { readForm } from '$lib/server/body';
import * as invites from '$lib/server/db/invites';
import { accept } from '$lib/server/db/joining';
import type { Actions, PageServerLoad } from './$types';

const Form = z.object({ name: z.string().trim().min(1).max(80), password: NewPassword });

/** Whoever has the link may see whom it is for. */
export const load: PageServerLoad = async (event) => {
  const { found } = await openedLink(event, invites.usable);
  return { invite: found && { email: found.email, role: found.role } };
};

export const actions: Actions = {
  default: async (event) => {
    const fields = await readForm(event.request);
    if (!fields) error(413);
    const form = Form.safeParse(fields);
    if (!form.success) return fail(400, { problem: 'Enter your name, and a password of at least 8 characters.' });
    const { env, tokenHash, found } = await openedLink(event, invites.usable);
    // A hash is slow on purpose: nobody without a good link makes us reckon one.
    if (!found) return fail(410, { problem: 'This invite has been used or has run out.' });
    const passwordHash = await hashPassword(form.data.password);
    const outcome = await accept(env.DB, tokenHash, { id: crypto.randomUUID(), name: form.data.name, passwordHash }, Date.now());
    if (outcome === 'gone') return fail(410, { problem: 'This invite has been used or has run out.' });
    if (outcome === 'taken') return fail(409, { problem: 'Somebody with this address is a user already. Sign in instead.' });
    redirect(303, '/sign-in?ready=account');
  },
};
