type CommandFacts = {
  id: string;
  /** Alternatives, each one key, a combination with `+`, or a sequence with spaces. Letters are shown upper-case and typed without Shift. */
  keys: readonly string[];
  /** What it does, where whoever registers it has no better words. */
  words: string;
  group: 'List' | 'Conversation' | 'Go to' | 'Anywhere';
  /** Works in a dialog, and only there. */
  inDialog?: true;
  /** The keys are seen to by the focused element itself. */
  native?: true;
  /** Of no use where one chooses from a list. */
  keysOnly?: true;
  /** While it can be done, it has its key before the other command that has it. */
  first?: true;
  /** Goes on while the key is held down. */
  repeats?: true;
};

/** Everything that can be done by a key or from the palette: what both run, and what the help shows. `Mod` is ⌘ on a Mac, else Ctrl. */
export const commands = [
  { id: 'next', keys: ['J', '↓'], words: 'Next conversation', group: 'List', keysOnly: true, repeats: true },
  { id: 'previous', keys: ['K', '↑'], words: 'Previous conversation', group: 'List', keysOnly: true, repeats: true },
  { id: 'open', keys: ['Enter'], words: 'Open it', group: 'List', native: true, keysOnly: true },
  { id: 'search', keys: ['/'], words: 'Search', group: 'List' },
  { id: 'tabBack', keys: ['['], words: 'Previous tab', group: 'List', keysOnly: true },
  { id: 'tabOn', keys: [']'], words: 'Next tab', group: 'List', keysOnly: true },
  { id: 'pick', keys: ['X'], words: 'Select it, or not', group: 'List' },
  { id: 'pickOn', keys: ['Shift+J', 'Shift+↓'], words: 'Select the next one too', group: 'List', keysOnly: true, repeats: true },
  {
    id: 'pickBack',
    keys: ['Shift+K', 'Shift+↑'],
    words: 'Select the one above too',
    group: 'List',
    keysOnly: true,
    repeats: true,
  },
  { id: 'pickAll', keys: ['Mod+A'], words: 'Select all that are loaded', group: 'List' },
  { id: 'pickedClosed', keys: ['E'], words: 'Set the selected ones to Closed', group: 'List', first: true },
  { id: 'pickedPending', keys: ['P'], words: 'Set the selected ones to Pending', group: 'List', first: true },
  { id: 'pickedNew', keys: [], words: 'Set the selected ones to New', group: 'List' },
  { id: 'unpick', keys: ['Esc'], words: 'Clear the selection', group: 'List', first: true },

  { id: 'reply', keys: ['R'], words: 'Write a reply', group: 'Conversation' },
  { id: 'note', keys: ['N'], words: 'Write a note to colleagues', group: 'Conversation' },
  { id: 'finish', keys: ['Mod+Shift+Enter'], words: 'Send, close as Closed & next', group: 'Conversation', keysOnly: true },
  { id: 'closeNext', keys: ['E'], words: 'Close as Closed & next', group: 'Conversation' },
  { id: 'pendingNext', keys: ['P'], words: 'Close as Pending & next', group: 'Conversation' },
  { id: 'snooze', keys: ['Z'], words: 'Snooze until…', group: 'Conversation' },
  { id: 'status', keys: ['S'], words: 'Set the ticket status', group: 'Conversation', keysOnly: true },
  { id: 'setNew', keys: ['S 1'], words: 'Set the ticket to New', group: 'Conversation', native: true },
  { id: 'setPending', keys: ['S 2'], words: 'Set the ticket to Pending', group: 'Conversation', native: true },
  { id: 'setClosed', keys: ['S 3'], words: 'Set the ticket to Closed', group: 'Conversation', native: true },
  { id: 'claim', keys: ['C'], words: 'Take it, or give it back', group: 'Conversation' },
  { id: 'ask', keys: [], words: 'Ask for it', group: 'Conversation' },
  { id: 'latest', keys: ['End'], words: 'Go to the latest message', group: 'Conversation' },
  { id: 'contact', keys: [], words: 'Contact details', group: 'Conversation' },
  { id: 'copyLink', keys: ['Y'], words: 'Copy the link', group: 'Conversation' },
  { id: 'leave', keys: ['Esc'], words: 'Leave, and say as what', group: 'Conversation' },
  { id: 'new', keys: ['1'], words: 'Leave as New', group: 'Conversation', inDialog: true, keysOnly: true },
  { id: 'pending', keys: ['2'], words: 'Leave as Pending', group: 'Conversation', inDialog: true, keysOnly: true },
  { id: 'closed', keys: ['3'], words: 'Leave as Closed', group: 'Conversation', inDialog: true, keysOnly: true },

  { id: 'inbox', keys: [], words: 'Inbox', group: 'Go to' },
  { id: 'active', keys: ['G A'], words: 'Active', group: 'Go to' },
  { id: 'inactive', keys: ['G I'], words: 'Inactive', group: 'Go to' },
  { id: 'people', keys: ['G P'], words: 'People', group: 'Go to' },
  { id: 'campaigns', keys: ['G C'], words: 'Campaigns', group: 'Go to' },
  { id: 'reports', keys: ['G R'], words: 'Reports', group: 'Go to' },
  { id: 'simulator', keys: [], words: 'Simulator', group: 'Go to' },
  { id: 'settings', keys: ['G S'], words: 'Settings', group: 'Go to' },
  { id: 'settings.channels', keys: [], words: 'Settings: Channels', group: 'Go to' },
  { id: 'settings.replies', keys: [], words: 'Settings: Saved replies', group: 'Go to' },
  { id: 'settings.users', keys: [], words: 'Settings: Users', group: 'Go to' },
  { id: 'settings.keys', keys: [], words: 'Settings: API keys', group: 'Go to' },
  { id: 'settings.audit', keys: [], words: 'Settings: Audit', group: 'Go to' },
  { id: 'settings.index', keys: [], words: 'Settings: Search index', group: 'Go to' },
  { id: 'account', keys: [], words: 'Your account', group: 'Go to' },

  { id: 'undo', keys: ['Mod+Z'], words: 'Undo the last change of a status', group: 'Anywhere' },
  { id: 'palette', keys: ['Mod+K'], words: 'Go to or do anything', group: 'Anywhere', keysOnly: true },
  { id: 'searchConversations', keys: [], words: 'Search conversations', group: 'Anywhere' },
  { id: 'help', keys: ['?'], words: 'Keyboard shortcuts', group: 'Anywhere' },
  { id: 'themeSystem', keys: [], words: 'Theme: as the system', group: 'Anywhere' },
  { id: 'themeLight', keys: [], words: 'Theme: light', group: 'Anywhere' },
  { id: 'themeDark', keys: [], words: 'Theme: dark', group: 'Anywhere' },
  { id: 'singleKeys', keys: [], words: 'Turn single keys on or off', group: 'Anywhere' },
  { id: 'signOut', keys: [], words: 'Sign out', group: 'Anywhere' },
] as const satisfies readonly CommandFacts[];

export type CommandId = (typeof commands)[number]['id'];
export type CommandGroup = (typeof commands)[number]['group'];

/** What somebody can do about a command. */
export type Act = {
  run: () => void;
  /** Whether it can be done now; always, when left out. */
  isPossible?: () => boolean;
  /** What it is called now. */
  words?: () => string;
  /** Whether a key that is pressed there means it; anywhere, when left out. */
  takes?: (at: Element) => boolean;
};
export type Acts = Partial<Record<CommandId, Act | (() => void)>>;

/** Acts by command; the one registered last is asked. Filled in the browser only. */
const acts = new Map<CommandId, Act[]>();

/** Binds commands until the returned function is called: `$effect(() => registerCommands({ reply: focusComposer }))`. */
export function registerCommands(map: Acts): () => void {
  const bound = commands.flatMap(({ id }) => {
    const act = map[id];
    return act === undefined ? [] : [{ id, act: typeof act === 'function' ? { run: act } : act }];
  });
  for (const { id, act } of bound) acts.set(id, [...(acts.get(id) ?? []), act]);
  return () => {
    for (const { id, act } of bound) acts.set(id, (acts.get(id) ?? []).filter((other) => other !== act)); // prettier-ignore
  };
}

/** What a command does now; null when nobody can do it. */
export function actOf(id: CommandId): Act | null {
  const act = acts.get(id)?.at(-1);
  return act !== undefined && (act.isPossible?.() ?? true) ? act : null;
}

/** A command as the palette offers it. */
export type Offer = { id: CommandId; words: string; keys: readonly string[]; group: CommandGroup; run: () => void };

/** What can be done now, in the order of the table. */
export function offersNow(): Offer[] {
  return commands.flatMap((command) => {
    const act = 'keysOnly' in command ? null : actOf(command.id);
    const { id, words, keys, group } = command;
    return act === null ? [] : [{ id, words: act.words?.() ?? words, keys, group, run: act.run }];
  });
}
