import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { may, Role, type Permission } from '../../src/lib/domain/role';
import { appRouter } from '../../src/lib/server/trpc/router';

/** Who may call what. A new procedure has to be entered here before it can land. */
const procedures: Record<string, Permission | null> = {
  'campaigns.options': 'conversations',
  'channels.add': 'settings.channels',
  'channels.addTemplate': 'settings.channels',
  'channels.all': 'settings.channels',
  'channels.connect': 'settings.channels',
  'channels.get': 'settings.channels',
  'channels.options': 'conversations',
  'channels.removeTemplate': 'settings.channels',
  'channels.resume': 'settings.channels',
  'channels.rotate': 'settings.channels',
  'channels.setEnabled': 'settings.channels',
  'channels.stopped': 'conversations',
  'channels.syncTemplates': 'settings.channels',
  'channels.templates': 'conversations',
  'channels.test': 'settings.channels',
  'channels.update': 'settings.channels',
  'conversations.ask': 'conversations',
  'conversations.claim': 'conversations',
  'conversations.close': 'conversations',
  'conversations.counts': 'conversations',
  'conversations.fetchMedia': 'conversations',
  'conversations.get': 'conversations',
  'conversations.list': 'conversations',
  'conversations.messages': 'conversations',
  'conversations.release': 'conversations',
  'conversations.retry': 'conversations',
  'conversations.send': 'conversations',
  'conversations.setTicketStatus': 'conversations',
  'conversations.takeOver': 'conversations.takeOver',
};

const granted: Record<Permission, readonly Role[]> = {
  conversations: ['admin', 'agent'],
  'conversations.takeOver': ['admin'],
  people: ['admin', 'agent'],
  'people.edit': ['admin'],
  'people.erase': ['admin'],
  campaigns: ['admin', 'member', 'creator', 'approver'],
  'campaigns.draft': ['admin', 'creator'],
  'campaigns.approve': ['admin', 'approver'],
  'campaigns.send': ['admin', 'creator', 'approver'],
  'settings.users': ['admin'],
  'settings.channels': ['admin'],
  'settings.keys': ['admin'],
  'settings.audit': ['admin'],
  simulator: ['admin'],
};

/** Reads run with any input that passes; writes too: the permission is asked before the input is looked at. */
const env = new Proxy(
  {},
  {
    get: () => {
      throw new Error('a refused call reached a binding');
    },
  },
);

describe('every procedure has its entry in the table', () => {
  test('and the table names no others', () => {
    expect(Object.keys(appRouter._def.procedures).sort()).toEqual(Object.keys(procedures).sort());
  });

  test.each(Object.entries(procedures))('%s takes the permission %s', (name, permission) => {
    const procedure: { _def: { meta?: unknown } } | undefined = Reflect.get(appRouter._def.procedures, name);
    expect(procedure?._def.meta).toEqual({ permission });
  });
});

describe('every role is granted exactly what the table says', () => {
  const cases = Object.entries(granted).flatMap(([permission, roles]) =>
    Role.options.map((role) => [role, permission, roles.includes(role)] as const),
  );
  test.each(cases)('%s, %s: %s', (role, permission, expected) => {
    expect(Object.entries(granted).some(([name]) => name === permission && may(role, name as Permission) === expected)).toBe(
      true,
    );
  });
});

describe('a refused call does nothing', () => {
  const refused = Object.entries(procedures).flatMap(([name, permission]) =>
    [...Role.options, null]
      .filter((role) => role === null || (permission && !granted[permission].includes(role)))
      .map((role) => [role, name] as const),
  );

  test.each(refused)('%s calling %s', async (role, name) => {
    const user = role && { id: 'someone', name: 'Someone', email: 'someone@parley.test', role, sessionId: 's' };
    const caller: Record<string, Record<string, (input: unknown) => Promise<unknown>>> = Object(
      appRouter.createCaller({ env: Object(env), user, origin: 'https://parley.test' }),
    );
    const [noun = '', verb = ''] = name.split('.');
    await expect(caller[noun]?.[verb]?.({})).rejects.toMatchObject({ code: role === null ? 'UNAUTHORIZED' : 'FORBIDDEN' });
  });
});

test('every page and route of the app is known to this table', () => {
  const routes = readdirSync('src/routes', { recursive: true, encoding: 'utf8' })
    .filter((name) => /\+(page|server|layout\.server|page\.server)\.(svelte|ts)$/.test(name))
    .map((name) => name.replace(/\/?\+.*$/, ''));
  const known = [
    '',
    '(app)',
    '(app)/conversations',
    '(app)/conversations/[id]',
    '(app)/settings',
    '(app)/settings/channels',
    '(app)/settings/channels/[channelId]',
    '(app)/settings/channels/new',
    '(app)/simulator',
    'sign-in',
    'api/auth/[...path]',
    'api/trpc/[...path]',
  ];
  expect(new Set(routes)).toEqual(new Set(known));
});
