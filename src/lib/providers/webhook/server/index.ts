import type { Provider } from '../../../domain/provider';
import { check } from './check';
import { readMedia } from './media';
import { parse } from './parse';
import { send } from './send';
import { handshake, prove, verify } from './verify';

/** Any other app: signed JSON both ways, by the Standard Webhooks specification. */
export const webhook: Provider = { name: 'webhook', handshake, verify, prove, parse, send, readMedia, check };
