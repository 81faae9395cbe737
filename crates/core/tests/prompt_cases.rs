//! The shared cases of `askwell prompt`, and what must hold over any order of events.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use askwell::detect::{Detection, Found, Kind, Subject};
use askwell::line::prompt;
use askwell::prompt::{Config, Event, State, step};
use askwell::text::Lang;
use askwell::time::UnixMillis;
use serde_json::Value;

/// Whether all that is expected stands in the real output: keys may be added, nothing may differ.
fn is_subset(expected: &Value, real: &Value) -> bool {
    match (expected, real) {
        (Value::Object(e), Value::Object(r)) => {
            e.iter().all(|(k, v)| r.get(k).is_some_and(|real| is_subset(v, real)))
        }
        (Value::Array(e), Value::Array(r)) => {
            e.len() == r.len() && e.iter().zip(r).all(|(e, r)| is_subset(e, r))
        }
        _ => expected == real,
    }
}

#[test]
fn the_shared_cases_hold() {
    let cases = include_str!("../../../tests/data/prompt.jsonl");
    let mut failed = Vec::new();
    for (n, line) in cases.lines().enumerate() {
        let case: Value = serde_json::from_str(line).unwrap();
        let input: prompt::In = serde_json::from_value(case["in"].clone()).unwrap();
        let real = serde_json::to_value(prompt::run(&input, &Kind::ALL)).unwrap();
        if !is_subset(&case["out"], &real) {
            failed.push(format!("line {}: expected {}\n  got {real}", n + 1, case["out"]));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// SplitMix64 (Steele, Lea and Flood, 2014): small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u32) -> usize {
        // The upper half of the state's mix, scaled: n is far below 2^32.
        (((self.next() >> 32) * u64::from(n)) >> 32) as usize
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u32)]
    }

    fn kinds(&mut self) -> Vec<Kind> {
        Kind::ALL.into_iter().filter(|_| self.below(8) == 0).collect()
    }
}

/// What visitors say, and the fields that it refuses.
const SAID: [(&str, &[Kind]); 34] = [
    ("hi", &[]),
    ("please send me the invoice", &[]),
    ("I want to book an appointment", &[]),
    ("can you call me back?", &[]),
    ("my order has not arrived", &[]),
    ("can I talk to a human?", &[]),
    ("I am back, I talked to you last week", &[]),
    ("yes please", &[]),
    ("sure", &[]),
    ("no", &[]),
    ("later", &[]),
    ("this is ridiculous", &[]),
    ("what are your opening hours?", &[]),
    ("ok thanks", &[]),
    ("", &[]),
    ("十月のレシートを送ってください", &[]),
    ("¿me pueden llamar?", &[]),
    ("Ich möchte einen Termin vereinbaren", &[]),
    ("I'd rather not give my email", &[Kind::Email]),
    ("why do you need my phone number?", &[Kind::Phone]),
    ("I won't share my name", &[Kind::Name]),
    ("prefiero no dar mi correo", &[Kind::Email]),
    ("je ne veux pas donner mon numéro", &[Kind::Phone]),
    ("メールアドレスは教えたくないです", &[Kind::Email]),
    ("I won't tell you my phone number", &[Kind::Phone]),
    ("I refuse to give you my private mobile number", &[Kind::Phone]),
    ("I don't want to give my name or phone number", &[Kind::Name, Kind::Phone]),
    ("I have no e-mail address", &[Kind::Email]),
    ("Ich gebe meine Telefonnummer nicht raus", &[Kind::Phone]),
    ("Meinen Namen und meine Nummer möchte ich nicht angeben", &[Kind::Name, Kind::Phone]),
    ("no quiero dar ni mi nombre ni mi teléfono", &[Kind::Name, Kind::Phone]),
    ("je ne donnerai ni mon nom ni mon téléphone", &[Kind::Name, Kind::Phone]),
    ("我不想留电话", &[Kind::Phone]),
    ("ik geef mijn telefoonnummer niet", &[Kind::Phone]),
];
const HEARD: [(&str, Option<Kind>); 5] = [
    ("May I have your name, please?", Some(Kind::Name)),
    ("What is your e-mail address?", Some(Kind::Email)),
    ("Which size do you need?", None),
    ("One moment.", None),
    ("What is your phone number?", Some(Kind::Phone)),
];

fn found(kind: Kind) -> Found {
    Found {
        kind,
        start: 0,
        end: 1,
        value: String::new(),
        confidence: 1.0,
        subject: Subject::Visitor,
        suggestion: None,
    }
}

/// Runs one random conversation; gives the number of questions put, or what went wrong.
fn converse(seed: u64) -> Result<usize, String> {
    let mut random = Random(seed);
    let config = Config::default();
    let (mut state, mut now) = (State::default(), UnixMillis(0));
    // What an onlooker holds against the policy, kept apart from its own memory.
    let mut known = random.kinds();
    let (mut taboo, mut confirming) = (Vec::new(), false);
    let mut asks = 0;
    let start = known.clone();
    (state, _) = step(&config, state, &Event::Start { known: &start }, now);
    for _ in 0..random.below(14) {
        now = now.plus(random.below(600_000) as i64);
        let decision;
        match random.below(10) {
            0 => {
                let kinds = random.kinds();
                (state, decision) = step(&config, state, &Event::Identified { kinds: &kinds }, now);
                known.extend(kinds);
            }
            1 if random.below(20) == 0 => {
                (state, decision) = step(&config, state, &Event::HeldOut, now);
                taboo = Kind::ALL.to_vec();
            }
            1 => (state, decision) = step(&config, state, &Event::Handoff, now),
            2 | 3 => {
                let (text, asks_for) = random.pick(&HEARD);
                (state, decision) = step(&config, state, &Event::Agent { text }, now);
                taboo.extend(asks_for);
            }
            _ => {
                let (text, refuses) = *random.pick(&SAID);
                let detection = Detection {
                    found: random.kinds().into_iter().map(found).collect(),
                    withdrawn: random.kinds().into_iter().take(random.below(8) / 7).collect(),
                };
                let gives = |kind: Kind| detection.own().any(|f| f.kind == kind);
                if confirming && text == "no" && !gives(Kind::Email) {
                    known.retain(|kind| *kind != Kind::Email);
                }
                confirming = false;
                known.extend(detection.own().map(|f| f.kind));
                taboo.extend(&detection.withdrawn);
                taboo.extend(refuses);
                let lang = *random.pick(&[None, None, Some(Lang::En), Some(Lang::Ja)]);
                let event = Event::Visitor { text, lang, detection: &detection };
                (state, decision) = step(&config, state, &event, now);
            }
        }
        if let Some(ask) = &decision.ask {
            if taboo.contains(&ask.field) || known.contains(&ask.field) {
                return Err(format!("seed {seed}: asked for {:?} against the rules", ask.field));
            }
            taboo.push(ask.field);
            asks += 1;
        }
        confirming |= decision.code == "confirmed.email.on_file";
        let json = serde_json::to_string(&state).map_err(|e| e.to_string())?;
        if serde_json::from_str::<State>(&json).map_err(|e| e.to_string())? != state {
            return Err(format!("seed {seed}: the state does not survive a round trip"));
        }
    }
    Ok(asks)
}

/// The questions put in many conversations, or the first thing that went wrong.
fn converse_many(seeds: std::ops::Range<u64>) -> Result<usize, String> {
    seeds.map(converse).sum()
}

#[test]
fn nothing_known_refused_or_asked_is_ever_asked_for() {
    let asks = converse_many(0..6_000).unwrap();
    assert!(asks > 2_500, "only {asks} questions: too little is tried");
}

/// Minutes, in release mode: `cargo xtask bench prompt --sequences 10000000`.
#[test]
#[ignore = "ten million conversations take minutes"]
fn nothing_of_that_happens_in_ten_million_conversations() {
    let count = std::env::var("ASKWELL_SEQUENCES").ok().map_or(10_000_000, |n| n.parse().unwrap());
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let part = count / threads + 1;
    let asks: usize = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..threads)
            .map(|n| {
                let from = 5_000 + n * part;
                scope.spawn(move || converse_many(from..from + part))
            })
            .collect();
        runs.into_iter().map(|run| run.join().unwrap().unwrap()).sum()
    });
    assert!(asks as u64 > count / 3, "only {asks} questions: too little is tried");
    println!("{} random conversations, {asks} questions, none against the rules", part * threads);
}
