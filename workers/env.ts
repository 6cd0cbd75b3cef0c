import type { WakeUp } from '../src/lib/domain/broadcast';
import type {
  Account,
  Broadcast,
  ChannelGate,
  Conversation,
  Directory,
  Erasure,
  Guard,
  Inbox,
  KeyMeter,
  Session,
  Simulator,
} from './durable-objects';

/** Every binding and variable of the Worker, `<NAME>_API_BASE` of a messaging app aside (see `api-base.ts`). Variables arrive as text. */
export interface Env {
  DB: D1Database;
  ASSETS: Fetcher;
  MEDIA: R2Bucket;
  CONVERSATION: DurableObjectNamespace<Conversation>;
  INBOX: DurableObjectNamespace<Inbox>;
  SESSION: DurableObjectNamespace<Session>;
  ACCOUNT: DurableObjectNamespace<Account>;
  GUARD: DurableObjectNamespace<Guard>;
  CHANNEL_GATE: DurableObjectNamespace<ChannelGate>;
  DIRECTORY: DurableObjectNamespace<Directory>;
  ERASURE: DurableObjectNamespace<Erasure>;
  KEY_METER: DurableObjectNamespace<KeyMeter>;
  BROADCAST: DurableObjectNamespace<Broadcast>;
  BROADCASTS: Queue<WakeUp>;
  SIMULATOR_STATE: DurableObjectNamespace<Simulator>;
  /** Signs sessions and encrypts channel secrets; at least 32 characters. A Worker secret. */
  SECRET_KEY: string;
  /** Lets the first Admin in while there is no user: at least 32 characters. A Worker secret; none = nobody can be set up so. */
  SETUP_TOKEN?: string;
  ACTIVE_WINDOW_MS: string;
  RETENTION_MS: string;
  LOCK_GRACE_MS: string;
  LOCK_IDLE_MS: string;
  SIMULATOR: string;
  DEMO: string;
}

export { hubOf, hubsOf, readModelOf, readModelsOf } from '../src/lib/server/placement';
export { accountOf, broadcastOf, conversationOf, gateOf, guardOf, policyOf, sessionOf } from '../src/lib/server/bindings';
