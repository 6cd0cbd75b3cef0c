import { z } from 'zod';

export const Role = z.enum(['admin', 'member', 'creator', 'approver', 'agent']);
export type Role = z.infer<typeof Role>;

/** A signed-in user acting in a conversation. */
export type Agent = { id: string; name: string; role: Role };

/** What a role may open or do. Pages, procedures, sockets and routes each name one of these. */
export type Permission =
  | 'conversations' // the dashboard, its list, threads, sockets and search
  | 'conversations.takeOver' // end a colleague's hold
  | 'settings.channels' // add, test, rotate, stop channels
  | 'simulator'; // play the end user in a demo

const grants: Record<Permission, readonly Role[]> = {
  conversations: ['admin', 'agent'],
  'conversations.takeOver': ['admin'],
  'settings.channels': ['admin'],
  simulator: ['admin'],
};

/** The one table of who may do what; checked at every edge and again in the objects. */
export function may(role: Role, permission: Permission): boolean {
  return grants[permission].includes(role);
}
