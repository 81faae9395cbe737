//! What of an e-mail's text was written this time, and what was said before and is only quoted. Told
//! by the form alone, so that it holds in every language.

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
    dashed || (ruled && header(after.next()) && header(after.next()))
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
            ("Sign here: ____________________\nThanks", "Sign here: ____________________\nThanks"),
            ("> nothing of my own", "> nothing of my own"),
            ("You asked for it.\nHere:\n> order 77", "You asked for it."),
        ] {
            assert_eq!(fresh(text), expected, "{text}");
        }
    }
}
