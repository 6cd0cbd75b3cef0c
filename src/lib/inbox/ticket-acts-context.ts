import { createContext } from 'svelte';
import type { TicketActs } from './ticket-acts.svelte';

/** Said by whoever shows the list: what is done there outlives the conversation that is open. */
export const [getTicketActs, setTicketActs] = createContext<TicketActs>();
