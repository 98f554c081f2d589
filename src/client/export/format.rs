//! What stands in an exported file. Pure: messages in, text out.
//!
//! Three forms: a page for a browser, with its pictures in a folder beside it; plain text; JSON, one message a
//! line in the list `messages`. What others wrote is text and never markup, and a line of it cannot
//! look like the head of another message.

use std::collections::BTreeMap;
use std::fmt::Write;

use jiff::{Timestamp, Zoned};
use serde_json::json;

use super::album::Album;
use super::telling::{Row, Teller, Written};
use crate::client::api::{Export, Format, Scope};
use crate::domain::links::{self, Link};
use crate::domain::{AccountId, Body, ConversationKind, Message, Target};

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:46em;margin:2em auto;\
padding:0 1em;color:#1b2430;background:#fff}h1{font-size:1.3em}h2{font-size:.9em;color:#5a6675;\
text-align:center;margin:2em 0 1em}.m{margin:.7em 0}.m b{color:#1b2430}.m.me b{color:#1d5fbf}\
.m i{font-style:normal;color:#5a6675;font-size:.85em;margin-left:.6em}.m p{margin:.1em 0;\
white-space:pre-wrap;overflow-wrap:anywhere}.s p{color:#5a6675}.m blockquote{margin:.1em 0;\
padding-left:.6em;border-left:3px solid #c9d1da;color:#5a6675;font-size:.9em}.e{margin:.7em 0;text-align:center;\
color:#5a6675;font-size:.85em}.e p,.e i{display:inline;font-style:normal;margin:0 .3em}.m img{max-width:100%;max-height:24em;border-radius:6px}";

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

/// Messages; `names` are nicknames and `album` has the pictures of a page. What the transcript does not
/// show is left out, save in JSON.
pub fn rows(
    export: &Export,
    me: AccountId,
    (names, album): (&BTreeMap<AccountId, String>, Option<&Album>),
    messages: &[Message],
    written: &mut Written,
) -> String {
    let mut text = String::new();
    let teller = Teller { export, names };
    for message in messages {
        if export.format == Format::Json {
            let name = teller.name(message.kind, message.from);
            // Writing to a string does not fail.
            let _ok = json_row(&mut text, export, me, (message, &name), written.count > 0);
            written.count += 1;
            continue;
        }
        if let Some(row) = teller.row(message, written) {
            let _ok = match export.format {
                Format::Html => html(&mut text, (export, album), me, (message, &row), written),
                _ => txt(&mut text, export, (message, &row)),
            };
            written.count += 1;
        }
        teller.remember(message, written);
    }
    text
}

fn html(
    out: &mut String,
    (export, album): (&Export, Option<&Album>),
    me: AccountId,
    (message, row): (&Message, &Row<'_>),
    written: &mut Written,
) -> std::fmt::Result {
    let at = zoned(export, message.at);
    if written.day.replace(at.date()) != Some(at.date()) {
        writeln!(out, "<h2>{}</h2>", at.date())?;
    }
    let (clock, words) = (at.strftime("%H:%M:%S"), linked(&row.words));
    if row.name.is_empty() {
        return writeln!(out, "<div class=\"e\"><p dir=\"auto\">{words}</p><i>{clock}</i></div>");
    }
    let class = match (message.from == me, &message.body) {
        (true, Body::Text { .. } | Body::Image { .. }) => "m me",
        (true, _) => "m me s",
        (false, Body::Text { .. } | Body::Image { .. }) => "m",
        (false, _) => "m s",
    };
    let words = match (&message.body, album) {
        (Body::Image { picture, .. }, Some(album)) => match album.source(*picture) {
            Some(source) => {
                let words = escaped(&row.words);
                format!("<a href=\"{source}\"><img src=\"{source}\" alt=\"{words}\"></a>")
            }
            None => escaped(&export.missing),
        },
        (Body::Text { .. }, _) => words,
        _ => escaped(&row.words),
    };
    let quote = match &row.quote {
        Some(quote) => format!("<blockquote dir=\"auto\">{}</blockquote>", escaped(quote)),
        None => String::new(),
    };
    let name = escaped(&row.name);
    writeln!(
        out,
        "<div class=\"{class}\"><b dir=\"auto\">{name}</b><i>{clock}</i>{quote}<p dir=\"auto\">{words}</p></div>"
    )
}

fn txt(
    out: &mut String,
    export: &Export,
    (message, row): (&Message, &Row<'_>),
) -> std::fmt::Result {
    let at = zoned(export, message.at).strftime("%Y-%m-%d %H:%M:%S").to_string();
    // What happened has no name in its head, so that nobody can be called like it.
    writeln!(out, "{}", format!("{at}  {}", one_line(&row.name)).trim_end())?;
    if let Some(quote) = &row.quote {
        writeln!(out, "  > {}", one_line(quote))?;
    }
    // Moved in, so that nobody writes what looks like somebody else's line.
    for line in row.words.lines() {
        writeln!(out, "    {}", one_line(line))?;
    }
    writeln!(out)
}

fn json_row(
    out: &mut String,
    export: &Export,
    me: AccountId,
    (message, name): (&Message, &str),
    is_behind: bool,
) -> std::fmt::Result {
    let kind = match &message.body {
        Body::Text { .. } => "text",
        Body::Image { .. } => "image",
        Body::File { .. } => "file",
        Body::Game(_) => "game",
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

pub(super) fn zoned(export: &Export, at_ms: i64) -> Zoned {
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

/// Words for a page, in which what looks like the address of a page leads to it.
fn linked(text: &str) -> String {
    let (mut out, mut from) = (String::with_capacity(text.len() + 16), 0);
    for Link { range, address } in links::find(text) {
        let scheme = address.split(':').next().unwrap_or_default();
        if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            continue;
        }
        out.push_str(&escaped(&text[from..range.start]));
        let (address, shown) = (escaped(&address), escaped(&text[range.clone()]));
        let link = format!("<a href=\"{address}\" rel=\"noopener noreferrer\">{shown}</a>");
        out.push_str(&link);
        from = range.end;
    }
    out.push_str(&escaped(&text[from..]));
    out
}

/// A line that stays one, and turns no other around.
pub(super) fn one_line(text: &str) -> String {
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
    use crate::domain::{BlobId, ConversationId, Mentions, Nonce, RoomChange, Seq};

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
            sentences: sentences(),
            language: "zh-CN".to_owned(),
            zone: TimeZone::get("Asia/Shanghai").unwrap(),
            names: BTreeMap::new(),
            cards: BTreeMap::new(),
        }
    }

    fn sentences() -> BTreeMap<&'static str, String> {
        let known = [
            ("chat.recall.peer", "{name} 撤回了一条消息"),
            ("preview.from", "{name}：{text}"),
            ("quote.older", "更早的消息"),
            ("quote.recalled", "消息已撤回"),
            ("room.line.let_in", "{by} 同意 {name} 加入群聊"),
            ("room.line.muted", "{by} 禁言了 {name}，到 {text} 为止"),
        ];
        known.into_iter().map(|(key, text)| (key, text.to_owned())).collect()
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
        let mut written = Written::default();
        text += &rows(export, ME, (&names, None), first, &mut written);
        text += &rows(export, ME, (&names, None), second, &mut written);
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
        let text = |format, album: Option<&Album>| {
            rows(&export(format), ME, (&names, album), &said, &mut Written::default())
        };
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
    fn a_day_has_its_head_whatever_its_first_message_is_and_what_is_written_is_counted() {
        let day = 24 * 3_600_000;
        let messages = [
            message(1, MOMO, AT, Body::Hidden {}),
            message(2, MOMO, AT, Body::text("a")),
            message(3, MOMO, AT + day, Body::Recalled { seq: Some(Seq(1)) }),
            message(4, MOMO, AT + day, Body::text("b")),
        ];
        for (format, count) in [(Format::Html, 2), (Format::Txt, 2), (Format::Json, 4)] {
            for cut in 0..=messages.len() {
                let (mut written, names) = (Written::default(), BTreeMap::new());
                let (first, second) = messages.split_at(cut);
                let export = export(format);
                let mut page = rows(&export, ME, (&names, None), first, &mut written);
                page += &rows(&export, ME, (&names, None), second, &mut written);
                assert_eq!(written.count, count, "{format:?} {page}");
                let heads = usize::from(format == Format::Html) * 2;
                assert_eq!(page.matches("<h2>").count(), heads, "cut at {cut}: {page}");
            }
        }
    }

    #[test]
    fn what_happened_and_what_is_answered_stand_as_in_the_window() {
        let answer = |seq| Body::Text {
            text: "好".to_owned(),
            reply_to: Some(Seq(seq)),
            mentions: Mentions::default(),
        };
        let change = RoomChange::Joined { account: AccountId(7), muted_until: 0 };
        let muted = RoomChange::Muted { account: AccountId(7), until: AT };
        let messages = [
            message(2, MOMO, AT, Body::text("\n报告<1>\n第二行")),
            message(3, ME, AT, answer(2)),
            message(4, ME, AT, answer(1)),
            message(5, MOMO, AT, Body::Recalled { seq: None }),
            message(6, ME, AT, answer(5)),
            message(7, MOMO, AT, Body::Room { version: 2, change }),
            message(8, MOMO, AT, Body::Room { version: 3, change: muted }),
        ];
        let names =
            BTreeMap::from([(MOMO, "{text}".to_owned()), (AccountId(7), "小满".to_owned())]);
        let write = |format| {
            let mut written = Written::default();
            let page = rows(&export(format), ME, (&names, None), &messages, &mut written);
            assert_eq!(written.count, 7);
            page
        };
        let page = write(Format::Html);
        let quotes = ["{text}：报告&lt;1&gt;", "更早的消息", "消息已撤回"];
        for quote in quotes {
            let quote =
                format!("<blockquote dir=\"auto\">{quote}</blockquote><p dir=\"auto\">好</p>");
            assert_eq!(page.matches(&quote).count(), 1, "{quote} in {page}");
        }
        let text = write(Format::Txt);
        for quote in ["  > {text}：报告<1>\n    好", "  > 更早的消息\n", "  > 消息已撤回\n"]
        {
            assert_eq!(text.matches(quote).count(), 1, "{quote} in {text}");
        }
        for line in [
            "{text} 撤回了一条消息",
            "{text} 同意 小满 加入群聊",
            "{text} 禁言了 小满，到 2026-11-13 20:14 为止",
        ] {
            let html = format!("<div class=\"e\"><p dir=\"auto\">{line}</p><i>20:14:06</i></div>");
            assert!(page.contains(&html), "{page}");
            assert!(text.contains(&format!("2026-11-13 20:14:06\n    {line}\n")), "{text}");
        }
    }

    #[test]
    fn addresses_of_pages_lead_there_and_to_nothing_else() {
        let text =
            "看 https://a.cn/?x=1&y='2' www.b.cn javascript:alert(1) mychat://10.0.0.1 <http://c>";
        let said = [message(1, MOMO, AT, Body::text(text))];
        let mut written = Written::default();
        let page = rows(&export(Format::Html), ME, (&BTreeMap::new(), None), &said, &mut written);
        let rel = "rel=\"noopener noreferrer\"";
        for (address, shown) in [
            ("https://a.cn/?x=1&amp;y=&#39;2", "https://a.cn/?x=1&amp;y=&#39;2"),
            ("http://www.b.cn", "www.b.cn"),
            ("http://c", "http://c"),
        ] {
            let link = format!("<a href=\"{address}\" {rel}>{shown}</a>");
            assert!(page.contains(&link), "{link} in {page}");
        }
        assert_eq!(page.matches("<a ").count(), 3, "{page}");
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
