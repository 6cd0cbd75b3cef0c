import { z } from 'zod';

// Zod tries once whether it may compile code. The content policy forbids that, and browsers report even the try as a violation.
z.config({ jitless: true });
