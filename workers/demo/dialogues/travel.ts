import type { Dialogue } from './dialogue';

/** Bookings, refunds, gates and hotels. */
export const travel: Dialogue[] = [
  {
    language: 'en',
    campaign: 'monsoon',
    lines: [
      '*Book it',
      '<Two adults, {day} to {day} Dec please',
      '>Lovely choice! I have booked the garden room for two. The confirmation is in your mail.',
      '~❤️',
      '<Hi again. The hotel says they never got the booking, can you check?',
      '>Checking with them right now, one moment.',
      '>Found it: the voucher number is {code}. They have it under your first name.',
      '<Perfect, thank you so much 🙏',
    ],
  },
  {
    language: 'en',
    campaign: 'monsoon',
    lines: [
      '*See hotels',
      '<Anything with a pool? We travel with a toddler',
      '>{hotel} has a shallow pool and cots for free. Shall I hold a room?',
      '<What does breakfast cost there?',
      '>It is included until the end of the month.',
      '<Great, hold it till tomorrow please',
    ],
  },
  {
    language: 'en',
    campaign: null,
    lines: [
      '<Is the gate for {flight} still {gate}?',
      '>Yes, {gate}. Boarding starts in {minutes} minutes.',
      '<The screen here says it is delayed??',
      '>You are right, the crew just posted a delay of {minutes} minutes. Same gate.',
      '<Ok, time for a coffee then ☕',
    ],
  },
  {
    language: 'en',
    campaign: null,
    lines: [
      '<I cancelled flight {flight} a week ago and still have no refund',
      '>I am sorry about that. May I have the booking code?',
      '<{code}',
      '>Thank you. {amount} went out this morning and takes up to three working days.',
      '<My bank shows nothing yet',
      '<[image] screenshot of my account',
    ],
  },
  {
    language: 'en',
    campaign: 'monsoon',
    lines: [
      '<Can I use my miles for the Munnar trip?',
      '>You can: 12,000 miles cover one night. Shall I apply them?',
      '<Yes, for the last night',
      '>Done. What is left to pay is {amount}.',
      '~👍',
    ],
  },
  {
    language: 'en',
    campaign: null,
    lines: [
      '<[location] I am here, where is the shuttle?',
      '>Please walk to pillar 9 in front of the arrivals hall. {driver} waits there with a sign.',
      '<Got him, thanks!',
    ],
  },
  {
    language: 'en',
    campaign: null,
    lines: [
      '<[document] my passport copy',
      '<Do you need the visa page as well?',
      '>No, this is all we need for check-in. Have a good trip to {city}!',
    ],
  },
  {
    language: 'es',
    campaign: 'monsoon',
    lines: [
      '*See hotels',
      '<Hola, ¿tienen algo en el centro de {city}?',
      '>¡Hola! {hotel} está a cinco minutos a pie. Quedan dos habitaciones.',
      '<¿Se puede cancelar gratis?',
      '>Sí, hasta 48 horas antes.',
      '<Perfecto, la reservo entonces',
    ],
  },
  {
    language: 'es',
    campaign: null,
    lines: [
      '<Buenas, perdí mi conexión por el retraso del {flight}',
      '>Lo siento mucho. Ya le puse en el vuelo de las 18:40, puerta {gate}.',
      '<¿Y la maleta?',
      '>Va con usted, ya está reetiquetada.',
      '<Muchísimas gracias 🙌',
    ],
  },
  {
    language: 'hi',
    campaign: 'monsoon',
    lines: [
      '*Book it',
      '<दो लोगों के लिए, {day} तारीख से तीन रात',
      '>बहुत बढ़िया! कमरा बुक हो गया है। आपका वाउचर नंबर {code} है।',
      '<क्या एयरपोर्ट से गाड़ी मिल सकती है?',
      '>जी हाँ, {driver} आपको लेने आएँगे।',
      '<धन्यवाद 🙏',
    ],
  },
  {
    language: 'hi',
    campaign: null,
    lines: ['<मेरी फ्लाइट {flight} का गेट क्या है?', '>गेट {gate}, बोर्डिंग {minutes} मिनट में शुरू होगी।', '<मैं सिक्योरिटी में हूँ, क्या वे रुकेंगे?'],
  },
  {
    language: 'ar',
    campaign: 'monsoon',
    lines: [
      '*See hotels',
      '<مرحبا، هل يوجد فندق قريب من المطار؟',
      '>أهلاً بك! فندق {hotel} على بعد عشر دقائق مع نقل مجاني.',
      '<ممتاز، كم السعر لليلتين؟',
      '>السعر {amount} لليلة مع الإفطار.',
      '<احجز لي من فضلك',
    ],
  },
  {
    language: 'ar',
    campaign: null,
    lines: [
      '<أريد استرداد المبلغ من فضلك، ألغيت الرحلة {flight}',
      '>وصلني طلبك، رقم الحجز لو سمحت؟',
      '<{code}',
      '>شكراً، سيصلك المبلغ خلال ثلاثة أيام عمل.',
    ],
  },
  {
    language: 'ja',
    campaign: 'monsoon',
    lines: [
      '<席は窓側がいいです。二名でお願いします。',
      '>かしこまりました。{flight}便の窓側、12Aと12Bをお取りしました。',
      '<ありがとうございます！機内食は選べますか？',
      '>はい、和食と洋食からお選びいただけます。',
      '<和食を二つお願いします',
    ],
  },
  {
    language: 'ja',
    campaign: null,
    lines: [
      '<{flight}便の搭乗口は{gate}のままですか？',
      '>はい、{gate}番です。搭乗は{minutes}分後に始まります。',
      '<助かりました。',
      '~🙏',
    ],
  },
  {
    language: 'pt',
    campaign: 'monsoon',
    lines: [
      '*Book it',
      '<Oi! Somos três, dá para colocar uma cama extra?',
      '>Claro! Cama extra sem custo. Reservei de {day} a {day} de dezembro.',
      '<Maravilha, e o café da manhã?',
      '>Incluído 😊',
      '~😍',
    ],
  },
  {
    language: 'pt',
    campaign: null,
    lines: [
      '<Minha mala não chegou em {city}',
      '>Sinto muito! Pode me mandar o número da etiqueta?',
      '<[image] está aqui',
      '<Preciso dela até amanhã, tenho um casamento 😩',
    ],
  },
  {
    language: 'de',
    campaign: 'monsoon',
    lines: [
      '<Ist das Angebot auch über Silvester gültig?',
      '>Ja, bis zum 2. Januar. Für wie viele Personen?',
      '<Zwei Erwachsene und ein Hund 🐕',
      '>Der Hund reist kostenlos mit. Soll ich {hotel} reservieren?',
      '<Ja bitte, mit Frühstück',
    ],
  },
  {
    language: 'de',
    campaign: null,
    lines: [
      '<Guten Tag, mein Flug {flight} wurde gestrichen. Was nun?',
      '>Das tut mir leid. Ich habe Sie auf morgen 7:15 Uhr umgebucht, Flugsteig {gate}.',
      '<Und wer bezahlt das Hotel?',
      '>Wir. Der Gutschein {code} gilt im {hotel}.',
      '<Danke für die schnelle Hilfe!',
    ],
  },
];
