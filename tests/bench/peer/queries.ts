import { type Filters, type ListInput, type ConversationQuestion } from '../floors/questions.ts';
import { inboxes, statuses } from './rows.ts';

const PAGE = 25;
const SEARCH_PAGE = 15;

/**
 * What the peer runs for the same question, as its documentation has it: a list is its page by offset, without the three counts
 * that it serves with each; a search asks contacts, messages and conversations one by one. It has no list by age, no filter inside of a search and no search in its list.
 * null = it cannot answer this in any way of its own.
 */
export function peerSql(question: ConversationQuestion, input: ListInput | Filters, rows: number): string[] | null {
  if (input.heldBy === 'me') return listSql(question, input, rows);
  if (question.procedure === 'conversations.counts') return input.search === undefined ? countsSql(input) : null;
  if (input.search === undefined) return listSql(question, input, rows);
  const narrowed = input.campaignIds ?? input.labels ?? input.ticketStatuses;
  return narrowed === undefined ? searchSql(input.search) : null;
}

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const statusOf = ({ ticketStatuses }: Filters): number => statuses[ticketStatuses?.[0] ?? 'new'];

/** Conversations are always of one status there. */
function conditions(input: Filters): string {
  const wanted = input.channelIds?.map((id) => inboxes.findIndex((one) => one === id)) ?? inboxes.map((_, i) => i);
  const parts = [`c.account_id = 1`, `c.inbox_id IN (${wanted.join(', ')})`, `c.status = ${statusOf(input)}`];
  if (input.campaignIds)
    parts.push(`c.campaign_id IN (${input.campaignIds.map((id) => Number(id.replace(/\D+/g, ''))).join(', ')})`);
  if (input.labels)
    parts.push(
      `c.id IN (SELECT t.taggable_id FROM taggings t JOIN tags g ON g.id = t.tag_id WHERE t.taggable_type = 'Conversation' AND t.context = 'labels' AND g.name IN (${input.labels.map(quote).join(', ')}))`,
    );
  if (input.unanswered) parts.push('c.waiting_since IS NOT NULL');
  if (input.heldBy) parts.push(input.heldBy === 'me' ? 'c.assignee_id = 99' : 'c.assignee_id IS NULL');
  return parts.join(' AND ');
}

function countsSql(input: Filters): string[] {
  const count = (extra: string) => `SELECT count(*) FROM conversations c WHERE ${conditions(input)}${extra}`;
  return [count(' AND c.assignee_id = 99'), count(' AND c.assignee_id IS NULL'), count('')];
}

function listSql(question: ConversationQuestion, input: ListInput | Filters, rows: number): string[] {
  // The middle of what is open, which half of all are.
  const offset = question.procedure === 'conversations.list' && question.deep ? Math.floor(rows / 4 / PAGE) * PAGE : 0;
  const direction = 'sort' in input && input.sort === 'oldest' ? 'ASC' : 'DESC';
  return [
    `SELECT c.*, k.name FROM conversations c JOIN contacts k ON k.id = c.contact_id WHERE ${conditions(input)}
    ORDER BY c.last_activity_at ${direction} LIMIT ${PAGE} OFFSET ${offset}`,
  ];
}

function searchSql(search: string): string[] {
  const like = quote(`%${search.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`);
  const lately = `now() - interval '3 months'`;
  const any = (columns: string[]) => columns.map((column) => `${column} ILIKE ${like}`).join(' OR ');
  const contacts = any(['k.name', 'k.email', 'k.phone_number', 'k.identifier']);
  return [
    `SELECT k.* FROM contacts k WHERE k.account_id = 1 AND (${contacts}) ORDER BY k.last_activity_at DESC NULLS LAST LIMIT ${SEARCH_PAGE}`,
    `SELECT m.* FROM messages m WHERE m.account_id = 1 AND m.inbox_id IN (0, 1, 2) AND m.created_at >= ${lately} AND m.content ILIKE ${like}
      ORDER BY m.created_at DESC LIMIT ${SEARCH_PAGE}`,
    `SELECT c.* FROM conversations c JOIN contacts k ON k.id = c.contact_id WHERE c.account_id = 1 AND c.inbox_id IN (0, 1, 2)
      AND c.created_at >= ${lately} AND (cast(c.display_id AS text) ILIKE ${like} OR ${contacts})
      ORDER BY c.last_activity_at DESC LIMIT ${SEARCH_PAGE}`,
  ];
}
