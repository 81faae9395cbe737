//! The amount that a customer states: which of the figures in a conversation is the one that is asked for.

use super::amount::{Figure, Range, figures};
use super::answer::Finding;
use super::phrase::find;
use super::reading::Reading;
use super::words::Words;
use super::{Evidence, Field, Method};
use crate::conversation::Role;

/// A question about an amount.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Amount {
    /// Per value its range.
    ranges: Vec<Option<Range>>,
    /// What the amounts are.
    of: Of,
}

/// What amounts are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    /// What the customer can or wants to spend.
    Budget,
    /// Another sum of money.
    Money,
    /// Another quantity: which of the figures in a conversation it is cannot be told.
    Quantity,
}

impl Amount {
    /// Reads a field whose values stand for these ranges.
    pub(crate) fn of(field: &Field, ranges: Vec<Option<Range>>) -> Self {
        let words = Words::new(&format!("{} {}", field.name, field.prompt));
        let money = || {
            find(&words, &MONEY).is_some()
                || field.possible_values.iter().any(|v| figures(v.name()).iter().any(|f| f.money))
        };
        let of = if find(&words, &BUDGET).is_some() {
            Of::Budget
        } else if money() {
            Of::Money
        } else {
            Of::Quantity
        };
        Self { ranges, of }
    }

    /// The amount that the customer states.
    pub(crate) fn stated(&self, reading: &Reading<'_>) -> Finding {
        let mut asked = false;
        let mut best: Option<(usize, Figure, f32)> = None;
        let mut any = false;
        for (index, turn) in reading.turns.iter().enumerate() {
            if turn.role == Role::System {
                continue;
            }
            if turn.role != Role::Customer {
                asked = turn.ends_in_question() && find(&turn.words, &BUDGET).is_some();
                continue;
            }
            // What steers is not stated.
            let all = if turn.steers { Vec::new() } else { figures(turn.text) };
            for figure in all {
                any |= figure.money;
                let Some(confidence) = self.sureness(turn.text, &figure, asked) else { continue };
                // The last word on it holds, unless an earlier one is plainer.
                if best.as_ref().is_none_or(|(_, _, before)| confidence >= *before) {
                    best = Some((index, figure, confidence));
                }
            }
            asked = false;
        }
        let Some((index, figure, confidence)) = best else {
            let sure = match (self.of, any) {
                (Of::Quantity, _) => 0.3,
                (_, true) => 0.6,
                (_, false) => 0.8,
            };
            return Finding::none(sure, Method::Embedded);
        };
        let holds =
            |r: &Option<Range>| r.is_some_and(|r| r.low <= figure.amount && figure.amount < r.high);
        let quote = reading.turns.get(index).and_then(|t| t.text.get(figure.start..figure.end));
        let evidence = quote.map(|q| Evidence { message: index, quote: q.to_owned() });
        Finding {
            value: self.ranges.iter().position(holds),
            confidence,
            evidence: evidence.into_iter().collect(),
            method: Method::Embedded,
        }
    }

    /// How sure it is that a figure of the customer's is what is asked for; none where it is not.
    fn sureness(&self, text: &str, figure: &Figure, asked: bool) -> Option<f32> {
        let sentence = Words::new(sentence(text, figure));
        let has = |phrases: &[&str]| find(&sentence, phrases).is_some();
        match self.of {
            Of::Quantity => None,
            Of::Money => figure.money.then_some(0.55),
            Of::Budget if figure.money && has(&BUDGET) => Some(0.85),
            Of::Budget if has(&SETTLED) => None,
            Of::Budget if asked && figure.money => Some(0.85),
            // "16 of them" is no sum.
            Of::Budget if asked => (figure.amount >= 100.0).then_some(0.7),
            Of::Budget => (figure.money && has(&WITHIN)).then_some(0.7),
        }
    }
}

/// The sentence that a figure stands in. A full stop between digits ends none.
fn sentence<'a>(text: &'a str, figure: &Figure) -> &'a str {
    let end = |(at, c): (usize, char)| {
        let digit =
            |s: Option<&str>| s.and_then(|s| s.chars().next()).is_some_and(|c| c.is_ascii_digit());
        (matches!(c, '!' | '?' | ';' | '\n' | '。' | '！' | '？' | '؟' | '।')
            || c == '.' && !digit(text.get(at + 1..)))
        .then_some(at)
    };
    let before = text.get(..figure.start).unwrap_or_default();
    let from = before.char_indices().rev().find_map(end).unwrap_or(0);
    let after = text.get(figure.end..).unwrap_or_default();
    let to = after.char_indices().find_map(|(at, c)| end((figure.end + at, c)));
    text.get(from..to.unwrap_or(text.len())).unwrap_or(text)
}

/// Words of money in a question.
const MONEY: [&str; 22] = [
    "price*", "cost*", "money", "amount*", "sum", "revenue", "value", "fee", "fees", "salary",
    "preis*", "betrag*", "precio*", "importe", "prix", "montant", "valor", "prezzo", "importo",
    "bedrag", "kwot*", "belopp",
];

/// Words of what somebody can or wants to spend.
const BUDGET: [&str; 52] = [
    "budget*",
    "spend",
    "spending",
    "purchasing power",
    "can afford",
    "could afford",
    "able to afford",
    "afford up to",
    "invest",
    "investing",
    "willing to pay",
    "want to pay",
    "wants to pay",
    "like to pay",
    "ready to pay",
    "can pay",
    "could pay",
    "price range",
    "set aside",
    "ausgeben",
    "investieren",
    "kaufkraft",
    "preisrahmen",
    "preisklasse",
    "presupuesto*",
    "gastar*",
    "invertir",
    "poder adquisitivo",
    "depenser",
    "investir",
    "pouvoir d achat",
    "orcamento",
    "spendere",
    "investire",
    "besteden",
    "uitgeven",
    "investeren",
    "budzet*",
    "wydac",
    "zainwestowac",
    "lagga",
    "spendera",
    "butce*",
    "harca*",
    "予算",
    "预算",
    "預算",
    "งบ",
    "बजट",
    "ميزاني*",
    "ميزانيت*",
    "انفاق",
];

/// Words of a wish, or of a limit, around a sum that may be a budget.
const WITHIN: [&str; 64] = [
    "up to",
    "at most",
    "max",
    "maximum",
    "no more than",
    "not more than",
    "looking for",
    "looking at",
    "look for",
    "need",
    "around",
    "about",
    "roughly",
    "approx*",
    "between",
    "have",
    "ive got",
    "saved",
    "bis zu",
    "bis",
    "maximal",
    "hochstens",
    "suche",
    "suchen",
    "brauche",
    "rund",
    "etwa",
    "um die",
    "zur verfugung",
    "hasta",
    "maximo",
    "busco",
    "buscamos",
    "alrededor",
    "unos",
    "dispongo",
    "tengo",
    "jusqua",
    "cherche",
    "cherchons",
    "environ",
    "autour",
    "dispose",
    "ate",
    "procuro",
    "cerca de",
    "tenho",
    "fino a",
    "cerco",
    "circa",
    "intorno",
    "maximaal",
    "zoek",
    "ongeveer",
    "do",
    "szukam",
    "okolo",
    "upp till",
    "soker",
    "runt",
    "ariyorum",
    "civari",
    "以内",
    "左右",
];

/// Words of a sum that is paid, owed or given back.
const SETTLED: [&str; 80] = [
    "paid",
    "charg*",
    "bill",
    "billed",
    "bills",
    "invoice*",
    "refund*",
    "ordered",
    "order",
    "fee",
    "fees",
    "took",
    "taken",
    "debit*",
    "deduct*",
    "owe*",
    "transfer*",
    "voucher*",
    "coupon*",
    "discount*",
    "off",
    "month",
    "monthly",
    "cancel*",
    "bought",
    "bezahlt*",
    "abgebucht",
    "berechnet",
    "rechnung*",
    "erstatt*",
    "bestell*",
    "gebuhr*",
    "monat*",
    "gekauft",
    "kundig*",
    "pague",
    "pagado",
    "cobr*",
    "factura*",
    "reembols*",
    "pedido*",
    "mes",
    "paye",
    "prelev*",
    "debite*",
    "facture*",
    "rembours*",
    "commande*",
    "mois",
    "paguei",
    "fatura*",
    "pagato",
    "addebit*",
    "fattura*",
    "rimbors*",
    "ordine",
    "mese",
    "betaald",
    "afgeschreven",
    "factuur",
    "terugbetal*",
    "bestelling*",
    "maand",
    "zaplacil*",
    "pobran*",
    "faktur*",
    "zwrot*",
    "zamowien*",
    "miesi*",
    "betalat",
    "debiterat",
    "aterbetal*",
    "manad*",
    "odedim",
    "siparis*",
    "iade*",
    "支払",
    "返金",
    "扣",
    "退款",
];
