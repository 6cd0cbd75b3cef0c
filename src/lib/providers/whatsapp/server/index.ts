import type { Provider } from '../../../domain/provider';
import { handshake, prove, verify } from '../../../server/providers/meta/verify';
import { check } from './check';
import { readMedia } from './media';
import { parse } from './parse';
import { send } from './send';
import { listTemplates } from './templates';

/** WhatsApp Business Cloud API (Meta). */
export const whatsapp: Provider = { name: 'whatsapp', handshake, verify, prove, parse, send, readMedia, check, listTemplates };
