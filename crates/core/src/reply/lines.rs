//! What the answerer says of itself, in each language.

use crate::text::Lang;

/// A sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// To a greeting.
    Greeting,
    /// To "I have a question".
    GoOn,
    /// When nothing is known of a question.
    Unsure,
    /// To a detail that was given.
    Noted,
    /// When a person is called, and somebody is there.
    HandOver,
    /// When a person is called, nobody is there, and the visitor's address is not known. Asking for it is the
    /// policy's ([`crate::prompt`]), which knows who has refused, and who is never asked.
    Away,
    /// When a person is called, nobody is there, and the visitor's address is known.
    AwayMail,
    /// The subject of a mail with the answer of a person.
    ByMail,
    /// To "are you a bot?".
    Machine,
}

impl Line {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Greeting,
        Self::GoOn,
        Self::Unsure,
        Self::Noted,
        Self::HandOver,
        Self::Away,
        Self::AwayMail,
        Self::ByMail,
        Self::Machine,
    ];
}

/// A sentence in a language, in English where that is not known.
pub fn line(lang: Option<Lang>, line: Line) -> &'static str {
    lines(lang.unwrap_or(Lang::En))[line as usize]
}

/// In the order of [`Line::ALL`].
fn lines(lang: Lang) -> [&'static str; 9] {
    match lang {
        Lang::En => [
            "Hello! How can I help?",
            "Of course. What is it about?",
            "I have no reliable answer to that. Please put it in other words, or say that you would like to talk to a person.",
            "Thank you, noted.",
            "I am passing you on to a colleague. Please stay here for a moment.",
            "Our team is not here right now. Your question is kept, and you will find the answer here.",
            "Our team is not here right now. You will get an answer by e-mail.",
            "Our answer to your message",
            "I am an automatic assistant. If you would like to talk to a person, just say so.",
        ],
        Lang::Es => [
            "¡Hola! ¿En qué puedo ayudar?",
            "Claro. ¿De qué se trata?",
            "No tengo una respuesta fiable a eso. Por favor, dígalo con otras palabras o diga que prefiere hablar con una persona.",
            "Gracias, anotado.",
            "Le paso con un compañero. Por favor, espere aquí un momento.",
            "Nuestro equipo no está en este momento. Guardamos su pregunta y encontrará la respuesta aquí.",
            "Nuestro equipo no está en este momento. Le responderemos por correo electrónico.",
            "Nuestra respuesta a su mensaje",
            "Soy un asistente automático. Si prefiere hablar con una persona, dígamelo.",
        ],
        Lang::Fr => [
            "Bonjour ! Comment puis-je vous aider ?",
            "Bien sûr. De quoi s’agit-il ?",
            "Je n’ai pas de réponse fiable à cela. Reformulez s’il vous plaît, ou dites que vous souhaitez parler à une personne.",
            "Merci, c’est noté.",
            "Je vous passe un collègue. Restez ici un instant, s’il vous plaît.",
            "Notre équipe n’est pas là en ce moment. Votre question est gardée, et vous trouverez la réponse ici.",
            "Notre équipe n’est pas là en ce moment. Vous recevrez une réponse par e-mail.",
            "Notre réponse à votre message",
            "Je suis un assistant automatique. Si vous préférez parler à une personne, dites-le-moi.",
        ],
        Lang::De => [
            "Hallo! Wie kann ich helfen?",
            "Gerne. Worum geht es?",
            "Darauf habe ich keine verlässliche Antwort. Bitte fragen Sie mit anderen Worten, oder sagen Sie, dass Sie mit einem Menschen sprechen möchten.",
            "Danke, ist notiert.",
            "Ich gebe an eine Kollegin oder einen Kollegen weiter. Bitte bleiben Sie einen Moment hier.",
            "Unser Team ist gerade nicht da. Ihre Frage bleibt hier stehen, und hier finden Sie die Antwort.",
            "Unser Team ist gerade nicht da. Die Antwort kommt per E-Mail.",
            "Unsere Antwort auf Ihre Nachricht",
            "Ich bin ein automatischer Assistent. Wenn Sie lieber mit einem Menschen sprechen möchten, sagen Sie es einfach.",
        ],
        Lang::Pt => [
            "Olá! Como posso ajudar?",
            "Claro. Do que se trata?",
            "Não tenho uma resposta segura para isso. Por favor, diga de outra forma ou diga que prefere falar com uma pessoa.",
            "Obrigado, anotado.",
            "Vou passar para um colega. Por favor, aguarde aqui um momento.",
            "A nossa equipe não está aqui agora. A sua pergunta fica guardada, e a resposta estará aqui.",
            "A nossa equipe não está aqui agora. A resposta vai por e-mail.",
            "A nossa resposta à sua mensagem",
            "Sou um assistente automático. Se preferir falar com uma pessoa, é só dizer.",
        ],
        Lang::It => [
            "Ciao! Come posso aiutare?",
            "Certo. Di che cosa si tratta?",
            "Non ho una risposta sicura. Provi con altre parole, oppure dica che desidera parlare con una persona.",
            "Grazie, annotato.",
            "La passo a un collega. Resti qui un momento, per favore.",
            "Il nostro team ora non c’è. La sua domanda resta qui, e qui troverà la risposta.",
            "Il nostro team ora non c’è. Riceverà una risposta via e-mail.",
            "La nostra risposta al suo messaggio",
            "Sono un assistente automatico. Se preferisce parlare con una persona, me lo dica.",
        ],
        Lang::Nl => [
            "Hallo! Hoe kan ik helpen?",
            "Natuurlijk. Waar gaat het over?",
            "Daar heb ik geen betrouwbaar antwoord op. Zeg het in andere woorden, of zeg dat u liever met een medewerker praat.",
            "Dank u, genoteerd.",
            "Ik geef u door aan een collega. Blijf alstublieft even hier.",
            "Ons team is er nu niet. Uw vraag blijft hier staan, en hier vindt u het antwoord.",
            "Ons team is er nu niet. U krijgt antwoord per e-mail.",
            "Ons antwoord op uw bericht",
            "Ik ben een automatische assistent. Als u liever met een medewerker praat, zeg het gerust.",
        ],
        Lang::Pl => [
            "Dzień dobry! W czym mogę pomóc?",
            "Oczywiście. O co chodzi?",
            "Nie mam na to pewnej odpowiedzi. Proszę zapytać innymi słowami albo napisać, że chodzi o rozmowę z człowiekiem.",
            "Dziękuję, zapisane.",
            "Przekazuję rozmowę koledze. Proszę chwilę tu zaczekać.",
            "Naszego zespołu teraz nie ma. Pytanie zostaje tutaj i tutaj pojawi się odpowiedź.",
            "Naszego zespołu teraz nie ma. Odpowiedź przyjdzie e-mailem.",
            "Nasza odpowiedź na wiadomość",
            "Jestem automatycznym asystentem. Jeśli chcesz porozmawiać z człowiekiem, po prostu to napisz.",
        ],
        Lang::Ja => [
            "こんにちは。どのようなご用件でしょうか。",
            "はい、どのようなことでしょうか。",
            "確かなお答えがありません。別の言い方でお尋ねいただくか、担当者との会話をご希望とお伝えください。",
            "ありがとうございます。承りました。",
            "担当者におつなぎします。このまま少々お待ちください。",
            "ただいま担当者が不在です。ご質問は記録され、こちらでお返事いたします。",
            "ただいま担当者が不在です。メールでお返事いたします。",
            "お問い合わせへのお返事",
            "私は自動アシスタントです。担当者とお話しになりたい場合は、そうお書きください。",
        ],
        Lang::Zh => [
            "您好！请问有什么可以帮您？",
            "好的，请问是什么事？",
            "这个问题我没有可靠的答案。请换个说法，或者告诉我您想和人工客服交谈。",
            "谢谢，已记下。",
            "我正在为您转接同事，请稍候。",
            "我们的同事现在不在。您的问题已保留，您会在这里看到回复。",
            "我们的同事现在不在。我们会通过电子邮件回复您。",
            "我们对您留言的回复",
            "我是自动助手。如果您想和真人交谈，请直接告诉我。",
        ],
        Lang::Th => [
            "สวัสดี มีอะไรให้ช่วยไหม",
            "ได้เลย เรื่องอะไร",
            "ยังไม่มีคำตอบที่แน่ใจในเรื่องนี้ กรุณาถามด้วยคำอื่น หรือบอกว่าต้องการคุยกับเจ้าหน้าที่",
            "ขอบคุณ จดไว้แล้ว",
            "กำลังส่งต่อให้เจ้าหน้าที่ กรุณารอสักครู่",
            "ตอนนี้ทีมงานไม่อยู่ เราเก็บคำถามของคุณไว้แล้ว และจะตอบที่นี่",
            "ตอนนี้ทีมงานไม่อยู่ เราจะตอบกลับทางอีเมล",
            "คำตอบสำหรับข้อความของคุณ",
            "นี่คือผู้ช่วยอัตโนมัติ หากต้องการคุยกับเจ้าหน้าที่ กรุณาแจ้งได้เลย",
        ],
        Lang::Tr => [
            "Merhaba! Nasıl yardımcı olabilirim?",
            "Elbette. Konu nedir?",
            "Buna güvenilir bir yanıtım yok. Lütfen başka sözlerle sorun ya da bir temsilciyle görüşmek istediğinizi yazın.",
            "Teşekkürler, not edildi.",
            "Sizi bir arkadaşıma aktarıyorum. Lütfen burada biraz bekleyin.",
            "Ekibimiz şu anda burada değil. Sorunuz burada duruyor, yanıtı da burada bulacaksınız.",
            "Ekibimiz şu anda burada değil. Yanıt e-posta ile gelecek.",
            "Mesajınıza yanıtımız",
            "Ben otomatik bir asistanım. Bir temsilciyle görüşmek isterseniz söylemeniz yeterli.",
        ],
        Lang::Hi => [
            "नमस्ते! मैं कैसे मदद कर सकता हूँ?",
            "ज़रूर। बात क्या है?",
            "इसका पक्का उत्तर मेरे पास नहीं है। कृपया दूसरे शब्दों में पूछें, या कहें कि आप किसी व्यक्ति से बात करना चाहते हैं।",
            "धन्यवाद, नोट कर लिया।",
            "मैं आपको एक सहकर्मी से जोड़ रहा हूँ। कृपया यहीं थोड़ा रुकें।",
            "हमारी टीम अभी यहाँ नहीं है। आपका सवाल यहाँ सुरक्षित है, और उत्तर यहीं मिलेगा।",
            "हमारी टीम अभी यहाँ नहीं है। उत्तर ईमेल से मिलेगा।",
            "आपके संदेश का हमारा उत्तर",
            "मैं एक स्वचालित सहायक हूँ। यदि आप किसी व्यक्ति से बात करना चाहें, तो बस बता दें।",
        ],
        Lang::Ar => [
            "مرحبًا! كيف يمكنني المساعدة؟",
            "بالتأكيد. ما الموضوع؟",
            "ليست لدي إجابة موثوقة عن ذلك. يرجى السؤال بكلمات أخرى، أو القول إنك تريد التحدث إلى شخص.",
            "شكرًا، تم التدوين.",
            "سأحولك إلى أحد الزملاء. يرجى البقاء هنا قليلًا.",
            "فريقنا غير موجود الآن. سؤالك محفوظ هنا، وستجد الرد هنا.",
            "فريقنا غير موجود الآن. سيصلك الرد بالبريد الإلكتروني.",
            "ردنا على رسالتك",
            "أنا مساعد آلي. إذا كنت تفضّل التحدث مع شخص، فأخبرني بذلك.",
        ],
        Lang::Sv => [
            "Hej! Hur kan jag hjälpa till?",
            "Självklart. Vad gäller det?",
            "Det har jag inget säkert svar på. Fråga gärna med andra ord, eller säg att du vill prata med en person.",
            "Tack, noterat.",
            "Jag kopplar dig till en kollega. Stanna kvar här en stund.",
            "Vårt team är inte här just nu. Din fråga finns kvar, och här hittar du svaret.",
            "Vårt team är inte här just nu. Svaret kommer med e-post.",
            "Vårt svar på ditt meddelande",
            "Jag är en automatisk assistent. Om du hellre vill prata med en person är det bara att säga till.",
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect;
    use std::collections::BTreeSet;

    #[test]
    fn every_language_says_every_line_in_its_own_words() {
        for line in Line::ALL {
            let all: BTreeSet<&str> =
                Lang::ALL.iter().map(|lang| super::line(Some(*lang), line)).collect();
            // "Hallo! …" of German and Dutch go on differently.
            assert_eq!(all.len(), Lang::ALL.len(), "{line:?}");
        }
        assert_eq!(line(None, Line::Greeting), line(Some(Lang::En), Line::Greeting));
    }

    #[test]
    fn long_lines_are_in_the_language_that_they_are_for() {
        for lang in Lang::ALL {
            let text = Line::ALL.map(|line| super::line(Some(lang), line)).join(" ");
            assert_eq!(detect::language(&text), Some(lang));
        }
    }
}
