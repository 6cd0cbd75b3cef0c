import { expect, test } from 'vitest';
import type { InboxFrame } from '../../src/lib/domain/protocol';
import type { Summary } from '../../src/lib/domain/summary';
import { MANY, type Glance, type Notice } from '../../src/lib/inbox/notices';
import { Notifier } from '../../src/lib/inbox/notifier';
import { aRow } from '../fixtures/row';

const T = Date.UTC(2026, 10, 27, 9);
const rows = (...rows: Summary[]): InboxFrame => ({ type: 'rows', at: '1', rows });
const hello = (...rows: Summary[]): InboxFrame => ({ type: 'hello', at: '1', now: T, isCaughtUp: true, rows, agents: [] });
const settled = () => new Promise((resolve) => setTimeout(resolve));

function aNotifier() {
  const told: string[] = [];
  const browser = { isLeader: true, glance: null as Glance, chimes: true };
  const notifier = new Notifier({
    userId: 'ana',
    now: () => T,
    choice: () => ({ scope: 'free', sound: true }),
    isLeader: () => browser.isLeader,
    glance: async () => browser.glance,
    show: ({ tag, title }: Notice, silent) => void told.push(`${tag}: ${title}${silent ? '' : ', with the system’s sound'}`),
    close: (tag) => void told.push(`close ${tag}`),
    chime: () => {
      if (browser.chimes) told.push('chime');
      return browser.chimes;
    },
  });
  return { notifier, browser, told };
}
const news = (id: string, version = 2): Summary => aRow(id, { version, unread: version, lastInboundAt: T + version });

test('a message sounds and shows once, however often its row comes, and goes when it is read', async () => {
  const { notifier, told } = aNotifier();
  notifier.read([aRow('a')]);
  notifier.hear(rows(news('a')));
  notifier.hear(rows(news('a')));
  await settled();
  expect(told).toEqual(['chime', 'a: Name a']);
  notifier.hear(rows(aRow('a', { version: 3, unread: 0 })));
  expect(told.slice(2)).toEqual(['close a']);
});

test('a tab that does not lead keeps count, and goes on from there when it does', async () => {
  const { notifier, browser, told } = aNotifier();
  browser.isLeader = false;
  notifier.hear(rows(news('a')));
  await settled();
  browser.isLeader = true;
  notifier.hear(rows({ ...news('a'), version: 3, ticketStatus: 'pending' }));
  await settled();
  expect(told).toEqual([]);
  notifier.hear(rows(news('a', 4)));
  await settled();
  expect(told).toEqual(['chime', 'a: Name a']);
});

test('what was missed during a gap is told in one, from the first frame or from the list', async () => {
  const known = [aRow('a'), aRow('b'), aRow('c'), aRow('d')];
  const { notifier, told } = aNotifier();
  notifier.read(known);
  notifier.hear(hello(news('a'), news('b')));
  await settled();
  notifier.looked();
  notifier.read([news('a'), news('b'), news('c'), news('d')]);
  await settled();
  expect(told.filter((one) => one.startsWith(`${MANY}:`))).toEqual(Array(2).fill(`${MANY}: 2 conversations have new messages`));
});

test('where the page may not sound, the system’s own sound is let be', async () => {
  const { notifier, browser, told } = aNotifier();
  browser.chimes = false;
  notifier.hear(rows(news('a')));
  await settled();
  expect(told).toEqual(['a: Name a, with the system’s sound']);
});

test('who is looking at the inbox in any tab is shown nothing', async () => {
  const { notifier, browser, told } = aNotifier();
  browser.glance = { openId: null };
  notifier.hear(rows(news('a')));
  await settled();
  expect(told).toEqual([`close ${MANY}`]);
});

test('who was erased is gone from the screen, too', () => {
  const { notifier, told } = aNotifier();
  notifier.hear({ type: 'erased', ids: ['a'] });
  expect(told).toEqual(['close a']);
});
