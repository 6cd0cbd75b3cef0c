import { channelForms } from '$lib/inbox/channel-forms';

/** What each provider asks for. */
export const load = async () => ({ forms: await channelForms() });
