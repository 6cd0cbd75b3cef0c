import { z } from 'zod';

export const Role = z.enum(['admin', 'member', 'creator', 'approver', 'agent']);
export type Role = z.infer<typeof Role>;

/** A signed-in user acting in a conversation. */
export type Agent = { id: string; name: string; role: Role };

/** What a role may open or do. Pages, procedures, sockets and routes each name one of these. */
export const Permission = z.enum([
  'conversations',
  'conversations.takeOver',
  'people',
  'people.edit',
  'people.erase',
  'campaigns',
  'campaigns.draft',
  'campaigns.approve',
  'campaigns.send',
  'reports',
  'settings.users',
  'settings.channels',
  'settings.keys',
  'settings.replies',
  'settings.audit',
  'settings.index',
  'simulator',
]);
export type Permission = z.infer<typeof Permission>;

/** What each permission opens, in words. */
export const permissionWords: Record<Permission, string> = {
  conversations: 'the dashboard, its list, threads, sockets and search',
  'conversations.takeOver': 'end a colleague’s hold',
  people: 'see people, query them, open their profiles and histories',
  'people.edit': 'change properties, save segments, import and export',
  'people.erase': 'make a person gone',
  campaigns: 'see campaigns and how they are doing',
  'campaigns.draft': 'write, change, submit and duplicate campaigns',
  'campaigns.approve': 'approve a submitted campaign, or send it back',
  'campaigns.send': 'send an approved campaign, pause and stop it',
  reports: 'see how things stand and how quickly customers are answered',
  'settings.users': 'invite, assign roles, disable, end sessions',
  'settings.channels': 'add, test, rotate, stop channels',
  'settings.keys': 'issue and revoke keys of the API',
  'settings.replies': 'write the saved replies that agents use',
  'settings.audit': 'read and export who did what',
  'settings.index': 'compare lists and search with the conversations, and build them anew',
  simulator: 'play the end user in a demo',
};

const grants: Record<Permission, readonly Role[]> = {
  conversations: ['admin', 'agent'],
  'conversations.takeOver': ['admin'],
  people: ['admin', 'agent'],
  'people.edit': ['admin'],
  'people.erase': ['admin'],
  campaigns: ['admin', 'member', 'creator', 'approver'],
  'campaigns.draft': ['admin', 'creator'],
  'campaigns.approve': ['admin', 'approver'],
  'campaigns.send': ['admin', 'creator', 'approver'],
  reports: ['admin', 'member'],
  'settings.users': ['admin'],
  'settings.channels': ['admin'],
  'settings.keys': ['admin'],
  'settings.replies': ['admin'],
  'settings.audit': ['admin'],
  'settings.index': ['admin'],
  simulator: ['admin'],
};

/** The one table of who may do what; checked at every edge and again in the objects. */
export function may(role: Role, permission: Permission): boolean {
  return grants[permission].includes(role);
}
