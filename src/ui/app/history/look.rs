//! Searching: what was found so far, where it goes on, and the hit that is shown.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::dates::Dates;
use super::{Asking, Goes, HistoryMsg};
use crate::client::api::Spot;
use crate::client::{Answer, Failure, Intent};
use crate::domain::{AccountId, ConversationId, Message, Part, Place, Search, Seq, Sort, Target};
use crate::ui::app::{Effect, Model};

/// Hits asked for at once.
const HITS: u32 = 50;
/// Hits that are kept: nobody reads more.
const HITS_MAX: usize = 5_000;

/// Whose messages are searched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Writer {
    /// Everybody's.
    #[default]
    Anyone,
    /// This one's.
    One(AccountId),
}

/// A search.
#[derive(Debug, Default)]
pub struct Look {
    /// As typed.
    pub text: String,
    /// Which kind is shown.
    pub kind: Option<Sort>,
    /// Which days.
    pub dates: Dates,
    /// Whose.
    pub from: Writer,
    /// Hits stand in the list, and not a conversation.
    pub shows_hits: bool,
    /// The chosen hit.
    pub selected: Option<Place>,
    /// It goes on.
    pub is_busy: bool,
    /// Why it did not go on.
    pub failure: Option<Failure>,
    /// Where; everywhere for none.
    within: Option<Target>,
    /// Newest first.
    hits: BTreeMap<Reverse<Place>, Message>,
    /// Where it goes on.
    next: Option<Spot>,
    /// So many hits are wanted so far.
    wanted: usize,
    /// There are more than are kept.
    is_cut: bool,
    /// Which search: answers to older ones are ignored.
    number: u64,
}

impl Look {
    /// Whether something is looked for.
    #[must_use]
    pub fn is_wanted(&self) -> bool {
        !self.text.trim().is_empty() || self.kind.is_some() || self.from != Writer::Anyone
    }

    /// Whether all was looked at.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.next.is_none() && !self.is_busy
    }

    /// Whether there are more hits than are kept.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// One hit.
    #[must_use]
    pub fn hit(&self, place: Place) -> Option<&Message> {
        self.hits.get(&Reverse(place))
    }

    /// The hits of the kind that is shown, newest first.
    pub fn shown(&self) -> impl Iterator<Item = &Message> {
        let kind = self.kind;
        self.hits.values().filter(move |hit| kind.is_none_or(|kind| is_of(hit, kind)))
    }

    /// How many hits there are of a kind, or of all.
    #[must_use]
    pub fn count(&self, kind: Option<Sort>) -> usize {
        self.hits.values().filter(|hit| kind.is_none_or(|kind| is_of(hit, kind))).count()
    }

    /// Who wrote what was found.
    pub fn writers(&self) -> impl Iterator<Item = AccountId> {
        self.hits.values().map(|hit| hit.from)
    }

    /// All that can be had is wanted.
    pub(super) fn want_all(&mut self) {
        self.wanted = HITS_MAX;
    }

    /// A hit that is known from elsewhere.
    pub(super) fn keep(&mut self, hit: Message) {
        self.hits.insert(Reverse(Place::of(&hit)), hit);
    }

    /// It is found no more.
    pub(super) fn forget(&mut self, conversation: ConversationId, seq: Seq) {
        self.hits.retain(|_, hit| (hit.conversation, hit.seq) != (conversation, seq));
    }

    /// Somewhere else from now on.
    pub(super) fn begin(&mut self, within: Option<Target>) {
        self.within = within;
        (self.from, self.selected) = (Writer::Anyone, None);
        self.shows_hits = self.is_wanted();
    }
}

fn is_of(hit: &Message, kind: Sort) -> bool {
    Part::of(&hit.body).is_some_and(|part| part.is(kind))
}

impl Model {
    pub(super) fn look_msg(&mut self, msg: HistoryMsg, out: &mut Vec<Effect>) {
        let Some(history) = &mut self.history else { return };
        let look = &mut history.look;
        match msg {
            HistoryMsg::Search(text) if look.text == text && look.shows_hits => return,
            HistoryMsg::Search(text) => look.text = text,
            HistoryMsg::Kind(kind) => {
                let before = std::mem::replace(&mut look.kind, kind);
                if !look.text.trim().is_empty() {
                    look.shows_hits = true;
                    return;
                }
                if before == kind {
                    return;
                }
            }
            HistoryMsg::Dates(dates) => look.dates = dates,
            HistoryMsg::From(from) => look.from = from,
            HistoryMsg::Select(place) => {
                look.selected = Some(place);
                return;
            }
            HistoryMsg::Back => {
                look.shows_hits = true;
                history.with = look.within;
                if let Some(place) = look.selected {
                    history.go(Goes::Hit(place));
                }
                return;
            }
            HistoryMsg::Next(by) => return self.next_hit(by, out),
            _ => return,
        }
        let had_hits = look.shows_hits;
        look.shows_hits = look.is_wanted();
        if had_hits && !look.shows_hits {
            // Without hits it stands as it was opened.
            let with = history.with;
            return self.choose_history(with, out);
        }
        self.look_anew(out);
    }

    /// Begins the search anew, as it is set now.
    pub(super) fn look_anew(&mut self, out: &mut Vec<Effect>) {
        let Some(history) = &mut self.history else { return };
        let look = &mut history.look;
        // Whoever looks for something else does not want that file any more.
        history.export_then = None;
        look.number += 1;
        look.hits.clear();
        (look.selected, look.failure, look.is_busy, look.is_cut) = (None, None, false, false);
        look.wanted = usize::try_from(HITS).unwrap_or(usize::MAX);
        look.next = look.is_wanted().then_some(Spot::START);
        if look.next.is_some() {
            history.go(Goes::Begin);
        }
        self.look_on(out);
    }

    /// The end of the hits was reached: more are wanted.
    pub(super) fn look_further(&mut self, out: &mut Vec<Effect>) {
        let Some(history) = &mut self.history else { return };
        let look = &mut history.look;
        if !look.is_busy && look.failure.is_none() && look.hits.len() >= look.wanted {
            look.wanted = (look.hits.len() + 50).min(HITS_MAX);
            self.look_on(out);
        }
    }

    pub(super) fn look_on(&mut self, out: &mut Vec<Effect>) {
        let today = self.today();
        let Some(history) = &mut self.history else { return };
        let look = &mut history.look;
        let with = look.within;
        let Some(spot) = look.next.filter(|_| look.hits.len() < look.wanted) else { return };
        look.is_busy = true;
        let (since, until) = look.dates.bounds(today, &self.zone);
        let from = match look.from {
            Writer::Anyone => None,
            Writer::One(account) => Some(account),
        };
        let text = look.text.trim().to_owned();
        // With words, kinds are told apart here, so that each can be counted.
        let kind = look.kind.filter(|_| text.is_empty());
        let search = Search { text, from, kind, since, until };
        let (number, limit) = (look.number, HITS);
        let intent = |ticket| Intent::Search { ticket, with, search, spot, limit };
        self.ask_history(Asking::Look(number), intent, out);
    }

    pub(super) fn looked_at(
        &mut self,
        number: u64,
        result: Result<Answer, Failure>,
        out: &mut Vec<Effect>,
    ) {
        let Some(history) = &mut self.history else { return };
        let look = &mut history.look;
        if look.number != number {
            return;
        }
        look.is_busy = false;
        match result {
            Ok(Answer::Hits { messages, next }) => {
                let hits = messages.into_iter().map(|hit| (Reverse(Place::of(&hit)), hit));
                look.hits.extend(hits);
                look.is_cut = next.is_some() && look.hits.len() >= HITS_MAX;
                look.next = next.filter(|_| !look.is_cut);
                self.look_on(out);
            }
            Ok(_) => {}
            Err(failure) => look.failure = Some(failure),
        }
        self.export_hits_now(out);
    }

    /// F3: the next hit, or the one before.
    fn next_hit(&mut self, by: i32, out: &mut Vec<Effect>) {
        let Some(history) = &mut self.history else { return };
        let places: Vec<Place> = history.look.shown().map(Place::of).collect();
        let at = history.look.selected.and_then(|hit| places.iter().position(|p| *p == hit));
        let next = match (at, by) {
            (None, _) => 0,
            (Some(at), ..0) => at.saturating_sub(1),
            (Some(at), _) => at + 1,
        };
        let Some(place) = places.get(next).copied() else {
            return self.look_further(out);
        };
        if history.look.shows_hits {
            history.look.selected = Some(place);
            history.go(Goes::Hit(place));
        } else {
            self.show_hit(place, out);
        }
    }
}
