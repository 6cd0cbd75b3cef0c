import { isScopedId } from '../../../domain/address';
import type { CampaignMark, OutboundMedia, OutboundMessage } from '../../../domain/provider';
import type { TemplateParameter, TemplateUse } from '../../../domain/template';

/** The body of `/messages`. `mediaId` is what the upload of its media was answered with. */
export function bodyOf(message: OutboundMessage, mediaId: string | null) {
  return {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    // With both, the number would win.
    ...(isScopedId(message.address) ? { recipient: message.address } : { to: message.address }),
    ...contentOf(message, mediaId),
    ...(message.replyTo !== null && { context: { message_id: message.replyTo } }),
    biz_opaque_callback_data: message.id,
  };
}

function contentOf({ template, media, text, campaign }: OutboundMessage, mediaId: string | null) {
  if (template) return { type: 'template', template: templateOf(template, campaign) };
  if (media && mediaId !== null) return { type: media.kind, [media.kind]: mediaOf(media, mediaId, text) };
  const buttons = campaign?.buttons ?? [];
  if (buttons.length > 0)
    return { type: 'interactive', interactive: { type: 'button', body: { text }, action: actionOf(buttons) } };
  return { type: 'text', text: { body: text, preview_url: false } };
}

/** Buttons below free text, which go out inside the window only. Their ids come back with the answer. */
const actionOf = (buttons: CampaignMark['buttons']) => ({
  buttons: buttons.map(({ title, token }) => ({ type: 'reply', reply: { id: token, title } })),
});

function mediaOf({ kind, fileName }: OutboundMedia, id: string, text: string) {
  const caption = takesCaption(kind) && text.trim() !== '' ? { caption: text } : {};
  return { id, ...caption, ...(kind === 'document' && { filename: fileName }) };
}

/** Audio and stickers are refused with one. */
export const takesCaption = (kind: OutboundMedia['kind']): boolean => kind !== 'audio' && kind !== 'sticker';

/** A template has its own buttons; told is only what pressing a quick reply is to bring back, by its place. Others take no parameter. */
function templateOf({ name, language, header, body, plainButtons = [] }: TemplateUse, campaign: CampaignMark | undefined) {
  const marked = (campaign?.buttons ?? []).map(({ token }, index) => ({ token, index }));
  const buttons = marked
    .filter(({ index }) => !plainButtons.includes(index))
    .map(({ token, index }) => ({
      type: 'button',
      sub_type: 'quick_reply',
      index: String(index),
      parameters: [{ type: 'payload', payload: token }],
    }));
  const texts = [
    { type: 'header', parameters: header.map(parameterOf) },
    { type: 'body', parameters: body.map(parameterOf) },
  ].filter(({ parameters }) => parameters.length > 0);
  const components = [...texts, ...buttons];
  return { name, language: { code: language }, ...(components.length > 0 && { components }) };
}

const parameterOf = ({ name, text }: TemplateParameter) => ({
  type: 'text',
  text,
  ...(name !== null && { parameter_name: name }),
});
