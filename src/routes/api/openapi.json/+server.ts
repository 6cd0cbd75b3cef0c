import { openapi } from '$lib/server/openapi';
import type { RequestHandler } from './$types';

/** What the API takes and answers; for anybody, as it says nothing about this deployment. */
export const GET: RequestHandler = () => Response.json(openapi(), { headers: { 'cache-control': 'public, max-age=3600' } });
