/** What the rows of the data set are made of: no two words, names, campaigns or labels are alike, and the same number gives the same one. */

export const VOCABULARY = 4_000;
export const GIVEN_NAMES = 100;
export const FAMILY_NAMES = 1_500;
export const CAMPAIGNS = 500;
export const LABELS = 50;

/** The most frequent words, so that a search reads like one. */
const frequent = [
  'order', 'please', 'ticket', 'refund', 'thanks', 'when', 'still', 'waiting', 'hotel', 'voucher', 'price', 'friday',
] as const; // prettier-ignore

const given = [
  'Alice', 'Alok', 'Alan', 'Asha', 'Ben', 'Bianca', 'Carlos', 'Chen', 'Dana', 'Dmitri', 'Elif', 'Emma', 'Farid', 'Fatima', 'Grace', 'Hana',
  'Hugo', 'Inés', 'Ivan', 'Jamal', 'Jo', 'Kavya', 'Kofi', 'Lena', 'Luis', 'Maya', 'Milan', 'Nadia', 'Noor', 'Omar', 'Priya', 'Quinn',
  'Rahul', 'Rosa', 'Sami', 'Sofía', 'Tariq', 'Uma', 'Vik', 'Yuki',
] as const; // prettier-ignore

/** Phrases of scripts without spaces, and signs: a few rows in a hundred end with one. */
export const foreign = [
  '我的订单什么时候到', '请帮我退款谢谢', '酒店已经订好了吗', '注文をキャンセルしたい', 'ありがとうございました', 'チケットはどこですか', 'ขอบคุณมากค่ะ',
  'สั่งซื้อเมื่อไหร่จะถึง', 'อยากขอเงินคืน', '감사합니다 주문 확인 부탁드려요', 'спасибо за билет', 'شكراً على الطلب', '👍🏽 perfecto', '🎉🎉 gracias', '😡 no llega', '❤️',
] as const; // prettier-ignore

const syllables = ['ba', 'ce', 'di', 'fo', 'gu', 'ha', 'je', 'ki', 'lo', 'mu', 'na', 'pe', 'ri', 'so', 'tu', 'va'];

/** Three syllables; an odd multiplier mixes them, so that neighbours do not begin alike. */
function made(k: number): string {
  const mixed = (k * 1_597) % 4_096;
  return [mixed >> 8, (mixed >> 4) & 15, mixed & 15].map((digit) => syllables[digit]).join('');
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** The word of a rank: 0 is the most frequent. */
export const wordOf = (rank: number): string => frequent[rank] ?? made(rank);

export const givenNameOf = (i: number): string => given[i] ?? capital(`${made(i)}n`);
export const familyNameOf = (i: number): string => capital(`${made(i + 1_000)}${['s', 'k', 'r', 'son', 'ez'][i % 5] ?? ''}`);

export const labelOf = (i: number): string => `bench-label-${i}`;

export type BenchCampaign = { id: string; name: string; channelId: string; labels: string[] };

/** Every campaign carries one or two labels. */
export const campaignOf = (i: number): BenchCampaign => ({
  id: `bench-campaign-${i}`,
  name: `Bench campaign ${i}`,
  channelId: 'demo-whatsapp',
  labels: [...new Set([labelOf(i % LABELS), labelOf((i * 7) % LABELS)])],
});
