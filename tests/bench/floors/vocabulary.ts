/** Words that the filled rows are made of; the first ones are the most frequent. */
export const VOCABULARY = 4_000;
const frequent = [
  'order',
  'please',
  'ticket',
  'refund',
  'thanks',
  'when',
  'still',
  'waiting',
  'hotel',
  'voucher',
  'price',
  'friday',
];
export const COMMON_WORDS = frequent.length;

export const givenNames = [
  'Alice', 'Alok', 'Alan', 'Asha', 'Ben', 'Bianca', 'Carlos', 'Chen', 'Dana', 'Dmitri', 'Elif', 'Emma', 'Farid', 'Fatima', 'Grace', 'Hana',
  'Hugo', 'Ines', 'Ivan', 'Jamal', 'Jo', 'Kavya', 'Kofi', 'Lena', 'Luis', 'Maya', 'Milan', 'Nadia', 'Noor', 'Omar', 'Priya', 'Quinn',
  'Rahul', 'Rosa', 'Sami', 'Sofia', 'Tariq', 'Uma', 'Vik', 'Yuki',
] as const; // prettier-ignore

export const channelIds = ['demo-whatsapp', 'demo-messenger', 'demo-telegram'] as const;
export const CAMPAIGNS = 60;
const LABELS = 12;

const syllables = ['ba', 'ce', 'di', 'fo', 'gu', 'ha', 'je', 'ki', 'lo', 'mu', 'na', 'pe', 'ri', 'so', 'tu', 'va'];

/** The k-th most frequent word: real ones first, then made of syllables, no two alike. */
export function wordOf(k: number): string {
  const real = frequent[k];
  if (real !== undefined) return real;
  // Three digits of base 16; an odd multiplier mixes them, so that neighbours do not share their beginning.
  const mixed = (k * 1_597) % 4_096;
  return [mixed >> 8, (mixed >> 4) & 15, mixed & 15].map((digit) => syllables[digit]).join('');
}

export const campaignOf = (i: number) => ({ id: `bench-campaign-${i}`, name: `Bench campaign ${i}`, channelId: 'demo-whatsapp' });

/** Every campaign carries one or two of the labels. */
export const labelsOf = (i: number): string[] => [...new Set([`bench-label-${i % LABELS}`, `bench-label-${(i * 5) % LABELS}`])];
