import type { Generated } from 'kysely';
import type { CampaignMatch } from '../../domain/campaign';
import type { MilestoneKind } from '../../domain/milestone';
import type { PropertyType } from '../../domain/person';
import type { ProviderName } from '../../domain/provider';
import type { Role } from '../../domain/role';

/** Every D1 table as kysely sees it, in step with `migrations/`. Times are epoch ms; booleans are 0 or 1. */
export interface Database {
  conversations: ConversationTable;
  conversations_fts: ConversationSearchTable;
  reindexing: ReindexingTable;
  campaigns: CampaignTable;
  campaign_labels: CampaignLabelTable;
  campaign_sends: CampaignSendTable;
  unmatched_replies: UnmatchedReplyTable;
  channels: ChannelTable;
  templates: TemplateTable;
  dead_letters: DeadLetterTable;
  audit: AuditTable;
  users: UserTable;
  accounts: AccountTable;
  two_factors: TwoFactorTable;
  passkeys: PasskeyTable;
  invites: InviteTable;
  password_resets: PasswordResetTable;
  people: PeopleTable;
  person_addresses: PersonAddressTable;
  person_facts: PersonFactsTable;
  properties: PropertyTable;
  segments: SegmentTable;
  pseudonyms: PseudonymTable;
  api_keys: ApiKeyTable;
  milestone_counts: MilestoneCountTable;
  saved_replies: SavedReplyTable;
}

/** The read model's row of one conversation; `rid` is its recency id (domain/recency.ts). */
export interface ConversationTable {
  rid: number;
  id: string;
  version: number;
  channel_id: string;
  provider: ProviderName;
  contact_id: string;
  name: string;
  address: string;
  preview: string;
  preview_direction: 'inbound' | 'outbound';
  campaign_id: string | null;
  campaign_match: CampaignMatch | null;
  /** 0 new, 1 pending, 2 closed. */
  ticket_status: number;
  ticket_changed_at: number;
  snoozed_until: number | null;
  snoozed_by: string | null;
  last_inbound_at: number;
  last_at: number;
  send_window_until: number | null;
  unread: number;
  unanswered: number;
  lock_agent_id: string | null;
  lock_agent_name: string | null;
  lock_since: number | null;
}

/** The full-text index: rowid = the conversation's `rid`. It keeps no text, so `body` cannot be read back. */
export interface ConversationSearchTable {
  rowid: number;
  body: string;
}

/** A row while entries of the index of an older form are left, which end at `after`. */
export interface ReindexingTable {
  after: number;
}

export interface CampaignTable {
  id: string;
  name: string;
  channel_id: string;
  /** What stands for the message where nothing was sent: its text, placeholders and all. */
  template: string;
  /** The domain's `CampaignStatus`. */
  status: string;
  /** What a referral of the provider carries when it leads to this campaign. */
  ref: string | null;
  created_at: number;
  /** JSON of the domain's `CampaignContent`. */
  content: Generated<string>;
  /** JSON of `{ segmentId }`; null = everybody on the channel. */
  audience: Generated<string>;
  scheduled_at: Generated<number | null>;
  source: Generated<'parley' | 'api'>;
  /** Rises with every change by a person. */
  version: Generated<number>;
  created_by: Generated<string | null>;
  created_by_name: Generated<string | null>;
  updated_by_name: Generated<string | null>;
  updated_at: Generated<number>;
  /** JSON array of the domain's `ReviewEntry`. */
  review: Generated<string>;
  started_at: Generated<number | null>;
  finished_at: Generated<number | null>;
  /** Figures of the sending, written by its object, only forward by `figures_version`. */
  recipients: Generated<number>;
  sent: Generated<number>;
  delivered: Generated<number>;
  read: Generated<number>;
  failed: Generated<number>;
  unknown: Generated<number>;
  /** Recipients who have replied, each counted once. */
  replied: Generated<number>;
  figures_version: Generated<number>;
}

export interface CampaignLabelTable {
  campaign_id: string;
  label: string;
}

export interface CampaignSendTable {
  id: string;
  campaign_id: string;
  channel_id: string;
  address: string;
  provider_message_id: string | null;
  token: string | null;
  /** As the end user saw it. */
  text: string;
  /** JSON array of button captions. */
  buttons: Generated<string>;
  sent_at: number;
  /** When its receiver has answered it, and by which message; set once. */
  replied_at: Generated<number | null>;
  reply_id: Generated<string | null>;
}

/** Replies that name a message or a mark which no send has (yet). */
export interface UnmatchedReplyTable {
  channel_id: string;
  /** `id:`, `token:` or `send:` and what it names. */
  key: string;
  conversation_id: string;
  message_id: string;
  /** JSON of what the conversation asked. */
  question: string;
  at: number;
}

export interface ChannelTable {
  id: string;
  provider: ProviderName;
  name: string;
  account_id: string;
  /** JSON of the domain's `ChannelSettings`. */
  settings: Generated<string>;
  /** The channel's secrets, encrypted as one text. */
  secrets: string;
  /** Those before the latest rotation, encrypted alike; what arrives under them is taken until `previous_until`. */
  previous_secrets: Generated<string | null>;
  previous_until: Generated<number | null>;
  enabled: Generated<number>;
  created_at: number;
  updated_at: number;
}

/** What may be sent when free text may not: the provider's own list, and what an Admin has written down by hand. */
export interface TemplateTable {
  channel_id: string;
  name: string;
  language: string;
  category: string;
  header: string | null;
  body: string;
  footer: string | null;
  /** JSON array of button captions. */
  buttons: Generated<string>;
  source: 'provider' | 'manual';
  /** When the provider last listed it, or when it was written down. */
  synced_at: number;
}

export interface DeadLetterTable {
  channel_id: string;
  /** SHA-256 of the body, hex. */
  hash: string;
  reason: string;
  body: string;
  first_at: number;
  last_at: number;
  count: Generated<number>;
}

/** Who did what, when. Rows are only ever added: triggers refuse the rest. */
export interface AuditTable {
  id: string;
  at: number;
  actor_id: string | null;
  actor_name: string;
  /** `noun.verb`. */
  action: string;
  subject_type: string;
  subject_id: string;
  /** JSON object of what changed. */
  details: Generated<string>;
}

/** Who may sign in. better-auth keeps its own times as ISO texts. */
export interface UserTable {
  id: string;
  name: string;
  /** Lower case. */
  email: string;
  email_verified: Generated<number>;
  image: Generated<string | null>;
  role: Role;
  /** null = may sign in. */
  disabled_at: Generated<number | null>;
  last_seen_at: Generated<number | null>;
  two_factor_enabled: Generated<number>;
  created_at: string;
  updated_at: string;
}

/** How a user signs in; ours have one of the provider `credential`. Columns that only better-auth reads are left out. */
export interface AccountTable {
  id: string;
  account_id: string;
  provider_id: string;
  user_id: string;
  password: string | null;
  created_at: string;
  updated_at: string;
}

/** A user's second factor as better-auth keeps it, encrypted. */
export interface TwoFactorTable {
  id: string;
  user_id: string;
  secret: string;
  backup_codes: string;
  verified: Generated<number>;
  failed_verification_count: Generated<number>;
  locked_until: Generated<string | null>;
}

export interface PasskeyTable {
  /** The credential id, base64url. */
  id: string;
  user_id: string;
  name: string;
  public_key: string;
  counter: number;
  /** JSON array of WebAuthn transports. */
  transports: Generated<string>;
  created_at: number;
  last_used_at: Generated<number | null>;
}

export interface InviteTable {
  id: string;
  /** SHA-256 of the link's token, hex. */
  token_hash: string;
  email: string;
  role: Role;
  invited_by: string;
  created_at: number;
  expires_at: number;
  used_at: Generated<number | null>;
  revoked_at: Generated<number | null>;
}

export interface PasswordResetTable {
  user_id: string;
  /** SHA-256 of the link's token, hex. */
  token_hash: string;
  created_at: number;
  expires_at: number;
  used_at: Generated<number | null>;
}

/** A person as pages show them. */
export interface PeopleTable {
  no: Generated<number>;
  id: string;
  name: string;
  /** 1: given by hand or by an import. */
  named: Generated<number>;
  /** JSON of the custom properties by key. */
  properties: Generated<string>;
  /** The conversation with the latest reply. */
  conversation_id: string | null;
  created_at: number;
  updated_at: number;
}

export interface PersonAddressTable {
  /** The form by which the address is known (domain/address.ts). */
  identity: string;
  channel_id: string;
  person_no: number;
  address: string;
  conversation_id: string | null;
}

/** What queries ask of somebody; custom properties besides, in `p1` to `p40` as `PropertyTable.slot` says. */
export interface PersonFactsTable {
  no: number;
  ticket_status: number | null;
  ticket_changed_at: number | null;
  last_reply_at: number | null;
  created_at: number;
  /** Ids, each between spaces. */
  channels: Generated<string>;
  last_campaign_id: string | null;
  /** Folded; null = has yet to be. */
  name: string | null;
}

/** A custom property. */
export interface PropertyTable {
  key: string;
  label: string;
  type: PropertyType;
  slot: number;
  created_at: number;
}

export interface SegmentTable {
  id: string;
  name: string;
  /** Folded; unique. */
  name_key: string;
  /** JSON of the domain's `PeopleQuery`. */
  query: string;
  /** The user who made it. */
  created_by: string;
  created_at: number;
  updated_at: number;
}

/** Whom the audit means: a row for each person and conversation in it, until they are erased. Somebody who comes back gets another. */
export interface PseudonymTable {
  pseudonym: string;
  type: 'conversation' | 'person';
  id: string;
}

/** A key of the API; the key itself is kept nowhere. */
export interface ApiKeyTable {
  id: string;
  name: string;
  /** SHA-256 of the key, hex. */
  key_hash: string;
  prefix: string;
  /** JSON array of the domain's `Scope`. */
  scopes: string;
  created_by: string;
  created_by_name: string;
  created_at: number;
  expires_at: number | null;
  /** Up to a minute behind. */
  last_used_at: Generated<number | null>;
  revoked_at: Generated<number | null>;
}

/** So many of a kind in half an hour, by what is in `key`: a channel, a campaign or an agent. */
export interface MilestoneCountTable {
  scope: 'channel' | 'campaign' | 'agent';
  slot: number;
  key: string;
  kind: MilestoneKind;
  /** Of how long it took (`bucketOf`); 0 where nothing is measured. */
  bucket: number;
  n: number;
}

/** What agents put into their answers. */
export interface SavedReplyTable {
  id: string;
  name: string;
  /** Folded; unique. */
  name_key: string;
  /** With its placeholders (domain/saved-reply.ts). */
  text: string;
  used: Generated<number>;
  /** Rises with every change of its words. */
  version: number;
  created_at: number;
  updated_at: number;
  updated_by_name: string;
}
