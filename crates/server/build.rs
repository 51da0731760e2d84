//! Lets a release build carry the console as it was built last, and a debug build find the one that is built later.

use std::fs::create_dir_all;

const DIST: &str = "../../console/dist";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed={DIST}");
        return;
    }
    // A debug build reads the files when they are asked for, from the directory as it was resolved here: one that is
    // made later would never be found below a path with `..` in it. Where nothing may be written, there is no console.
    if let Err(error) = create_dir_all(DIST) {
        println!("cargo:warning=the console will not be found: {DIST} could not be made: {error}");
    }
}
