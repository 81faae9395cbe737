//! What of an e-mail's text was written this time, and what was said before and is only quoted. Told
//! by the form alone, so that it holds in every language.

use mail_parser::decoders::html::html_to_text;

/// What mail programs put in front of all that was said before: Gmail, Yahoo, Proton, Outlook.
const BEFORE_THE_REST: [&str; 6] = [
    "class=\"gmail_quote",
    "class=\"yahoo_quoted\"",
    "class=\"protonmail_quote\"",
    "id=\"appendonsend\"",
    "id=\"divrplyfwdmsg\"",
    "border-top:solid #e1e1e1 1.0pt",
];
/// The element in which Apple Mail and Thunderbird quote, up to "cite", which may stand in quotation marks; what stands
/// below it is the writer's again.
const QUOTE: &str = "<blockquote type=";
const QUOTED: &str = "\n> \n";

/// The text of a mail in HTML, with what it quotes as one line that begins as quotes do.
pub(super) fn plain(html: &str) -> String {
    // Only ASCII changes, so that places stay what they are.
    let lower = html.to_ascii_lowercase();
    let rest = BEFORE_THE_REST.iter().filter_map(|mark| lower.find(mark)).min();
    // From where the element begins.
    let rest =
        rest.map(|mark| lower.get(..mark).and_then(|before| before.rfind('<')).unwrap_or(mark));
    let end = rest.unwrap_or(html.len());
    let (mut text, mut from) = (String::new(), 0);
    // Each place is looked at once, however many quotes there are.
    let cites = |at: &usize| {
        let kind = lower.get(at + QUOTE.len()..end).unwrap_or_default();
        kind.starts_with("\"cite\"") || kind.starts_with("cite")
    };
    let quotes = lower.get(..end).unwrap_or_default().match_indices(QUOTE).map(|(at, _)| at);
    let mut own = false;
    let mut add = |part: Option<&str>, text: &mut String| {
        let part = html_to_text(part.unwrap_or_default());
        own |= !part.trim().is_empty();
        text.push_str(&part);
    };
    for at in quotes.filter(cites) {
        // What is quoted in a quote goes with it.
        if at >= from {
            add(html.get(from..at), &mut text);
            text.push_str(QUOTED);
            from = closed(&lower, at).min(end);
        }
    }
    add(html.get(from..end), &mut text);
    if rest.is_some() {
        text.push_str(QUOTED);
    }
    if own { text } else { html_to_text(html) }
}

/// The end of the `<blockquote>` that begins at a place, those within it included.
fn closed(lower: &str, at: usize) -> usize {
    let mut depth = 0_usize;
    let mut from = at;
    while let Some(tag) =
        lower.get(from..).and_then(|rest| rest.find("blockquote")).map(|n| from + n)
    {
        from = tag + "blockquote".len();
        match lower.get(..tag) {
            Some(before) if before.ends_with("</") => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    // A tag without an end takes all the rest.
                    let end = lower.get(from..).and_then(|rest| rest.find('>'));
                    return end.map_or(lower.len(), |n| from + n + 1);
                }
            }
            Some(before) if before.ends_with('<') => depth += 1,
            _ => {}
        }
    }
    lower.len()
}

/// The text without what it quotes. Where nothing would be left, the whole.
pub(super) fn fresh(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let end = (0..lines.len()).find(|at| begins_original(&lines, *at)).unwrap_or(lines.len());
    let mut kept: Vec<&str> = Vec::new();
    let mut quoting = false;
    for line in &lines[..end] {
        let quote = line.starts_with('>');
        if quote && !quoting {
            drop_attribution(&mut kept);
        }
        if !quote {
            kept.push(line);
        }
        quoting = quote || (quoting && line.trim().is_empty());
    }
    let fresh = kept.join("\n").trim().to_owned();
    if fresh.is_empty() { text.trim().to_owned() } else { fresh }
}

/// "On …, Ana wrote:" in front of what is quoted, which may be wrapped once.
fn drop_attribution(kept: &mut Vec<&str>) {
    let last = kept.iter().rposition(|line| !line.trim().is_empty());
    let Some(last) = last.filter(|at| kept[*at].trim_end().ends_with([':', '：'])) else { return };
    let wrapped = last.checked_sub(1).filter(|at| {
        let before = kept[*at].trim();
        // A first half names the day or the sender; a sentence of the writer's own has ended.
        !before.is_empty()
            && !before.ends_with(['.', '!', '?', ',', '。'])
            && (before.contains(|c: char| c.is_ascii_digit()) || before.contains('<'))
    });
    kept.truncate(wrapped.unwrap_or(last));
}

/// Whether the whole earlier mail stands from here on, as Outlook puts it: "-----Original
/// Message-----", or a long line and then headers.
fn begins_original(lines: &[&str], at: usize) -> bool {
    let line = lines[at].trim();
    let dashed =
        line.starts_with("-----") && line.ends_with("-----") && line.contains(char::is_alphabetic);
    let ruled = line.len() >= 20 && line.bytes().all(|b| b == b'_');
    let mut after = lines[at + 1..].iter().filter(|line| !line.trim().is_empty());
    let header = |line: Option<&&str>| {
        line.is_some_and(|line| {
            line.split_once([':', '：'])
                .is_some_and(|(name, _)| !name.is_empty() && name.chars().count() <= 24)
        })
    };
    dashed || (ruled && header(after.next()) && header(after.next())) || is_header_block(lines, at)
}

/// How mail programs call the sender, the day and the subject of what they quote, in lower case.
const FROM: &str =
    "from, von, de, da, van, od, från, fra, kimden, gönderen, 差出人, 发件人, 寄件者, จาก, من";
const SENT: &str = "sent, date, gesendet, datum, envoyé, enviado, enviado el, enviada em, fecha, data, inviato, verzonden, \
    wysłano, skickat, sendt, gönderildi, gönderme tarihi, tarih, 送信日時, 日付, 发送时间, 日期, ส่ง, วันที่, تم الإرسال, التاريخ";
const SUBJECT: &str = "subject, betreff, objet, asunto, assunto, oggetto, onderwerp, temat, ämne, emne, konu, 件名, 主题, 主旨, \
    เรื่อง, الموضوع";

/// Whether the headers of an earlier mail stand here, without a line above them: its sender, its day and, below other
/// headers, its subject. Somebody who books a journey writes "From" and "Date", and no subject.
fn is_header_block(lines: &[&str], at: usize) -> bool {
    let is = |line: &&str, names: &str| {
        let name = line
            .split_once([':', '：'])
            .map(|(name, _)| name.trim().trim_matches('*').to_lowercase());
        name.is_some_and(|name| names.split(", ").any(|known| known == name))
    };
    // A long list of receivers is wrapped.
    let below = || lines.iter().skip(at + 1).take(7).take_while(|line| !line.trim().is_empty());
    lines.get(at).is_some_and(|line| is(line, FROM))
        && [SENT, SUBJECT].iter().all(|names| below().any(|line| is(line, names)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_new_stays() {
        for (text, expected) in [
            (
                "Thanks!\n\nOn Tue, 24 Nov 2026 at 10:01, Shop <help@shop.example> wrote:\n> It is on its way.\n> Kim\n",
                "Thanks!",
            ),
            (
                "Merci\n\nLe mar. 24 nov. 2026 à 10:01, Boutique <help@shop.example>\na écrit :\n\n> C'est parti.\n",
                "Merci",
            ),
            (
                "ありがとう\n\n2026年11月24日(火) 10:01 Shop <help@shop.example>:\n> 発送しました。\n",
                "ありがとう",
            ),
            ("> Which size?\n\nMedium.\n\n> And the colour?\n\nGreen.", "Medium.\n\n\nGreen."),
            (
                "Danke\n\n-----Ursprüngliche Nachricht-----\nVon: Shop\nGesendet: Dienstag\n\nIst unterwegs.",
                "Danke",
            ),
            (
                "Ok\n________________________________\nFrom: Shop <help@shop.example>\nSent: Tuesday\n\nIt is.",
                "Ok",
            ),
            (
                "My order 77 has not come.\nI need these:\n- a lamp\n- a shelf",
                "My order 77 has not come.\nI need these:\n- a lamp\n- a shelf",
            ),
            (
                "Yes please\n\nFrom: Kim Larsen <kim@shop.example>\nSent: Tuesday, 24 November 2026 10:01\nTo: Ada\nSubject: Offer\n\nShall we?",
                "Yes please",
            ),
            (
                "Ja, gern\n\nVon: Kim Larsen\nGesendet: Dienstag, 24. November 2026 10:01\nAn: Ada\nBetreff: Angebot\n\nSollen wir?",
                "Ja, gern",
            ),
            (
                "Oui\nDe : Kim Larsen\nEnvoyé : mardi 24 novembre 2026\nÀ : Ada\nObjet : Offre\n\nOn y va ?",
                "Oui",
            ),
            (
                "Two tickets please.\nFrom: Berlin\nTo: Paris\nDate: 5 May\nThanks",
                "Two tickets please.\nFrom: Berlin\nTo: Paris\nDate: 5 May\nThanks",
            ),
            ("Sign here: ____________________\nThanks", "Sign here: ____________________\nThanks"),
            ("> nothing of my own", "> nothing of my own"),
            ("You asked for it.\nHere:\n> order 77", "You asked for it."),
        ] {
            assert_eq!(fresh(text), expected, "{text}");
        }
    }
}
