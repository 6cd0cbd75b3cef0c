import { z } from 'zod';
import { api } from './api';
import { problemOf } from './problem';
import { post, waitWords } from './sign-in';

export type AccountState = Awaited<ReturnType<typeof api.account.get.query>>;
/** What an authenticator app needs, and the codes for the day that it is lost. */
export type NewFactor = { address: string; secret: string; codes: string[] };

const Enabled = z.object({ totpURI: z.string(), backupCodes: z.array(z.string()) });
const Codes = z.object({ backupCodes: z.array(z.string()) });
const Options = z.looseObject({ challenge: z.string() });

/** Asks better-auth; the answer, or in words why not. */
async function ask<T>(
  path: string,
  body: unknown,
  schema: z.ZodType<T>,
  wrong: string,
): Promise<{ value: T } | { words: string }> {
  try {
    const response = await post(path, body);
    if (response.ok) return { value: schema.parse(await response.json()) };
    if (response.status === 429) return { words: waitWords(response) };
    return { words: response.status < 500 ? wrong : 'That did not work. Try again shortly.' };
  } catch {
    return { words: 'Parley cannot be reached. Check the connection and try again.' };
  }
}

const WRONG_PASSWORD = 'That is not your password.';

/** One's own account: every method answers with what is wrong, in words, or with what was asked for. */
export class AccountDesk {
  #state: AccountState | null = $state.raw(null);
  hasFailed = $state(false);

  /** null until it is here. */
  get state() { return this.#state; } // prettier-ignore

  async refresh(): Promise<void> {
    try {
      this.#state = await api.account.get.query();
      this.hasFailed = false;
    } catch {
      this.hasFailed = true;
    }
  }

  changePassword(current: string, next: string): Promise<string | null> {
    return this.#try(() => api.account.changePassword.mutate({ current, next }));
  }

  endOtherSessions(): Promise<string | null> {
    return this.#try(() => api.account.endOtherSessions.mutate());
  }

  async startSecondFactor(password: string): Promise<NewFactor | string> {
    const answer = await ask('/two-factor/enable', { password }, Enabled, WRONG_PASSWORD);
    if ('words' in answer) return answer.words;
    const { totpURI: address, backupCodes: codes } = answer.value;
    return { address, codes, secret: new URL(address).searchParams.get('secret') ?? '' };
  }

  async confirmSecondFactor(code: string): Promise<string | null> {
    return this.#done(await ask('/two-factor/verify-totp', { code: code.replaceAll(/\s/g, '') }, z.unknown(), 'That code is not right.')); // prettier-ignore
  }

  async endSecondFactor(password: string): Promise<string | null> {
    return this.#done(await ask('/two-factor/disable', { password }, z.unknown(), WRONG_PASSWORD));
  }

  async newBackupCodes(password: string): Promise<string[] | string> {
    const answer = await ask('/two-factor/generate-backup-codes', { password }, Codes, WRONG_PASSWORD);
    return 'words' in answer ? answer.words : answer.value.backupCodes;
  }

  /** Has the device make a key and keeps it under this name. */
  async addPasskey(name: string, password: string): Promise<string | null> {
    const asked = await ask('/passkey/options', { password }, Options, WRONG_PASSWORD);
    if ('words' in asked) return asked.words;
    const { startRegistration } = await import('@simplewebauthn/browser');
    const optionsJSON: Parameters<typeof startRegistration>[0]['optionsJSON'] = Object(asked.value);
    const response = await startRegistration({ optionsJSON }).catch(() => null);
    if (response === null) return 'No passkey was made: your device has stopped it, or has one for Parley already.';
    return this.#done(await ask('/passkey/register', { name, response }, z.unknown(), 'This passkey was not accepted.'));
  }

  renamePasskey(id: string, name: string): Promise<string | null> {
    return this.#try(() => api.account.renamePasskey.mutate({ id, name }));
  }

  removePasskey(id: string): Promise<string | null> {
    return this.#try(() => api.account.removePasskey.mutate({ id }));
  }

  async #done(answer: { value: unknown } | { words: string }): Promise<string | null> {
    if ('words' in answer) return answer.words;
    await this.refresh();
    return null;
  }

  async #try(act: () => Promise<unknown>): Promise<string | null> {
    try {
      await act();
    } catch (error) {
      return problemOf(error).words;
    }
    await this.refresh();
    return null;
  }
}
