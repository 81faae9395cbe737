//! Debian's packages, where there is Debian and where we are root.

use super::announce;
use crate::command;
use anyhow::{Context, Result, bail};
use nix::unistd::Uid;
use std::process::Command;

/// Whether Debian's packages are all there.
fn are_installed(packages: &[&str]) -> bool {
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat", "${db:Status-Status}\n"]).args(packages);
    command::output(&mut query).is_ok_and(|states| {
        states.lines().filter(|state| *state == "installed").count() == packages.len()
    })
}

/// Installs packages that are not there, or says what somebody with the right to do so has to type.
pub fn install(packages: &[&str], purpose: &str, otherwise: &str) -> Result<()> {
    if are_installed(packages) {
        return Ok(());
    }
    let by_hand = format!(
        "apt-get update && apt-get install -y --no-install-recommends {}",
        packages.join(" ")
    );
    if command::find("apt-get").is_none() {
        bail!("{purpose} is missing, and there is no apt to install it. {otherwise}");
    }
    if !Uid::effective().is_root() {
        bail!(
            "{purpose} is missing, and installing it needs root. Run\n\n    sudo sh -c '{by_hand}'\n\n\
             and then this command again. {otherwise}"
        );
    }
    announce(&format!("installing {} for {purpose}", packages.join(", ")));
    let apt = || {
        let mut c = Command::new("apt-get");
        c.env("DEBIAN_FRONTEND", "noninteractive").arg("-qq");
        c
    };
    command::run(apt().arg("update"))
        .and_then(|()| {
            let mut install = apt();
            install.args(["install", "-y", "--no-install-recommends"]).args(packages);
            // dpkg's chatter is hundreds of lines; its errors go to standard error.
            command::run(install.stdout(std::process::Stdio::null()))
        })
        .with_context(|| {
            format!("{purpose} is missing and could not be installed. Mend what apt says, or try by hand: {by_hand}")
        })
}
