//! The window of all files on their way, and of those that were.

use jiff::civil::Date;

use super::rows::{Bulk, Choice, Line, Quota, is_unfinished};
use super::{FilesEffect, as_sent};
use crate::client::api::{Transfer, TransferId, TransferState};
use crate::client::{Answer, Failure, Intent};
use crate::domain::FileWay;
use crate::net::protocol::{Query, Reply};
use crate::ui::app::contacts::Confirm;
use crate::ui::app::history::dates;
use crate::ui::app::search::Wanted;
use crate::ui::app::{Asked, Effect, Model, Screen, time};
use crate::ui::text::Language;
use crate::ui::transcript::card::Deed;

/// The window, while it is open.
#[derive(Debug, Default)]
pub struct List {
    /// Those that come, those that go, or all.
    pub way: Option<FileWay>,
    /// What is looked for.
    pub text: String,
}

/// In the window.
#[derive(Debug, Clone)]
pub enum ListMsg {
    /// It opens, or comes to the front.
    Open,
    /// Esc, or the cross.
    Close,
    /// A chip.
    Way(Option<FileWay>),
    /// What is looked for.
    Search(String),
    /// Something is done with a transfer.
    Do(TransferId, Choice),
    /// Something is done with all of them that are shown.
    Bulk(Bulk),
    /// The folder that received files go to is shown.
    Folder,
}

impl Model {
    pub(in crate::ui::app) fn list_msg(&mut self, msg: ListMsg, out: &mut Vec<Effect>) {
        self.files.version += 1;
        match (msg, &mut self.files.list) {
            (ListMsg::Open, place) if self.screen == Screen::Panel => {
                if place.is_none() {
                    *place = Some(List::default());
                }
                self.ask_quota(out);
                out.push(Effect::Files(FilesEffect::RaiseList));
            }
            (ListMsg::Close, place) => *place = None,
            (ListMsg::Way(way), Some(list)) => list.way = way,
            (ListMsg::Search(text), Some(list)) => list.text = text,
            (ListMsg::Do(id, choice), _) => self.choose(id, choice, out),
            (ListMsg::Bulk(bulk), _) => self.do_all(bulk, out),
            (ListMsg::Folder, _) => {
                out.push(Effect::Files(FilesEffect::Show(self.download_folder())));
            }
            _ => {}
        }
    }

    /// How much one keeps on the server is asked for anew, where a window shows it.
    pub(in crate::ui::app) fn ask_quota(&mut self, out: &mut Vec<Effect>) {
        if self.files.shows_quota() && self.link.is_up() {
            let ask = |ticket| Intent::Look { ticket, query: Query::Quota {} };
            self.ask(Asked::Quota, ask, out);
        }
    }

    pub(in crate::ui::app) fn quota_came(&mut self, result: &Result<Answer, Failure>) {
        // Without an answer the window says nothing of it.
        if let Ok(Answer::Looked(Reply::Quota { used, most, days, .. })) = *result {
            self.files.version += 1;
            self.files.quota = Some(Quota { used, most, days });
        }
    }

    /// Those that the window shows, the newest first.
    fn listed(&self, language: Language) -> Vec<&Transfer> {
        let Some(list) = &self.files.list else { return Vec::new() };
        let wanted = Wanted::new(&list.text);
        let fits = |name: &str| wanted.as_ref().is_none_or(|wanted| wanted.fit(name).is_some());
        let is_listed = |one: &&Transfer| {
            !one.hidden
                && list.way.is_none_or(|way| way == one.way)
                && (fits(&one.name) || fits(&self.target_name(one.with, language)))
        };
        self.files.all().into_iter().filter(is_listed).collect()
    }

    /// The lines of the window.
    #[must_use]
    pub fn file_lines(&self, language: Language) -> Vec<Line> {
        let (open, mut over): (Vec<_>, Vec<_>) =
            self.listed(language).into_iter().partition(|one| is_unfinished(one));
        let (failed, open): (Vec<_>, Vec<_>) =
            open.into_iter().partition(|one| one.state.is_over());
        let row = |one: &Transfer| Line::File(Box::new(self.transfer_row(one, language)));
        let mut lines = Vec::new();
        if !open.is_empty() {
            let n = open.len().to_string();
            lines.push(Line::Head(language.fill("files.open", &[("n", &n)]), bulk_of(&open)));
            lines.extend(open.into_iter().map(row));
        }
        if !failed.is_empty() {
            let n = failed.len().to_string();
            lines.push(Line::Head(language.fill("files.not_done", &[("n", &n)]), None));
            lines.extend(failed.into_iter().map(row));
        }
        over.sort_by_key(|one| std::cmp::Reverse(ended(one)));
        as_sent(&mut over);
        let (mut day, mut bulk): (Option<Date>, _) = (None, Some(Bulk::Clear));
        for one in over {
            let (at, now) = (ended(one), self.now.wall_ms);
            if day != Some(dates::day_of(at, &self.zone)) {
                day = Some(dates::day_of(at, &self.zone));
                // One word for all days, at the first of them.
                lines.push(Line::Head(time::day_head(at, now, &self.zone, language), bulk.take()));
            }
            lines.push(row(one));
        }
        lines
    }

    /// Does something with a transfer, as the person chose.
    pub(in crate::ui::app) fn choose(
        &mut self,
        id: TransferId,
        choice: Choice,
        out: &mut Vec<Effect>,
    ) {
        let Some(transfer) = self.files.get(id).cloned() else { return };
        let place = transfer.file.map(|file| (transfer.with, file.seq));
        match (choice, place) {
            (Choice::Open, _) => self.transfer_deed(&transfer, Deed::Open, out),
            (Choice::Folder, _) => self.transfer_deed(&transfer, Deed::OpenFolder, out),
            (Choice::Pause, _) => self.transfer_deed(&transfer, Deed::Pause, out),
            (Choice::Resume, _) => self.transfer_deed(&transfer, Deed::Resume, out),
            (Choice::Retry, _) => self.transfer_deed(&transfer, retry_of(&transfer), out),
            (Choice::GiveUp, _) if transfer.done > 0 && !transfer.state.is_over() => {
                out.push(Effect::Confirm(Confirm::GiveUp(id)));
            }
            (Choice::GiveUp, _) => self.give_transfer_up(id, out),
            (Choice::Forget, _) => self.hide(vec![id], out),
            (Choice::Fetch, Some((with, seq))) => {
                self.offer_deed(with, seq, Deed::Take, out);
                // The new transfer stands for it.
                self.forget(vec![id], out);
            }
            (Choice::SaveAs, Some((with, seq))) => self.offer_deed(with, seq, Deed::SaveAs, out),
            (Choice::Decline, Some((with, seq))) => {
                self.offer_deed(with, seq, Deed::Decline, out);
            }
            (Choice::Show, Some((with, seq))) => self.show_offer(with, seq, out),
            _ => {}
        }
    }

    /// A transfer is given up; one that failed goes off the list as well, since it was over already.
    pub(in crate::ui::app) fn give_transfer_up(&mut self, id: TransferId, out: &mut Vec<Effect>) {
        let Some(transfer) = self.files.get(id).cloned() else { return };
        self.transfer_deed(&transfer, Deed::Cancel, out);
        if transfer.state.is_over() {
            self.forget(vec![id], out);
        }
    }

    /// Off the list; the chats still know what was received and sent.
    fn hide(&mut self, ids: Vec<TransferId>, out: &mut Vec<Effect>) {
        if !ids.is_empty() {
            self.ask(Asked::File, |ticket| Intent::HideTransfers { ticket, ids }, out);
        }
    }

    /// It is as if it had never been; no file is touched.
    fn forget(&mut self, ids: Vec<TransferId>, out: &mut Vec<Effect>) {
        if !ids.is_empty() {
            self.ask(Asked::File, |ticket| Intent::ForgetTransfers { ticket, ids }, out);
        }
    }

    fn do_all(&mut self, bulk: Bulk, out: &mut Vec<Effect>) {
        let deed = match bulk {
            Bulk::Pause => Deed::Pause,
            Bulk::Resume => Deed::Resume,
            Bulk::Clear => return out.push(Effect::Confirm(Confirm::ClearFiles)),
        };
        let all = self.listed(crate::ui::text::language());
        let chosen: Vec<Transfer> =
            all.into_iter().filter(|one| does(one, bulk)).cloned().collect();
        for transfer in chosen {
            self.transfer_deed(&transfer, deed, out);
        }
    }

    /// All that are over go off the list, as far as the window shows them.
    pub(in crate::ui::app) fn clear_files(&mut self, out: &mut Vec<Effect>) {
        let all = self.listed(crate::ui::text::language());
        let ids = all.into_iter().filter(|one| !is_unfinished(one)).map(|one| one.id).collect();
        self.hide(ids, out);
    }
}

fn ended(transfer: &Transfer) -> i64 {
    transfer.ended.unwrap_or(transfer.began)
}

/// What failed goes on, or is offered anew.
fn retry_of(transfer: &Transfer) -> Deed {
    match transfer.way {
        FileWay::Up => Deed::SendAgain,
        FileWay::Down => Deed::Resume,
    }
}

fn does(transfer: &Transfer, bulk: Bulk) -> bool {
    match (&transfer.state, bulk) {
        (TransferState::Running | TransferState::Waiting(_), Bulk::Pause)
        | (TransferState::Paused, Bulk::Resume) => true,
        (_, Bulk::Clear) => !is_unfinished(transfer),
        _ => false,
    }
}

/// What can be done with all that are not done.
fn bulk_of(open: &[&Transfer]) -> Option<Bulk> {
    let all = [Bulk::Pause, Bulk::Resume];
    all.into_iter().find(|bulk| open.iter().any(|one| does(one, *bulk)))
}
