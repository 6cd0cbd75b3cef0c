const AUTH = '/api/auth';

const post = (path: string, body: unknown): Promise<Response> =>
  fetch(AUTH + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** Signs in; null when it worked, else what to tell the person. */
export async function signIn(email: string, password: string): Promise<string | null> {
  try {
    const response = await post('/sign-in/email', { email, password });
    if (response.ok) return null;
    if (response.status === 401) return 'That e-mail and password do not match.';
    if (response.status === 400 || response.status === 422) return 'That does not look like an e-mail address.';
    if (response.status === 429) return 'Too many tries. Wait a minute, then try again.';
    return 'Signing in is not possible at the moment. Try again shortly.';
  } catch {
    // fetch rejects only when no answer came at all.
    return 'No connection. Check the network and try again.';
  }
}

/** Signs out; false when the server did not hear it, and the session goes on. */
export async function signOut(): Promise<boolean> {
  try {
    return (await post('/sign-out', {})).ok;
  } catch {
    // No answer came at all.
    return false;
  }
}
