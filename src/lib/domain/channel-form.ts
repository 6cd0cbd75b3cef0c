import type { ChannelSecrets } from './provider';

/** One thing that an Admin enters. `wrong` is what to say when it is refused. */
export type Field = {
  /** `accountId`, or the name of the setting. */
  name: string;
  label: string;
  help: string;
  /** `url`: an https address of the public web; `hosts`: host names, one a line. */
  kind: 'text' | 'digits' | 'secret' | 'url' | 'hosts' | 'switch';
  required: boolean;
  wrong: string;
  /** What a `text`, `digits` or `secret` has to look like, without blanks around it. */
  pattern?: RegExp;
};

export type SecretName = keyof ChannelSecrets;
/** What is checked on arrival is ours to choose; what we are let in with is theirs. */
export type MadeName = 'verifyToken' | 'webhookSecret';

/** A secret that the provider gives out, and an Admin enters. */
export type EnteredSecret = { name: SecretName; title: string; help: string; wrong: string; pattern: RegExp };
/** A secret that we make up, unless an Admin has entered one through the API. */
export type MadeSecret = {
  name: MadeName;
  title: string;
  pattern: RegExp;
  /** `random(n)`: that many random bytes, as base64. */
  make(random: (bytes: number) => string): string;
  /** Whether the Admin has to copy it to the provider; false where we tell the provider ourselves. */
  isShown: boolean;
};

/** What Settings asks for and says of one provider's channels. Data, in words for an Admin. */
export type ChannelForm = {
  about: string;
  /** A channel's name, for example. */
  example: string;
  /**
   * Where the account's id comes from: the Admin enters it; it is the channel's own; or it is read off the secrets (null: these do not
   * tell), and then `another` refuses those of another account, in words.
   */
  account: Field | 'channel' | { of(secrets: ChannelSecrets): string | null; another: string };
  /** In the order of the pages. */
  secrets: readonly (EnteredSecret | MadeSecret)[];
  settings: readonly Field[];
  /** What to do in the provider's own pages. */
  steps: readonly string[];
  /** Whether the provider can be told our address by ourselves: its code has a `connect`. */
  connects: boolean;
};

export const isMade = (secret: EnteredSecret | MadeSecret): secret is MadeSecret => 'make' in secret;

/** The field that the account's id is entered in, where it is. */
export const enteredAccount = ({ account }: ChannelForm): Field[] =>
  typeof account === 'object' && 'kind' in account ? [account] : [];
