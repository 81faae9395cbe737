//! What putting fields to many conversations by a language model is likely to cost.

use crate::classify::Field;
use crate::classify::llm::Exchange;
use crate::conversation::Turn;
use serde::{Deserialize, Serialize};

/// A reply's tokens for one field: value, confidence, and a quote or two.
const REPLY_TOKENS: u64 = 70;
/// A reply's tokens beside its fields.
const FRAME_TOKENS: u64 = 15;
/// As long as a fence is, so that it is counted.
const FENCE: &str = "0000000000000000";

/// What a model's tokens cost, in millionths of a currency unit for a million tokens: a price of
/// 0.35 a million is 350,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// Tokens read.
    pub prompt_per_million: u64,
    /// Tokens written.
    pub completion_per_million: u64,
}

impl Prices {
    /// The cost of so many tokens in millionths of the currency unit, rounded up.
    pub fn cost(&self, prompt_tokens: u64, completion_tokens: u64) -> u64 {
        let of = |tokens: u64, price: u64| u128::from(tokens) * u128::from(price);
        let total = of(prompt_tokens, self.prompt_per_million)
            + of(completion_tokens, self.completion_per_million);
        u64::try_from(total.div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }
}

/// What a backfill is likely to take. An estimate: every model cuts tokens in its own way, and a
/// reply that has to be repaired costs a second request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Estimate {
    /// Conversations in all.
    pub conversations: u64,
    /// Requests: one a conversation, none where every field is computed.
    pub requests: u64,
    /// Tokens that the model reads.
    pub prompt_tokens: u64,
    /// Tokens that it writes.
    pub completion_tokens: u64,
    /// In millionths of the currency unit of the prices.
    pub cost_micros: u64,
}

/// Tokens of a text, by rule of thumb: four ASCII characters are one, every other character is one.
pub fn tokens(text: &str) -> u64 {
    let ascii = text.bytes().filter(u8::is_ascii).count() as u64;
    let others = text.chars().filter(|c| !c.is_ascii()).count() as u64;
    ascii.div_ceil(4) + others
}

/// Estimates from a sample of the conversations what all of them take.
pub fn estimate(sample: &[&[Turn]], total: u64, fields: &[Field], prices: Prices) -> Estimate {
    let (mut requests, mut prompt) = (0u64, 0u64);
    let mut completion = 0u64;
    for turns in sample {
        let exchange = Exchange::new("", turns, fields, FENCE);
        let Some(body) = exchange.request() else { continue };
        requests += 1;
        let said = body.pointer("/messages").and_then(|m| m.as_array());
        for message in said.into_iter().flatten() {
            prompt += message.get("content").and_then(|c| c.as_str()).map_or(0, tokens);
        }
        // Endpoints put the schema before the model in one form or another.
        let schema = body.pointer("/response_format/json_schema/schema");
        prompt += schema.map_or(0, |s| tokens(&s.to_string()));
        let asked = schema.and_then(|s| s.get("properties")).and_then(|p| p.as_object());
        let asked = asked.map_or(0, |p| p.len().saturating_sub(1)) as u64;
        completion += FRAME_TOKENS + REPLY_TOKENS * asked;
    }
    let many = (sample.len() as u64).max(1);
    let scale = |of: u64| {
        u64::try_from((u128::from(of) * u128::from(total)).div_ceil(u128::from(many)))
            .unwrap_or(u64::MAX)
    };
    let (prompt_tokens, completion_tokens) = (scale(prompt), scale(completion));
    Estimate {
        conversations: total,
        requests: scale(requests),
        prompt_tokens,
        completion_tokens,
        cost_micros: prices.cost(prompt_tokens, completion_tokens),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::{starter_fields, templates};
    use crate::conversation::Role;

    fn turns(words: usize) -> Vec<Turn> {
        vec![Turn { role: Role::Customer, text: "word ".repeat(words), at: None }]
    }

    #[test]
    fn tokens_are_counted_by_the_rule() {
        assert_eq!(tokens(""), 0);
        assert_eq!(tokens("four"), 1);
        assert_eq!(tokens("fours"), 2);
        assert_eq!(tokens("注文"), 2);
    }

    #[test]
    fn a_sample_speaks_for_all_and_longer_ones_cost_more() {
        let fields: Vec<Field> = templates().into_iter().map(|t| t.field.into()).take(3).collect();
        let prices = Prices { prompt_per_million: 1_000_000, completion_per_million: 2_000_000 };
        let (short, long) = (turns(10), turns(210));
        let one = estimate(&[&short], 1, &fields, prices);
        let many = estimate(&[&short], 500, &fields, prices);
        assert_eq!((one.requests, many.requests), (1, 500));
        assert_eq!(many.prompt_tokens, 500 * one.prompt_tokens);
        assert_eq!(one.completion_tokens, FRAME_TOKENS + 3 * REPLY_TOKENS);
        assert_eq!(one.cost_micros, one.prompt_tokens + 2 * one.completion_tokens);
        let more = estimate(&[&long], 1, &fields, prices);
        // 200 words of five characters each.
        assert_eq!(more.prompt_tokens - one.prompt_tokens, 200 * 5 / 4);
    }

    #[test]
    fn computed_fields_cost_nothing() {
        let fields: Vec<Field> =
            starter_fields().into_iter().filter(|f| f.name == "Language").collect();
        let found = estimate(&[&turns(5)], 100, &fields, Prices::default());
        assert_eq!((found.conversations, found.requests, found.prompt_tokens), (100, 0, 0));
        assert_eq!(estimate(&[], 100, &fields, Prices::default()).requests, 0);
    }

    #[test]
    fn costs_do_not_overflow() {
        let prices = Prices { prompt_per_million: u64::MAX, completion_per_million: 0 };
        assert_eq!(prices.cost(u64::MAX, 0), u64::MAX);
        assert_eq!(
            Prices { prompt_per_million: 350_000, completion_per_million: 0 }.cost(10, 0),
            4
        );
    }
}
