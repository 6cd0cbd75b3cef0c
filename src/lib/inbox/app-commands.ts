import { may, type Role } from '../domain/role';
import { actOf, type Act, type Acts } from './commands';
import { placesOf, settingsPagesOf, type Place, type SettingsPage } from './places';
import type { Preferences, Theme } from './preferences.svelte';

/** What the pages around everything else can do. What changes is asked for when it is wanted. */
export type AppActs = {
  role: () => Role;
  simulator: () => boolean;
  preferences: Preferences;
  /** The path that is open. */
  path: () => string;
  /** Resolves when that page is there. */
  go: (href: string) => Promise<void>;
  showPalette: () => void;
  showHelp: () => void;
  signOut: () => void;
};

/** Where one can go, and what can be done on every page. */
export function appCommands({ role, simulator, preferences, path, go, showPalette, showHelp, signOut }: AppActs): Acts {
  const to = (find: () => string | undefined): Act => ({
    isPossible: () => find() !== undefined,
    run: () => void go(find() ?? path()),
  });
  const place = (mark: Place['mark']): Act =>
    to(() => placesOf(role(), { simulator: simulator() }).find((one) => one.mark === mark)?.href);
  const settings = (permission: SettingsPage['permission']): Act =>
    to(() => settingsPagesOf(role()).find((one) => one.permission === permission)?.href);
  const tab = (href: string): Act => to(() => (may(role(), 'conversations') ? href : undefined));
  const theme = (value: Theme): Act => ({
    isPossible: () => preferences.theme !== value,
    run: () => void (preferences.theme = value),
  });
  return {
    inbox: place('inbox'),
    active: tab('/conversations'),
    inactive: tab('/conversations?tab=inactive'),
    people: place('people'),
    campaigns: place('campaigns'),
    reports: place('reports'),
    simulator: place('simulator'),
    settings: place('settings'),
    'settings.channels': settings('settings.channels'),
    'settings.replies': settings('settings.replies'),
    'settings.users': settings('settings.users'),
    'settings.keys': settings('settings.keys'),
    'settings.audit': settings('settings.audit'),
    'settings.index': settings('settings.index'),
    account: () => void go('/account'),
    palette: showPalette,
    searchConversations: {
      // Beside the list its own search is offered.
      isPossible: () => may(role(), 'conversations') && !path().startsWith('/conversations'),
      run: () => void go('/conversations').then(() => actOf('search')?.run()),
    },
    help: showHelp,
    themeSystem: theme('system'),
    themeLight: theme('light'),
    themeDark: theme('dark'),
    singleKeys: {
      words: () => (preferences.shortcuts ? 'Turn single keys off' : 'Turn single keys on'),
      run: () => void (preferences.shortcuts = !preferences.shortcuts),
    },
    signOut,
  };
}
