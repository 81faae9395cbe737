//! The mail with which somebody shows that an address is theirs.

use crate::text::Lang;

/// Digits of a code.
pub const DIGITS: usize = 6;

/// The code that a text is, if it is one and nothing else: six digits, also written with spaces or a
/// hyphen between them.
pub fn read(text: &str) -> Option<String> {
    let text = text.trim();
    let plain = text.chars().all(|c| c.is_ascii_digit() || c == ' ' || c == '-');
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (plain && text.len() <= 2 * DIGITS && digits.len() == DIGITS).then_some(digits)
}

/// What is said about codes in one language.
struct Words {
    subject: &'static str,
    /// Before the code, and after it.
    mail: [&'static str; 2],
    right: &'static str,
    wrong: &'static str,
}

fn words(lang: Lang) -> Words {
    let of = |subject, before, after, right, wrong| Words {
        subject,
        mail: [before, after],
        right,
        wrong,
    };
    match lang {
        Lang::En => of(
            "Your code",
            "Your code for the chat:",
            "It is good for ten minutes. If you did not ask for it, you can ignore this message.",
            "Thank you. Your e-mail address is confirmed.",
            "That code is not right. Please look at the latest message again.",
        ),
        Lang::Es => of(
            "Tu código",
            "Tu código para el chat:",
            "Es válido durante diez minutos. Si no lo has pedido, ignora este mensaje.",
            "Gracias. Tu correo electrónico está confirmado.",
            "Ese código no es correcto. Mira de nuevo el último mensaje.",
        ),
        Lang::Fr => of(
            "Votre code",
            "Votre code pour le chat :",
            "Il est valable dix minutes. Si vous ne l’avez pas demandé, ignorez ce message.",
            "Merci. Votre adresse e-mail est confirmée.",
            "Ce code n’est pas le bon. Regardez à nouveau le dernier message.",
        ),
        Lang::De => of(
            "Ihr Code",
            "Ihr Code für den Chat:",
            "Er gilt zehn Minuten. Wenn Sie ihn nicht angefordert haben, können Sie diese Nachricht ignorieren.",
            "Danke. Ihre E-Mail-Adresse ist bestätigt.",
            "Dieser Code stimmt nicht. Bitte sehen Sie in der letzten Nachricht noch einmal nach.",
        ),
        Lang::Pt => of(
            "Seu código",
            "Seu código para o chat:",
            "Ele vale por dez minutos. Se você não o pediu, ignore esta mensagem.",
            "Obrigado. Seu e-mail está confirmado.",
            "Esse código não está certo. Veja de novo a última mensagem.",
        ),
        Lang::It => of(
            "Il tuo codice",
            "Il tuo codice per la chat:",
            "È valido per dieci minuti. Se non l’hai richiesto, ignora questo messaggio.",
            "Grazie. Il tuo indirizzo e-mail è confermato.",
            "Questo codice non è corretto. Guarda di nuovo l’ultimo messaggio.",
        ),
        Lang::Nl => of(
            "Uw code",
            "Uw code voor de chat:",
            "Hij is tien minuten geldig. Hebt u er niet om gevraagd, dan kunt u dit bericht negeren.",
            "Dank u. Uw e-mailadres is bevestigd.",
            "Die code klopt niet. Kijk nog eens in het laatste bericht.",
        ),
        Lang::Pl => of(
            "Twój kod",
            "Twój kod do czatu:",
            "Jest ważny przez dziesięć minut. Jeśli to nie Ty o niego prosisz, zignoruj tę wiadomość.",
            "Dziękujemy. Twój adres e-mail jest potwierdzony.",
            "Ten kod jest nieprawidłowy. Sprawdź jeszcze raz ostatnią wiadomość.",
        ),
        Lang::Ja => of(
            "確認コード",
            "チャットの確認コード：",
            "10分間有効です。お心当たりがない場合は、このメールを無視してください。",
            "ありがとうございます。メールアドレスを確認しました。",
            "コードが正しくありません。最新のメールをもう一度ご確認ください。",
        ),
        Lang::Zh => of(
            "您的验证码",
            "您的聊天验证码：",
            "十分钟内有效。如果不是您本人请求，请忽略此邮件。",
            "谢谢，您的邮箱地址已验证。",
            "验证码不正确，请再查看最新的邮件。",
        ),
        Lang::Th => of(
            "รหัสของคุณ",
            "รหัสสำหรับแชทของคุณ:",
            "ใช้ได้ภายในสิบนาที หากคุณไม่ได้ขอรหัสนี้ โปรดละเว้นข้อความนี้",
            "ขอบคุณ อีเมลของคุณได้รับการยืนยันแล้ว",
            "รหัสไม่ถูกต้อง โปรดดูข้อความล่าสุดอีกครั้ง",
        ),
        Lang::Tr => of(
            "Kodunuz",
            "Sohbet için kodunuz:",
            "On dakika geçerlidir. Siz istemediyseniz bu iletiyi dikkate almayın.",
            "Teşekkürler. E-posta adresiniz onaylandı.",
            "Bu kod doğru değil. Lütfen son iletiye yeniden bakın.",
        ),
        Lang::Hi => of(
            "आपका कोड",
            "चैट के लिए आपका कोड:",
            "यह दस मिनट तक मान्य है। यदि आपने इसे नहीं माँगा, तो इस संदेश पर ध्यान न दें।",
            "धन्यवाद। आपका ईमेल पता सत्यापित हो गया है।",
            "यह कोड सही नहीं है। कृपया नवीनतम संदेश फिर से देखें।",
        ),
        Lang::Ar => of(
            "رمزك",
            "رمزك للمحادثة:",
            "صالح لمدة عشر دقائق. إذا لم تطلبه فتجاهل هذه الرسالة.",
            "شكرًا لك. تم تأكيد بريدك الإلكتروني.",
            "هذا الرمز غير صحيح. يرجى مراجعة آخر رسالة مرة أخرى.",
        ),
        Lang::Sv => of(
            "Din kod",
            "Din kod för chatten:",
            "Den gäller i tio minuter. Om du inte har bett om den kan du bortse från det här meddelandet.",
            "Tack. Din e-postadress är bekräftad.",
            "Koden stämmer inte. Titta i det senaste meddelandet igen.",
        ),
    }
}

/// What the mail is about. The code does not stand in it: subjects are shown on locked screens.
pub fn subject(lang: Lang) -> &'static str {
    words(lang).subject
}

/// What the mail says.
pub fn text(lang: Lang, code: &str) -> String {
    let [before, after] = words(lang).mail;
    format!("{before}\n\n{code}\n\n{after}")
}

/// What is said to whoever has answered with a code.
pub fn answered(lang: Lang, right: bool) -> &'static str {
    let Words { right: yes, wrong: no, .. } = words(lang);
    if right { yes } else { no }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_six_digits_and_nothing_else() {
        for (text, code) in [
            ("012345", Some("012345")),
            (" 012 345 ", Some("012345")),
            ("012-345", Some("012345")),
            ("12345", None),
            ("1234567", None),
            ("my code is 012345", None),
            ("0       1       2 3 4 5", None),
            ("٠١٢٣٤٥", None),
            ("", None),
        ] {
            assert_eq!(read(text).as_deref(), code, "{text}");
        }
    }

    #[test]
    fn every_language_has_its_own_words() {
        let mut all: Vec<_> = Lang::ALL.into_iter().map(|lang| text(lang, "012345")).collect();
        assert!(all.iter().all(|mail| mail.contains("\n012345\n")));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), Lang::ALL.len());
        for lang in Lang::ALL {
            assert_ne!(answered(lang, true), answered(lang, false));
            assert!(!subject(lang).is_empty());
        }
    }
}
