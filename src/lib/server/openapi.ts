import { z } from 'zod';
import { CALLS_A_MINUTE, type Scope } from '../domain/api-key';
import { ImportedCampaign, ReportedSends } from '../domain/campaign-report';

const schemaOf = (schema: z.ZodType) => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
};

const json = (schema: object) => ({ 'application/json': { schema } });
const object = (properties: Record<string, object>) => ({ type: 'object', properties, required: Object.keys(properties) });

const error = (description: string, headers?: object) => ({
  description,
  ...(headers && { headers }),
  content: json({ $ref: '#/components/schemas/Error' }),
});

const refusals = {
  '400': error('Something in the call is wrong: `fields` names what, `index` which send. Nothing was written.'),
  '401': error('There is no key, or it is not known, has expired or was revoked.'),
  '403': error('The key does not have the scope.'),
  '409': error('It contradicts what is there. Nothing was written.'),
  '413': error('The body is larger than 4 MB.'),
  '415': error('The body is not announced as application/json.'),
  '429': error(`More than ${CALLS_A_MINUTE} calls of the key within a minute.`, {
    'Retry-After': { description: 'Seconds until the next call is taken.', schema: { type: 'integer' } },
  }),
};

const operation = (
  id: string,
  { summary, scope, body, answer, more }: { summary: string; scope: Scope; body: object; answer: object; more?: object },
) => ({
  operationId: id,
  summary,
  description: `Takes a key with the scope \`${scope}\`. The same call again does no harm.`,
  security: [{ key: [] }],
  ...more,
  requestBody: { required: true, content: json(body) },
  responses: { '200': { description: 'Done.', content: json(answer) }, ...refusals },
});

/** The API as OpenAPI 3.1, made from the very schemas that calls are checked by. */
export function openapi() {
  // The campaign stands in the path, not in the body.
  const { campaignId } = ReportedSends.shape;
  const importing = {
    summary: 'Make a campaign of your system known, or bring it up to date',
    scope: 'campaigns.write' as const,
  };
  const sending = { summary: 'Report what a campaign of your system has sent to whom', scope: 'sends.write' as const };
  const known = object({ id: { type: 'string' } });
  const recorded = object({ recorded: { type: 'integer', description: 'How many of the sends were new.' } });
  const send = operation('recordSends', {
    ...sending,
    body: schemaOf(ReportedSends.omit({ campaignId: true })),
    answer: recorded,
    more: { parameters: [{ name: 'id', in: 'path', required: true, schema: schemaOf(campaignId) }] },
  });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parley',
      version: '1',
      description: 'For systems that own their campaigns: with what they report, Parley knows which campaign each reply answers.',
    },
    paths: {
      '/api/v1/campaigns': {
        post: operation('importCampaign', { ...importing, body: schemaOf(ImportedCampaign), answer: known }),
      },
      '/api/v1/campaigns/{id}/sends': {
        post: { ...send, responses: { ...send.responses, '404': error('There is no such campaign: import it first.') } },
      },
    },
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'A key from Settings → API keys.' } },
      schemas: {
        Error: object({
          error: {
            type: 'object',
            properties: {
              message: { type: 'string', description: 'What is wrong, in words.' },
              code: { type: 'string' },
              reason: { type: 'string' },
              fields: { type: 'array', items: { type: 'string' } },
              index: { type: 'integer', description: 'Of the send, from 0.' },
              problem: { type: 'string' },
              retryAfterMs: { type: 'integer' },
            },
            required: ['message'],
          },
        }),
      },
    },
  };
}
