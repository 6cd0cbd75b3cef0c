import type { HandleClientError } from '@sveltejs/kit';
import { z } from 'zod';

// Zod tries once whether it may compile code. The content policy forbids that, and browsers report even the try as a violation.
z.config({ jitless: true });

/** What a page could not be loaded for. A network that is gone is no failure of ours, and the page says so. */
export const handleError: HandleClientError = ({ error, message }) => {
  if (navigator.onLine) console.error(error);
  return { message };
};
