import type { QueuedSend, TakeBackReason } from './send-queue';

const words: Partial<Record<TakeBackReason['reason'], string>> = {
  invalid: 'This could not be sent as it is. Your text is back in the box.',
  forbidden: 'You may not send here any more. Your text is back in the box.',
  not_found: 'This conversation is gone. Your text is back in the box.',
  no_upload: 'Not sent: the server does not have the file any more. Try it again or remove it.',
  lost: 'What had not been sent is back in your draft.',
};

/** Why messages came back, told to the agent; null when something else on the screen says so. */
export function takeBackWords(reason: TakeBackReason['reason'], sends: readonly QueuedSend[]): string | null {
  const [first] = sends;
  if (reason === 'upload') {
    const name = first?.file ? `“${first.file.name}”` : 'A file';
    return `Not sent: ${name} has not been uploaded. Your text is back in the box.`;
  }
  if (reason === 'bad_template')
    return `The template “${first?.template?.name}” is not approved any more, or not with these values.`;
  // A template is not the agent's text, so it does not come back to the box.
  if (first?.template && reason !== 'edit') return `The template “${first.template.name}” was not sent.`;
  return words[reason] ?? null;
}
