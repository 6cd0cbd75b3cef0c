import type { Provider } from '../../../domain/provider';
import { confirm } from './confirm';
import { readMedia } from './media';
import { parse } from './parse';
import { send } from './send';
import { check, connect } from './setup';
import { handshake, prove, verify } from './verify';

/** Telegram Bot API. */
export const telegram: Provider = { name: 'telegram', handshake, verify, prove, parse, send, readMedia, confirm, check, connect };
