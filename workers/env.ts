import type { WakeUp } from '../src/lib/domain/broadcast';
import type { Broadcast, ChannelGate, Conversation, Directory, Erasure, Inbox, Session, Simulator } from './durable-objects';

/** Every binding and variable of the Worker, `<NAME>_API_BASE` of a messaging app aside (see `api-base.ts`). Variables arrive as text. */
export interface Env {
  DB: D1Database;
  ASSETS: Fetcher;
  MEDIA: R2Bucket;
  CONVERSATION: DurableObjectNamespace<Conversation>;
  INBOX: DurableObjectNamespace<Inbox>;
  SESSION: DurableObjectNamespace<Session>;
  CHANNEL_GATE: DurableObjectNamespace<ChannelGate>;
  DIRECTORY: DurableObjectNamespace<Directory>;
  ERASURE: DurableObjectNamespace<Erasure>;
  BROADCAST: DurableObjectNamespace<Broadcast>;
  BROADCASTS: Queue<WakeUp>;
  SIMULATOR_STATE: DurableObjectNamespace<Simulator>;
  /** Signs sessions and encrypts channel secrets; at least 32 characters. A Worker secret. */
  SECRET_KEY: string;
  ACTIVE_WINDOW_MS: string;
  RETENTION_MS: string;
  LOCK_GRACE_MS: string;
  LOCK_IDLE_MS: string;
  SIMULATOR: string;
  DEMO: string;
}

export { broadcastOf, conversationOf, gateOf, policyOf } from '../src/lib/server/bindings';
export { hubOf, hubsOf, readModelOf } from '../src/lib/server/placement';
