import { tick } from 'svelte';

/**
 * Puts a text in place of a part of a field, with the caret after it, as if it had been typed. Where browsers can (all but a few old ones)
 * the field's own undo brings back what was there. `set` takes the whole new text where they cannot.
 */
export async function insertText(
  field: HTMLTextAreaElement,
  { from, to }: { from: number; to: number },
  text: string,
  set: (whole: string) => void,
): Promise<void> {
  const whole = field.value.slice(0, from) + text + field.value.slice(to);
  field.setSelectionRange(from, to);
  // Out of date by name only: nothing else keeps the undo of a field.
  const isDone = document.activeElement === field && document.execCommand('insertText', false, text);
  if (!isDone || field.value !== whole) set(whole);
  await tick();
  field.setSelectionRange(from + text.length, from + text.length);
}
