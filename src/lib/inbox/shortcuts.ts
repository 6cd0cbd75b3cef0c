type Shortcut = {
  id: string;
  /** Alternatives, each one key or a sequence with spaces. Letters are shown upper-case and typed without Shift. */
  keys: readonly string[];
  description: string;
  group: 'List' | 'Conversation' | 'Anywhere';
  /** Works in a dialog, and only there. */
  inDialog?: true;
  /** Done by the focused element itself; here for the help only. */
  native?: true;
};

/** Every shortcut there is: what the handlers are bound to and what the help shows. */
export const shortcuts = [
  { id: 'next', keys: ['J', '↓'], description: 'Next conversation', group: 'List' },
  { id: 'previous', keys: ['K', '↑'], description: 'Previous conversation', group: 'List' },
  { id: 'open', keys: ['Enter'], description: 'Open it', group: 'List', native: true },
  { id: 'search', keys: ['/'], description: 'Search', group: 'List' },
  { id: 'tabBack', keys: ['['], description: 'Previous tab', group: 'List' },
  { id: 'tabOn', keys: [']'], description: 'Next tab', group: 'List' },
  { id: 'active', keys: ['G A'], description: 'Go to Active', group: 'List' },
  { id: 'inactive', keys: ['G I'], description: 'Go to Inactive', group: 'List' },
  { id: 'reply', keys: ['R'], description: 'Write a reply', group: 'Conversation' },
  { id: 'note', keys: ['N'], description: 'Write a note to colleagues', group: 'Conversation' },
  { id: 'status', keys: ['S'], description: 'Set the ticket status', group: 'Conversation' },
  { id: 'leave', keys: ['Esc'], description: 'Leave, and say as what', group: 'Conversation' },
  { id: 'new', keys: ['1'], description: 'Leave as New', group: 'Conversation', inDialog: true },
  { id: 'pending', keys: ['2'], description: 'Leave as Pending', group: 'Conversation', inDialog: true },
  { id: 'closed', keys: ['3'], description: 'Leave as Closed', group: 'Conversation', inDialog: true },
  { id: 'help', keys: ['?'], description: 'Keyboard shortcuts', group: 'Anywhere' },
] as const satisfies readonly Shortcut[];

export type ShortcutId = (typeof shortcuts)[number]['id'];
export type ShortcutHandlers = Partial<Record<ShortcutId, () => void>>;

/** Keys by their place on a keyboard, for layouts whose letters are not Latin. */
const keyOfCode: Record<string, string> = { Slash: '/', BracketLeft: '[', BracketRight: ']' };

/** The digit that a key press means, also where digits are typed with Shift; null when it is none. */
export function digitOf({ key, code, shiftKey }: KeyPress): number | null {
  if (/^[0-9]$/.test(key)) return Number(key);
  const place = shiftKey || key.length !== 1 ? null : /^Digit([0-9])$/.exec(code);
  return place ? Number(place[1]) : null;
}

type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey'>;

/** What a key press is called in the table; null when it is none of ours. */
export function keyName(event: KeyPress): string | null {
  if (event.key === 'Escape') return 'Esc';
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') return null; // the list has them, while it has the focus
  if (event.key.length !== 1) return null;
  if (event.key.charCodeAt(0) < 128)
    return event.key === '?' ? '?' : event.shiftKey && /[a-z]/i.test(event.key) ? null : event.key.toUpperCase();
  if (event.code === 'Slash' && event.shiftKey) return '?';
  return /^Key[A-Z]$/.exec(event.code)?.[0].slice(3) ?? keyOfCode[event.code] ?? null;
}

/** Which shortcut a key completes after an unfinished sequence; a beginning of one is to be `kept`. */
export function shortcutFor(pending: string, key: string, inDialog: boolean): { id: ShortcutId | null; kept: string } {
  const typed = pending === '' ? key : `${pending} ${key}`;
  const usable = shortcuts.filter((shortcut) => 'inDialog' in shortcut === inDialog && !('native' in shortcut));
  const match = usable.find((shortcut) => shortcut.keys.some((keys) => keys === typed));
  if (match !== undefined) return { id: match.id, kept: '' };
  if (usable.some((shortcut) => shortcut.keys.some((keys) => keys.startsWith(`${typed} `)))) return { id: null, kept: typed };
  return pending === '' ? { id: null, kept: '' } : shortcutFor('', key, inDialog);
}

/** Handlers by shortcut; the one registered last is asked. Filled in the browser only. */
const handlers = new Map<ShortcutId, (() => void)[]>();

/** Binds shortcuts until the returned function is called: `$effect(() => registerShortcuts({ reply: focusComposer }))`. */
export function registerShortcuts(map: ShortcutHandlers): () => void {
  const bound = shortcuts.flatMap(({ id }) => {
    const run = map[id];
    return run === undefined ? [] : [{ id, run }];
  });
  for (const { id, run } of bound) handlers.set(id, [...(handlers.get(id) ?? []), run]);
  return () => {
    for (const { id, run } of bound) handlers.set(id, (handlers.get(id) ?? []).filter((other) => other !== run)); // prettier-ignore
  };
}

const SEQUENCE_MS = 1_200;
let pending = '';
let pendingSince = 0;

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('input, textarea, select, [contenteditable=""], [contenteditable="true"]') !== null;

/**
 * Runs what a key press stands for. Silent while someone types or composes, with modifiers, and behind an open menu or dialog. To be
 * called in the capture phase, so that the key that closes a menu is seen while the menu is still there.
 * `characters` = whether single printable keys may do something.
 */
export function handleShortcut(event: KeyboardEvent, characters: boolean): void {
  const combined = event.ctrlKey || event.metaKey || event.altKey;
  if (event.isComposing || event.keyCode === 229 || isTyping(event.target)) return;
  if (combined && !event.getModifierState('AltGraph')) return;
  const key = keyName(event);
  if (key === null || (!characters && key !== 'Esc')) return;
  if (document.querySelector('[role="menu"], [role="listbox"], :popover-open') !== null) return;
  const inDialog = document.querySelector('[role="dialog"]:not([popover]), [role="alertdialog"]') !== null;
  const { id, kept } = shortcutFor(Date.now() - pendingSince < SEQUENCE_MS ? pending : '', key, inDialog);
  pending = kept;
  pendingSince = Date.now();
  const run = id === null ? undefined : handlers.get(id)?.at(-1);
  if (run === undefined) return;
  event.preventDefault();
  run();
}
