//! Who may name whom: the import directions, read from the tokens of a file.
//!
//! Tokens and not a syntax tree, so that paths inside macro calls are seen too. Words in comments
//! and texts are no paths.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// What a top-level module may name of this crate, longest path first. `main` names everything.
const MAY: [(&str, &[&str]); 11] = [
    ("domain", &["limits"]),
    ("limits", &[]),
    ("clock", &[]),
    ("game", &["domain", "limits"]),
    ("net", &["domain", "limits", "clock"]),
    ("store", &["game", "domain", "limits", "clock"]),
    ("server", &["net", "store", "game", "domain", "limits", "clock"]),
    ("client", &["net", "store", "game", "domain", "limits", "clock"]),
    (
        "ui/console",
        &[
            UI[0],
            UI[1],
            UI[2],
            UI[3],
            UI[4],
            UI[5],
            UI[6],
            UI[7],
            "net::verb",
            "server::admin",
            "server::control",
            "server::settings",
        ],
    ),
    ("ui", &UI),
    (
        "args",
        &[
            "domain",
            "limits",
            "net::address",
            "net::protocol",
            "net::verb",
            "server::admin",
            "server::settings",
        ],
    ),
];

/// Windows see the client's face and the words on the wire, nothing below them.
const UI: [&str; 8] = [
    "client",
    "game",
    "domain",
    "limits",
    "clock",
    "net::address",
    "net::control",
    "net::protocol",
];

/// Crates that only one place may name.
const ONLY: [(&str, &str); 3] =
    [("fltk", "src/ui/"), ("redb", "src/store/"), ("mdns_sd", "src/net/discovery/")];

/// What a place may not name at all.
const NEVER: [(&str, &str, &str); 11] = [
    ("src/ui/", "std::net::TcpStream", "windows open no sockets"),
    ("src/ui/", "std::net::TcpListener", "windows open no sockets"),
    ("src/ui/", "std::net::UdpSocket", "windows open no sockets"),
    ("src/ui/", "smol::net", "windows open no sockets"),
    ("src/ui/", "rustls", "windows open no sockets"),
    ("src/ui/app", "fltk", "what is on screen is decided without a toolkit"),
    ("src/domain/", "std::fs", "the domain is data"),
    ("src/domain/", "std::net", "the domain is data"),
    ("src/game/", "std::fs", "rules have no disk"),
    ("src/game/", "std::time", "rules have no clock"),
    ("src/client/state", "smol", "the client's state is pure"),
];

/// Every path in `text` that its place may not name.
pub fn check(path: &str, text: &str) -> Vec<String> {
    let Ok(tokens) = text.parse::<TokenStream>() else {
        return vec![format!("{path}: is no Rust")];
    };
    let home = home_of(path);
    let mut named = Vec::new();
    collect(tokens, &home, &mut named);
    let mut wrong: Vec<String> =
        named.iter().filter_map(|named| judge(path, &home, named)).collect();
    wrong.sort();
    wrong.dedup();
    wrong
}

/// The module of a file, without `mod`: `src/net/frame.rs` is `[net, frame]`.
fn home_of(path: &str) -> Vec<String> {
    let inside = path.trim_start_matches("src/").trim_end_matches(".rs");
    let mut home: Vec<String> = inside.split('/').map(str::to_owned).collect();
    if home.last().is_some_and(|last| last == "mod" || last == "lib" || last == "main") {
        home.pop();
    }
    home
}

fn judge(path: &str, home: &[String], named: &[String]) -> Option<String> {
    let whole = named.join("::");
    for (krate, place) in ONLY {
        if named[0] == krate && !path.starts_with(place) {
            return Some(format!("{path}: names {whole}, but only {place} may name {krate}"));
        }
    }
    for (place, never, reason) in NEVER {
        if path.starts_with(place) && starts_with(&whole, never) {
            return Some(format!("{path}: names {whole}, but {reason}"));
        }
    }
    let own = home.first()?;
    if named[0] != "crate" || named.len() < 2 || named[1] == *own {
        return None;
    }
    let here = home.join("/");
    let Some((_, may)) = MAY.iter().find(|(module, _)| starts_with_folder(&here, module)) else {
        return Some(format!("{path}: tests/tidy does not know whom the module {own} may name"));
    };
    let rest = named[1..].join("::");
    match may.iter().any(|may| starts_with(&rest, may)) {
        true => None,
        false => Some(format!("{path}: names {whole}, but {own} may only name {}", may.join(", "))),
    }
}

fn starts_with(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn starts_with_folder(here: &str, module: &str) -> bool {
    here.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Collects every path in a stream of tokens, `super` and `self` resolved against `home`.
fn collect(tokens: TokenStream, home: &[String], named: &mut Vec<Vec<String>>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Ident(ident) => {
                let inner = match (ident == "mod", tokens.get(at + 1), tokens.get(at + 2)) {
                    (true, Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) => {
                        Some((name.to_string(), body.stream()))
                    }
                    _ => None,
                };
                if let Some((name, body)) = inner {
                    let inside = [home, &[name]].concat();
                    collect(body, &inside, named);
                    at += 3;
                } else {
                    at = path_at(&tokens, at, &[], home, named);
                }
            }
            TokenTree::Group(group) => {
                collect(group.stream(), home, named);
                at += 1;
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => at += 1,
        }
    }
}

/// Reads the path that starts at `at` behind `prefix`; a brace group of a `use` is spread out.
/// Returns where the tokens go on.
fn path_at(
    tokens: &[TokenTree],
    mut at: usize,
    prefix: &[String],
    home: &[String],
    named: &mut Vec<Vec<String>>,
) -> usize {
    let mut path = prefix.to_vec();
    while let Some(TokenTree::Ident(ident)) = tokens.get(at) {
        path.push(ident.to_string());
        at += 1;
        if !is_double_colon(tokens, at) {
            break;
        }
        at += 2;
        if let Some(TokenTree::Group(group)) = tokens.get(at)
            && group.delimiter() == Delimiter::Brace
        {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            let mut inside = 0;
            while inside < inner.len() {
                inside = match &inner[inside] {
                    TokenTree::Ident(_) => path_at(&inner, inside, &path, home, named),
                    _ => inside + 1,
                };
            }
            return at + 1;
        }
    }
    if path.len() > 1 || prefix.is_empty() && is_after_use(tokens, at) {
        named.push(resolve(&path, home));
    }
    at
}

fn is_double_colon(tokens: &[TokenTree], at: usize) -> bool {
    let colon =
        |at| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    colon(at) && colon(at + 1)
}

/// Is the single name that ends before `at` a whole `use name;` or `use name as other;`?
fn is_after_use(tokens: &[TokenTree], at: usize) -> bool {
    at >= 2
        && matches!(&tokens[at - 2], TokenTree::Ident(ident) if ident == "use" || ident == "crate")
}

fn resolve(path: &[String], home: &[String]) -> Vec<String> {
    let mut base: Vec<String> = std::iter::once("crate".to_owned()).chain(home.to_vec()).collect();
    let mut rest = path;
    match path[0].as_str() {
        "mychat" => return [&["crate".to_owned()], &path[1..]].concat(),
        "self" => rest = &path[1..],
        "super" => {
            while rest.first().is_some_and(|first| first == "super") {
                base.pop();
                rest = &rest[1..];
            }
        }
        _ => return path.to_vec(),
    }
    base.extend_from_slice(rest);
    base
}

mod tests {
    use super::check;

    #[test]
    fn directions_are_kept() {
        let fine = [
            (
                "src/net/link.rs",
                "use crate::{domain::ServerId, limits}; use super::frame::Decoder;",
            ),
            ("src/store/rows.rs", "use redb::Table; fn f() { crate::clock::now(); }"),
            ("src/ui/login.rs", "use crate::client::Client; use crate::net::address::Address;"),
            ("src/ui/login.rs", "//! crate::store is not seen here\nconst A: &str = \"redb::x\";"),
            ("src/ui/console.rs", "use crate::server::control::Control; use fltk::app;"),
            ("src/ui/console.rs", "use std::net::IpAddr;"),
            ("src/net/discovery/ears.rs", "use mdns_sd::ServiceDaemon;"),
            ("src/domain/mod.rs", "mod ids; pub use ids::ServerId; fn net() {}"),
            ("src/main.rs", "use mychat::{store, net};"),
        ];
        for (path, text) in fine {
            assert_eq!(check(path, text), Vec::<String>::new(), "{path}: {text}");
        }
    }

    #[test]
    fn a_wrong_direction_is_found_in_every_form() {
        let wrong = [
            ("src/net/link.rs", "use crate::store::Engine;"),
            ("src/net/link.rs", "use crate::{domain::Seq, store};"),
            ("src/net/link.rs", "use super::super::store;"),
            ("src/net/link.rs", "mod tests { use super::super::super::store::Engine; }"),
            ("src/net/mod.rs", "fn f() { vec![crate::store::open()]; }"),
            ("src/store/rows.rs", "use crate::net::protocol::Reply;"),
            ("src/store/mod.rs", "use super::net;"),
            ("src/domain/ids.rs", "use crate::net::protocol::Reply;"),
            ("src/domain/ids.rs", "use std::fs::File;"),
            ("src/ui/login.rs", "use crate::store::Engine;"),
            ("src/ui/login.rs", "use crate::net::{address, tls::Identity};"),
            ("src/ui/login.rs", "use crate::server::control::Control;"),
            ("src/ui/login.rs", "use std::{fmt, net::TcpStream};"),
            ("src/ui/app.rs", "use fltk::app;"),
            ("src/client/state.rs", "use smol::Timer;"),
            ("src/client/mod.rs", "use crate::server::Server;"),
            ("src/server/mod.rs", "use crate::client::Client;"),
            ("src/server/mod.rs", "use redb::Database;"),
            ("src/client/mod.rs", "use fltk;"),
            ("src/client/finder.rs", "fn f() { let x = ::mdns_sd::ServiceDaemon::new(); }"),
            ("src/args.rs", "use mychat::store;"),
            ("src/news.rs", "use crate::net;"),
        ];
        for (path, text) in wrong {
            assert_eq!(check(path, text).len(), 1, "{path}: {text}");
        }
    }
}
