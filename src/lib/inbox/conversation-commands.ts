import type { TicketStatus } from '../domain/ticket';
import type { Act, Acts } from './commands';
import type { Hold, HoldView } from './hold.svelte';
import type { LeftBehind } from './left-behind';
import type { NoteDraft } from './note-draft.svelte';
import type { Thread } from './thread.svelte';

/** What of a thread the commands need. */
type CommandedThread = Pick<
  Thread,
  'conversation' | 'isWindowClosedAt' | 'send' | 'claim' | 'release' | 'ask' | 'setTicketStatus'
> & { hold: Pick<Hold, 'view'>; note: Pick<NoteDraft, 'isOpen'> };

/** What the pane of an open conversation can do. */
export type PaneActs = {
  thread: CommandedThread;
  /** Server's clock, epoch ms. */
  now: () => number;
  /** Whether an answer to a close is on its way. */
  isBusy: () => boolean;
  hasNext: () => boolean;
  isAtEnd: () => boolean;
  /** Whether the contact's details lie over the thread. */
  isPanelOpen: () => boolean;
  /** Whether they have no place of their own. */
  isPanelFolded: () => boolean;
  reply: () => void;
  note: () => void;
  openStatus: () => void;
  /** Asks until when it is to be set aside. */
  snooze: () => void;
  maySnooze: () => boolean;
  togglePanel: () => void;
  jump: () => void;
  /** Esc. */
  escape: () => void;
  /** Closes it and goes on to the next one. */
  close: (status: TicketStatus, leaves: LeftBehind) => void;
  /** Whether a key that is pressed there is pressed in the pane. */
  holds: (at: Element) => boolean;
  copyLink: () => void;
};

/** What can be done about the open conversation, as far as this agent may do it now. */
export function conversationCommands(pane: PaneActs): Acts {
  const { thread } = pane;
  const view = () => (thread.conversation === null ? null : thread.hold.view);
  const isMine = () => view()?.type === 'mine';
  const mayClose = () => isMine() && !pane.isBusy();
  const close = (status: TicketStatus, title: string): Act => ({
    isPossible: mayClose,
    words: () => `Close as ${title}${pane.hasNext() ? ' & next' : ''}`,
    run: () => pane.close(status, 'draft'),
  });
  const set = (status: TicketStatus): Act => ({
    isPossible: () => view() !== null && view()?.type !== 'other' && thread.conversation?.ticketStatus !== status,
    run: () => void thread.setTicketStatus(status),
  });
  return {
    reply: {
      isPossible: () => (isMine() || view()?.type === 'claiming') && !thread.isWindowClosedAt(pane.now()),
      run: pane.reply,
    },
    note: { isPossible: () => view() !== null, run: pane.note },
    finish: {
      // What is typed into a note is for nobody else.
      isPossible: () => mayClose() && !thread.note.isOpen,
      words: () => `Send, close as Closed${pane.hasNext() ? ' & next' : ''}`,
      takes: (at) => at instanceof HTMLTextAreaElement && pane.holds(at),
      run: () => {
        thread.send();
        pane.close('closed', 'nothing');
      },
    },
    closeNext: close('closed', 'Closed'),
    pendingNext: close('pending', 'Pending'),
    snooze: {
      isPossible: () => (isMine() || view()?.type === 'free') && !pane.isBusy() && pane.maySnooze(),
      words: () => (thread.conversation?.snoozedUntil ? 'Snooze until another time…' : 'Snooze until…'),
      run: pane.snooze,
    },
    status: { isPossible: () => view() !== null && view()?.type !== 'other', run: pane.openStatus },
    setNew: set('new'),
    setPending: set('pending'),
    setClosed: set('closed'),
    claim: {
      isPossible: () => view()?.type === 'free' || isMine(),
      words: () => (isMine() ? 'Give it back' : 'Take it'),
      run: () => (isMine() ? void thread.release() : thread.claim()),
    },
    ask: askFor(thread, view),
    latest: {
      isPossible: () => view() !== null && !pane.isAtEnd(),
      takes: (at) => at === document.body || pane.holds(at),
      run: pane.jump,
    },
    contact: { isPossible: () => view() !== null && pane.isPanelFolded() && !pane.isPanelOpen(), run: pane.togglePanel },
    copyLink: { isPossible: () => view() !== null, run: pane.copyLink },
    leave: {
      words: () => (pane.isPanelOpen() ? 'Hide contact details' : isMine() ? 'Leave, and say as what' : 'Close the conversation'),
      run: pane.escape,
    },
  };
}

/** Only a colleague's, and not again and again. */
function askFor(thread: CommandedThread, view: () => HoldView | null): Act {
  const others = () => {
    const now = view();
    return now?.type === 'other' ? now : null;
  };
  return {
    isPossible: () => others() !== null && others()?.asked !== 'lately',
    words: () => `Ask ${others()?.lock.agentName ?? 'its holder'} for it`,
    run: () => void thread.ask(),
  };
}
