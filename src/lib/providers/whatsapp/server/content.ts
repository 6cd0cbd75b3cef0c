import { z } from 'zod';
import { describe, type ContentKind, type Details, type Media } from '../../../domain/message';
import type { Content as Said } from '../../../domain/provider';
import { cleanText } from '../../../domain/text';
import { facts, soft, tokenOf } from '../../../server/providers/facts';

/** What a message says, whoever sent it; `token` is a campaign token of ours in a button of it. */
export type Content = Said & { token: string | null };

const MAX_LABEL = 255;
const words = soft(z.string());

const MediaPart = z.object({
  id: words,
  mime_type: words,
  sha256: words,
  caption: words,
  filename: words,
  voice: soft(z.boolean()),
  animated: soft(z.boolean()),
});

const shapes = {
  text: z.object({ text: z.object({ body: z.string() }) }),
  location: z.object({
    location: z.object({ latitude: z.number(), longitude: z.number(), name: words, address: words, url: words }),
  }),
  contacts: z.object({
    contacts: z.array(
      z.object({
        name: soft(z.object({ formatted_name: words, first_name: words, last_name: words })),
        phones: soft(z.array(z.object({ phone: words, wa_id: words }))),
      }),
    ),
  }),
  button: z.object({ button: z.object({ payload: words, text: words }) }),
  interactive: z.object({
    interactive: z.object({
      type: words,
      button_reply: soft(z.object({ id: words, title: words })),
      list_reply: soft(z.object({ id: words, title: words, description: words })),
      nfm_reply: soft(z.object({ name: words, body: words, response_json: words })),
    }),
  }),
  order: z.object({ order: z.object({ catalog_id: words, text: words, product_items: soft(z.array(z.unknown())) }) }),
  system: z.object({
    system: z.object({
      type: words,
      body: words,
      wa_id: words,
      new_wa_id: words,
      user_id: words,
      previous_user_id: words,
    }),
  }),
  unsupported: z.object({
    errors: soft(z.array(z.object({ code: soft(z.number()), title: words }))),
    unsupported: soft(z.object({ type: words })),
  }),
};

/** What a notice says that comes without words. */
const notices = new Map([
  ['user_changed_number', 'The customer has another phone number now.'],
  ['user_changed_user_id', 'The customer has another WhatsApp user id now.'],
  ['customer_identity_changed', 'The customer has set up WhatsApp anew, or on another device.'],
]);

/**
 * The content of a message object by its `type`; null when the part that the type names is missing or misshapen. A type that Meta
 * adds after this was written is `unsupported`: shown, not lost.
 */
export function contentOf(type: string, part: unknown): Content | null {
  switch (type) {
    case 'text': {
      const { data } = shapes.text.safeParse(part);
      return data ? content('text', data.text.body) : null;
    }
    case 'image':
    case 'video':
    case 'audio':
    case 'document':
    case 'sticker':
      return mediaContent(type, part);
    case 'location': {
      const { data } = shapes.location.safeParse(part);
      if (!data) return null;
      const { latitude, longitude, name, address, url } = data.location;
      return content('location', [name, address].filter(Boolean).join(', '), facts({ latitude, longitude, name, address, url }));
    }
    case 'contacts': {
      const { data } = shapes.contacts.safeParse(part);
      return data ? contactsContent(data.contacts) : null;
    }
    case 'button': {
      const { data } = shapes.button.safeParse(part);
      if (!data) return null;
      const { payload, text } = data.button;
      return content('button', text ?? payload, facts({ payload }), payload);
    }
    case 'interactive': {
      const { data } = shapes.interactive.safeParse(part);
      return data ? interactiveContent(data.interactive) : null;
    }
    case 'order': {
      const { data } = shapes.order.safeParse(part);
      if (!data) return null;
      const { catalog_id, text, product_items } = data.order;
      return content('order', text, facts({ catalogId: catalog_id, items: product_items?.length }));
    }
    case 'system': {
      const { data } = shapes.system.safeParse(part);
      if (!data) return null;
      const { type: change, body, wa_id, new_wa_id, user_id, previous_user_id } = data.system;
      const ids = { waId: wa_id ?? new_wa_id, userId: user_id, previousUserId: previous_user_id };
      return content('system', body?.trim() ? body : notices.get(change ?? ''), facts({ change, ...ids }));
    }
    default: {
      const { data } = shapes.unsupported.safeParse(part);
      const error = data?.errors?.[0];
      const was = data?.unsupported?.type ?? (type === 'unsupported' ? undefined : type);
      return content('unsupported', '', facts({ type: was, code: error?.code, title: error?.title }));
    }
  }
}

function content(kind: ContentKind, text: string | undefined, details: Details | null = null, payload?: string): Content {
  return { kind, text: describe(kind, cleanText(text ?? '')), media: null, details, token: tokenOf(payload) };
}

function mediaContent(type: 'image' | 'video' | 'audio' | 'document' | 'sticker', part: unknown): Content | null {
  const { data } = z.object({ [type]: MediaPart }).safeParse(part);
  const found = data?.[type];
  if (!found) return null;
  const kind = type === 'audio' && found.voice === true ? 'voice' : type;
  // Not its `url`: that one opens only with our token, and not for long; the id is what can be fetched.
  const media: Media = {};
  if (found.id !== undefined) media.providerMediaId = cleanText(found.id, MAX_LABEL);
  if (found.mime_type !== undefined) media.mime = cleanText(found.mime_type, MAX_LABEL);
  if (found.sha256 !== undefined) media.sha256 = cleanText(found.sha256, MAX_LABEL);
  if (found.filename !== undefined) media.fileName = cleanText(found.filename, MAX_LABEL);
  return { ...content(kind, found.caption, facts({ animated: found.animated })), media };
}

function contactsContent(people: z.infer<typeof shapes.contacts>['contacts']): Content {
  const names = people.map(({ name }) => name?.formatted_name ?? [name?.first_name, name?.last_name].filter(Boolean).join(' '));
  const name = names.filter(Boolean).join(', ');
  const phones = people
    .flatMap((person) => person.phones ?? [])
    .map((phone) => phone.phone ?? phone.wa_id)
    .filter(Boolean)
    .join(', ');
  return content('contacts', name, facts({ name, phones }));
}

function interactiveContent(part: z.infer<typeof shapes.interactive>['interactive']): Content {
  const { type, button_reply, list_reply, nfm_reply } = part;
  if (nfm_reply) {
    const { name, body, response_json } = nfm_reply;
    return content('interactive', body ?? name, facts({ type, name, response: response_json }));
  }
  const reply: { id?: string; title?: string; description?: string } = button_reply ?? list_reply ?? {};
  return content('interactive', reply.title, facts({ type, id: reply.id, description: reply.description }), reply.id);
}
