import type { ContentKind } from '../../../src/lib/domain/message';
import type { CampaignKey } from '../campaigns';
import type { Language } from '../people';

/**
 * A short talk as a script, one line a turn. `<` the end user writes, `>` an agent answers, `*` the end user presses that button of
 * the campaign, `~` the end user reacts to the agent's last answer. `[image]` and the like after `<` is media with the rest as its
 * caption. `{slot}` is filled in for each conversation.
 */
export type Dialogue = { language: Language; campaign: CampaignKey | null; lines: readonly string[] };

export type Turn =
  | { by: 'contact'; kind: ContentKind; text: string; button: boolean }
  | { by: 'agent'; text: string }
  | { by: 'reaction'; emoji: string };

const kinds: Record<string, ContentKind> = {
  image: 'image',
  video: 'video',
  voice: 'voice',
  document: 'document',
  location: 'location',
  sticker: 'sticker',
};

/** Reads one line of a script. Throws on a line without a mark: that is a mistake in the script. */
export function turnOf(line: string): Turn {
  const text = line.slice(1).trim();
  switch (line[0]) {
    case '<': {
      const [, mark, caption] = /^\[(\w+)\]\s*(.*)$/u.exec(text) ?? [];
      const kind = mark === undefined ? undefined : kinds[mark];
      return { by: 'contact', kind: kind ?? 'text', text: kind ? (caption ?? '') : text, button: false };
    }
    case '*':
      return { by: 'contact', kind: 'button', text, button: true };
    case '>':
      return { by: 'agent', text };
    case '~':
      return { by: 'reaction', emoji: text };
    default:
      throw new SyntaxError(`Not a line of a dialogue: ${line}`);
  }
}

/** What stands for `{slot}` in the scripts; each conversation draws one value of each. */
export const slots = {
  order: ['#4471', '#20418', '#8832', '#10957', '#3306', '#77120', '#5294', '#61003'],
  dish: ['pad thai', 'paneer tikka', 'ramen', 'margherita', 'falafel bowl', 'poke bowl', 'biryani', 'burrito'],
  flight: ['AI 441', 'LH 763', 'EK 509', 'IB 3170', 'TP 87', 'NH 830', '6E 2134', 'BA 198'],
  gate: ['B14', 'A22', 'C7', 'D31', 'E9', 'F18'],
  hotel: ['Tea Garden Retreat', 'Hotel Miramar', 'Casa Azul', 'Riverside Inn', 'Palm Court', 'Hilltop Lodge'],
  city: ['Munnar', 'Lisbon', 'Kyoto', 'Dubai', 'Sevilla', 'Jaipur', 'Hamburg', 'Goa'],
  show: ['Harbour Lights', 'The Ninth Floor', 'Salt & Saffron', 'Night Ferry', 'Cold Orbit', 'Sisters of Rain'],
  code: ['MNR-20418', 'QX7-4410', 'LZR-9035', 'TKB-1182', 'PLM-5527', 'VRD-8816'],
  minutes: ['10', '15', '20', '25', '35', '40'],
  amount: ['₹640', '€18.50', '$24', 'R$ 52', '¥2,400', '£12', '₹1,150', '€41'],
  day: ['12', '14', '18', '21', '23', '27'],
  driver: ['Ravi', 'Marta', 'Yusuf', 'Kenji', 'Paulo', 'Anja'],
} as const;
export type Slot = keyof typeof slots | 'first';
export type SlotValues = Record<Slot, string>;

const isSlot = (name: string): name is Slot => name === 'first' || name in slots;

/** Puts the values in; an unknown slot stays as it is written, so that a slip shows. */
export function fill(text: string, values: SlotValues): string {
  return text.replace(/\{(\w+)\}/g, (all, name: string) => (isSlot(name) ? values[name] : all));
}
