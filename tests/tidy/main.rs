//! Every file of this repository keeps the house rules that a compiler does not know.
//!
//! Each check is a pure function from a path and a text to sentences about what is wrong, and its
//! own tests show it failing on bad input. [`the_house_is_tidy`] runs them all over the real files.
#![cfg(test)]

mod imports;
mod papers;
mod shape;

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the repository: its path from the root with `/`, and its text.
struct Page {
    path: String,
    text: String,
}

#[test]
fn the_house_is_tidy() {
    let pages = pages();
    assert!(pages.iter().any(|page| page.path == "src/lib.rs"), "the walk does not see src/lib.rs");
    let rust = || pages.iter().filter(|page| is_rust(&page.path));
    let mut tests = vec!["tests/".to_owned(), "benches/".to_owned(), "examples/".to_owned()];
    tests.extend(rust().flat_map(|page| shape::test_files(&page.path, &page.text)));
    let mut wrong = Vec::new();
    for page in &pages {
        if is_rust(&page.path) {
            wrong.extend(shape::check(&page.path, &page.text, &tests));
        }
        if is_rust(&page.path) && page.path.starts_with("src/") {
            wrong.extend(imports::check(&page.path, &page.text));
        }
        wrong.extend(papers::check(&page.path, &page.text));
    }
    wrong.extend(papers::check_all(&pages));
    assert!(wrong.is_empty(), "{} rules are broken:\n{}\n", wrong.len(), wrong.join("\n"));
}

fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

/// The repository that cargo runs this test in.
fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from)
}

/// All text files, sorted by path. What git never sees is left out.
fn pages() -> Vec<Page> {
    let root = root();
    let mut pages = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            if matches!(name.as_str(), "target" | ".git" | "fuzz/target" | "fuzz/corpus") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                pages.push(Page { path: name, text });
            }
        }
    }
    pages.sort_by(|a, b| a.path.cmp(&b.path));
    pages
}
