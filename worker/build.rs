//! Finds what `worker/dashboard/build.mjs` has made of the dashboard's styles and scripts, and puts it
//! into the Worker. Where nothing has been made, as in native tests, there is nothing to serve.
//! Tells the linker to leave the names of functions out.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=dashboard");
    if variable("CARGO_CFG_TARGET_ARCH") == "wasm32" {
        // Names are a tenth of the Worker, and a panic's message says where it was without them. What stays is
        // how wasm-bindgen is told of the target's features.
        println!("cargo::rustc-link-arg-cdylib=--strip-all");
        println!("cargo::rustc-link-arg-cdylib=--keep-section=target_features");
    }
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    let mut list = String::from("&[\n");
    for path in files(&root.join("dashboard/dist")) {
        let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        // `dashboard-0123ABCD.css` is asked for by the name `dashboard.css`.
        let Some((stem, kind)) = file.rsplit_once('.') else { continue };
        let Some((name, _hash)) = stem.rsplit_once('-') else { continue };
        let _ = writeln!(
            list,
            "Asset {{ name: {:?}, file: {file:?}, bytes: include_bytes!({:?}) }},",
            format!("{name}.{kind}"),
            path.display().to_string(),
        );
    }
    list.push(']');
    let out = PathBuf::from(variable("OUT_DIR")).join("assets.rs");
    if let Err(error) = fs::write(&out, list) {
        panic_with(&format!("{} cannot be written: {error}", out.display()));
    }
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic_with(&format!("Cargo does not say {name}")))
}

fn panic_with(what: &str) -> ! {
    eprintln!("{what}");
    std::process::exit(1)
}
