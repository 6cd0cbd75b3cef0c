import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';

// Every test file starts with its own database, as deployed.
await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
