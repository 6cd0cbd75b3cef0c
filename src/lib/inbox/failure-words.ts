/** What a page says that cannot be shown, and the one thing to do about it. `isOurs`: it was on our side, and has an id to be told. */
export type FailureWords = {
  title: string;
  text: string;
  /** Try again in place, go where the role begins, or sign in as somebody else. */
  way: 'again' | 'start' | 'user';
  isOurs: boolean;
};

/**
 * By its status and what SvelteKit knows of it. What the server could not do has an id; what has none has never got there: a network that is
 * gone, or a server that is.
 */
export function failureWords(status: number, error: { message: string; id?: string } | null, isOnline: boolean): FailureWords {
  if (status === 403)
    return {
      title: 'This is not open to you',
      text: `${error?.message ?? 'Your role does not open this.'} Ask an Admin if you need it.`,
      way: 'user',
      isOurs: false,
    };
  if (status === 404)
    return {
      title: 'There is nothing here',
      text: 'The address may be mistyped, or what it led to is gone.',
      way: 'start',
      isOurs: false,
    };
  if (status === 429) return { title: 'Too fast', text: 'Wait a moment, then try again.', way: 'again', isOurs: false };
  if (!isOnline)
    return {
      title: 'You are offline',
      text: 'This page could not be loaded. It opens by itself when the network is back.',
      way: 'again',
      isOurs: false,
    };
  if (error?.id === undefined)
    return {
      title: 'Parley cannot be reached',
      text: 'Nothing you sent is lost. Check the connection, then try again.',
      way: 'again',
      isOurs: false,
    };
  return {
    title: 'Something went wrong',
    text: 'It is on our side, and nothing you sent is lost. Try again in a moment.',
    way: 'again',
    isOurs: true,
  };
}
