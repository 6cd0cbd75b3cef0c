import { z } from 'zod';
import { attachmentKinds } from '../domain/provider-rules';

/** A file that the server keeps for a message to come. `kind` and `mime` are what its bytes say; `size` in bytes. */
const Uploaded = z.object({
  uploadId: z.string().min(1),
  kind: z.enum(attachmentKinds),
  mime: z.string(),
  fileName: z.string(),
  size: z.number(),
});
export type Uploaded = z.infer<typeof Uploaded>;
const Refused = z.object({ message: z.string().min(1) });

/** What one try came to. `refused`: never taken as it is, in words; `unreachable`: another try may work. */
export type UploadOutcome =
  { type: 'uploaded'; upload: Uploaded } | { type: 'refused'; message: string } | { type: 'unreachable' };

/** Uploads one file. `progress` is told the share that has gone, 0..1; an aborted upload never resolves. */
export type UploadFile = (
  file: Blob,
  options: { name: string; progress: (share: number) => void; signal: AbortSignal },
) => Promise<UploadOutcome>;

/** Without any progress for this long the connection counts as gone. */
const STALLED_MS = 30_000;

/** What the server's answer means. */
export function uploadOutcome(status: number, body: string): UploadOutcome {
  const answer = jsonOf(body);
  const uploaded = Uploaded.safeParse(answer);
  if (status === 200 && uploaded.success) return { type: 'uploaded', upload: uploaded.data };
  // 408 and 429 ask for another try by their own meaning.
  if (status < 400 || status >= 500 || status === 408 || status === 429) return { type: 'unreachable' };
  const refused = Refused.safeParse(answer);
  if (refused.success) return { type: 'refused', message: refused.data.message };
  return { type: 'refused', message: status === 401 ? 'You are signed out.' : 'The server did not take this file.' };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Not an answer of ours: a proxy's page, say.
    return null;
  }
}

/** Uploads for messages of one conversation. By XMLHttpRequest, because `fetch` tells no progress of what it sends. */
export function uploaderFor(conversationId: string): UploadFile {
  return (file, { name, progress, signal }) =>
    new Promise((resolve) => {
      const request = new XMLHttpRequest();
      let stalled: ReturnType<typeof setTimeout> | undefined;
      const end = (outcome: UploadOutcome) => {
        clearTimeout(stalled);
        resolve(outcome);
      };
      const watch = () => {
        clearTimeout(stalled);
        stalled = setTimeout(() => {
          end({ type: 'unreachable' });
          request.abort();
        }, STALLED_MS);
      };
      request.upload.onprogress = ({ loaded, total }) => {
        watch();
        progress(total === 0 ? 0 : loaded / total);
      };
      request.onload = () => end(uploadOutcome(request.status, request.responseText));
      request.onerror = () => end({ type: 'unreachable' });
      signal.addEventListener('abort', () => {
        clearTimeout(stalled);
        request.abort();
      });
      request.open('POST', `/media/${conversationId}?name=${encodeURIComponent(name)}`);
      watch();
      request.send(file);
    });
}
