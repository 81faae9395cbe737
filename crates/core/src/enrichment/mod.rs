//! Customer enrichment as the owner has it before them: an action that is reviewed, activated,
//! switched and configured, and in numbers ([`report`]). When it asks is [`crate::prompt`]'s.

pub mod report;
mod review;

pub use review::{Question, Review, Said, review};

use crate::detect::Kind;
use crate::plan::{BILLING_PATH, Lack, Subscription};
use crate::prompt::{self, Wording};
use crate::text::Lang;
use crate::time::UnixMillis;
use crate::{Code, Error};
use serde::{Deserialize, Serialize};

/// The action's name in addresses.
pub const NAME: &str = "customer-enrichment";

/// Longest cool-down, in messages of the visitor. After ten minutes a question is no longer recent
/// however few messages came, so more would hardly ever tell.
const MAX_COOL_DOWN: u8 = 20;

/// What is asked for, and how. What is absent is as it is by default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct EnrichmentConfig {
    /// The fields that are asked for, at least one. By default all three.
    pub fields: Vec<Kind>,
    /// Most questions in one conversation, 1 to 3. By default 3.
    pub max_asks: u8,
    /// The visitor's messages that must pass after a question that was passed over, 0 to 20. By
    /// default 2.
    pub cool_down_turns: u8,
    /// The language to ask in where neither the visitor's words nor the page tell; English with none.
    pub lang: Option<Lang>,
    /// Own sentences, by language and line. What is absent or blank is said in the built-in words.
    pub wording: Wording,
    /// The share of visitors who are never asked, in percent, so that it can be seen what asking costs
    /// and brings. By default 0.
    pub hold_out_percent: u8,
}

impl Default for EnrichmentConfig {
    fn default() -> Self {
        let prompt::Config { fields, max_asks, cool_down_turns, lang, wording, .. } =
            prompt::Config::default();
        Self { fields, max_asks, cool_down_turns, lang, wording, hold_out_percent: 0 }
    }
}

impl EnrichmentConfig {
    /// The configuration in its one form: fields in their order, no blank sentences.
    ///
    /// # Errors
    /// [`Code::InvalidField`] for no fields or one that stands twice, for numbers out of range, and as
    /// [`Wording::check`].
    pub fn checked(mut self) -> Result<Self, Error> {
        let invalid = |detail: &str| Err(Error::new(Code::InvalidField, detail));
        self.fields.sort_unstable();
        if self.fields.is_empty() {
            return invalid("`fields` must name at least one; to ask for nothing, switch it off");
        }
        if self.fields.windows(2).any(|pair| pair.first() == pair.last()) {
            return invalid("a field stands twice in `fields`");
        }
        if !(1..=3).contains(&self.max_asks) {
            return invalid("`max_asks` must be from 1 to 3; to ask for nothing, switch it off");
        }
        if self.cool_down_turns > MAX_COOL_DOWN {
            return invalid("`cool_down_turns` must be from 0 to 20");
        }
        if self.hold_out_percent > 100 {
            return invalid("`hold_out_percent` must be from 0 to 100");
        }
        self.wording.check()?;
        let mut wording = Wording::default();
        for (lang, line, text) in self.wording.iter().filter(|(_, _, text)| !text.trim().is_empty())
        {
            wording.set(lang, line, text.trim().to_owned());
        }
        Ok(Self { wording, ..self })
    }

    /// As the policy has it.
    pub fn policy(&self, enabled: bool) -> prompt::Config {
        prompt::Config {
            enabled,
            fields: self.fields.clone(),
            max_asks: self.max_asks,
            cool_down_turns: self.cool_down_turns,
            lang: self.lang,
            wording: self.wording.clone(),
        }
    }
}

/// Where an action stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ActionState {
    /// It can be added.
    Available,
    /// It works.
    Active,
    /// It was added and is switched off.
    Off,
}

/// Whether an action came with the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Provision {
    /// It did, active where the plan has it, and cannot be removed.
    #[default]
    BuiltIn,
    /// It is added, and can be removed.
    Optional,
}

/// What is kept of the action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Whether it came with the workspace.
    pub provision: Provision,
    /// Since when it has been added; none while it is not.
    pub activated_at: Option<UnixMillis>,
    /// Whether the switch is on.
    pub on: bool,
    /// How it works.
    pub config: EnrichmentConfig,
}

impl Action {
    /// The action of a new workspace.
    pub fn begin(provision: Provision, subscription: Subscription, now: UnixMillis) -> Self {
        let on = provision == Provision::BuiltIn && subscription.lack().is_none();
        let activated_at = on.then_some(now);
        Self { provision, activated_at, on, config: EnrichmentConfig::default() }
    }

    /// Where it stands.
    pub fn state(&self) -> ActionState {
        match (self.activated_at, self.on) {
            (None, _) => ActionState::Available,
            (Some(_), true) => ActionState::Active,
            (Some(_), false) => ActionState::Off,
        }
    }

    /// Whether conversations that begin now are asked in. An overdue payment does not end what is
    /// active; a plan that lacks it does.
    pub fn asks(&self, subscription: Subscription) -> bool {
        self.state() == ActionState::Active && subscription.plan.has_enrichment()
    }

    /// Adds it with a configuration, or configures it anew and switches it on.
    ///
    /// # Errors
    /// [`Code::PaymentRequired`] where the plan lacks it or a payment is overdue.
    pub fn activate(
        &mut self,
        config: EnrichmentConfig,
        subscription: Subscription,
        now: UnixMillis,
    ) -> Result<(), Error> {
        may(subscription)?;
        self.activated_at = self.activated_at.or(Some(now));
        self.on = true;
        self.config = config;
        Ok(())
    }

    /// Switches or configures it.
    ///
    /// # Errors
    /// [`Code::NotFound`] where it is to be switched and was not added, [`Code::PaymentRequired`] where
    /// it is to be switched on and the plan lacks it or a payment is overdue.
    pub fn change(&mut self, change: ActionPatch, subscription: Subscription) -> Result<(), Error> {
        if let Some(on) = change.enabled {
            if self.activated_at.is_none() {
                if on {
                    may(subscription)?;
                }
                let detail = "the action has not been added; review and activate it first";
                return Err(Error::new(Code::NotFound, detail));
            }
            if on && !self.on {
                may(subscription)?;
            }
            self.on = on;
        }
        self.config = change.config.unwrap_or_else(|| self.config.clone());
        Ok(())
    }

    /// Takes it away; what it collected stays.
    ///
    /// # Errors
    /// [`Code::Forbidden`] where it is built in.
    pub fn remove(&mut self) -> Result<(), Error> {
        if self.provision == Provision::BuiltIn {
            return Err(Error::new(
                Code::Forbidden,
                "this action is built in and cannot be removed; it can be switched off",
            ));
        }
        *self = Self { on: false, activated_at: None, ..self.clone() };
        Ok(())
    }

    /// As it is shown.
    pub fn shown(&self, subscription: Subscription) -> ActionShown {
        let blocked = subscription.lack().map(|reason| Blocked {
            reason,
            detail: reason.detail().to_owned(),
            billing: BILLING_PATH.to_owned(),
        });
        ActionShown {
            action: NAME.to_owned(),
            title: "Customer Enrichment".to_owned(),
            description: "Asks visitors for the contact details that are missing, one at a time, when what they say makes it natural.".to_owned(),
            state: self.state(),
            asks: self.asks(subscription),
            blocked,
            built_in: self.provision == Provision::BuiltIn,
            activated_at: self.activated_at,
            config: self.config.clone(),
        }
    }
}

fn may(subscription: Subscription) -> Result<(), Error> {
    subscription.lack().map_or(Ok(()), |lack| Err(lack.into()))
}

/// An action as the owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ActionShown {
    /// Its name in addresses.
    pub action: String,
    /// For people.
    pub title: String,
    /// What it does.
    pub description: String,
    /// Where it stands.
    pub state: ActionState,
    /// Whether conversations that begin now are asked in.
    pub asks: bool,
    /// Why it cannot be activated or switched on; none when it can.
    pub blocked: Option<Blocked>,
    /// Whether it came with the workspace and cannot be removed.
    pub built_in: bool,
    /// Since when it has been added.
    pub activated_at: Option<UnixMillis>,
    /// How it works.
    pub config: EnrichmentConfig,
}

/// What keeps an action from being activated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Blocked {
    /// Why.
    pub reason: Lack,
    /// What to do about it.
    pub detail: String,
    /// Where the plan is seen and chosen.
    pub billing: String,
}

/// `GET /v1/actions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ActionList {
    /// All that there are, added or not.
    pub actions: Vec<ActionShown>,
}

/// `PATCH /v1/actions/{action}`: what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ActionPatch {
    /// The switch: off, nothing is asked in conversations that begin from then on, and what was
    /// collected stays.
    pub enabled: Option<bool>,
    /// All of the configuration.
    pub config: Option<EnrichmentConfig>,
}

/// `POST /v1/actions/{action}/activate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Activation {
    /// How it is to work.
    #[serde(default)]
    pub config: EnrichmentConfig,
    /// [`Review::review`] of this very configuration.
    pub review: String,
}

#[cfg(test)]
mod tests;
