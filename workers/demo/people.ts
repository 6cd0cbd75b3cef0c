import type { DemoProvider } from './channels';
import type { Random } from './random';

export const languages = ['en', 'es', 'hi', 'ar', 'ja', 'pt', 'de'] as const;
export type Language = (typeof languages)[number];

export type DemoPerson = { name: string | null; address: string };

/** Given and family names by language; every pair is one person, so that no name comes twice. */
const names: Record<Language, { given: string[]; family: string[]; joiner: string; familyFirst?: boolean }> = {
  en: {
    given: ['Olivia', 'Noah', 'Grace', 'Liam', 'Priya', 'Arjun', 'Femi', 'Chidi', 'Zara', 'Ethan', 'Maya', 'Callum', 'Ngozi'],
    family: ['Bennett', 'Okonkwo', 'Fernandes', 'Walsh', 'Iyer', 'Carter', 'Nair', 'Hughes', 'Mensah', "D'Souza", 'Reid'],
    joiner: ' ',
  },
  es: {
    given: ['Mateo', 'Valentina', 'Santiago', 'Camila', 'Diego', 'Lucía', 'Andrés', 'Ximena'],
    family: ['Herrera', 'Navarro', 'Castillo', 'Ríos', 'Peña', 'Molina', 'Salazar'],
    joiner: ' ',
  },
  hi: {
    given: ['आरव', 'दीया', 'रोहन', 'कविता', 'सुनील', 'नेहा', 'विक्रम', 'पूजा'],
    family: ['शर्मा', 'वर्मा', 'यादव', 'गुप्ता', 'मिश्रा', 'जोशी'],
    joiner: ' ',
  },
  ar: {
    given: ['ليلى', 'عمر', 'سارة', 'يوسف', 'هدى', 'خالد', 'مريم'],
    family: ['حداد', 'المنصوري', 'النجار', 'خليل', 'السيد', 'الراشد'],
    joiner: ' ',
  },
  ja: {
    given: ['花', '健太', '美咲', '大輔', 'さくら', '翔太', '由美'],
    family: ['佐藤', '鈴木', '高橋', '田中', '伊藤', '渡辺'],
    joiner: ' ',
    familyFirst: true,
  },
  pt: {
    given: ['João', 'Beatriz', 'Rafael', 'Letícia', 'Thiago', 'Inês', 'Gabriel'],
    family: ['Almeida', 'Carvalho', 'Ribeiro', 'Moreira', 'Teixeira', 'Barbosa'],
    joiner: ' ',
  },
  de: {
    given: ['Lena', 'Jonas', 'Mia', 'Felix', 'Hannah', 'Lukas', 'Jürgen'],
    family: ['Schäfer', 'Weber', 'Hoffmann', 'Krüger', 'Becker', 'Vogel'],
    joiner: ' ',
  },
};

/** Country codes by language; the digits behind them are made up. */
const dialling: Record<Language, string[]> = {
  en: ['44', '1', '234', '91'],
  es: ['34', '52', '57'],
  hi: ['91'],
  ar: ['971', '20', '966'],
  ja: ['81'],
  pt: ['55', '351'],
  de: ['49', '43'],
};

/** Every full name of a language, in an order of its own. */
export function fullNames(language: Language, random: Random): string[] {
  const { given, family, joiner, familyFirst } = names[language];
  const pairs = given.flatMap((first) => family.map((last) => (familyFirst ? [last, first] : [first, last]).join(joiner)));
  return random.shuffle(pairs);
}

const digits = (random: Random, count: number): string =>
  Array.from({ length: count }, (_, i) => random.int(i === 0 ? 2 : 0, 9)).join('');

/** An address as each provider writes it: phone digits, page-scoped id, chat id, the app's own user id. */
export function addressFor(provider: DemoProvider, language: Language, random: Random): string {
  switch (provider) {
    case 'whatsapp':
      return random.pick(dialling[language]) + digits(random, 9);
    case 'messenger':
      return digits(random, 16);
    case 'telegram':
      return digits(random, 9);
    case 'webhook':
      return `rider-${digits(random, 6)}`;
  }
}
