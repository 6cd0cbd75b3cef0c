import { ticketStatusNames, TicketStatus } from './ticket';
import { counted } from './number-text';

/** What of an act is put into words. `isKnown`: its subject is there still. */
export type WordedAct = {
  action: string;
  subject: { type: string; id: string; title: string | null; isKnown: boolean };
  details: Record<string, string | number | boolean | null>;
};

/** Who a user is by id (null = nobody is known by it), and how a moment is written (epoch ms). */
export type Wording = { nameOf: (userId: string) => string | null; timeOf: (at: number) => string };

type Sentence = (details: Details, wording: Wording) => string;

/** Where the subject stands in a sentence. */
const IT = '{}';

/** Details are as old as their rows: what is missing or odd is left out, never thrown at. */
class Details {
  readonly #all: WordedAct['details'];

  constructor(all: WordedAct['details']) {
    this.#all = all;
  }

  text(key: string): string | null {
    const value = this.#all[key];
    return typeof value === 'string' && value !== '' ? value : null;
  }

  count(key: string): number {
    const value = this.#all[key];
    return typeof value === 'number' ? value : 0;
  }

  is(key: string): boolean {
    return this.#all[key] === true;
  }

  /** Words that were joined by spaces, as a list. */
  list(key: string): string | null {
    return this.text(key)?.split(' ').join(', ') ?? null;
  }
}

const roles = new Map([
  ['admin', 'Admin'],
  ['member', 'Member'],
  ['creator', 'Creator'],
  ['approver', 'Approver'],
  ['agent', 'Agent'],
]);
const roleOf = (text: string | null): string => (text === null ? 'another role' : (roles.get(text) ?? text));
const ticketOf = (text: string | null): string => {
  const status = TicketStatus.safeParse(text);
  return status.success ? ticketStatusNames[status.data] : (text ?? 'unknown');
};
const when = (words: string | null, before = ' '): string => (words === null ? '' : `${before}${words}`);

const sentences = new Map<string, Sentence>([
  ['user.invited', (d) => (d.is('again') ? 'sent an invitation again' : `invited somebody as ${roleOf(d.text('role'))}`)],
  ['user.invite_revoked', () => 'took an invitation back'],
  ['user.joined', (d) => `set up the account of ${IT}, as ${roleOf(d.text('role'))}`],
  ['user.role_changed', (d) => `changed the role of ${IT} from ${roleOf(d.text('from'))} to ${roleOf(d.text('to'))}`],
  ['user.disabled', () => `disabled ${IT}`],
  ['user.enabled', () => `let ${IT} in again`],
  ['user.sessions_ended', () => `signed ${IT} out everywhere`],
  ['user.password_changed', () => `changed the password of ${IT}`],
  ['user.password_reset_sent', () => `sent ${IT} a link for a new password`],
  ['user.password_reset', () => `chose a new password for ${IT} by a link`],
  ['user.second_factor_on', () => `turned the second factor of ${IT} on`],
  ['user.second_factor_off', () => `turned the second factor of ${IT} off`],
  ['user.second_factor_reset', () => `took the second factor and passkeys of ${IT} away`],
  ['user.passkey_added', () => `added a passkey to ${IT}`],
  ['user.passkey_removed', () => `removed a passkey of ${IT}`],
  ['user.signed_in', (d) => `signed in${when(d.text('method'), ' with ')}${d.is('knownDevice') ? '' : ', on a new device'}`],
  ['user.sign_in_failed', (d) => (d.text('method') === null ? 'refused a sign-in' : `refused a sign-in of ${IT}: wrong ${d.text('method') ?? ''}`)],
  ['channel.added', () => `added the channel ${IT}`],
  ['channel.changed', (d) => `changed the channel ${IT}${when(changesOf(d, 'name', 'settings'), ': ')}`],
  ['channel.rotated', (d) => `replaced secrets of the channel ${IT}${when(d.list('secrets'), ': ')}`],
  ['channel.connected', () => `connected the webhook of the channel ${IT}`],
  ['channel.enabled', () => `put the channel ${IT} into service`],
  ['channel.disabled', () => `took the channel ${IT} out of service`],
  ['channel.resumed', () => `let the stopped channel ${IT} send again`],
  ['channel.templatesSynced', () => `fetched the templates of the channel ${IT}`],
  ['channel.templateAdded', (d) => `added ${templateOf(d)} to the channel ${IT}`],
  ['channel.templateRemoved', (d) => `removed ${templateOf(d)} from the channel ${IT}`],
  ['ticket.changed', (d) => `changed the ticket of ${IT} from ${ticketOf(d.text('from'))} to ${ticketOf(d.text('to'))}`],
  ['ticket.snoozed', (d, { timeOf }) => `snoozed the conversation with ${IT}${d.count('until') > 0 ? ` until ${timeOf(d.count('until'))}` : ''}`],
  ['ticket.unsnoozed', () => `ended the snooze of ${IT}; the ticket stays Pending`],
  ['conversation.closed', (d) => `closed the conversation with ${IT}, ${closedAs(d)}`],
  ['conversation.takenOver', (d, { nameOf }) => `took the conversation with ${IT} over from ${nameOf(d.text('from') ?? '') ?? 'a colleague'}`],
  ['message.withdrawn', () => `took a message back in the conversation with ${IT}`],
  ['reply.added', () => `added the saved reply ${IT}`],
  ['reply.changed', () => `changed the saved reply ${IT}`],
  ['reply.removed', () => 'removed a saved reply'],
  ['campaign.imported', () => `brought the campaign ${IT} in through the API`],
  ['campaign.created', () => `made the campaign ${IT}`],
  ['campaign.changed', (d) => `changed the campaign ${IT}${d.text('from') === 'approved' || d.text('from') === 'scheduled' ? ', which has to be approved again' : ''}`],
  ['campaign.duplicated', () => `made the campaign ${IT} as a copy`],
  ['campaign.removed', () => 'removed the draft of a campaign'],
  ['campaign.submitted', () => `submitted the campaign ${IT} for approval`],
  ['campaign.approved', () => `approved the campaign ${IT}`],
  ['campaign.sent_back', () => `sent the campaign ${IT} back to its author`],
  ['campaign.scheduled', (d, { timeOf }) => `scheduled the campaign ${IT}${d.count('at') > 0 ? ` for ${timeOf(d.count('at'))}` : ''}`],
  ['campaign.unscheduled', () => `took the campaign ${IT} off its schedule`],
  ['campaign.started', () => `started sending the campaign ${IT}`],
  ['campaign.not_started', () => `could not start the campaign ${IT}`],
  ['campaign.paused', () => `paused the campaign ${IT}`],
  ['campaign.resumed', () => `resumed the campaign ${IT}`],
  ['campaign.stopped', () => `stopped the campaign ${IT} for good`],
  ['segment.made', () => `saved the segment ${IT}`],
  ['segment.changed', () => `changed the segment ${IT}`],
  ['segment.removed', () => 'removed a segment'],
  ['property.defined', () => `added the property ${IT}`],
  ['property.renamed', () => `renamed the property ${IT}`],
  ['property.removed', () => `removed the property ${IT} and everybody’s values of it`],
  ['person.updated', (d) => `changed ${IT}${when(changesOf(d, 'renamed', 'properties'), ': ')}`],
  ['person.erased', () => 'erased a person for good'],
  ['people.imported', (d) => `imported people: ${counted(d.count('made'), 'new', 'new')}, ${counted(d.count('changed'), 'changed', 'changed')}, ${counted(d.count('failed'), 'row not taken', 'rows not taken')}`],
  ['people.exported', (d) => `exported ${counted(d.count('count'), 'person', 'people')}`],
  ['key.issued', () => `issued the API key ${IT}`],
  ['key.revoked', () => `revoked the API key ${IT}`],
  ['index.rebuilt', () => 'had the search index made anew'],
  ['audit.exported', (d) => `exported ${counted(d.count('count'), 'act', 'acts')} of the audit`],
]); // prettier-ignore

/** What of something was changed: its name, and what else. */
function changesOf(details: Details, name: string, rest: string): string | null {
  const words = [...(details.is(name) ? ['its name'] : []), details.list(rest)].filter((word) => word !== null);
  return words.length > 0 ? words.join(', ') : null;
}

const templateOf = (d: Details): string => `the template “${d.text('template') ?? '?'}”${when(d.text('language'), ', ')}`;
const closedAs = (d: Details): string =>
  d.text('from') === d.text('to')
    ? `the ticket stays ${ticketOf(d.text('to'))}`
    : `the ticket from ${ticketOf(d.text('from'))} to ${ticketOf(d.text('to'))}`;

/** What a subject is called that has no name (any more). */
const nameless = new Map([
  ['conversation', ['a customer', 'somebody who was erased']],
  ['person', ['a person', 'somebody who was erased']],
  ['user', ['a user', 'a user who is gone']],
  ['channel', ['a channel', 'a channel that is gone']],
  ['campaign', ['a campaign', 'a campaign that is gone']],
  ['segment', ['a segment', 'a segment that is gone']],
  ['reply', ['a saved reply', 'one that is gone']],
]);

/** What the subject of an act is called. Keys of properties and of the API say enough by themselves. */
function subjectWords({ type, id, title, isKnown }: WordedAct['subject']): string {
  if (title !== null) return title;
  const words = nameless.get(type);
  return words?.[isKnown ? 0 : 1] ?? id;
}

/** Whether there is a sentence for it. */
export const isWorded = (action: string): boolean => sentences.has(action);

/**
 * What was done, to be read after who did it: `changed the ticket of`, `Nia`, `from New to Closed`. `subject` is null where a sentence
 * needs none. Of an act that nobody has put into words, its own name.
 */
export function wordsOf(act: WordedAct, wording: Wording): { before: string; subject: string | null; after: string } {
  const text = sentences.get(act.action)?.(new Details(act.details), wording) ?? `did “${act.action}”`;
  const at = text.indexOf(IT);
  if (at < 0) return { before: text, subject: null, after: '' };
  return { before: text.slice(0, at), subject: subjectWords(act.subject), after: text.slice(at + IT.length) };
}

/** The same as one line. */
export function sentenceOf(act: WordedAct, wording: Wording): string {
  const { before, subject, after } = wordsOf(act, wording);
  return `${before}${subject ?? ''}${after}`;
}
