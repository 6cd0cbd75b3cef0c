import type { Role } from '../domain/role';

/** What a role is called on the pages. */
export const roleNames: Record<Role, string> = {
  admin: 'Admin',
  member: 'Member',
  creator: 'Creator',
  approver: 'Approver',
  agent: 'Agent',
};

/** What each is for, in a line. */
export const roleHints: Record<Role, string> = {
  admin: 'everything',
  member: 'reads campaigns and reports',
  creator: 'writes and sends campaigns',
  approver: 'approves and sends campaigns',
  agent: 'answers customers, sees people',
};
