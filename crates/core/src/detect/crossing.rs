//! What detection is told, as it comes from JavaScript.

use super::{Asked, Kind, Region, Subject};
use crate::crossing::{Cross, Port, cross_enum};

const SUBJECTS: [Subject; 6] = [
    Subject::Visitor,
    Subject::Other,
    Subject::Agent,
    Subject::Quoted,
    Subject::Negated,
    Subject::Retracted,
];

cross_enum!(Kind, Kind::ALL);
cross_enum!(Asked, Asked::ALL);
cross_enum!(Subject, SUBJECTS);

/// A letter after the other, by their code points.
impl Cross for Region {
    fn blank() -> Self {
        Self(*b"ZZ")
    }

    fn cross(&mut self, port: &mut Port<'_>) {
        self.0[0].cross(port);
        self.0[1].cross(port);
    }
}
