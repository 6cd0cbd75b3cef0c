import { TRPCError } from '@trpc/server';
import type { CampaignStatus } from '../../domain/campaign-lifecycle';
import { sendProblemWords } from '../../domain/campaign-report';
import type { Rejection } from '../../domain/rejection';
import type { Result } from '../../domain/result';
import { MAX_REPLIES } from '../../domain/saved-reply';

/** Carries a refusal through tRPC, so that the formatter can put its reason and facts into the answer. */
export class RejectionError extends Error {
  readonly rejection: Rejection;

  constructor(rejection: Rejection) {
    super(rejection.reason);
    this.rejection = rejection;
  }
}

/** Why an act does not fit where a campaign stands. */
const campaignStatusWords: Record<CampaignStatus, string> = {
  draft: 'This campaign is a draft: it has to be submitted and approved first.',
  submitted: 'This campaign waits for approval.',
  approved: 'This campaign is approved, but not being sent.',
  scheduled: 'This campaign is scheduled already.',
  sending: 'This campaign is being sent.',
  paused: 'This campaign is paused.',
  sent: 'This campaign has been sent.',
  stopped: 'This campaign was stopped for good.',
  running: 'This campaign is run by another system.',
};

/** The one place where a refusal becomes a wire code and a sentence. */
function codeOf(rejection: Rejection): { code: TRPCError['code']; message: string } {
  switch (rejection.reason) {
    case 'not_found':
      return { code: 'NOT_FOUND', message: 'There is no such conversation.' };
    case 'forbidden':
      return { code: 'FORBIDDEN', message: 'Your role does not allow this.' };
    case 'locked':
      return { code: 'CONFLICT', message: `${rejection.lock.agentName} holds this conversation.` };
    case 'stale_epoch':
      return { code: 'CONFLICT', message: 'You no longer hold this conversation.' };
    case 'gone_on':
      return { code: 'CONFLICT', message: 'Somebody has gone on with this conversation meanwhile.' };
    case 'unseen_messages':
      return { code: 'CONFLICT', message: 'There is something new that you have not seen.' };
    case 'window_closed':
      return { code: 'PRECONDITION_FAILED', message: 'The channel takes no free text any more until the customer writes again.' };
    case 'snooze_past':
      return { code: 'BAD_REQUEST', message: 'A snooze has to end in the future.' };
    case 'snooze_too_late':
      return { code: 'BAD_REQUEST', message: 'A snooze has to end before the conversation leaves the lists.' };
    case 'not_retryable':
      return { code: 'PRECONDITION_FAILED', message: 'This message cannot be sent again.' };
    case 'bad_template': {
      const message =
        rejection.fields.length === 0
          ? 'This template is not there any more, or no longer approved.'
          : 'Some placeholders of the template are not filled as the provider wants it.';
      return { code: 'BAD_REQUEST', message };
    }
    case 'no_upload':
      return { code: 'PRECONDITION_FAILED', message: 'The attached file is not there any more. Attach it again.' };
    case 'no_caption':
      return { code: 'BAD_REQUEST', message: 'This channel takes such a file without words. Send them on their own.' };
    case 'own_campaign':
      return { code: 'FORBIDDEN', message: 'Somebody else has to approve what you wrote yourself.' };
    case 'campaign_status':
      return { code: 'CONFLICT', message: campaignStatusWords[rejection.status] };
    case 'campaign_changed':
      return { code: 'CONFLICT', message: `${rejection.by ?? 'Somebody else'} has changed this campaign meanwhile.` };
    case 'campaign_incomplete':
      return { code: 'PRECONDITION_FAILED', message: rejection.problems[0]?.words ?? 'This campaign is not complete.' };
    case 'campaign_unknown':
      return { code: 'NOT_FOUND', message: 'There is no such campaign. Import it first.' };
    case 'campaign_own':
      return { code: 'CONFLICT', message: 'Parley has a campaign of its own with this id.' };
    case 'campaign_channel':
      return { code: 'CONFLICT', message: 'This campaign is known on another channel, and stays there.' };
    case 'bad_send':
      return { code: 'BAD_REQUEST', message: sendWords(rejection) };
    case 'send_conflict':
      return { code: 'CONFLICT', message: sendWords(rejection) };
    case 'no_channel':
      return { code: 'BAD_REQUEST', message: 'There is no such channel.' };
    case 'bad_reply':
      return { code: 'BAD_REQUEST', message: rejection.words };
    case 'reply_changed':
      return { code: 'CONFLICT', message: `${rejection.by} has changed this reply meanwhile.` };
    case 'reply_gone':
      return { code: 'NOT_FOUND', message: 'This reply was removed meanwhile.' };
    case 'reply_taken':
      return { code: 'CONFLICT', message: `There is a saved reply “${rejection.name}” already.` };
    case 'reply_limit':
      return {
        code: 'PRECONDITION_FAILED',
        message: `There are ${MAX_REPLIES} saved replies, which is the most. Remove one first.`,
      };
    case 'bad_key':
      return { code: 'UNAUTHORIZED', message: 'This key is not known, has expired or was revoked.' };
    case 'missing_scope':
      return { code: 'FORBIDDEN', message: `This key does not have the scope ${rejection.scope}.` };
    case 'rate_limited':
      return { code: 'TOO_MANY_REQUESTS', message: 'Too many requests. Wait a moment and try again.' };
    case 'unavailable':
      return { code: 'SERVICE_UNAVAILABLE', message: 'This is not available for the moment. Try again shortly.' };
  }
}

const sendWords = ({ index, problem }: Extract<Rejection, { index: number }>): string =>
  `Nothing was recorded. Send ${index}: ${sendProblemWords[problem]}.`;

/** A rejection as the wire has it, its facts with it. */
export function rejected(rejection: Rejection): TRPCError {
  return new TRPCError({ ...codeOf(rejection), cause: new RejectionError(rejection) });
}

/** The value of a result, or its refusal thrown. */
export function unwrap<T>(result: Result<T, Rejection>): T {
  if (!result.ok) throw rejected(result.error);
  return result.value;
}
