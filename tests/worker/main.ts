import { sendPieces } from '../../workers/broadcast/consumer';
import { edge } from '../../workers/edge';

export * from '../../workers/durable-objects';

/** The real entry with an empty app behind it: what SvelteKit serves is tested in a browser against the built Worker. */
export default { fetch: edge({ fetch: () => new Response('no page here', { status: 404 }) }), queue: sendPieces };
