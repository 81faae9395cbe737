//! What one conversation says of its visitor, with where it was said.

use crate::crossing::cross_struct;
use crate::detect::{self, Detection, Kind};
use crate::time::UnixMillis;
use serde::{Deserialize, Serialize};

/// One value with its provenance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fact {
    /// Normalised, as [`detect::Found::value`].
    pub value: String,
    /// Place of the message in its conversation; of the last one before it for a value that the
    /// visitor wrote or put right by hand.
    pub seq: u32,
    /// When it was said.
    pub at: UnixMillis,
    /// [`detect::VERSION`] of the detector that read it; 0 for a value written by hand.
    pub detector: u32,
}

/// What one conversation says of its visitor. All of it is claimed, none verified: that is
/// [`super::Proven`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Facts {
    /// The name as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Fact>,
    /// The e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Fact>,
    /// The phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Fact>,
}

cross_struct!(Fact { value, seq, at, detector });
cross_struct!(Facts { name, email, phone } in Facts::default());

impl Facts {
    /// The fact of a kind.
    pub fn get(&self, kind: Kind) -> Option<&Fact> {
        match kind {
            Kind::Name => self.name.as_ref(),
            Kind::Email => self.email.as_ref(),
            Kind::Phone => self.phone.as_ref(),
        }
    }

    /// The place where the fact of a kind is kept.
    pub fn slot(&mut self, kind: Kind) -> &mut Option<Fact> {
        match kind {
            Kind::Name => &mut self.name,
            Kind::Email => &mut self.email,
            Kind::Phone => &mut self.phone,
        }
    }

    /// Kinds with a value.
    pub fn kinds(&self) -> Vec<Kind> {
        Kind::ALL.into_iter().filter(|k| self.get(*k).is_some()).collect()
    }

    /// Takes over what a message says: withdrawals first, then each of the visitor's own values that
    /// can be used as they stand, the later one standing.
    pub fn apply(&mut self, detection: &Detection, seq: u32, at: UnixMillis) {
        for kind in &detection.withdrawn {
            *self.slot(*kind) = None;
        }
        for found in detection.own().filter(|f| f.is_whole()) {
            *self.slot(found.kind) =
                Some(Fact { value: found.value.clone(), seq, at, detector: detect::VERSION });
        }
    }
}
