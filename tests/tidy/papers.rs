//! What is no Rust: documents, wording, and what a public text must not name.

use std::collections::BTreeMap;
use std::path::Path;

use crate::Page;

/// Documents that every reader looks for.
const PAPERS: [&str; 6] = [
    "README.md",
    "ARCHITECTURE.md",
    "PROTOCOL.md",
    "CHANGELOG.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
];
/// Folders that exist on one machine only.
const PRIVATE_PLACES: [&str; 5] = ["home", "root", "Users", "work", "workspace"];
/// What the embedded font draws full width, so that English looks torn.
const WIDE_IN_ENGLISH: [char; 6] = ['“', '”', '‘', '’', '…', '·'];

/// What is wrong with one text file.
pub fn check(path: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    // The gate's own entry on a build machine may say where that machine keeps things.
    if !path.starts_with(".ci/") {
        wrong.extend(private_places(path, text));
    }
    if path.starts_with("assets/strings/") {
        wrong.extend(wording(path, text));
    }
    if is_markdown(path) {
        wrong.extend(broken_links(path, text, |target| crate::root().join(target).exists()));
    }
    wrong
}

/// What is wrong with all files together.
pub fn check_all(pages: &[Page]) -> Vec<String> {
    let mut wrong: Vec<String> = PAPERS
        .iter()
        .filter(|paper| pages.iter().all(|page| page.path != **paper))
        .map(|paper| format!("{paper}: is missing"))
        .collect();
    let page = |path: &str| pages.iter().find(|page| page.path == path).map(|page| &*page.text);
    if let (Some(manifest), Some(architecture)) = (page("Cargo.toml"), page("ARCHITECTURE.md")) {
        wrong.extend(unexplained_dependencies(manifest, architecture));
    }
    let languages: Vec<&Page> =
        pages.iter().filter(|page| page.path.starts_with("assets/strings/")).collect();
    for pair in languages.windows(2) {
        wrong.extend(differences(pair[0], pair[1]));
    }
    wrong
}

fn is_markdown(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "md")
}

/// Absolute paths of one person's machine.
fn private_places(path: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for place in PRIVATE_PLACES {
            let needle = format!("/{place}/");
            let is_absolute = |at: usize| {
                let before = line[..at].chars().next_back();
                before.is_none_or(|c| !c.is_alphanumeric() && !"_-.}/~*".contains(c))
            };
            if line.match_indices(&needle).any(|(at, _)| is_absolute(at)) {
                let number = number + 1;
                wrong.push(format!("{path}:{number}: names {needle}, a folder of one machine"));
            }
        }
    }
    wrong
}

/// The entries of a wording file: `key = text`, one a line.
fn entries(text: &str) -> impl Iterator<Item = (usize, Option<(&str, &str)>)> {
    let lines = text.lines().enumerate().map(|(number, line)| (number + 1, line.trim()));
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    lines.map(|(number, line)| (number, line.split_once(" = ")))
}

fn wording(path: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut seen = BTreeMap::new();
    for (number, entry) in entries(text) {
        let Some((key, value)) = entry else {
            wrong.push(format!("{path}:{number}: is not `key = text`"));
            continue;
        };
        if let Some(first) = seen.insert(key, number) {
            wrong.push(format!("{path}:{number}: {key} is already on line {first}"));
        }
        if placeholders(value).is_none() {
            wrong.push(format!("{path}:{number}: a brace of {key} is not closed"));
        }
        if path.ends_with("/en.txt") && value.contains(WIDE_IN_ENGLISH) {
            wrong.push(format!("{path}:{number}: {key} has a character that is drawn full width"));
        }
    }
    wrong
}

/// The names in braces, sorted; nothing when a brace has no partner.
fn placeholders(text: &str) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}')?;
        if before.contains('}') || name.is_empty() || !name.chars().all(|c| c.is_ascii_lowercase())
        {
            return None;
        }
        names.push(name);
        rest = behind;
    }
    names.sort_unstable();
    (!rest.contains('}')).then_some(names)
}

/// Two languages have the same keys with the same placeholders.
fn differences(left: &Page, right: &Page) -> Vec<String> {
    let table = |page: &'_ Page| -> BTreeMap<String, Vec<String>> {
        let known = entries(&page.text).filter_map(|(_, entry)| entry);
        known
            .map(|(key, value)| {
                let names = placeholders(value).unwrap_or_default();
                (key.to_owned(), names.into_iter().map(str::to_owned).collect())
            })
            .collect()
    };
    let (first, second) = (table(left), table(right));
    let missing = |from: &BTreeMap<String, Vec<String>>, page: &Page, key: &String| {
        (!from.contains_key(key)).then(|| format!("{}: has no {key}", page.path))
    };
    let mut wrong: Vec<String> = Vec::new();
    wrong.extend(first.keys().filter_map(|key| missing(&second, right, key)));
    wrong.extend(second.keys().filter_map(|key| missing(&first, left, key)));
    let unlike = first.iter().filter(|(key, names)| second.get(*key).is_some_and(|s| s != *names));
    wrong.extend(
        unlike.map(|(key, _)| {
            format!("{} and {}: {key} has other placeholders", left.path, right.path)
        }),
    );
    wrong
}

/// Links of a document to files of the repository that are not there.
fn broken_links(path: &str, text: &str, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut wrong = Vec::new();
    for part in text.split("](").skip(1) {
        let Some((target, _)) = part.split_once(')') else { continue };
        let target = target.split('#').next().unwrap_or_default();
        if target.is_empty() || target.contains(':') {
            continue;
        }
        let whole =
            if folder.is_empty() { target.to_owned() } else { format!("{folder}/{target}") };
        if !exists(&whole) {
            wrong.push(format!("{path}: links to {target}, which is not there"));
        }
    }
    wrong
}

/// A dependency owes the reader one sentence.
fn unexplained_dependencies(manifest: &str, architecture: &str) -> Vec<String> {
    let section = manifest.split("\n[dependencies]\n").nth(1).unwrap_or_default();
    let section = section.split("\n[").next().unwrap_or_default();
    let names = section.lines().filter(|line| !line.starts_with('#'));
    names
        .filter_map(|line| {
            let (key, rest) = line.split_once(['=', '.'])?;
            // A renamed one is explained under its own name.
            let own = rest.split_once("package = \"").and_then(|(_, rest)| rest.split('"').next());
            Some(own.unwrap_or(key).trim())
        })
        .filter(|name| !is_named(architecture, name))
        .map(|name| format!("ARCHITECTURE.md: does not say what the dependency `{name}` is for"))
        .collect()
}

/// Does the text have this name as a whole word, or its family as `unicode-*`?
fn is_named(text: &str, name: &str) -> bool {
    let is_inside = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let has_family =
        name.split_once('-').is_some_and(|(family, _)| text.contains(&format!("{family}-*")));
    has_family
        || text.match_indices(name).any(|(at, _)| {
            !text[..at].ends_with(is_inside) && !text[at + name.len()..].starts_with(is_inside)
        })
}

mod tests {
    use super::*;

    fn page(path: &str, text: &str) -> Page {
        Page { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_private_path_is_found() {
        for place in PRIVATE_PLACES {
            let text = format!("fine\nsee /{place}/mychat\n");
            assert_eq!(check("README.md", &text).len(), 1, "{text}");
            assert_eq!(check(".ci/run", &text).len(), 0, "{text}");
        }
        for place in PRIVATE_PLACES {
            let fine = format!("https://example.org/{place}/x, src/{place}/mod.rs, ~/{place}/x");
            assert_eq!(check("README.md", &fine), Vec::<String>::new());
        }
    }

    #[test]
    fn wording_that_cannot_be_shown_is_found() {
        let path = "assets/strings/en.txt";
        let wrong = ["no equals", "a = {n", "a = n}", "a = {N}", "a = 1\na = 2", "a = wait…"];
        for text in wrong {
            assert_eq!(check(path, text).len(), 1, "{text}");
        }
        let fine = "# note\n\na = {n} of {name}\nb = x = y\n";
        assert_eq!(check(path, fine), Vec::<String>::new());
        assert_eq!(check("assets/strings/zh-CN.txt", "a = 请稍候…"), Vec::<String>::new());
    }

    #[test]
    fn languages_that_differ_are_found() {
        let english = page("assets/strings/en.txt", "a = {n} people\nb = x\n");
        let same = page("assets/strings/zh-CN.txt", "b = 某\na = {n} 人\n");
        assert_eq!(differences(&english, &same), Vec::<String>::new());
        let other = page("assets/strings/zh-CN.txt", "c = 某\na = {m} 人\n");
        assert_eq!(differences(&english, &other).len(), 3);
    }

    #[test]
    fn a_missing_paper_and_a_silent_dependency_are_found() {
        let manifest = "x\n[dependencies]\nredb = { package = \"our-redb\" }\nsmol.workspace = true\n\n[lints]\ny = 1\n";
        let mut pages: Vec<Page> = PAPERS.iter().map(|paper| page(paper, "")).collect();
        pages.push(page("Cargo.toml", manifest));
        pages[1].text = "| our-* | keeps what must survive |; `smol` waits.".to_owned();
        assert_eq!(check_all(&pages), Vec::<String>::new());
        pages[1].text = "`our-redb` keeps what must survive; smol-str is no smol_x.".to_owned();
        assert_eq!(check_all(&pages).len(), 1);
        pages.remove(0);
        assert_eq!(check_all(&pages).len(), 2);
    }

    #[test]
    fn a_broken_link_is_found() {
        let text = "[a](there.md) [b](gone.md#part) [c](https://example.org) [d](#here)";
        let wrong = broken_links("docs/a.md", text, |target| target == "docs/there.md");
        assert_eq!(wrong, ["docs/a.md: links to gone.md, which is not there"]);
    }
}
