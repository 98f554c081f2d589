//! The page that checks the network: which server, what was found so far, again, and a report.

use std::collections::BTreeMap;

use super::{Effect, Model};
use crate::client::doctor::{Check, Finding, Plan, Server, Verdict};
use crate::ui::checkup::words;
use crate::ui::text::language;

/// The page, while it is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkup {
    /// What is looked at.
    pub plan: Plan,
    /// The server's name and address in a line.
    pub shown: Option<String>,
    /// What was found so far.
    pub findings: BTreeMap<Check, Verdict>,
    /// Checks are under way.
    pub running: bool,
    /// Which run this is: what an older one still says counts no more.
    run: u64,
}

/// On the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckupMsg {
    /// It opens, or comes to the front and checks again.
    Open,
    /// "Check again".
    Again,
    /// "Copy report".
    Copy,
    /// Esc, or the cross.
    Close,
    /// Something was found by this run; nothing when it has ended.
    Found(u64, Option<Finding>),
}

impl Checkup {
    /// What was found, in the order in which it is shown.
    pub fn findings(&self) -> impl Iterator<Item = Finding> {
        let pairs = self.findings.iter();
        pairs.map(|(check, verdict)| Finding { check: *check, verdict: verdict.clone() })
    }
}

impl Model {
    pub(super) fn checkup(&mut self, msg: CheckupMsg, out: &mut Vec<Effect>) {
        match (msg, &mut self.checkup) {
            (CheckupMsg::Open, open) => {
                if open.is_some() {
                    out.push(Effect::RaiseCheckup);
                }
                self.check_network(out);
            }
            (CheckupMsg::Again, Some(_)) => self.check_network(out),
            (CheckupMsg::Copy, Some(page)) if !page.running => {
                let findings: Vec<Finding> = page.findings().collect();
                let text = words::report(language(), &findings);
                out.push(Effect::Copy { text, said: "doctor.copied", number: String::new() });
            }
            (CheckupMsg::Close, open) => *open = None,
            (CheckupMsg::Found(run, found), Some(page)) if run == page.run => match found {
                Some(Finding { check, verdict }) => drop(page.findings.insert(check, verdict)),
                None => page.running = false,
            },
            _ => {}
        }
    }

    /// Begins anew, unless a run is under way for the same server.
    fn check_network(&mut self, out: &mut Vec<Effect>) {
        let (plan, shown) = self.whom_to_check();
        if self.checkup.as_ref().is_some_and(|page| page.running && page.plan == plan) {
            return;
        }
        self.checkups += 1;
        let run = self.checkups;
        out.push(Effect::Examine(run, plan.clone()));
        let findings = BTreeMap::new();
        self.checkup = Some(Checkup { plan, shown, findings, running: true, run });
    }

    /// The server that the person is at, or goes to, or was at last.
    fn whom_to_check(&self) -> (Plan, Option<String>) {
        let linked = match self.me {
            Some(_) => self.link.server.as_ref(),
            None => None,
        };
        let (address, id, name) = match (linked, self.chosen(), self.saved.servers.first()) {
            (Some(linked), ..) => (linked.address.clone(), Some(linked.id), linked.name.clone()),
            (None, Ok(chosen), _) => (chosen.address, chosen.id, chosen.name),
            (None, Err(_), Some(last)) => (last.address.clone(), Some(last.id), last.name.clone()),
            (None, Err(_), None) => return (Plan::default(), None),
        };
        let place = address.to_string();
        let shown = if name == place { place } else { format!("{name} · {place}") };
        let expected = self.key_of(&address, id);
        let is_met = expected.is_some_and(|id| self.saved_server(id).is_some());
        (Plan { server: Some(Server { address, expected, is_met }) }, Some(shown))
    }
}
