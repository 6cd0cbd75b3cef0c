import { ranked } from '../domain/saved-reply';
import type { ReplyRow } from './saved-replies.svelte';

/** Longest that somebody types to find a reply. */
const MAX_TYPED = 40;
/** As many as a list shows at once; typing on finds the others. */
export const MAX_SHOWN = 50;

/** Where a reply is to go in a draft, by UTF-16 units, and what was typed to find it. */
export type Place = { from: number; to: number; typed: string };

/** What stands between a `/` that begins a word and the caret, on one line; null = there is none. */
export function slashBefore(text: string, caret: number): Place | null {
  for (let from = caret - 1; from >= 0 && from >= caret - 1 - MAX_TYPED; from -= 1) {
    if (text[from] === '\n') return null;
    if (text[from] !== '/' || /\S/u.test(text[from - 1] ?? ' ')) continue;
    const typed = text.slice(from + 1, caret);
    return /^\s/u.test(typed) ? null : { from, to: caret, typed };
  }
  return null;
}

/** What of a key press the picker looks at. */
export type PickerKey = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;
/** What a key press came to: `pick` = the reply that is marked, `taken` = it is the list's, `passed` = it means what it always does. */
export type PickerAnswer = 'pick' | 'taken' | 'passed';

/** Where replies come from. */
export type ReplySource = { rows: readonly ReplyRow[] | null; hasFailed: boolean; refresh(): Promise<void> };

/**
 * The list of saved replies over a composer: whether it is open, what is being looked for, and which one is marked. It is opened by a `/`
 * and then lives as long as the caret stays behind it, or by a button, and then lives behind the place where the caret was.
 */
export class ReplyPicker {
  readonly #source: ReplySource;
  /** `at`: where what is typed begins, null = behind a slash. */
  #opening: { at: number | null } | null = $state.raw(null);
  #place: Place = $state.raw({ from: 0, to: 0, typed: '' });
  #active = $state(0);

  constructor(source: ReplySource) {
    this.#source = source;
  }

  get isOpen(): boolean { return this.#opening !== null; } // prettier-ignore
  get typed(): string { return this.#place.typed; } // prettier-ignore
  /** Those that fit, the likeliest first. */
  get shown(): readonly ReplyRow[] { return this.#found.slice(0, MAX_SHOWN); } // prettier-ignore
  /** How many more would fit. */
  get hidden(): number { return Math.max(0, this.#found.length - MAX_SHOWN); } // prettier-ignore
  /** Which of the shown ones is marked, from 0. */
  get active(): number { return Math.min(this.#active, Math.max(0, this.shown.length - 1)); } // prettier-ignore
  get marked(): ReplyRow | null { return this.isOpen ? (this.shown[this.active] ?? null) : null; } // prettier-ignore

  /** Somebody has changed the text. A `/` that was just put in opens the list; one that was come back to does not. */
  typedIn(text: string, caret: number, isInsertion: boolean): void {
    if (this.#opening) return this.movedIn(text, caret);
    const place = isInsertion ? slashBefore(text, caret) : null;
    if (place?.typed === '') this.#open({ at: null }, place);
  }

  /** The caret may stand elsewhere, or the text be another one. */
  movedIn(text: string, caret: number): void {
    if (!this.#opening) return;
    // Who presses the button and then types a slash means the one list.
    const slash = slashBefore(text, caret);
    if (slash && this.#opening.at !== null && slash.from >= this.#opening.at) {
      this.#opening = { at: null };
      this.#place = slash;
    }
    const place = this.#placeIn(text, caret);
    if (!place) return this.close();
    if (place.typed !== this.#place.typed) this.#active = 0;
    this.#place = place;
  }

  /** Opens the list where the caret stands, or closes it. */
  toggle(text: string, caret: number): void {
    if (this.#opening) return this.close();
    const slash = slashBefore(text, caret);
    if (slash) this.#open({ at: null }, slash);
    else this.#open({ at: caret }, { from: caret, to: caret, typed: '' });
  }

  close(): void {
    this.#opening = null;
  }

  mark(index: number): void {
    this.#active = index;
  }

  /** What a key in the composer means while the list is open. */
  pressed({ key, ctrlKey, metaKey, altKey, shiftKey }: PickerKey): PickerAnswer {
    // With Ctrl, Enter would send what is typed to find something.
    const isSending = key === 'Enter' && (ctrlKey || metaKey) && !altKey;
    if (!this.#opening || (!isSending && (ctrlKey || metaKey || altKey || shiftKey))) return 'passed';
    if (key === 'Escape') {
      this.close();
      return 'taken';
    }
    const count = this.shown.length;
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      if (count === 0) return 'passed';
      this.#active = (this.active + (key === 'ArrowDown' ? 1 : count - 1)) % count;
      return 'taken';
    }
    if (key !== 'Enter' && key !== 'Tab') return 'passed';
    if (count > 0) return 'pick';
    // Whoever is quicker than the list means a reply, not a message that says “/gre”.
    if (key === 'Enter' && this.#source.rows === null) return 'taken';
    this.close();
    return 'passed';
  }

  /** Where the picked reply goes in this text; null = the text is another one by now. */
  placeIn(text: string, caret: number): Place | null {
    return this.#opening && this.#placeIn(text, caret);
  }

  get #found(): ReplyRow[] {
    return this.#opening && this.#source.rows ? ranked(this.#source.rows, this.#place.typed) : [];
  }

  #placeIn(text: string, caret: number): Place | null {
    const at = this.#opening?.at ?? null;
    if (at === null) {
      const slash = slashBefore(text, caret);
      return slash && slash.from === this.#place.from ? slash : null;
    }
    const typed = text.slice(at, caret);
    return caret < at || typed.length > MAX_TYPED || typed.includes('\n') ? null : { from: at, to: caret, typed };
  }

  #open(opening: { at: number | null }, place: Place): void {
    this.#opening = opening;
    this.#place = place;
    this.#active = 0;
    // What is there is shown meanwhile.
    void this.#source.refresh();
  }
}
