// `npm run check`: types, svelte-check, lint, format.
import { check } from './checks.mjs';

await check();
