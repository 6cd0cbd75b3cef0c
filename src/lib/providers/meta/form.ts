import { urlSafe } from '../../domain/bytes';
import type { EnteredSecret, Field, MadeSecret } from '../../domain/channel-form';

/** Several values of one secret are told apart by commas, and nobody's secrets have blanks. */
const SECRET = /^[^\s,]{8,1024}$/;

/** The digits of a Meta object's id. */
export const metaId = (field: Pick<Field, 'name' | 'label' | 'help' | 'required'>): Field => ({
  ...field,
  kind: 'digits',
  wrong: 'The id has digits only.',
  pattern: /^\d{5,25}$/,
});

/** What Meta's apps have in common; `whereToken` says where this one's access token is. */
export const metaSecrets = (whereToken: string): (EnteredSecret | MadeSecret)[] => [
  {
    name: 'appSecret',
    title: 'App secret',
    help: 'Meta for Developers: your app, App settings, Basic.',
    wrong: 'This is not an app secret. Copy it again, without blanks.',
    pattern: SECRET,
  },
  { name: 'verifyToken', title: 'Verify token', pattern: SECRET, make: (random) => urlSafe(random(24)), isShown: true },
  {
    name: 'accessToken',
    title: 'Access token',
    help: whereToken,
    wrong: 'This is not an access token. Copy it again, all of it.',
    pattern: SECRET,
  },
];
