import type { Dialogue } from './dialogue';

/** Late, wrong and lost orders, drivers, vouchers. */
export const food: Dialogue[] = [
  {
    language: 'en',
    campaign: 'lateOrder',
    lines: [
      '*Something was wrong',
      '<The {dish} was cold and one drink was missing',
      '<[image]',
      '>That is not good enough, I am sorry. {amount} are on their way back to you.',
      '<Thanks. And the drink?',
      '>Added as a free item to your next order.',
      '~👍',
    ],
  },
  {
    language: 'en',
    campaign: 'lateOrder',
    lines: [
      '*Use my voucher',
      '<It says the code has expired',
      '>Sorry, here is a fresh one: {code}. It is good for 30 days.',
      '<Works now, ordering {dish} tonight 😋',
    ],
  },
  {
    language: 'en',
    campaign: null,
    lines: [
      '<Where is my driver? The map has not moved for {minutes} minutes',
      '>{driver} has a flat tyre. A colleague took over your order, {minutes} minutes to go.',
      '<Oh no. Hope he is fine',
      '>He is, thank you for asking 🙂',
    ],
  },
  {
    language: 'en',
    campaign: null,
    lines: [
      '<Order {order} never came',
      '<Hello??',
      '<I have two hungry kids here',
      '>I am so sorry. I see that it was left at number 14. Shall I send it again or refund it?',
      '<Refund please, we cook now',
    ],
  },
  {
    language: 'en',
    campaign: null,
    lines: [
      '<There are nuts in this and I said no nuts!!',
      '>Please do not eat it. Is anybody unwell?',
      '<No, we saw it in time',
      '>Good. I have refunded {amount} and the kitchen lead will call you today.',
      '<[voice]',
    ],
  },
  {
    language: 'en',
    campaign: 'lateOrder',
    lines: ['<That was kind, thank you! Best {dish} in town ❤️', '>You made our day! See you soon.', '~🥰'],
  },
  {
    language: 'en',
    campaign: null,
    lines: [
      '<Can you change the address of order {order} to my office?',
      '>Which street is that?',
      '<[location] Office, second floor',
      '>Changed. {driver} is informed.',
      '<🙌',
    ],
  },
  {
    language: 'es',
    campaign: 'lateOrder',
    lines: [
      '*Something was wrong',
      '<Me llegó {dish} y yo pedí otra cosa',
      '>¡Qué pena! Le devuelvo {amount} ahora mismo.',
      '<Gracias, ¿cuánto tarda?',
      '>Listo, el reembolso va en camino a su tarjeta.',
    ],
  },
  {
    language: 'es',
    campaign: null,
    lines: [
      '<¿Dónde está mi pedido {order}? Ya pasaron {minutes} minutos',
      '>Está a dos calles, {driver} llega en un momento.',
      '<Ya lo veo, gracias 😄',
    ],
  },
  {
    language: 'es',
    campaign: 'lateOrder',
    lines: ['*Use my voucher', '<¿Sirve también para llevar?', '>Sí, para todo menos bebidas con alcohol.', '~👏'],
  },
  {
    language: 'hi',
    campaign: 'lateOrder',
    lines: ['*Use my voucher', '<कूपन काम नहीं कर रहा है 😕', '>माफ़ कीजिए, नया कूपन {code} है। अब देखिए।', '<हाँ, अब हो गया!'],
  },
  {
    language: 'hi',
    campaign: null,
    lines: [
      '<मेरा ऑर्डर {order} अभी तक नहीं आया',
      '>{driver} रास्ते में हैं, {minutes} मिनट और लगेंगे।',
      '<खाना ठंडा तो नहीं होगा?',
      '>नहीं, हॉट बैग में है 🙂',
      '<ठीक है',
    ],
  },
  {
    language: 'ar',
    campaign: 'lateOrder',
    lines: [
      '*Something was wrong',
      '<الطلب وصل ناقصاً، لا توجد المشروبات',
      '>نعتذر منك، أعدنا لك {amount}.',
      '<شكراً على سرعة الرد 🌹',
    ],
  },
  {
    language: 'ar',
    campaign: null,
    lines: ['<أين السائق؟ أنتظر منذ {minutes} دقيقة', '>السائق {driver} أمام البناية الآن.', '<لا أراه', '<[location] أنا هنا'],
  },
  {
    language: 'ja',
    campaign: 'lateOrder',
    lines: [
      '*Use my voucher',
      '<クーポンはどこに入力しますか？',
      '>お支払い画面の「コード」に {code} とご入力ください。',
      '<できました！ありがとう！',
    ],
  },
  {
    language: 'ja',
    campaign: null,
    lines: [
      '<注文{order}がまだ届きません。もう{minutes}分待っています。',
      '>申し訳ございません。あと5分ほどで到着いたします。',
      '<わかりました',
      '<[image] 届きましたが、箱が潰れています…',
    ],
  },
  {
    language: 'pt',
    campaign: 'lateOrder',
    lines: [
      '*Something was wrong',
      '<Veio {dish} em vez do que eu pedi 😤',
      '>Peço desculpa! O reembolso de {amount} já foi feito.',
      '<Tá bom, obrigado',
      '~👍',
    ],
  },
  {
    language: 'pt',
    campaign: null,
    lines: [
      '<Cadê o entregador?',
      '>O {driver} está na portaria, pode descer?',
      '<Desci e não tem ninguém',
      '>Ele está na entrada de serviço.',
      '<Achei! Valeu',
    ],
  },
  {
    language: 'de',
    campaign: 'lateOrder',
    lines: [
      '*Use my voucher',
      '<Gilt der Gutschein auch für {dish}?',
      '>Ja, für die ganze Karte.',
      '<Super, dann heute Abend 🍕',
    ],
  },
  {
    language: 'de',
    campaign: null,
    lines: [
      '<Wo ist mein Fahrer?',
      '>{driver} steht im Stau, noch etwa {minutes} Minuten.',
      '<Das Essen ist für Gäste, bitte beeilen',
      '>Die Lieferkosten haben wir erstattet. Er ist gleich da!',
      '<Ist angekommen, danke',
    ],
  },
];
