import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { appCommands } from '../../src/lib/inbox/app-commands';
import { actOf, offersNow, registerCommands } from '../../src/lib/inbox/commands';
import { conversationCommands } from '../../src/lib/inbox/conversation-commands';
import { sectionsOf } from '../../src/lib/inbox/palette-entries';
import { DeviceStore } from '../../src/lib/inbox/device-store';
import { Preferences } from '../../src/lib/inbox/preferences.svelte';
import type { HoldView } from '../../src/lib/inbox/hold.svelte';
import type { Role } from '../../src/lib/domain/role';
import { aSummary, NOW } from '../fixtures/summaries';

// Outside the Svelte compiler a rune is nothing but its value.
vi.hoisted(() => {
  Object.assign(globalThis, { $state: <T>(initial: T): T => initial });
});

let undo: (() => void)[] = [];
beforeEach(() => {
  undo = [];
});
afterEach(() => {
  for (const each of undo) each();
});
const register = (...map: Parameters<typeof registerCommands>): void => void undo.push(registerCommands(...map));

test('whoever registered last is asked, and the one before again once they are gone', () => {
  const done: string[] = [];
  register({ search: () => done.push('first') });
  const back = registerCommands({ search: () => done.push('second') });
  actOf('search')?.run();
  back();
  actOf('search')?.run();
  expect(done).toEqual(['second', 'first']);
});

test('what is not possible is neither offered nor done, also when it was registered earlier by somebody who could', () => {
  register({ help: () => undefined, copyLink: () => undefined });
  register({ copyLink: { isPossible: () => false, run: () => undefined } });
  expect(actOf('copyLink')).toBeNull();
  expect(offersNow().map(({ id }) => id)).toEqual(['help']);
});

test('what is of use by its key only is not offered', () => {
  register({ next: () => undefined, palette: () => undefined });
  expect(offersNow()).toEqual([]);
  expect(actOf('next')).not.toBeNull();
});

const went: string[] = [];
function enter(role: Role, path = '/people'): Preferences {
  const preferences = new Preferences('dark', new DeviceStore(null));
  const go = (href: string) => {
    went.push(href);
    return Promise.resolve();
  };
  const nothing = (): void => undefined;
  const acts = { go, showPalette: nothing, showHelp: nothing, signOut: nothing };
  register(appCommands({ role: () => role, simulator: () => true, preferences, path: () => path, ...acts }));
  return preferences;
}

describe('what every page offers', () => {
  const goTo = () => offersNow().flatMap(({ group, words }) => (group === 'Go to' ? [words] : []));

  test.each<[Role, string[]]>([
    ['agent', ['Inbox', 'Active', 'Inactive', 'People', 'Your account']],
    ['member', ['Campaigns', 'Reports', 'Your account']],
    ['creator', ['Campaigns', 'Your account']],
  ])('%s is led only to where they may go', (role, places) => {
    enter(role);
    expect(goTo()).toEqual(places);
    expect(offersNow().some(({ id }) => id === 'searchConversations')).toBe(role === 'agent');
  });

  test('an Admin is led everywhere', () => {
    enter('admin');
    expect(goTo()).toContain('Settings: Audit');
    actOf('settings')?.run();
    actOf('settings.audit')?.run();
    expect(went.slice(-2)).toEqual(['/settings', '/settings/audit']);
  });

  test('of the themes those that are not on, and the switch of the single keys says what it will do', () => {
    const preferences = enter('agent');
    const words = () => sectionsOf(offersNow(), '').flatMap(({ offers }) => offers.map((offer) => offer.words));
    expect(words()).toEqual(expect.arrayContaining(['Theme: as the system', 'Theme: light', 'Turn single keys off']));
    expect(words()).not.toContain('Theme: dark');
    actOf('singleKeys')?.run();
    expect(preferences.shortcuts).toBe(false);
    expect(words()).toContain('Turn single keys on');
  });

  test('the search of conversations is offered by the list itself where it is on screen', () => {
    enter('agent', '/conversations/x');
    expect(actOf('searchConversations')).toBeNull();
  });
});

/** A pane whose hold is this; what it is asked to do is noted. */
function aPane(view: HoldView, { closed = false, next = true, noting = false, archived = false } = {}) {
  const done: unknown[] = [];
  const note =
    (name: string) =>
    (...args: unknown[]): void =>
      void done.push([name, ...args]);
  const answer =
    (name: string) =>
    (...args: unknown[]): Promise<boolean> => {
      done.push([name, ...args]);
      return Promise.resolve(true);
    };
  const thread = {
    conversation: aSummary({ ticketStatus: 'new' }),
    hold: { view },
    note: { isOpen: noting },
    isWindowClosedAt: () => closed,
    send: note('send'),
    claim: note('claim'),
    release: answer('release'),
    ask: answer('ask'),
    setTicketStatus: answer('set'),
  };
  const facts = { now: () => NOW, isBusy: () => false, hasNext: () => next, isAtEnd: () => true };
  const panel = { isPanelOpen: () => false, isPanelFolded: () => true, togglePanel: note('panel'), holds: () => true };
  const acts = {
    reply: note('reply'),
    note: note('note'),
    openStatus: note('status'),
    snooze: note('snooze'),
    maySnooze: () => !archived,
    jump: note('jump'),
    escape: note('escape'),
  };
  const pane = { thread, ...facts, ...panel, ...acts, close: note('close'), copyLink: note('copy') };
  register(conversationCommands(pane));
  return done;
}

describe('what an open conversation offers', () => {
  const ids = () => offersNow().map(({ id }) => id);
  const lock = { agentId: 'ben', agentName: 'Ben Okafor', since: NOW };

  test('its holder', () => {
    const done = aPane({ type: 'mine', epoch: 3 });
    expect(ids()).toEqual('reply note closeNext pendingNext snooze setPending setClosed claim contact copyLink leave'.split(' '));
    actOf('finish')?.run();
    actOf('closeNext')?.run();
    actOf('pendingNext')?.run();
    actOf('claim')?.run();
    expect(done).toEqual([
      ['send'],
      ['close', 'closed', 'nothing'],
      ['close', 'closed', 'draft'],
      ['close', 'pending', 'draft'],
      ['release'],
    ]);
  });

  test('its holder when nobody comes next, and when the window is closed', () => {
    aPane({ type: 'mine', epoch: 3 }, { closed: true, next: false });
    expect(ids()).not.toContain('reply');
    expect(offersNow().map(({ words }) => words)).toContain('Close as Closed');
  });

  test('what has left the lists is not snoozed', () => {
    aPane({ type: 'mine', epoch: 3 }, { archived: true });
    expect(ids()).not.toContain('snooze');
  });

  test('who writes a note sends no answer with it', () => {
    aPane({ type: 'mine', epoch: 3 }, { noting: true });
    expect(ids()).not.toContain('finish');
  });

  test('who only reads along', () => {
    const done = aPane({ type: 'other', lock, asked: 'no', loss: null });
    expect(ids()).toEqual(['note', 'ask', 'contact', 'copyLink', 'leave']);
    expect(offersNow()[1]?.words).toBe('Ask Ben Okafor for it');
    actOf('closeNext')?.run();
    actOf('ask')?.run();
    expect(done).toEqual([['ask']]);
  });

  test('who has just asked', () => {
    aPane({ type: 'other', lock, asked: 'lately', loss: null });
    expect(ids()).not.toContain('ask');
  });

  test('anybody while nobody holds it', () => {
    const done = aPane({ type: 'free', loss: null });
    expect(ids()).toEqual('note snooze setPending setClosed claim contact copyLink leave'.split(' '));
    actOf('claim')?.run();
    actOf('snooze')?.run();
    expect(done).toEqual([['claim'], ['snooze']]);
  });
});

test('what is typed finds words by their beginnings, and everything when there is nothing', () => {
  enter('admin');
  const found = (text: string) =>
    sectionsOf(offersNow(), text).map(({ title, offers }) => [title, ...offers.map(({ id }) => id)]);
  expect(found('')).toHaveLength(2);
  expect(found('go rep')).toEqual([['Go to', 'reports', 'settings.replies']]);
  expect(found('sign o')).toEqual([['Do', 'signOut']]);
  expect(found('eports')).toEqual([]);
});

test('who looks for a customer does not end up where a conversation is closed', () => {
  aPane({ type: 'mine', epoch: 3 });
  const found = (text: string) => sectionsOf(offersNow(), text).flatMap(({ offers }) => offers.map(({ id }) => id));
  for (const text of ['Don', 'Pen', 'Sen', 'next', 'as']) expect(found(text), text).not.toContain('closeNext');
  for (const text of ['Pen', 'as']) expect(found(text), text).not.toContain('pendingNext');
  expect(found('close as p')).toEqual(['pendingNext']);
});
