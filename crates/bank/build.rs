//! Rebuilds the crate when the bank that it embeds changes: `include_dir!` alone does not notice new files.

fn main() {
    println!("cargo::rerun-if-changed=../../exercises");
}
