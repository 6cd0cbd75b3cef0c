import { z } from 'zod';
import { CampaignContent, placeholdersIn, systemPlaceholders } from './campaign-content';
import { ChannelId } from './ids';
import { rulesOf, type ProviderName } from './provider-rules';
import { placeholdersOf, type Template } from './template';

/** Who gets it: a segment of the people, or null = everybody who has an address on the channel. */
export const Audience = z.strictObject({ segmentId: z.string().min(1).max(64).nullable() });
export type Audience = z.infer<typeof Audience>;

export const MAX_NAME = 80;
export const MAX_LABELS = 10;
export const MAX_LABEL = 30;
const Label = z.string().trim().min(1).max(MAX_LABEL);

/** All of a campaign that people write. It may be unfinished; `problemsOf` says what is missing before it can be submitted. */
export const CampaignDraft = z.strictObject({
  name: z.string().trim().min(1).max(MAX_NAME),
  labels: z.array(Label).max(MAX_LABELS),
  channelId: ChannelId,
  content: CampaignContent,
  audience: Audience,
});
export type CampaignDraft = z.infer<typeof CampaignDraft>;

/** What has to be put right, in words, and where it stands: `text`, `template`, `buttons`, `segment`, or a blank such as `body.1`. */
export type DraftProblem = { field: string; words: string };

/** What the draft is looked at against. `template`: the channel's one that it names; `customKeys`: the custom properties there are. */
export type DraftFacts = {
  provider: ProviderName;
  template: Template | null;
  customKeys: readonly string[];
  /** Whether its segment is (still) there. */
  hasSegment: boolean;
};

/** What keeps a draft from being submitted, approved or sent; none = it is complete. */
export function problemsOf(
  { content, audience }: Pick<CampaignDraft, 'content' | 'audience'>,
  facts: DraftFacts,
): DraftProblem[] {
  const problems = content.template ? templateProblems(content, facts) : textProblems(content, facts);
  const known = new Set<string>([...systemPlaceholders, ...facts.customKeys.map((key) => `custom.${key}`)]);
  for (const property of new Set(placeholdersIn(content).map((placeholder) => placeholder.property)))
    if (!known.has(property)) problems.push({ field: 'text', words: `There is no property “${property}” of people.` });
  if (audience.segmentId !== null && !facts.hasSegment)
    problems.push({ field: 'segment', words: 'The segment is not there any more. Choose another.' });
  return problems;
}

function textProblems({ text, buttons }: CampaignContent, { provider }: DraftFacts): DraftProblem[] {
  const { title, hasTemplates, maxText } = rulesOf(provider);
  if (hasTemplates)
    return [{ field: 'template', words: `${title} takes campaigns as approved templates only. Choose a template.` }];
  const problems: DraftProblem[] = [];
  if (text.trim() === '') problems.push({ field: 'text', words: 'Write what the message says.' });
  if (text.length > maxText) problems.push({ field: 'text', words: `${title} takes at most ${maxText} characters.` });
  if (new Set(buttons.map((caption) => caption.toLowerCase())).size < buttons.length)
    problems.push({ field: 'buttons', words: 'Two buttons say the same.' });
  return problems;
}

function templateProblems({ values }: CampaignContent, { provider, template }: DraftFacts): DraftProblem[] {
  const { title, hasTemplates } = rulesOf(provider);
  if (!hasTemplates) return [{ field: 'template', words: `${title} has no templates. Write a text instead.` }];
  if (!template)
    return [{ field: 'template', words: 'The template is not there any more, or no longer approved. Choose another.' }];
  return placeholdersOf(template)
    .map(({ part, key }) => `${part}.${key}`)
    .filter((field) => !Object.hasOwn(values, field) || (values[field] ?? '').trim() === '')
    .map((field) => ({ field, words: 'Fill in every blank of the template.' }));
}
