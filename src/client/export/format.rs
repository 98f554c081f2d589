//! What stands in an exported file. Pure: messages in, text out.
//!
//! Three forms: a page for a browser, with its pictures in a folder beside it; plain text; JSON, one message a
//! line in the list `messages`. What others wrote is text and never markup, and a line of it cannot
//! look like the head of another message.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::civil::Date;
use jiff::{Timestamp, Zoned};
use serde_json::json;

use super::album::Album;
use crate::client::api::{Export, Format, Scope};
use crate::domain::{AccountId, Body, ConversationKind, Message, Target};

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:46em;margin:2em auto;\
padding:0 1em;color:#1b2430;background:#fff}h1{font-size:1.3em}h2{font-size:.9em;color:#5a6675;\
text-align:center;margin:2em 0 1em}.m{margin:.7em 0}.m b{color:#1b2430}.m.me b{color:#1d5fbf}\
.m i{font-style:normal;color:#5a6675;font-size:.85em;margin-left:.6em}.m p{margin:.1em 0;\
white-space:pre-wrap;overflow-wrap:anywhere}.s p{color:#5a6675}.m img{max-width:100%;max-height:24em;border-radius:6px}";

/// What stands before the messages.
pub fn head(export: &Export, me: AccountId, now: i64) -> String {
    let title = &export.title;
    match export.format {
        Format::Html => {
            let (title, language) = (escaped(title), escaped(&export.language));
            format!(
                "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
                 <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
                 <style>{STYLE}</style>\n</head>\n<body>\n<h1 dir=\"auto\">{title}</h1>\n"
            )
        }
        Format::Txt => format!("{}\n\n", one_line(title)),
        Format::Json => {
            let with = match &export.what {
                Scope::Conversation { with, .. } => target(*with),
                Scope::Messages(_) => serde_json::Value::Null,
            };
            let exported_at = moment(&zoned(export, now));
            format!(
                "{{\"format\":\"mychat-history\",\"version\":1,\"title\":{},\"account\":{me},\
                 \"with\":{with},\"exported_at\":{},\"messages\":[",
                json!(title),
                json!(exported_at)
            )
        }
    }
}

/// What stands behind the messages.
pub fn foot(export: &Export) -> &'static str {
    match export.format {
        Format::Html => "</body>\n</html>\n",
        Format::Txt => "",
        Format::Json => "\n]}\n",
    }
}

/// Messages, of which `before` is the one before them; `names` are nicknames and `album` has the pictures
/// of a page. What has no words is left out, save in JSON.
pub fn rows(
    export: &Export,
    me: AccountId,
    (names, album): (&BTreeMap<AccountId, String>, Option<&Album>),
    messages: &[Message],
    before: Option<&Message>,
) -> String {
    let (mut text, mut before) = (String::new(), before);
    for message in messages {
        let (number, nickname) = (message.from.to_string(), names.get(&message.from));
        let name = export.name_of(message).or(nickname.map(String::as_str)).unwrap_or(&number);
        // Writing to a string does not fail.
        let _ok = match export.format {
            Format::Html => html(&mut text, (export, album), me, (message, name), before),
            Format::Txt => txt(&mut text, export, (message, name)),
            Format::Json => json_row(&mut text, export, me, (message, name), before.is_some()),
        };
        before = Some(message);
    }
    text
}

type Said<'a> = (&'a Message, &'a str);

fn html(
    out: &mut String,
    (export, album): (&Export, Option<&Album>),
    me: AccountId,
    (message, name): Said<'_>,
    before: Option<&Message>,
) -> std::fmt::Result {
    let Some(words) = words(export, &message.body) else { return Ok(()) };
    let at = zoned(export, message.at);
    let day = |message: &Message| -> Date { zoned(export, message.at).date() };
    if before.is_none_or(|before| day(before) != at.date()) {
        writeln!(out, "<h2>{}</h2>", at.date())?;
    }
    let class = match (message.from == me, &message.body) {
        (true, Body::Text { .. } | Body::Image { .. }) => "m me",
        (true, _) => "m me s",
        (false, Body::Text { .. } | Body::Image { .. }) => "m",
        (false, _) => "m s",
    };
    let (name, clock, words) = (escaped(name), at.strftime("%H:%M:%S"), escaped(&words));
    let words = match (&message.body, album) {
        (Body::Image { picture, .. }, Some(album)) => match album.source(*picture) {
            Some(source) => {
                format!("<a href=\"{source}\"><img src=\"{source}\" alt=\"{words}\"></a>")
            }
            None => escaped(&export.missing),
        },
        _ => words,
    };
    writeln!(
        out,
        "<div class=\"{class}\"><b dir=\"auto\">{name}</b><i>{clock}</i><p dir=\"auto\">{words}</p></div>"
    )
}

fn txt(out: &mut String, export: &Export, (message, name): Said<'_>) -> std::fmt::Result {
    let Some(words) = words(export, &message.body) else { return Ok(()) };
    let at = zoned(export, message.at);
    writeln!(out, "{}  {}", at.strftime("%Y-%m-%d %H:%M:%S"), one_line(name))?;
    // Moved in, so that nobody writes what looks like somebody else's line.
    for line in words.lines() {
        writeln!(out, "    {}", one_line(line))?;
    }
    writeln!(out)
}

fn json_row(
    out: &mut String,
    export: &Export,
    me: AccountId,
    (message, name): Said<'_>,
    is_behind: bool,
) -> std::fmt::Result {
    let kind = match &message.body {
        Body::Text { .. } => "text",
        Body::Image { .. } => "image",
        Body::File { .. } => "file",
        Body::Shake {} => "shake",
        Body::Notice(_) => "notice",
        Body::Room { .. } => "room",
        Body::Recalled { .. } => "recalled",
        Body::Hidden {} => "deleted",
    };
    let mut row = json!({
        "seq": message.seq.0,
        "at": moment(&zoned(export, message.at)),
        "at_ms": message.at,
        "from": message.from.0,
        "name": name,
        "kind": kind,
    });
    if let Body::Text { text, reply_to, .. } = &message.body {
        row["text"] = json!(text);
        if let Some(seq) = reply_to {
            row["reply_to"] = json!(seq.0);
        }
    }
    if let Body::Image { picture, bytes, width, height, name, .. } = &message.body {
        let (size, named) = ((*width, *height), json!(name));
        (row["file"], row["bytes"], row["picture"]) =
            (named, json!(bytes), json!(picture.to_string()));
        (row["width"], row["height"]) = (json!(size.0), json!(size.1));
    }
    if let Body::File { name, bytes } = &message.body {
        (row["file"], row["bytes"]) = (json!(name), json!(bytes));
    }
    if let Body::Recalled { seq: Some(seq) } = &message.body {
        row["recalled"] = json!(seq.0);
    }
    if matches!(export.what, Scope::Messages(_)) {
        row["with"] = with(message.kind, me);
    }
    write!(out, "{}\n{row}", if is_behind { "," } else { "" })
}

fn words<'a>(export: &'a Export, body: &'a Body) -> Option<Cow<'a, str>> {
    match body {
        Body::Text { text, .. } => Some(Cow::Borrowed(text)),
        Body::Image { name, .. } => {
            let words = format!("{} {}", export.image, one_line(name));
            Some(Cow::Owned(words.trim_end().to_owned()))
        }
        Body::File { name, .. } => Some(Cow::Owned(format!("{} {}", export.file, one_line(name)))),
        Body::Shake {} => Some(Cow::Borrowed(&export.shake)),
        Body::Notice(_) | Body::Room { .. } | Body::Recalled { .. } | Body::Hidden {} => None,
    }
}

fn with(kind: ConversationKind, me: AccountId) -> serde_json::Value {
    kind.target_for(me).map_or(serde_json::Value::Null, target)
}

fn target(target: Target) -> serde_json::Value {
    match target {
        Target::Account(account) => json!(account.0),
        Target::Lobby => json!("lobby"),
        Target::Room(room) => json!({ "room": room.0 }),
    }
}

fn zoned(export: &Export, at_ms: i64) -> Zoned {
    let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
    at.to_zoned(export.zone.clone())
}

fn moment(at: &Zoned) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}

/// Text for a page: no markup, no character that a page may not have.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            c if is_unfit(c) => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

/// A line that stays one, and turns no other around.
fn one_line(text: &str) -> String {
    let seen = |c: char| if c == '\n' || is_unfit(c) && c != '\t' { '\u{FFFD}' } else { c };
    let line: String = text.chars().map(seen).collect();
    let turns = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    match line.chars().any(turns) {
        // What was begun ends with the line.
        true => format!("\u{2068}{line}\u{2069}"),
        false => line,
    }
}

fn is_unfit(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FFFE}' | '\u{FFFF}')
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::{BlobId, ConversationId, Nonce, Seq};

    const ME: AccountId = AccountId(10_001);
    const MOMO: AccountId = AccountId(10_002);
    /// 13 November 2026, 20:14:06 in Shanghai.
    const AT: i64 = 1_794_572_046_000;

    fn export(format: Format) -> Export {
        Export {
            what: Scope::Conversation { with: Target::Account(MOMO), since: None, until: None },
            format,
            path: PathBuf::new(),
            replace: false,
            title: "和 <小满> 的\"聊天记录\"".to_owned(),
            image: "[图片]".to_owned(),
            file: "[文件]".to_owned(),
            missing: "[图片缺失]".to_owned(),
            shake: "[窗口抖动]".to_owned(),
            language: "zh-CN".to_owned(),
            zone: TimeZone::get("Asia/Shanghai").unwrap(),
            names: BTreeMap::new(),
            cards: BTreeMap::new(),
        }
    }

    fn message(seq: u64, from: AccountId, at: i64, body: Body) -> Message {
        Message {
            conversation: ConversationId(3),
            kind: ConversationKind::direct(ME, MOMO),
            seq: Seq(seq),
            from,
            nonce: Nonce([0; 16]),
            at,
            body,
        }
    }

    fn whole(export: &Export) -> String {
        let names = BTreeMap::from([(ME, "青柠".to_owned()), (MOMO, "Mo<b>mo".to_owned())]);
        let messages = [
            message(1, MOMO, AT, Body::text("<script>alert('x')</script> & \u{0}\u{7}\nsecond")),
            message(2, ME, AT + 1_000, Body::text("שלום \u{202E}abc")),
            message(3, MOMO, AT + 4 * 3_600_000, Body::Shake {}),
            message(4, AccountId(7), AT + 5 * 3_600_000, Body::text("2026-11-13 20:14:06  青柠")),
        ];
        // In two parts, as pages come.
        let (first, second) = messages.split_at(2);
        let mut text = head(export, ME, AT);
        text += &rows(export, ME, (&names, None), first, None);
        text += &rows(export, ME, (&names, None), second, first.last());
        text + foot(export)
    }

    #[test]
    fn a_page_has_no_markup_but_its_own() {
        let page = whole(&export(Format::Html));
        assert!(page.contains("<title>和 &lt;小满&gt; 的&quot;聊天记录&quot;</title>"), "{page}");
        assert!(page.contains(
            "<b dir=\"auto\">Mo&lt;b&gt;mo</b><i>20:14:06</i><p dir=\"auto\">&lt;script&gt;alert(&#39;x\
             &#39;)&lt;/script&gt; &amp; \u{FFFD}\u{FFFD}\nsecond</p>"
        ));
        assert_eq!(page.matches("<h2>").count(), 2, "a head for each day: {page}");
        assert!(page.contains("<h2>2026-11-13</h2>") && page.contains("<h2>2026-11-14</h2>"));
        assert!(page.contains("class=\"m me\"") && page.contains("[窗口抖动]"));
        assert!(page.ends_with("</html>\n") && !page.contains("<script"));
    }

    #[test]
    fn a_picture_is_shown_or_named_or_said_to_be_missing() {
        let (names, picture) = (BTreeMap::new(), BlobId([0xAB; 32]));
        let name = "猫<b>\n.png".to_owned();
        let thumb = BlobId([1; 32]);
        let body = Body::Image { picture, bytes: 900, width: 40, height: 30, thumb, name };
        let said = [message(1, MOMO, AT, body)];
        let text =
            |format, album: Option<&Album>| rows(&export(format), ME, (&names, album), &said, None);
        let page = PathBuf::from("a b.html");
        let mut album = Album::new(&page, PathBuf::from("/tmp/x"));
        album.begin(picture, "../猫 1.png");
        let source = "a%20b_files/%E7%8C%AB%201.png";
        let shown = text(Format::Html, Some(&album));
        assert!(shown.contains(&format!("<a href=\"{source}\"><img src=\"{source}\"")), "{shown}");
        assert!(shown.contains("alt=\"[图片] 猫&lt;b&gt;\u{FFFD}.png\""), "{shown}");
        album.miss(picture);
        let missing = text(Format::Html, Some(&album));
        assert!(missing.contains(">[图片缺失]</p>") && !missing.contains("<img"), "{missing}");
        assert!(text(Format::Txt, None).contains("\n    [图片] 猫<b>\u{FFFD}.png\n"));
        let row: serde_json::Value = serde_json::from_str(text(Format::Json, None).trim()).unwrap();
        assert_eq!((&row["kind"], &row["file"]), (&json!("image"), &json!("猫<b>\n.png")));
        assert_eq!(
            (&row["width"], &row["height"], &row["bytes"]),
            (&json!(40), &json!(30), &json!(900))
        );
        assert_eq!(row["picture"], "ab".repeat(32));
    }

    #[test]
    fn plain_text_has_heads_that_no_text_can_imitate() {
        let text = whole(&export(Format::Txt));
        let heads: Vec<&str> = text.lines().filter(|line| line.starts_with("2026-")).collect();
        assert_eq!(
            heads,
            [
                "2026-11-13 20:14:06  Mo<b>mo",
                "2026-11-13 20:14:07  青柠",
                "2026-11-14 00:14:06  Mo<b>mo",
                "2026-11-14 01:14:06  7"
            ]
        );
        assert!(text.contains("\n    second\n"));
        assert!(text.contains("\u{2068}שלום \u{202E}abc\u{2069}\n"), "{text}");
        assert!(!text.contains('\u{7}'));
    }

    #[test]
    fn json_is_one_value_of_the_documented_shape() {
        let value: serde_json::Value = serde_json::from_str(&whole(&export(Format::Json))).unwrap();
        assert_eq!(value["format"], "mychat-history");
        assert_eq!(value["with"], 10_002);
        assert_eq!(value["messages"].as_array().unwrap().len(), 4);
        let first = &value["messages"][0];
        assert_eq!(first["at"], "2026-11-13T20:14:06.000+08:00");
        assert_eq!((first["at_ms"].as_i64(), first["seq"].as_u64()), (Some(AT), Some(1)));
        assert_eq!(first["text"], "<script>alert('x')</script> & \u{0}\u{7}\nsecond");
        assert_eq!(value["messages"][2]["kind"], "shake");
        let none = Export { what: Scope::Messages(Vec::new()), ..export(Format::Json) };
        let empty = head(&none, ME, AT) + foot(&none);
        let empty: serde_json::Value = serde_json::from_str(&empty).unwrap();
        assert_eq!(empty["messages"].as_array().unwrap().len(), 0);
    }
}
