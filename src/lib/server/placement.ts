import type { Inbox } from '../../../workers/durable-objects';
import type { Env } from '../../../workers/env';

/*
 * Where conversations are: the one module that knows how many hubs and how many databases of the read model there are. Today there is one
 * of each. Whoever has a conversation asks by its id, whoever wants the whole workspace asks for all and merges (`mergePages`,
 * `sumCounts`). What is shared by all conversations (channels, campaigns, users, …) is in `env.DB`, however many there are.
 * docs/scale.md says when there have to be more, and by what rule.
 */

type Hub = DurableObjectStub<Inbox>;

const theHub = (env: Env): Hub => env.INBOX.get(env.INBOX.idFromName('inbox'));

/** The hub that this conversation's rows go through. */
export const hubOf = (env: Env, _conversationId: string): Hub => theHub(env);

/** Every hub, each once. */
export const hubsOf = (env: Env): [Hub, ...Hub[]] => [theHub(env)];

/** The database that has this conversation's row and its entry in the full-text index. */
export const readModelOf = (env: Env, _conversationId: string): D1Database => env.DB;

/** Every database of the read model, each once. */
export const readModelsOf = (env: Env): [D1Database, ...D1Database[]] => [env.DB];
