import { error, redirect } from '@sveltejs/kit';
import { ConversationId } from '$lib/domain/ids';
import { may } from '$lib/domain/role';
import { database } from '$lib/server/db/client';
import * as profile from '$lib/server/db/person-profile';
import type { PageServerLoad } from './$types';

/** Leads from a conversation to the profile of the one it is with. */
export const load: PageServerLoad = async ({ params, parent, platform }) => {
  // Who may not see people learns nothing here.
  if (!may((await parent()).user.role, 'people')) error(403, 'People are for Agents and Admins.');
  if (!platform) error(503);
  const id = ConversationId.safeParse(params.conversationId);
  const personId = id.success ? await profile.ofConversation(database(platform.env.DB), id.data) : null;
  if (personId === null) error(404, 'Nobody is known of this conversation.');
  redirect(303, `/people/${personId}`);
};
