import { sql } from 'kysely';
import { z } from 'zod';
import { CSV_MARK, lineText } from '../../domain/csv';
import type { PeopleQuery } from '../../domain/people-query';
import { stateAt } from '../../domain/person';
import { ticketStatusNames, TicketStatus } from '../../domain/ticket';
import * as channels from './channels';
import { database } from './client';
import { foundIn, type PeopleContext, valuesOf } from './people';
import * as properties from './properties';

/** People of one look: a million of them are 500, and a call may look a thousand times. */
const PART = 2_000;
const Addresses = z.array(z.tuple([z.string(), z.string()]));

type Row = {
  no: number;
  name: string;
  properties: string;
  ticket_status: number | null;
  last_reply_at: number | null;
  created_at: number;
  campaign_name: string | null;
  addresses: string;
};

/**
 * The people for whom a query holds as lines of a CSV, a part at a time, in the order in which they were added: name, an address per
 * channel, ticket, conversation, last reply, last campaign, custom properties. No cell of it is a formula.
 */
export async function* lines(d1: D1Database, query: PeopleQuery, search: string, context: PeopleContext): AsyncGenerator<string> {
  const db = database(d1);
  const [custom, every, found] = await Promise.all([properties.list(db), channels.list(db), foundIn(db, query, search, context)]);
  const heads = [
    'Name',
    ...every.map(({ name }) => name),
    'Ticket status',
    'Conversation',
    'Last reply',
    'Last campaign',
    'Added',
  ];
  yield CSV_MARK + lineText([...heads, ...custom.map(({ label }) => label)]);
  for (let after = 0; ;) {
    const { rows } = await sql<Row>`select q.no, q.name, q.properties, f.ticket_status, f.last_reply_at, f.created_at,
        coalesce(k.name, f.last_campaign_id) as campaign_name,
        (select json_group_array(json_array(a.channel_id, a.address)) from person_addresses as a where a.person_no = q.no) as addresses
      from (select f.no from person_facts as f where ${found} and f.no > cast(${after} as integer) order by f.no limit ${PART}) as page
      cross join person_facts as f on f.no = page.no cross join people as q on q.no = page.no
      left join campaigns as k on k.id = f.last_campaign_id order by q.no`.execute(db);
    const last = rows.at(-1);
    if (!last) return;
    yield rows.map((row) => lineText(cellsOf(row, every, custom, context))).join('');
    after = last.no;
  }
}

function cellsOf(
  row: Row,
  every: readonly { id: string }[],
  custom: readonly properties.StoredProperty[],
  { now, policy }: PeopleContext,
) {
  const addresses = new Map(Addresses.parse(JSON.parse(row.addresses)));
  const values = valuesOf(row.properties);
  const status = row.ticket_status === null ? undefined : TicketStatus.options[row.ticket_status];
  const time = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  return [
    row.name,
    ...every.map(({ id }) => addresses.get(id) ?? null),
    status === undefined ? null : ticketStatusNames[status],
    stateAt(row.last_reply_at, policy, now),
    time(row.last_reply_at),
    row.campaign_name,
    time(row.created_at),
    ...custom.map(({ key }) => (Object.hasOwn(values, key) ? (values[key] ?? null) : null)),
  ];
}
