import type { Provider } from '../../../domain/provider';
import { handshake, prove, verify } from '../../../server/providers/meta/verify';
import { check } from './check';
import { readMedia } from './media';
import { parse } from './parse';
import { readName } from './profile';
import { send } from './send';

/** Facebook Messenger (Meta), one page per channel. */
export const messenger: Provider = { name: 'messenger', handshake, verify, prove, parse, send, readMedia, readName, check };
