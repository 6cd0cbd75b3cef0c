/** The three campaigns that the demo's conversations answer. `{first}`, `{order}` and `{show}` are filled in for each contact. */
export const demoCampaigns = {
  monsoon: {
    id: 'demo-monsoon-getaway',
    name: 'Monsoon getaway',
    labels: ['travel', 'q4'],
    text: 'Hi {first}, three nights in Munnar from ₹7,499. Your member rate is held until Sunday. Shall we book it?',
    buttons: ['Book it', 'See hotels'],
  },
  lateOrder: {
    id: 'demo-late-order',
    name: 'Late order, on us',
    labels: ['food', 'win-back'],
    text: 'Hi {first}, order {order} reached you later than promised. We are sorry: your next delivery is on us. 🛵',
    buttons: ['Use my voucher', 'Something was wrong'],
  },
  binge: {
    id: 'demo-binge-weekend',
    name: 'Binge weekend',
    labels: ['streaming', 'upsell'],
    text: 'Hi {first}, season 2 of {show} is out and Premium is half price until Sunday night. Popcorn ready? 🍿',
    buttons: ['Get Premium', 'What else is new?'],
  },
} as const;

export type CampaignKey = keyof typeof demoCampaigns;
export const campaignKeys: readonly CampaignKey[] = ['monsoon', 'lateOrder', 'binge'];
