//! The words of what was checked: lines for people, a report to copy, one object for programs.

use serde_json::{Value, json};

use crate::client::api::fill;
use crate::client::doctor::{Check, Finding, State, Verdict, system};
use crate::ui::text::{Language, goodbye};

/// What was checked.
#[must_use]
pub fn title(language: Language, check: Check) -> &'static str {
    language.get(check.title())
}

/// What was seen.
#[must_use]
pub fn seen(language: Language, verdict: &Verdict) -> String {
    worded(language, verdict, "").unwrap_or_else(|| verdict.code().to_owned())
}

/// What to do about it, if anything.
#[must_use]
pub fn fix(language: Language, verdict: &Verdict) -> Option<String> {
    worded(language, verdict, ".fix")
}

fn worded(language: Language, verdict: &Verdict, behind: &str) -> Option<String> {
    let sentence = language.find(&format!("{}{behind}", verdict.sentence()))?;
    let values = match verdict {
        Verdict::SaidGoodbye(why) => vec![("reason", goodbye(language, *why).to_owned())],
        other => other.values(),
    };
    let values: Vec<(&str, &str)> =
        values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Some(fill(sentence, &values))
}

/// How all of it ended, in a line.
#[must_use]
pub fn summary<'a>(
    language: Language,
    verdicts: impl IntoIterator<Item = &'a Verdict>,
) -> (State, String) {
    let states: Vec<State> = verdicts.into_iter().map(Verdict::state).collect();
    let count = |state| states.iter().filter(|one| **one == state).count();
    let said = |state, key, n: usize| (state, language.fill(key, &[("n", &n.to_string())]));
    match (count(State::Failed), count(State::Warning)) {
        (0, 0) => said(State::Fine, "doctor.all.fine", 0),
        (0, warnings) => said(State::Warning, "doctor.all.warning", warnings),
        (failed, _) => said(State::Failed, "doctor.all.failed", failed),
    }
}

/// One check as lines of plain text.
#[must_use]
pub fn lines(language: Language, finding: &Finding) -> String {
    let Finding { check, verdict } = finding;
    let state = language.get(match verdict.state() {
        State::Fine => "doctor.state.fine",
        State::Warning => "doctor.state.warning",
        State::Failed => "doctor.state.failed",
        State::NotChecked => "doctor.state.not_checked",
    });
    let title = title(language, *check);
    let mut lines = format!("[{state}] {title}: {}", seen(language, verdict));
    if let Some(fix) = fix(language, verdict) {
        lines += "\n    -> ";
        lines += &fix;
    }
    lines
}

/// All of it as text, with the program and the system.
#[must_use]
pub fn report<'a>(language: Language, findings: impl IntoIterator<Item = &'a Finding>) -> String {
    let findings: Vec<&Finding> = findings.into_iter().collect();
    let head = format!("{} - {}", language.get("doctor.title"), about());
    let verdicts = findings.iter().map(|finding| &finding.verdict);
    let (_, end) = summary(language, verdicts);
    let rows = findings.iter().map(|finding| lines(language, finding));
    std::iter::once(head).chain(rows).chain([end]).collect::<Vec<_>>().join("\n") + "\n"
}

/// The program and the system.
#[must_use]
pub fn about() -> String {
    format!("MyChat {}, {}", env!("CARGO_PKG_VERSION"), system())
}

/// All of it as one object.
#[must_use]
pub fn object(server: Option<&str>, findings: &[Finding]) -> Value {
    let both = |words: &dyn Fn(Language) -> Option<String>| json!({ "zh": words(Language::Chinese), "en": words(Language::English) });
    let row = |finding: &Finding| {
        let verdict = &finding.verdict;
        let values: serde_json::Map<String, Value> =
            verdict.values().into_iter().map(|(name, v)| (name.to_owned(), v.into())).collect();
        let has_fix = fix(Language::English, verdict).is_some();
        json!({
            "check": finding.check.code(),
            "state": verdict.state().code(),
            "code": verdict.code(),
            "values": values,
            "seen": both(&|language| Some(seen(language, verdict))),
            "fix": has_fix.then(|| both(&|language| fix(language, verdict))),
        })
    };
    let (state, _) = summary(Language::English, findings.iter().map(|one| &one.verdict));
    json!({
        "program": env!("CARGO_PKG_VERSION"),
        "system": system(),
        "server": server,
        "state": state.code(),
        "checks": findings.iter().map(row).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::client::doctor::verdict::samples;

    #[test]
    fn everything_has_words_and_what_is_wrong_a_way_out() {
        for language in Language::ALL {
            let mut sentences = BTreeSet::new();
            for verdict in samples() {
                let seen = seen(language, &verdict);
                assert_ne!(seen, verdict.code(), "{verdict:?}");
                let fix = fix(language, &verdict);
                let is_wrong = matches!(verdict.state(), State::Warning | State::Failed);
                assert!(fix.is_some() || !is_wrong, "{verdict:?} says nothing of what to do");
                for text in fix.iter().chain([&seen]) {
                    assert!(!text.contains(['{', '}']), "{text}");
                }
                // Two lists of what is well are only the list.
                if verdict.state() != State::Fine {
                    assert!(sentences.insert((seen.clone(), fix)), "{seen} is said twice");
                }
            }
            let titles: BTreeSet<_> = Check::ALL.iter().map(|one| title(language, *one)).collect();
            assert_eq!(titles.len(), Check::ALL.len());
            assert!(titles.iter().all(|title| !title.starts_with("doctor.")));
        }
    }

    fn findings() -> Vec<Finding> {
        let finding = |check, verdict| Finding { check, verdict };
        vec![
            finding(Check::Port, Verdict::Refused("10.0.0.1:1029".into())),
            finding(Check::Clock, Verdict::ClockAhead(300)),
            finding(Check::Latency, Verdict::Quick(3)),
        ]
    }

    #[test]
    fn a_report_says_what_was_seen_and_what_to_do() {
        let report = report(Language::English, &findings());
        let expected = [
            format!("Check my network - {}", about()),
            "[failed] The server's port: The computer is there, but nothing listens at \
             10.0.0.1:1029"
                .to_owned(),
        ];
        for line in expected {
            assert!(report.lines().any(|one| one == line), "{line} in {report}");
        }
        assert!(report.contains("\n    -> The server is not running"), "{report}");
        assert!(report.ends_with("1 failed\n"), "{report}");
    }

    #[test]
    fn the_worst_counts() {
        let said = |verdicts: &[Verdict]| summary(Language::English, verdicts);
        assert_eq!(said(&[Verdict::HeardSelf, Verdict::Late]).0, State::Fine);
        let warned = said(&[Verdict::Slow(900), Verdict::ClockAhead(300)]);
        assert_eq!(warned, (State::Warning, "It works; 2 to look at".into()));
        assert_eq!(said(&[Verdict::Slow(900), Verdict::Deaf]).0, State::Failed);
    }

    #[test]
    fn the_document_has_every_code_with_its_state() {
        let document = include_str!("../../../docs/doctor.md");
        for verdict in samples() {
            let row = format!("| `{}` | {} |", verdict.code(), verdict.state().code());
            assert!(document.contains(&row), "{row}");
        }
    }

    #[test]
    fn programs_read_codes_values_and_both_languages() {
        let object = object(Some("10.0.0.1:1029"), &findings());
        assert_eq!(
            (&object["state"], &object["server"]),
            (&json!("failed"), &json!("10.0.0.1:1029"))
        );
        let row = &object["checks"][0];
        assert_eq!(row["check"], "port");
        assert_eq!((&row["state"], &row["code"]), (&json!("failed"), &json!("port.refused")));
        assert_eq!(row["values"]["address"], "10.0.0.1:1029");
        assert!(row["fix"]["zh"].is_string() && row["fix"]["en"].is_string());
        assert_eq!(object["checks"][2]["fix"], Value::Null);
    }
}
