import { z } from 'zod';
import { soft } from '../../../server/providers/facts';

/** The Graph API version that the calls here are written for. */
const VERSION = 'v24.0';

/** An error in an answer. The subcode tells apart what shares a code: a closed window and a missing permission are both 10. */
export const GraphError = z.object({
  code: z.number().int(),
  error_subcode: soft(z.number().int()),
  message: soft(z.string()),
  error_user_msg: soft(z.string()),
});
export type GraphError = z.infer<typeof GraphError>;

/** An answer that is an error, whatever its HTTP status. */
export const Refused = z.object({ error: GraphError });

/**
 * `{apiBase}/v24.0/{page id}[/edge]?…&access_token=…`: the Messenger pages have the token in the query. So an address of this kind
 * must never be logged.
 */
export function graphUrl(apiBase: string, path: string[], query: Record<string, string>): string {
  const segments = [apiBase.replace(/\/+$/, ''), VERSION, ...path.map(encodeURIComponent)];
  return `${segments.join('/')}?${new URLSearchParams(query)}`;
}
