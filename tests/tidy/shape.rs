//! The shape of a Rust file: sizes, doc comments, words in names.

use syn::visit::{self, Visit};

/// A reader holds a file of this length in the head.
const FILE_LINES_MAX: usize = 600;
/// A reader sees a function of this length at once.
const FUNCTION_LINES_MAX: usize = 70;
/// Names that say nothing about what a thing is.
const EMPTY_WORDS: [&str; 9] =
    ["Manager", "Handler", "Helper", "Util", "Utils", "Service", "Data", "Info", "Context"];

/// The files that this one declares as `#[cfg(test)] mod name;`, in either place they may have.
pub fn test_files(path: &str, text: &str) -> Vec<String> {
    let Ok(file) = syn::parse_file(text) else { return Vec::new() };
    let folder = match path.strip_suffix("/mod.rs").or(path.strip_suffix("/lib.rs")) {
        Some(folder) => folder,
        None => path.trim_end_matches(".rs"),
    };
    let names = file.items.iter().filter_map(|item| match item {
        syn::Item::Mod(item) if is_for_tests(&item.attrs) => Some(item.ident.to_string()),
        _ => None,
    });
    names.flat_map(|n| [format!("{folder}/{n}.rs"), format!("{folder}/{n}/")]).collect()
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

/// What is wrong with the shape of a file. `tests` are the beginnings of paths that are only tests.
pub fn check(path: &str, text: &str, tests: &[String]) -> Vec<String> {
    let mut wrong = Vec::new();
    let lines = text.lines().count();
    if lines > FILE_LINES_MAX {
        wrong.push(format!("{path}: {lines} lines, at most {FILE_LINES_MAX}"));
    }
    if let Some(what) = wrong_opening(text) {
        wrong.push(format!("{path}: {what}"));
    }
    let module = path.trim_end_matches("/mod.rs").trim_end_matches(".rs");
    let module = module.rsplit('/').next().unwrap_or(module);
    if EMPTY_WORDS.iter().any(|word| module.split('_').any(|part| part.eq_ignore_ascii_case(word)))
    {
        wrong.push(format!("{path}: the name {module} says nothing about what is in it"));
    }
    match syn::parse_file(text) {
        Ok(file) => {
            let is_apart = tests.iter().any(|test| path.starts_with(test));
            let mut reader = Reader { path, is_apart, private: Vec::new(), wrong };
            reader.visit_file(&file);
            reader.wrong
        }
        Err(error) => vec![format!("{path}: is no Rust: {error}")],
    }
}

/// A file opens with a sentence that says its one job; a test file with the property it proves.
fn wrong_opening(text: &str) -> Option<&'static str> {
    let opening: Vec<&str> =
        text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
    let first: Vec<&str> = opening.iter().take_while(|line| !line.is_empty()).copied().collect();
    let first = first.join(" ");
    if first.is_empty() {
        return Some("does not open with a //! that says its one job");
    }
    let is_sentence = first.split_whitespace().count() >= 3 && first.ends_with(['.', ':']);
    (!is_sentence).then_some("its //! does not open with a sentence")
}

struct Reader<'a> {
    path: &'a str,
    /// Inside of tests and private types, whose items need no words of their own.
    is_apart: bool,
    /// Types of this file that nobody else sees, and so neither what they can do.
    private: Vec<String>,
    wrong: Vec<String>,
}

impl Reader<'_> {
    fn name(&mut self, ident: &syn::Ident) {
        let name = ident.to_string();
        if let Some(word) = words(&name).find(|word| EMPTY_WORDS.contains(word)) {
            self.wrong.push(format!("{}: {name} is named {word}: say what it is", self.path));
        }
    }

    fn length(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let (from, to) = (signature.fn_token.span, block.brace_token.span.close());
        let (ident, lines) = (&signature.ident, to.end().line + 1 - from.start().line);
        if lines > FUNCTION_LINES_MAX {
            let path = self.path;
            self.wrong.push(format!(
                "{path}: fn {ident} has {lines} lines, at most {FUNCTION_LINES_MAX}"
            ));
        }
    }

    fn doc(&mut self, visibility: &syn::Visibility, attributes: &[syn::Attribute], what: &str) {
        let is_public = matches!(visibility, syn::Visibility::Public(_));
        let is_said = |attribute: &syn::Attribute| attribute.path().is_ident("doc");
        if is_public && !self.is_apart && !attributes.iter().any(is_said) {
            self.wrong.push(format!("{}: {what} is public and says nothing of itself", self.path));
        }
    }
}

/// The words of a name in camel case.
fn words(name: &str) -> impl Iterator<Item = &str> {
    let starts = name.char_indices().filter(|(_, c)| c.is_uppercase()).map(|(at, _)| at);
    let mut ends: Vec<usize> = starts.chain([name.len()]).collect();
    ends.dedup();
    let mut from = 0;
    ends.into_iter().map(move |end| {
        let word = &name[from..end];
        from = end;
        word
    })
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_file(&mut self, file: &'ast syn::File) {
        let is_public =
            |visibility: &syn::Visibility| matches!(visibility, syn::Visibility::Public(_));
        self.private.extend(file.items.iter().filter_map(|item| match item {
            syn::Item::Struct(item) if !is_public(&item.vis) => Some(item.ident.to_string()),
            syn::Item::Enum(item) if !is_public(&item.vis) => Some(item.ident.to_string()),
            _ => None,
        }));
        visit::visit_file(self, file);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let outside = self.is_apart;
        self.is_apart |= is_for_tests(&item.attrs);
        visit::visit_item_mod(self, item);
        self.is_apart = outside;
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let outside = self.is_apart;
        if let syn::Type::Path(of) = &*item.self_ty
            && let Some(last) = of.path.segments.last()
        {
            self.is_apart |= self.private.contains(&last.ident.to_string());
        }
        visit::visit_item_impl(self, item);
        self.is_apart = outside;
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.length(&item.sig, &item.block);
        self.doc(&item.vis, &item.attrs, &format!("fn {}", item.sig.ident));
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.length(&item.sig, &item.block);
        self.doc(&item.vis, &item.attrs, &format!("fn {}", item.sig.ident));
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.length(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.name(&item.ident);
        self.doc(&item.vis, &item.attrs, &format!("struct {}", item.ident));
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.name(&item.ident);
        self.doc(&item.vis, &item.attrs, &format!("enum {}", item.ident));
        visit::visit_item_enum(self, item);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.name(&item.ident);
        self.doc(&item.vis, &item.attrs, &format!("trait {}", item.ident));
        visit::visit_item_trait(self, item);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.name(&item.ident);
        self.doc(&item.vis, &item.attrs, &format!("type {}", item.ident));
        visit::visit_item_type(self, item);
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.doc(&item.vis, &item.attrs, &format!("const {}", item.ident));
        visit::visit_item_const(self, item);
    }
}

mod tests {
    use super::*;

    #[test]
    fn a_tidy_file_passes() {
        let text = "//! Says what it is for.\n/// A bell.\npub struct Bell;\nstruct Database;\n";
        assert_eq!(check("src/bell.rs", text, &[]), Vec::<String>::new());
        let inside =
            "#[cfg(test)]\nmod tests { pub fn f() {} }\nstruct A;\nimpl A { pub fn g() {} }\n";
        let text = format!("//! Says its job.\n{inside}");
        assert_eq!(check("src/a.rs", &text, &[]), Vec::<String>::new());
        let longest = format!("//! Says its one job.\nfn f() {{\n{}}}\n", "    g();\n".repeat(68));
        assert_eq!(check("src/bell.rs", &longest, &[]), Vec::<String>::new());
    }

    #[test]
    fn files_of_tests_are_known_by_their_declaration() {
        let text = "#[cfg(test)]\nmod model;\nmod other;\n";
        let tests = test_files("src/client/mod.rs", text);
        assert_eq!(tests, ["src/client/model.rs", "src/client/model/"]);
        assert_eq!(test_files("src/a.rs", text), ["src/a/model.rs", "src/a/model/"]);
        let public = "//! Says its job.\npub struct Bell;";
        assert_eq!(check("src/client/model.rs", public, &tests), Vec::<String>::new());
        assert_eq!(check("src/client/other.rs", public, &tests).len(), 1);
    }

    #[test]
    fn each_rule_can_fail() {
        let over = "    g();\n".repeat(69);
        let wrong = [
            ("src/a.rs", format!("//! Far too long.\n{}", "// x\n".repeat(600)), "lines"),
            ("src/a.rs", format!("//! Says its job.\nfn f() {{\n{over}}}\n"), "fn f has 71 lines"),
            (
                "src/a.rs",
                format!("//! Says its job.\nimpl A {{ fn g() {{\n{over}}}}}\n"),
                "fn g has",
            ),
            ("src/a.rs", "fn main() {}".to_owned(), "open with a //!"),
            ("tests/a.rs", "//!\n//! Late.\n".to_owned(), "open with a //!"),
            ("tests/a.rs", "//! Chat tests\n".to_owned(), "open with a sentence"),
            ("src/a.rs", "//! Says its job.\nstruct SessionManager;".to_owned(), "named Manager"),
            ("src/a.rs", "//! Says its job.\nenum InfoKind {}".to_owned(), "named Info"),
            ("src/a.rs", "//! Says its job.\ntype Data = u8;".to_owned(), "named Data"),
            ("src/utils.rs", "//! Says its job.\n".to_owned(), "the name utils"),
            ("src/net/frame_helper.rs", "//! Says its job.\n".to_owned(), "the name frame_helper"),
            (
                "src/a.rs",
                "//! Says its job.\npub struct Bell;".to_owned(),
                "says nothing of itself",
            ),
            ("src/a.rs", "//! Says its job.\nimpl A { pub fn f() {} }".to_owned(), "says nothing"),
            ("src/a.rs", "//! Says its job.\nfn f( {".to_owned(), "no Rust"),
        ];
        for (path, text, expected) in wrong {
            let found = check(path, &text, &[]);
            assert_eq!(found.len(), 1, "{expected}: {found:?}");
            assert!(found[0].contains(expected), "{expected}: {found:?}");
        }
    }
}
