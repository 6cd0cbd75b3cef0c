import { z } from 'zod';

/** What acts are about: the noun that an action begins with. */
export const AuditArea = z.enum([
  'user', 'session', 'channel', 'conversation', 'ticket', 'message', 'reply', 'campaign', 'segment', 'property', 'person', 'people', 'key', 'index', 'audit',
]); // prettier-ignore
export type AuditArea = z.infer<typeof AuditArea>;

/** How a filter calls them. */
export const auditAreaNames: Record<AuditArea, string> = {
  user: 'Users',
  session: 'Sign-ins',
  channel: 'Channels',
  conversation: 'Conversations',
  ticket: 'Tickets',
  message: 'Messages',
  reply: 'Saved replies',
  campaign: 'Campaigns',
  segment: 'Segments',
  property: 'Properties',
  person: 'Persons',
  people: 'Imports and exports',
  key: 'API keys',
  index: 'Search index',
  audit: 'Audit',
};

/** Who acts without being a user or a key of the API. The audit knows each by this name, and all customers by one. */
const outsiders = { customer: 'Customer', signIn: 'Sign-in', setUp: 'Set-up', commandLine: 'Command line' } as const;

export const outsider = (who: keyof typeof outsiders): { id: null; name: string } => ({ id: null, name: outsiders[who] });

/** The same as a filter offers them, by the name that the audit has. */
export const outsiderChoices: readonly { id: string; name: string }[] = Object.values(outsiders).map((name) => ({
  id: name,
  name: name === outsiders.customer ? 'Customers' : name,
}));

const At = z.number().int().nonnegative();

/** What the log may be narrowed by; times in epoch ms, `before` excluded. `actors`: ids of users, or names of what is no user. */
export const AuditFilters = z.strictObject({
  actors: z.array(z.string().min(1).max(128)).max(100).optional(),
  areas: z.array(AuditArea).max(20).optional(),
  /** The id of a conversation, person, channel, user …, or a pseudonym as the export has it. */
  subject: z.string().trim().min(1).max(128).optional(),
  from: At.optional(),
  before: At.optional(),
});
export type AuditFilters = z.infer<typeof AuditFilters>;

/** Where a page ended. */
export type AuditCursor = { at: number; id: string };

export const auditCursorText = ({ at, id }: AuditCursor): string => `${at}.${id}`;

/** A cursor as it came back from a client. */
export const AuditCursorText = z
  .string()
  .max(300)
  .regex(/^\d{1,16}\..+$/)
  .transform((text): AuditCursor => {
    const dot = text.indexOf('.');
    return { at: Number(text.slice(0, dot)), id: text.slice(dot + 1) };
  });
