import type { Loss } from './lock-evidence';

/** How it came that nobody holds the conversation, told to the agent who reads it. */
export function lossWords(loss: Loss | null): string {
  switch (loss?.why) {
    case 'idle':
      return 'You were away, so the conversation is free again.';
    case 'gone':
      return 'Your connection was gone, so the conversation is free again.';
    case 'closed':
      return 'This conversation was closed.';
    case 'takenOver':
      return `${loss.by} took over and has let go again.`;
    default:
      return 'Nobody has this conversation.';
  }
}

/** Which files were attached but not sent when the agent left. Drafts keep text only. */
export function lostFilesWords(names: readonly string[]): string {
  const what = names.length === 1 ? `“${names[0]}” was` : `${names.length} attached files were`;
  return `${what} not sent. Drafts keep text only.`;
}
