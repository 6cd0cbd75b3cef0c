import type { Provider } from '../../../domain/provider';
import { parse } from './parse';
import { send } from './send';
import { handshake, verify } from './verify';

/** WhatsApp Business Cloud API (Meta). */
export const whatsapp: Provider = { name: 'whatsapp', handshake, verify, parse, send };
