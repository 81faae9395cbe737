//! When a person is called.

use super::remarks::Remark;
use crate::classify;
use crate::classify::terms::stem;
use crate::classify::words::Words;
use crate::conversation::{Role, Turn};
use crate::event::EscalationReason;
use crate::prompt::Gist;
use crate::{Code, Error};
use serde::{Deserialize, Serialize};

/// Most rules of an owner.
pub const MAX_RULES: usize = 50;
/// Most phrases of a rule, and most protected topics.
pub const MAX_PHRASES: usize = 100;
/// Longest phrase, in characters.
pub const MAX_PHRASE_CHARS: usize = 100;

/// When a conversation goes to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "HandOverRules"))]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// When the visitor asks for one.
    pub on_request: bool,
    /// When the visitor is angry, or threatens.
    pub on_anger: bool,
    /// After so many messages in a row that were not understood, 1 to 10.
    pub misunderstood: u8,
    /// Words and phrases of which only people of the team speak: 100 at most, of 100 characters each. English
    /// endings do not matter; of other languages each form is listed.
    pub protected: Vec<String>,
    /// The owner's own, 50 at most.
    pub own: Vec<Rule>,
}

/// A rule of the owner: any of its phrases calls a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "PhraseRule"))]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// For the team, 1 to 100 characters.
    pub name: String,
    /// Words and phrases, in any case and with or without accents. 1 to 100 of 100 characters each.
    pub phrases: Vec<String>,
    /// Whether it is in force.
    #[serde(default = "classify::yes")]
    pub enabled: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            on_request: true,
            on_anger: true,
            misunderstood: 2,
            protected: Vec::new(),
            own: Vec::new(),
        }
    }
}

impl Rules {
    /// Checks them.
    ///
    /// # Errors
    /// [`Code::InvalidField`], naming the field.
    pub fn check(&self) -> Result<(), Error> {
        let refuse = |detail: &str| Err(Error::new(Code::InvalidField, detail.to_owned()));
        let phrase = |text: &String| (1..=MAX_PHRASE_CHARS).contains(&text.trim().chars().count());
        if !(1..=10).contains(&self.misunderstood) {
            return refuse("the field `rules.misunderstood` must be 1 to 10");
        }
        if self.protected.len() > MAX_PHRASES || !self.protected.iter().all(phrase) {
            return refuse("`rules.protected` must be 100 phrases at most, of 1 to 100 characters");
        }
        let rule = |rule: &Rule| {
            phrase(&rule.name)
                && (1..=MAX_PHRASES).contains(&rule.phrases.len())
                && rule.phrases.iter().all(phrase)
        };
        if self.own.len() > MAX_RULES || !self.own.iter().all(rule) {
            return refuse(
                "`rules.own` must be 50 rules at most, each with a name and 1 to 100 phrases of 1 to 100 characters",
            );
        }
        Ok(())
    }
}

/// Whether a message calls for a person, and why.
pub(crate) fn escalates(
    rules: &Rules,
    text: &str,
    gist: Gist,
    said: Remark,
) -> Option<EscalationReason> {
    let words = Words::new(text);
    let own = rules.own.iter().filter(|rule| rule.enabled).flat_map(|rule| &rule.phrases);
    if rules.protected.iter().chain(own).any(|phrase| holds(&words, phrase)) {
        return Some(EscalationReason::Policy);
    }
    if rules.on_request && (gist.person || said.person) {
        return Some(EscalationReason::CustomerRequest);
    }
    if rules.on_anger {
        let turn = Turn { role: Role::Customer, text: text.to_owned(), at: None };
        let turns = [turn];
        let transcript = classify::Transcript::new(&turns);
        let severe = transcript.signals(transcript.tone()).severe_negative;
        if severe {
            return Some(EscalationReason::SevereNegative);
        }
        // The gist is of single words; the classification knows what is only said with one.
        if gist.angry && !said.calm && !transcript.is_calm() {
            return Some(EscalationReason::Dissatisfaction);
        }
    }
    None
}

/// Whether the words of a phrase stand in a text, side by side, as the search compares them: English words
/// without their commonest endings, those of other languages as they are written.
fn holds(words: &Words, phrase: &str) -> bool {
    let phrase = Words::new(phrase);
    let wanted: Vec<&str> = phrase.iter().collect();
    let there: Vec<&str> = words.iter().collect();
    !wanted.is_empty() && there.windows(wanted.len()).any(|window| same(window, &wanted))
}

fn same(there: &[&str], wanted: &[&str]) -> bool {
    there.iter().zip(wanted).all(|(a, b)| a == b || stem(a) == stem(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prompt::gist;

    fn why(rules: &Rules, text: &str) -> Option<EscalationReason> {
        escalates(rules, text, gist(text, None), Remark::of(text, None))
    }

    #[test]
    fn a_person_is_called_when_asked_for_and_for_anger() {
        let rules = Rules::default();
        for text in ["Can I talk to a human please?", "Ich möchte mit einem Mitarbeiter sprechen"]
        {
            assert_eq!(why(&rules, text), Some(EscalationReason::CustomerRequest), "{text}");
        }
        let threat = "I will get my lawyer involved";
        assert_eq!(why(&rules, threat), Some(EscalationReason::SevereNegative));
        let calm = Rules { on_request: false, on_anger: false, ..Rules::default() };
        for text in ["Can I talk to a human please?", threat] {
            assert_eq!(why(&calm, text), None, "{text}");
        }
        assert_eq!(why(&rules, "When do you open on Saturday?"), None);
    }

    #[test]
    fn a_threat_and_harm_call_a_person() {
        for text in [
            "You will hear from our attorney",
            "If nothing comes by Friday I will call the police",
            "I ended up in the hospital after eating your soup",
            "I am filing a chargeback tomorrow",
            "Wir schalten unseren Anwalt ein",
            "Ich musste gestern ins Krankenhaus, Ihre Creme hat mir die Haut verbrannt",
            "Mi abogado se pondrá en contacto con ustedes",
            "Tuve que ir a urgencias por su crema",
            "Je vais porter plainte contre vous",
            "La batterie a pris feu cette nuit",
            "Vou processar vocês",
            "O carregador pegou fogo na minha mesa",
            "Vi denuncio se non rispondete",
            "Sono finito in ospedale dopo la vostra cena",
            "Ik doe aangifte tegen jullie",
            "De oplader vloog in brand",
            "Podam was do sądu",
            "Ładowarka poparzyła mnie wczoraj",
            "Jag polisanmäler er",
            "Laddaren började brinna i natt",
            "Sizi mahkemeye vereceğim",
            "Kremi sürdükten sonra hastanelik oldum",
            "弁護士に相談します",
            "充電器が発火しました",
            "我要起诉你们",
            "充电器昨晚着火了",
            "ผมจะฟ้องร้องบริษัทคุณ",
            "ใช้ครีมแล้วต้องเข้าโรงพยาบาล",
            "मैं आप पर मुकदमा करूंगा",
            "चार्जर में आग लग गई",
            "سأرفع قضية ضدكم",
            "انفجر الشاحن في يدي",
        ] {
            assert_eq!(
                why(&Rules::default(), text),
                Some(EscalationReason::SevereNegative),
                "{text}"
            );
        }
    }

    #[test]
    fn nobody_is_called_for_what_is_only_spoken_of() {
        for text in [
            "Is the workshop next to the police station?",
            "Do you deliver flowers to the hospital?",
            "Which briefcase would suit a lawyer?",
            "Could you send the invoice for my lawyer once more?",
            "Is it safe for people with an allergic reaction to nuts?",
            "Do I get the police discount?",
            "I feel like an idiot, I typed the wrong e-mail",
            "In the worst case, when would it arrive?",
            "I have a knee injury, which brace do you suggest?",
            "Can a customer file a complaint form on paper?",
            "Ist die Praxis in der Nähe vom Krankenhaus?",
            "Welches Gericht ist ohne Nüsse?",
            "Ich suche eine Aktentasche für einen Anwalt",
            "¿La clínica está cerca del hospital?",
            "¿Tienen descuento para policía?",
            "Avez-vous un guacamole sans avocat ?",
            "L’entrée est en face de l’hôpital ?",
            "Vocês entregam no hospital?",
            "O processo de troca demora quanto?",
            "Il negozio è vicino al tribunale?",
            "Consegnate anche in ospedale?",
            "Zit er advocaat in de likeur?",
            "Bezorgen jullie bij het ziekenhuis?",
            "Czy dowozicie do szpitala?",
            "Czy sad owocowy jest otwarty?",
            "Ligger butiken nära sjukhuset?",
            "Har ni öppet mittemot polisen?",
            "Mağaza hastaneye yakın mı?",
            "病院の近くに店はありますか",
            "你们的店在医院旁边吗？",
            "โรงพยาบาลอยู่ใกล้ร้านไหมคะ",
            "क्या दुकान अस्पताल के पास है?",
            "هل المتجر قريب من المستشفى؟",
        ] {
            assert_eq!(why(&Rules::default(), text), None, "{text}");
        }
    }

    #[test]
    fn protected_topics_are_found_as_whole_words() {
        let protected = vec!["medical advice".to_owned(), "Kündigung".to_owned()];
        let rules = Rules { protected, ..Rules::default() };
        for text in ["I need MEDICAL  advice", "meine kundigung bitte"] {
            assert_eq!(why(&rules, text), Some(EscalationReason::Policy), "{text}");
        }
        assert_eq!(why(&rules, "paramedical advice"), None);
        let rules = Rules { protected: vec!["contracts".to_owned()], ..Rules::default() };
        for text in ["about my contract please", "my contracts please"] {
            assert_eq!(why(&rules, text), Some(EscalationReason::Policy), "{text}");
        }
        assert_eq!(why(&rules, "the contractor came"), None);
        let rule =
            Rule { name: "VIP".to_owned(), phrases: vec!["gold member".to_owned()], enabled: true };
        let own = Rules { own: vec![rule.clone()], ..Rules::default() };
        assert_eq!(why(&own, "as a gold member I ask"), Some(EscalationReason::Policy));
        let off = Rules { own: vec![Rule { enabled: false, ..rule }], ..Rules::default() };
        assert_eq!(why(&off, "as a gold member I ask"), None);
    }

    #[test]
    fn rules_are_checked() {
        let code = |rules: Rules| rules.check().map_err(|error| error.code);
        assert_eq!(code(Rules::default()), Ok(()));
        for rules in [
            Rules { misunderstood: 0, ..Rules::default() },
            Rules { protected: vec![" ".to_owned()], ..Rules::default() },
            Rules { protected: vec!["x".repeat(101)], ..Rules::default() },
            Rules {
                own: vec![Rule { name: "n".to_owned(), phrases: Vec::new(), enabled: true }],
                ..Rules::default()
            },
        ] {
            assert_eq!(code(rules), Err(Code::InvalidField));
        }
    }
}
