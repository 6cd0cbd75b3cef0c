import { getContext, setContext } from 'svelte';

/** The id of the conversation to go to after the open one, as the list has them now; null when there is none. */
export type NextConversation = () => string | null;

const KEY = Symbol('next conversation');

/** Said by whoever shows the list. */
export const setNextConversation = (next: NextConversation): NextConversation => setContext(KEY, next);

/** Where there is no list beside it, there is no next one. */
export const getNextConversation = (): NextConversation => getContext<NextConversation | undefined>(KEY) ?? (() => null);
