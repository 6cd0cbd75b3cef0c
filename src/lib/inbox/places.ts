import { may, type Permission, type Role } from '../domain/role';

/** A place of the left navigation; `mark` names its icon. */
export type Place = {
  href: string;
  title: string;
  mark: 'inbox' | 'people' | 'campaigns' | 'reports' | 'simulator' | 'settings';
};
/** A page of Settings. */
export type SettingsPage = { href: string; title: string; permission: Extract<Permission, `settings.${string}`> };

/** In the order of their tabs; the first one that a role may open is where Settings begin. */
const settingsPages: readonly SettingsPage[] = [
  { href: '/settings/channels', title: 'Channels', permission: 'settings.channels' },
  { href: '/settings/users', title: 'Users', permission: 'settings.users' },
  { href: '/settings/replies', title: 'Saved replies', permission: 'settings.replies' },
  { href: '/settings/keys', title: 'API keys', permission: 'settings.keys' },
  { href: '/settings/audit', title: 'Audit', permission: 'settings.audit' },
  { href: '/settings/search-index', title: 'Search index', permission: 'settings.index' },
];

export const settingsPagesOf = (role: Role): SettingsPage[] => settingsPages.filter(({ permission }) => may(role, permission));

/** What a role may open, in the order of the navigation: nothing that would only say no. */
export function placesOf(role: Role, { simulator }: { simulator: boolean }): Place[] {
  const places: [boolean, Place][] = [
    [may(role, 'conversations'), { href: '/conversations', title: 'Inbox', mark: 'inbox' }],
    [may(role, 'people'), { href: '/people', title: 'People', mark: 'people' }],
    [may(role, 'campaigns'), { href: '/campaigns', title: 'Campaigns', mark: 'campaigns' }],
    [may(role, 'reports'), { href: '/reports', title: 'Reports', mark: 'reports' }],
    [simulator && may(role, 'simulator'), { href: '/simulator', title: 'Simulator', mark: 'simulator' }],
    [settingsPagesOf(role).length > 0, { href: '/settings', title: 'Settings', mark: 'settings' }],
  ];
  return places.filter(([open]) => open).map(([, place]) => place);
}

/** Where a sign-in leads to when it was not on its way anywhere. Of those who may open nothing at all, the inbox says why. */
export const homeOf = (role: Role): string => placesOf(role, { simulator: false })[0]?.href ?? '/conversations';
