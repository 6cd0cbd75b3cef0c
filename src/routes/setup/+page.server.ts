import { error, fail, redirect } from '@sveltejs/kit';
import { z } from 'zod';
import { canBeSetUp, isSetupToken, lookUp } from '$lib/server/auth/links';
import { hashPassword, NewPassword } from '$lib/server/auth/password';
import { readForm } from '$lib/server/body';
import { database } from '$lib/server/db/client';
import { setUp } from '$lib/server/db/joining';
import { isEmpty } from '$lib/server/db/users';
import type { Actions, PageServerLoad } from './$types';

const Form = z.object({
  token: z.string().max(512),
  name: z.string().trim().min(1).max(80),
  email: z.email().max(254),
  password: NewPassword,
});

/** Only while there is no user at all; then this page does not exist. */
export const load: PageServerLoad = async ({ platform }) => {
  if (!platform) error(503);
  if (!(await isEmpty(database(platform.env.DB)))) error(404);
  return { canBeSetUp: canBeSetUp(platform.env) };
};

export const actions: Actions = {
  default: async ({ platform, request }) => {
    if (!platform) error(503);
    const { env } = platform;
    if (!(await isEmpty(database(env.DB)))) error(404);
    const fields = await readForm(request);
    if (!fields) error(413);
    const form = Form.safeParse(fields);
    if (!form.success) return fail(400, { problem: 'Fill in every field; the password needs at least 8 characters.' });
    const { token, name, email, password } = form.data;
    const { found, waitMs } = await lookUp(env, request, async () => ((await isSetupToken(env, token.trim())) ? true : null));
    if (waitMs > 0) error(429);
    if (!found) return fail(403, { problem: 'That is not the set-up token of this deployment.' });
    const passwordHash = await hashPassword(password);
    if (!(await setUp(env.DB, email.toLowerCase(), { id: crypto.randomUUID(), name, passwordHash }, Date.now()))) error(404);
    redirect(303, '/sign-in?ready=account');
  },
};
