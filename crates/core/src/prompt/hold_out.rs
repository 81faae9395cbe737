//! The share of visitors that are never asked, so that an owner sees what asking costs and brings.

use sha2::{Digest, Sha256};

/// Says what is hashed, so that no other use of SHA-256 over the same ids gives the same numbers.
const PURPOSE: &[u8] = b"askwell hold-out";

/// Whether a visitor is among those that are never asked.
///
/// `percent` is the owner's share of visitors, 0 to 100; more counts as 100. Depends on the ids and
/// the share only: a visitor stays on one side, and whoever is held out at one share is at any
/// larger one. Ids of other workspaces fall differently.
///
/// [`super::Event::HeldOut`] tells the policy.
pub fn held_out(workspace: &str, visitor: &str, percent: u8) -> bool {
    let mut hash = Sha256::new();
    // The length keeps ("a", "bc") and ("ab", "c") apart.
    for part in [PURPOSE, &(workspace.len() as u64).to_be_bytes()[..]] {
        hash.update(part);
    }
    hash.update(workspace.as_bytes());
    hash.update(visitor.as_bytes());
    let hash: [u8; 32] = hash.finalize().into();
    let place = hash.iter().take(4).fold(0u64, |n, byte| n << 8 | u64::from(*byte));
    // Below 2^32 by as many parts as the share: place / 2^32 < percent / 100.
    place * 100 < u64::from(percent) << 32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(workspace: &str, percent: u8) -> usize {
        (0..10_000).filter(|n| held_out(workspace, &format!("visitor-{n}"), percent)).count()
    }

    #[test]
    fn the_share_is_kept() {
        assert_eq!(share("acme", 0), 0);
        assert_eq!(share("acme", 100), 10_000);
        assert_eq!(share("acme", 255), 10_000);
        for percent in [1, 5, 10, 50] {
            let (n, expected) = (share("acme", percent) as f64, f64::from(percent) * 100.0);
            // Four standard deviations of a binomial.
            let far = 4.0 * (expected * (1.0 - f64::from(percent) / 100.0)).sqrt();
            assert!((n - expected).abs() < far, "{percent} %: {n}");
        }
    }

    #[test]
    fn sides_are_kept_and_differ_between_workspaces() {
        let ids: Vec<String> = (0..2_000).map(|n| format!("visitor-{n}")).collect();
        for id in &ids {
            assert_eq!(held_out("acme", id, 20), held_out("acme", id, 20));
            assert!(!held_out("acme", id, 10) || held_out("acme", id, 20));
        }
        let same = ids.iter().filter(|id| held_out("a", id, 50) == held_out("b", id, 50)).count();
        assert!((900..1_100).contains(&same), "{same}");
        assert!(
            (900..1_100).contains(
                &ids.iter()
                    .filter(|id| held_out("ab", id, 50) == held_out("a", &format!("b{id}"), 50))
                    .count()
            )
        );
    }
}
