import type { DemoProvider } from './channels';
import type { TicketStatus } from '../../src/lib/domain/ticket';
import type { Dialogue } from './dialogues/dialogue';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A conversation with a fixed place in the demo: the ones that screenshots and first looks meet. `ageMs` since the last reply. */
export type Featured = {
  name: string | null;
  provider: DemoProvider;
  address: string;
  ageMs: number;
  ticketStatus: TicketStatus;
  dialogue: Dialogue;
};

export const featured: Featured[] = [
  {
    name: 'Aanya Rao',
    provider: 'whatsapp',
    address: '919820012345',
    ageMs: 2 * MINUTE,
    ticketStatus: 'new',
    dialogue: {
      language: 'en',
      campaign: 'monsoon',
      lines: [
        '*Book it',
        '<Two adults, 12–15 Dec please',
        '>Lovely choice! I have booked the Tea Garden room for two, 12–15 December. The confirmation is in your mail.',
        '~❤️',
        '<Hi again. I am at the desk now',
        '<The hotel says they never got the booking, can you check?',
      ],
    },
  },
  {
    name: 'Mateo Silva',
    provider: 'messenger',
    address: '6801923345510027',
    ageMs: 9 * MINUTE,
    ticketStatus: 'pending',
    dialogue: {
      language: 'en',
      campaign: 'lateOrder',
      lines: [
        '*Something was wrong',
        '<Two of three dishes were missing 😞',
        '>I am sorry, Mateo. Shall I refund them?',
        '<Yes please',
        '>Done, the refund is on its way to your card. It takes two or three days.',
      ],
    },
  },
  {
    name: 'Hana Kimura',
    provider: 'telegram',
    address: '504118830',
    ageMs: 14 * MINUTE,
    ticketStatus: 'new',
    dialogue: {
      language: 'ja',
      campaign: 'monsoon',
      lines: ['*Book it', '>ありがとうございます。お席のご希望はございますか？', '<ありがとう！席は窓側がいいです。'],
    },
  },
  {
    name: 'Femi Adeyemi',
    provider: 'whatsapp',
    address: '2348031205577',
    ageMs: 31 * MINUTE,
    ticketStatus: 'new',
    dialogue: {
      language: 'en',
      campaign: 'lateOrder',
      lines: ['*Something was wrong', '<This is how it arrived', '<[image]'],
    },
  },
  {
    name: 'Lucía Ortega',
    provider: 'webhook',
    address: 'rider-204417',
    ageMs: 68 * MINUTE,
    ticketStatus: 'closed',
    dialogue: {
      language: 'en',
      campaign: 'binge',
      lines: [
        '*Get Premium',
        '<Half price for the whole year?',
        '>For three months, then you decide.',
        '<Deal 🎬',
        '>Enjoy season 2! Anything else?',
        '~👍',
      ],
    },
  },
  {
    name: null,
    provider: 'whatsapp',
    address: '4915123456789',
    ageMs: 3 * HOUR + 19 * MINUTE,
    ticketStatus: 'new',
    dialogue: { language: 'de', campaign: null, lines: ['<Hallo?', '<Wo ist mein Fahrer?'] },
  },
  {
    name: 'Noor Haddad',
    provider: 'whatsapp',
    address: '971501234567',
    ageMs: 22 * HOUR + 22 * MINUTE,
    ticketStatus: 'pending',
    dialogue: {
      language: 'ar',
      campaign: 'lateOrder',
      lines: ['*Something was wrong', '>نعتذر منك. ماذا حدث؟', '<أريد استرداد المبلغ من فضلك'],
    },
  },
  {
    name: 'Tom Becker',
    provider: 'whatsapp',
    address: '491701122334',
    ageMs: 23 * HOUR + 36 * MINUTE,
    ticketStatus: 'new',
    dialogue: { language: 'en', campaign: null, lines: ['<Is the gate still B14?'] },
  },
];
