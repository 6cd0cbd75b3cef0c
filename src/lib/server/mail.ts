import type { Env } from '../../../workers/env';

/** A link that somebody is to get by e-mail. `about` is the id of the user or invite, for whoever reads the log. */
export type Mail = { kind: 'invite' | 'password_reset'; to: string; about: string; link: string };

/** Sends one; throws when it could not. An Admin sees every link on the page as well, so that none depends on it. */
export type Mailer = (mail: Mail) => Promise<void>;

/**
 * The mailer of this deployment: no provider is built in, so the Worker's log says that there is something to send. An address or a
 * link is never in a log, but in the demo, where both are made up.
 */
export function mailerOf(env: Pick<Env, 'DEMO'>): Mailer {
  return ({ kind, to, about, link }) => {
    console.info(env.DEMO === 'on' ? { event: 'mail', kind, to, link } : { event: 'mail_not_sent', kind, about });
    return Promise.resolve();
  };
}
