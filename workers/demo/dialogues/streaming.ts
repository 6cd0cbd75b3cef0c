import type { Dialogue } from './dialogue';

/** What to watch, plans, pictures that stutter. */
export const streaming: Dialogue[] = [
  {
    language: 'en',
    campaign: 'binge',
    lines: [
      '*Get Premium',
      '<Does it work on two TVs at once?',
      '>On four. Shall I switch you over at half price?',
      '<Yes please!',
      '>Done, enjoy season 2! Anything else?',
      '~🍿',
    ],
  },
  {
    language: 'en',
    campaign: 'binge',
    lines: [
      '*What else is new?',
      '>If you liked {show}, try "Cold Orbit": six episodes, all out.',
      '<Seen it 😅 something with less murder?',
      '>"Salt & Saffron": a family, a kitchen, no bodies.',
      '<Sold',
    ],
  },
  {
    language: 'en',
    campaign: null,
    lines: [
      '<Picture stutters every {minutes} seconds since yesterday',
      '>Which device is it?',
      '<[video]',
      '>Thank you, that helps. Please update the app to 8.2 and restart it.',
      '<Still the same',
      '<Now it does not start at all',
    ],
  },
  {
    language: 'en',
    campaign: null,
    lines: [
      '<I was charged {amount} twice this month',
      '>I see both charges. The second one is cancelled and will vanish in two days.',
      '<Thanks for the quick answer!',
      '~❤️',
    ],
  },
  {
    language: 'en',
    campaign: 'binge',
    lines: ['<Will {show} get a season 3?', '>It is being filmed right now 🎬 We will tell you first.', '<😱😱😱'],
  },
  {
    language: 'en',
    campaign: null,
    lines: [
      '<What time is the match tonight?',
      '>20:45 your time, on the Sport tab.',
      '<Is it in my plan?',
      '>It is in Premium. You can have it for one evening for {amount}.',
      '<Ok, add it',
    ],
  },
  {
    language: 'en',
    campaign: 'binge',
    lines: [
      '*Get Premium',
      '<Actually, can I cancel after the weekend?',
      '>Any time, and you keep it until the month is over.',
      '<Then yes',
    ],
  },
  {
    language: 'es',
    campaign: 'binge',
    lines: [
      '*What else is new?',
      '>Esta semana estrenamos «{show}». ¿Le gusta el suspenso?',
      '<¡Me encanta! ¿Está doblada?',
      '>En español y en portugués.',
      '<La veo esta noche 🎉',
    ],
  },
  {
    language: 'es',
    campaign: null,
    lines: [
      '<No puedo iniciar sesión en la tele',
      '>¿Qué mensaje aparece?',
      '<[image] este',
      '>Le envié un código nuevo: {code}.',
      '<Ya entró, gracias',
    ],
  },
  {
    language: 'hi',
    campaign: 'binge',
    lines: [
      '*Get Premium',
      '<क्या इसमें क्रिकेट मैच भी दिखेंगे?',
      '>जी, सभी मैच लाइव, चार स्क्रीन पर।',
      '<तो चालू कर दीजिए 🏏',
      '>हो गया! आनंद लीजिए।',
    ],
  },
  {
    language: 'hi',
    campaign: 'binge',
    lines: ['<"{show}" हिंदी में कब आएगा?', '>अगले शुक्रवार को।', '<बहुत अच्छा 😍'],
  },
  {
    language: 'ar',
    campaign: 'binge',
    lines: [
      '*What else is new?',
      '>لدينا مسلسل جديد: «{show}». ست حلقات.',
      '<هل له ترجمة عربية؟',
      '>نعم، وترجمة فرنسية أيضاً.',
      '<رائع، شكراً',
    ],
  },
  {
    language: 'ar',
    campaign: null,
    lines: [
      '<التطبيق لا يعمل منذ الصباح',
      '>هل يمكنك تحديثه إلى الإصدار 8.2؟',
      '<حدثته ولم يتغير شيء',
      '>شكراً، أعدنا ضبط حسابك. جرّب الآن من فضلك.',
    ],
  },
  {
    language: 'ja',
    campaign: 'binge',
    lines: [
      '*Get Premium',
      '<途中で解約できますか？',
      '>はい、いつでも可能です。',
      '<ではお願いします',
      '>プレミアムに変更しました。良い週末を！',
      '~🎉',
    ],
  },
  {
    language: 'ja',
    campaign: null,
    lines: ['<字幕が表示されません', '>設定の「字幕」をオンにしていただけますか？', '<出ました！ありがとうございます'],
  },
  {
    language: 'pt',
    campaign: 'binge',
    lines: [
      '*Get Premium',
      '<Vale para o jogo de domingo?',
      '>Vale sim, ao vivo e em 4K.',
      '<Fechado! ⚽',
      '>Ativado. Bom jogo!',
    ],
  },
  {
    language: 'pt',
    campaign: 'binge',
    lines: [
      '*What else is new?',
      '>Estreou "{show}", acho que você vai gostar.',
      '<Já vi tudo em um dia kkkk',
      '<Tem outra parecida?',
    ],
  },
  {
    language: 'de',
    campaign: 'binge',
    lines: [
      '*What else is new?',
      '>„{show}“ ist neu: sechs Folgen, sehr spannend.',
      '<Gibt es das im Original mit Untertiteln?',
      '>Ja, auf Englisch mit deutschen Untertiteln.',
      '<Wunderbar',
    ],
  },
  {
    language: 'de',
    campaign: null,
    lines: [
      '<Ich möchte mein Abo kündigen',
      '>Schade! Darf ich fragen, warum?',
      '<Zu wenig Neues für Kinder',
      '>Ab {day}. kommen 40 Kinderserien dazu. Zwei Monate zum halben Preis, wenn Sie bleiben?',
      '<Ok, überredet 😄',
    ],
  },
];
