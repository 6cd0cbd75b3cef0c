import app from '../.svelte-kit/cloudflare/_worker.js';
import { sendPieces } from './broadcast/consumer';
import { edge } from './edge';

export * from './durable-objects';

/** The whole product: what is ours at the edge, and SvelteKit for everything else. */
export default { fetch: edge(app), queue: sendPieces };
