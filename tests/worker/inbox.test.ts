import { evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { InboxFrame } from '../../src/lib/domain/protocol';
import { MAX_FRAME_BYTES, PING, PONG } from '../../src/lib/domain/protocol';
import type { Agent } from '../../src/lib/domain/role';
import type { Summary } from '../../src/lib/domain/summary';
import { database } from '../../src/lib/server/db/client';
import { find } from '../../src/lib/server/db/conversations';
import type { Inbox } from '../../workers/inbox/inbox';
import { headersOf } from '../../workers/sockets';
import { alex, ana, ben, mia, policy } from '../fixtures/conversation';
import { aSummary, idOf, NOW } from '../fixtures/summaries';

const facts = { now: NOW, policy };
let hubs = 0;
let hub: DurableObjectStub<Inbox>;
const open: WebSocket[] = [];

beforeEach(async () => {
  hubs += 1;
  hub = env.INBOX.get(env.INBOX.idFromName(`hub-${hubs}`));
  await env.DB.batch([env.DB.prepare('DELETE FROM conversations_fts'), env.DB.prepare('DELETE FROM conversations')]);
});
afterEach(() => {
  for (const socket of open.splice(0)) socket.close(1000);
});

type Dashboard = { socket: WebSocket; frames: InboxFrame[]; texts: string[]; closed: Promise<number> };

async function connect(agent: Agent, session = `session-of-${agent.id}`, since = ''): Promise<Dashboard> {
  const response = await hub.fetch(`https://parley.test/live/inbox?since=${since}`, {
    headers: [['upgrade', 'websocket'], ...headersOf(agent, session)],
  });
  const socket = response.webSocket;
  if (!socket) throw new Error(`No socket: ${response.status}`);
  const dashboard: Dashboard = {
    socket,
    frames: [],
    texts: [],
    closed: new Promise((resolve) => socket.addEventListener('close', ({ code }) => resolve(code))),
  };
  socket.addEventListener('message', ({ data }) => {
    if (typeof data !== 'string') return;
    dashboard.texts.push(data);
    if (data !== PONG) dashboard.frames.push(JSON.parse(data));
  });
  socket.accept();
  open.push(socket);
  return dashboard;
}

const rowsOf = ({ frames }: Dashboard): Summary[] => frames.flatMap((frame) => (frame.type === 'rows' ? frame.rows : []));
/** Who is here, after each frame that says so. */
function agentsOf({ frames }: Dashboard): string[] {
  const here = new Set<string>();
  return frames.flatMap((frame) => {
    const [came, left] = frame.type === 'hello' ? [frame.agents, []] : frame.type === 'presence' ? [frame.came, frame.left] : [[], []]; // prettier-ignore
    for (const { id } of came) here.add(id);
    for (const id of left) here.delete(id);
    return frame.type === 'hello' || frame.type === 'presence' ? [[...here].sort().join()] : [];
  });
}
const errorsOf = ({ frames }: Dashboard): number => frames.filter(({ type }) => type === 'error').length;

test('a published row is on every dashboard at once, and in the read model when publishing is over', async () => {
  const [one, two] = [await connect(ana), await connect(ben)];
  const row = aSummary();
  const published = hub.publish(row);
  await vi.waitFor(() => expect([rowsOf(one), rowsOf(two)]).toEqual([[row], [row]]));
  await published;
  expect(await find(database(env.DB), [row.id], facts)).toEqual([row]);
});

test('what there is now is told to every dashboard, as soon as the read model has it', async () => {
  const [one, two] = [await connect(ana), await connect(ben)];
  const countsOf = ({ frames }: Dashboard) => frames.flatMap((frame) => (frame.type === 'counts' ? [frame.counts.active] : []));
  const [fresh, closed] = [aSummary({ id: idOf(1), lastInboundAt: Date.now() }), aSummary({ id: idOf(2), lastInboundAt: Date.now(), ticketStatus: 'closed' })]; // prettier-ignore
  await hub.publish(fresh);
  const first = { total: 1, new: 1, pending: 0, closed: 0 };
  await vi.waitFor(() => expect([countsOf(one).at(-1), countsOf(two).at(-1)]).toEqual([first, first]), { timeout: 5_000 });
  await hub.publish(closed);
  const second = { total: 2, new: 1, pending: 0, closed: 1 };
  await vi.waitFor(() => expect(countsOf(one).at(-1)).toEqual(second), { timeout: 5_000 });
});

test('a row that is not yet written is pending, and stays so a moment longer than it has to', async () => {
  const row = aSummary();
  const published = hub.publish(row);
  expect(await hub.pending()).toEqual([row]);
  await published;
  expect(await hub.pending()).toEqual([row]);
  await vi.waitFor(async () => expect(await hub.pending()).toEqual([]), { timeout: 5_000, interval: 250 });
});

test('of the changes of one conversation that come together the highest version stays, whatever the order', async () => {
  const dashboard = await connect(ana);
  const versions = [3, 1, 5, 2, 4].map((version) => aSummary({ version, unread: version }));
  await Promise.all(versions.map((row) => hub.publish(row)));
  expect(await find(database(env.DB), [aSummary().id], facts)).toMatchObject([{ version: 5, unread: 5 }]);
  await vi.waitFor(() => expect(rowsOf(dashboard).at(-1)?.version).toBe(5));
});

test('many changes reach a dashboard in a few frames, and the read model, none lost', async () => {
  const dashboard = await connect(ana);
  const rows = Array.from({ length: 180 }, (_, n) => aSummary({ id: idOf(n), lastInboundAt: NOW - n * 1000 }));
  await Promise.all(rows.map((row) => hub.publish(row)));
  await vi.waitFor(() => expect(new Set(rowsOf(dashboard).map(({ id }) => id)).size).toBe(180));
  const frames = dashboard.frames.filter(({ type }) => type === 'rows').length;
  expect(frames).toBeLessThan(60);
  const { results } = await env.DB.prepare('SELECT count(*) n FROM conversations').all();
  expect(results).toEqual([{ n: 180 }]);
});

test('a failed write rejects the publishing, keeps the row in sight, and succeeds when published again', async () => {
  const dashboard = await connect(ana);
  const row = aSummary({ contact: { id: 'c', name: 'Ana', address: '1' } });
  await env.DB.exec('ALTER TABLE conversations RENAME TO conversations_away');
  try {
    expect(await failureOf(hub.publish(row))).toMatch('no such table');
    expect(await hub.pending()).toEqual([row]);
    expect(rowsOf(dashboard)).toEqual([row]);
  } finally {
    await env.DB.exec('ALTER TABLE conversations_away RENAME TO conversations');
  }
  await hub.publish(row);
  expect(await find(database(env.DB), [row.id], facts)).toEqual([row]);
});

test('one failed write does not fail the next one', async () => {
  await env.DB.exec('ALTER TABLE conversations RENAME TO conversations_away');
  expect(await failureOf(hub.publish(aSummary({ id: idOf(1) })))).toMatch('no such table');
  await env.DB.exec('ALTER TABLE conversations_away RENAME TO conversations');
  await hub.publish(aSummary({ id: idOf(2) }));
  expect(await find(database(env.DB), [idOf(1), idOf(2)], facts)).toMatchObject([{ id: idOf(2) }]);
});

test('what is to be counted of a row is nobody’s to see: neither in a frame nor in what is pending', async () => {
  const dashboard = await connect(ana);
  const milestones = [{ kind: 'opened', version: 1, at: NOW, ms: null, agentId: null }] as const;
  const written = hub.publish({ ...aSummary(), milestones });
  await vi.waitFor(() => expect(rowsOf(dashboard)).toEqual([aSummary()]));
  expect(await hub.pending()).toEqual([aSummary()]);
  await written;
  expect(await hub.pending()).toEqual([aSummary()]);
});

test('everybody sees who has the dashboard open, each person once, until the last tab is closed', async () => {
  const first = await connect(ana);
  await vi.waitFor(() => expect(agentsOf(first).at(-1)).toBe('ana'));
  const second = await connect(ben);
  const tab = await connect(ben);
  await vi.waitFor(() => expect([agentsOf(first).at(-1), agentsOf(tab).at(-1)]).toEqual(['ana,ben', 'ana,ben']));
  tab.socket.close(1000);
  second.socket.close(1000);
  await vi.waitFor(() => expect(agentsOf(first).at(-1)).toBe('ana'));
});

test('names of any script survive the way through the headers', async () => {
  const dashboard = await connect({ ...ana, name: '王小明 Ñ' });
  await vi.waitFor(() => expect(dashboard.frames[0]).toMatchObject({ type: 'hello', agents: [{ id: 'ana', name: '王小明 Ñ' }] }));
});

test('dashboards that slept through an eviction still get rows and are still known', async () => {
  const dashboard = await connect(alex);
  await vi.waitFor(() => expect(agentsOf(dashboard).at(-1)).toBe('alex'));
  await evictDurableObject(hub);
  const row = aSummary();
  await hub.publish(row);
  await vi.waitFor(() => expect(rowsOf(dashboard)).toEqual([row]));
  const other = await connect(ben);
  await vi.waitFor(() => expect(agentsOf(other).at(-1)).toBe('alex,ben'));
});

test('a keep-alive is answered', async () => {
  const dashboard = await connect(ana);
  dashboard.socket.send(PING);
  await vi.waitFor(() => expect(dashboard.texts).toContain(PONG));
});

test.each([
  ['no upgrade', [...headersOf(ana, 's')], 426],
  ['no trusted headers', [['upgrade', 'websocket']], 426],
  [
    'an unknown role',
    [['upgrade', 'websocket'], ...headersOf(ana, 's').filter(([name]) => !name.includes('role')), ['x-parley-role', 'root']],
    426,
  ],
  ['a role without the right', [['upgrade', 'websocket'], ...headersOf(mia, 's')], 403],
] as [string, [string, string][], number][])('%s gets no socket', async (_, headers, status) => {
  const response = await hub.fetch('https://parley.test/live/inbox', { headers });
  expect([response.status, response.webSocket]).toEqual([status, null]);
});

test('the third frame that is not understood ends the socket, and only that one', async () => {
  const [bad, good] = [await connect(ana), await connect(ben)];
  bad.socket.send('not json');
  bad.socket.send(JSON.stringify({ type: 'rows', rows: [] }));
  await vi.waitFor(() => expect(errorsOf(bad)).toBe(2));
  bad.socket.send(new Uint8Array([1, 2, 3]));
  expect(await bad.closed).toBe(1008);
  await hub.publish(aSummary());
  await vi.waitFor(() => expect(rowsOf(good)).toHaveLength(1));
});

test('bad frames are counted over an eviction', async () => {
  const dashboard = await connect(ana);
  dashboard.socket.send('{');
  dashboard.socket.send('{');
  await vi.waitFor(() => expect(errorsOf(dashboard)).toBe(2));
  await evictDurableObject(hub);
  dashboard.socket.send('{');
  expect(await dashboard.closed).toBe(1008);
});

test.each([['text', 'é'.repeat(MAX_FRAME_BYTES / 2 + 1)], ['bytes', new Uint8Array(MAX_FRAME_BYTES + 1)]])('a frame of %s above 16 KB ends the socket', async (_, frame) => { // prettier-ignore
  const dashboard = await connect(ana);
  dashboard.socket.send(frame);
  expect(await dashboard.closed).toBe(1009);
}); // prettier-ignore

test('the end of a sign-in ends its dashboards and nobody else’s', async () => {
  const [gone, stays] = [await connect(ana, 'ended'), await connect(ben, 'other')];
  await hub.disconnect('ended');
  expect(await gone.closed).toBe(1008);
  await vi.waitFor(() => expect(agentsOf(stays).at(-1)).toBe('ben'));
});

test('a crowd that comes at once is told of in a few frames, and of those who are left all see the same', async () => {
  const crowd = await Promise.all(Array.from({ length: 40 }, (_, n) => connect({ ...ana, id: `agent-${n + 10}` })));
  const everybody = crowd.map((_, n) => `agent-${n + 10}`);
  await vi.waitFor(() => expect(crowd.map((one) => agentsOf(one).at(-1))).toEqual(crowd.map(() => everybody.join())));
  for (const { socket } of crowd.slice(20)) socket.close(1000);
  const stay = crowd.slice(0, 20);
  await vi.waitFor(() => expect(stay.map((one) => agentsOf(one).at(-1))).toEqual(stay.map(() => everybody.slice(0, 20).join())));
  const told = stay[0]?.frames.filter(({ type }) => type === 'presence').length;
  expect(told).toBeLessThan(10);
});

test('who comes back is told exactly what it has missed, as it is now', async () => {
  const dashboard = await connect(ana);
  await hub.publish(aSummary({ id: idOf(1), version: 1 }));
  const at = dashboard.frames.flatMap((frame) => ('at' in frame ? [frame.at] : [])).at(-1);
  dashboard.socket.close(1000);
  await tell([aSummary({ id: idOf(2), version: 1 })]);
  await tell([aSummary({ id: idOf(2), version: 2 })]);
  const back = await connect(ana, undefined, at);
  await vi.waitFor(() => expect(back.frames[0]).toMatchObject({ type: 'hello', isCaughtUp: true, rows: [{ id: idOf(2), version: 2 }] })); // prettier-ignore
  const hello = back.frames[0];
  const again = await connect(ana, undefined, hello?.type === 'hello' ? hello.at : '');
  await vi.waitFor(() => expect(again.frames[0]).toMatchObject({ isCaughtUp: true, rows: [] }));
});

test.each([
  ['the hub has started anew', () => evictDurableObject(hub)],
  ['somebody was erased', () => hub.erase([{ id: idOf(9), erasedAt: NOW }])],
  ['a channel was stopped', () => hub.channelsChanged()],
  ['too much has changed', () => tell(Array.from({ length: 101 }, (_, n) => aSummary({ id: idOf(n) })))],
  ['it makes up where it was', () => undefined],
])('who comes back after a while is told to start over when %s', async (why, happens) => {
  const before = await connect(ana);
  await hub.publish(aSummary({ id: idOf(1), version: 1 }));
  const at = before.frames.flatMap((frame) => ('at' in frame ? [frame.at] : [])).at(-1);
  before.socket.close(1000);
  await happens();
  const back = await connect(ana, undefined, why.startsWith('it makes up') ? `${at}0` : at);
  await vi.waitFor(() => expect(back.frames[0]).toMatchObject({ type: 'hello', isCaughtUp: false, rows: [] }));
});

test('who comes is told at once what there is, if it was counted lately', async () => {
  const countsOf = ({ frames }: Dashboard) =>
    frames.flatMap((frame) => (frame.type === 'counts' ? [frame.counts.active.total] : []));
  const first = await connect(ana);
  await hub.publish(aSummary({ lastInboundAt: Date.now() }));
  await vi.waitFor(() => expect(countsOf(first).at(-1)).toBe(1), { timeout: 3_000 });
  const told = countsOf(first).length;
  const second = await connect(ben);
  await vi.waitFor(() => expect(countsOf(second)).toEqual([1]));
  expect(countsOf(first)).toHaveLength(told);
});

/** Publishes rows and waits until dashboards have them: the read model may have a row a frame before they do. */
async function tell(rows: Summary[]): Promise<void> {
  const witness = await connect(ben);
  await Promise.all(rows.map((row) => hub.publish(row)));
  const versionsOf = (told: readonly Summary[]) => new Map(told.map(({ id, version }) => [id, version]));
  await vi.waitFor(() => expect(versionsOf(rowsOf(witness))).toEqual(versionsOf(rows)));
}

async function failureOf(call: Promise<void>): Promise<string> {
  try {
    await call;
    return 'none';
  } catch (error) {
    return String(error);
  }
}
