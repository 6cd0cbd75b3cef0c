import { actOf, commands, type CommandId } from './commands';

/** Keys by their place on a keyboard, for layouts whose letters are not Latin. */
const keyOfCode: Record<string, string> = { Slash: '/', BracketLeft: '[', BracketRight: ']' };

const arrows: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑' };

/** The digit that a key press means, also where digits are typed with Shift; null when it is none. */
export function digitOf({ key, code, shiftKey }: KeyPress): number | null {
  if (/^[0-9]$/.test(key)) return Number(key);
  const place = shiftKey || key.length !== 1 ? null : /^Digit([0-9])$/.exec(code);
  return place ? Number(place[1]) : null;
}

type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey'>;
type Combination = KeyPress & Pick<KeyboardEvent, 'ctrlKey' | 'metaKey' | 'altKey'>;

/** Whether this keyboard has ⌘ where others have Ctrl. There Ctrl with a letter moves the caret. */
export const isMac = (): boolean => /Mac|iPhone|iPad/u.test(navigator.platform);

/** What a key press is called in the table; null when it is none of ours. */
export function keyName(event: KeyPress): string | null {
  if (event.key === 'Escape') return 'Esc';
  if (event.key === 'End') return event.shiftKey ? null : 'End';
  if (event.shiftKey && arrows[event.key] !== undefined) return `Shift+${arrows[event.key]}`;
  // Other arrows among them: the list has them, while it has the focus.
  if (event.key.length !== 1) return null;
  if (event.key.charCodeAt(0) < 128) return event.key === '?' ? '?' : letterName(event.key.toUpperCase(), event.shiftKey);
  if (event.code === 'Slash' && event.shiftKey) return '?';
  const letter = /^Key[A-Z]$/.exec(event.code)?.[0].slice(3);
  return letter === undefined ? (keyOfCode[event.code] ?? null) : letterName(letter, event.shiftKey);
}

/** With Shift a letter is nobody's, unless the table says so. */
function letterName(letter: string, shiftKey: boolean): string | null {
  if (!shiftKey || !/^[A-Z]$/.test(letter)) return letter;
  const name = `Shift+${letter}`;
  return commands.some(({ keys }) => keys.some((one) => one === name)) ? name : null;
}

/** What a key press with Ctrl, or ⌘ on a Mac, is called in the table; null when it has more or other modifiers, or is no key of ours. */
export function combinationName(event: Combination, mac: boolean): string | null {
  const [mod, other] = mac ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
  if (!mod || other || event.altKey) return null;
  if (event.key === 'Enter') return event.shiftKey ? 'Mod+Shift+Enter' : 'Mod+Enter';
  const key = event.shiftKey ? null : keyName(event);
  return key === null ? null : `Mod+${key}`;
}

/** Which command a key completes after an unfinished sequence; a beginning of one is to be `kept`. */
export function shortcutFor(pending: string, key: string, inDialog: boolean): { id: CommandId | null; kept: string } {
  const typed = pending === '' ? key : `${pending} ${key}`;
  const usable = commands.filter((command) => 'inDialog' in command === inDialog && !('native' in command));
  const withKeys = (is: (keys: string) => boolean) => usable.filter((command) => command.keys.some(is));
  const matches = withKeys((keys) => keys === typed);
  const match = matches.find((command) => !('first' in command) || actOf(command.id) !== null);
  if (match !== undefined) return { id: match.id, kept: '' };
  if (withKeys((keys) => keys.startsWith(`${typed} `)).length > 0) return { id: null, kept: typed };
  return pending === '' ? { id: null, kept: '' } : shortcutFor('', key, inDialog);
}

const repeating: ReadonlySet<string> = new Set(commands.flatMap((command) => ('repeats' in command ? [command.id] : [])));

const SEQUENCE_MS = 1_200;
/** A second key that comes later than that, but sooner than this, was not meant alone. */
const LAPSED_MS = 6_000;
let pending = '';
let pendingSince = 0;

/** What AltGr may be needed for; its other signs are nobody's. */
const signs: ReadonlySet<string> = new Set(['[', ']', '/', '?']);

const FIELD = 'input:not([type="checkbox"]), textarea, select, [contenteditable=""], [contenteditable="true"]';
/** Whether one types there. */
export const isTyping = (target: EventTarget | null): boolean => target instanceof Element && target.closest(FIELD) !== null;
const isShown = (selector: string): boolean => document.querySelector(selector) !== null;
const DIALOG = '[role="dialog"]:not([popover]), [role="alertdialog"]';

/**
 * Runs what a key press stands for. Single keys are silent while someone types, and behind an open menu or dialog; combinations behind an
 * open menu or dialog. To be called in the capture phase, so that the key that closes a menu is seen while the menu is still there.
 * `characters` = whether single keys other than Esc may do something.
 */
export function handleShortcut(event: KeyboardEvent, characters: boolean): void {
  // 229: the key belongs to an input method, which some browsers tell only this way.
  if (event.isComposing || event.keyCode === 229) return;
  // AltGr types a sign, and says on some systems that Ctrl and Alt are pressed.
  const isCombined = (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState('AltGraph');
  const id = isCombined ? combinationOf(event) : isTyping(event.target) ? null : singleKeyOf(event, characters);
  if (id !== null) runBy(event, id);
}

function combinationOf(event: KeyboardEvent): CommandId | null {
  const name = combinationName(event, isMac());
  if (name === null || isShown('[role="menu"]') || isShown(DIALOG)) return null;
  // What is typed to find something is no answer.
  if (event.key === 'Enter' && isShown('[role="listbox"]')) return null;
  return commands.find((command) => command.keys.some((keys) => keys === name))?.id ?? null;
}

function singleKeyOf(event: KeyboardEvent, characters: boolean): CommandId | null {
  const key = event.getModifierState('AltGraph') && !signs.has(event.key) ? null : keyName(event);
  if (key === null || (!characters && key !== 'Esc')) return null;
  if (isShown('[role="menu"], [role="listbox"], :popover-open')) return null;
  const age = Date.now() - pendingSince;
  if (
    pending !== '' &&
    age >= SEQUENCE_MS &&
    age < LAPSED_MS &&
    commands.some(({ keys }) => keys.some((one) => one === `${pending} ${key}`))
  ) {
    pending = '';
    return null;
  }
  const { id, kept } = shortcutFor(age < SEQUENCE_MS ? pending : '', key, isShown(DIALOG));
  pending = kept;
  pendingSince = Date.now();
  return id;
}

const firsts: ReadonlySet<string> = new Set(commands.flatMap((command) => ('first' in command ? [command.id] : [])));

/** A key that is pressed again sooner than that is not meant for what it does next. */
const TWICE_MS = 1_000;
/** The key that has done what it is for only now and then. */
let latest = { key: '', at: 0 };

/** A key that is held down, or pressed twice after it was for what is selected, would close the open conversation as well. */
function runBy(event: KeyboardEvent, id: CommandId): void {
  const act = actOf(id);
  if (act === null || (event.target instanceof Element && act.takes?.(event.target) === false)) return;
  event.preventDefault();
  const isFirst = firsts.has(id);
  const isTwice = !isFirst && event.code === latest.key && Date.now() - latest.at < TWICE_MS;
  if (isFirst || isTwice) latest = { key: event.code, at: Date.now() };
  if (isTwice || (event.repeat && !repeating.has(id))) return;
  act.run();
}
