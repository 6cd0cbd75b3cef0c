import { toast } from 'svelte-sonner';
import type { TicketNotice } from './ticket-acts.svelte';

/** Long enough to be read and taken back; the key does so for longer. */
const SHOWN_MS = 12_000;

let shown: { id: number; kind: TicketNotice['kind'] } | null = null;
let last = 0;

/** Shows it in the place of what was shown before: only one of them can be meant. */
export function sayTickets({ kind, text, action }: TicketNotice): void {
  const isSame = shown?.kind === 'progress' && kind === 'progress';
  if (shown !== null && !isSame) toast.dismiss(shown.id);
  const id = isSame && shown !== null ? shown.id : (last += 1);
  shown = { id, kind };
  const show = kind === 'progress' ? toast.loading : toast[kind];
  show(text, {
    id,
    duration: kind === 'success' ? SHOWN_MS : Infinity,
    closeButton: kind === 'error',
    // It goes when there is something else to say, which there is.
    ...(action && { action: { label: action.label, onClick: (event: MouseEvent) => (event.preventDefault(), action.run()) } }),
  });
}
