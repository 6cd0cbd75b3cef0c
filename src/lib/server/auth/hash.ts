import { base64Of, sha256Of, urlSafe } from '../../domain/bytes';

/** How tokens, devices and e-mail addresses are known where they need not be read. */
export const hashOf = (text: string): Promise<string> => sha256Of(text);

/** A secret of 256 random bits for a link or a cookie, base64url. */
export const randomToken = (): string => urlSafe(base64Of(crypto.getRandomValues(new Uint8Array(32))));
