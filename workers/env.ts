import type { Policy } from '../src/lib/domain/window';
import type { Conversation, Directory, Inbox, Session, Simulator } from './durable-objects';

/** Every binding and variable of the Worker; the one place that names them. Variables arrive as text. */
export interface Env {
  DB: D1Database;
  ASSETS: Fetcher;
  CONVERSATION: DurableObjectNamespace<Conversation>;
  INBOX: DurableObjectNamespace<Inbox>;
  SESSION: DurableObjectNamespace<Session>;
  DIRECTORY: DurableObjectNamespace<Directory>;
  SIMULATOR_STATE: DurableObjectNamespace<Simulator>;
  /** Signs sessions and encrypts channel secrets; at least 32 characters. A Worker secret. */
  SECRET_KEY: string;
  WHATSAPP_API_BASE: string;
  MESSENGER_API_BASE: string;
  TELEGRAM_API_BASE: string;
  WEBHOOK_API_BASE: string;
  ACTIVE_WINDOW_MS: string;
  RETENTION_MS: string;
  LOCK_GRACE_MS: string;
  LOCK_IDLE_MS: string;
  SIMULATOR: string;
  DEMO: string;
}

const DAY_MS = 86_400_000;

/** The durations as numbers; a missing or unreadable one falls back to the product's own. */
export function policyOf(env: Env): Policy {
  return {
    activeWindowMs: duration(env.ACTIVE_WINDOW_MS, DAY_MS),
    retentionMs: duration(env.RETENTION_MS, 15 * DAY_MS),
    lockGraceMs: duration(env.LOCK_GRACE_MS, 60_000),
    lockIdleMs: duration(env.LOCK_IDLE_MS, 600_000),
  };
}

function duration(text: string | undefined, fallback: number): number {
  const value = Number(text);
  return text && Number.isFinite(value) && value > 0 ? value : fallback;
}

/** The Inbox hub: one for the whole workspace. The only place that knows so. */
export const hubOf = (env: Env): DurableObjectStub<Inbox> => env.INBOX.get(env.INBOX.idFromName('inbox'));

export const conversationOf = (env: Env, id: string): DurableObjectStub<Conversation> =>
  env.CONVERSATION.get(env.CONVERSATION.idFromName(id));
