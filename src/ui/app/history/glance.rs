//! Messages among the results of the panel's search: the newest few on this computer, and the way to
//! all.

use super::HistoryMsg;
use crate::client::api::Spot;
use crate::client::{Answer, Failure, Intent};
use crate::domain::{Body, ConversationId, Message, Needle, Place, Search, Seq};
use crate::ui::app::rows::Row;
use crate::ui::app::{Asked, Effect, Model};
use crate::ui::text::Language;

/// So many stand among the results.
const SHOWN: usize = 5;

impl Model {
    /// Something was typed into the panel's box.
    pub(in crate::ui::app) fn find_messages(&mut self, out: &mut Vec<Effect>) {
        self.panel.messages.clear();
        let text = self.panel.search.trim().to_owned();
        if text.is_empty() || !Needle::is_short_enough(&text) {
            return;
        }
        let search = Search { text: text.clone(), ..Search::default() };
        let (with, spot, limit) = (None, Spot::START, 5);
        let intent = |ticket| Intent::Search { ticket, with, search, spot, limit };
        self.ask(Asked::Glance(text), intent, out);
    }

    /// The client has looked, for what was typed then.
    pub(in crate::ui::app) fn glanced(&mut self, text: &str, result: Result<Answer, Failure>) {
        if let Ok(Answer::Hits { messages, .. }) = result
            && self.panel.search.trim() == text
        {
            self.panel.messages = messages;
        }
    }

    /// The rows of the messages.
    pub(in crate::ui::app) fn glance_rows(&self, language: Language) -> Vec<Row> {
        let needle = Needle::new(&self.panel.search);
        let messages = self.panel.messages.iter().take(SHOWN);
        let hits = messages.filter_map(|hit| self.hit_of(hit, needle.as_ref(), language));
        let mut rows: Vec<Row> = hits.map(|hit| Row::Message(Box::new(hit))).collect();
        if !rows.is_empty() {
            rows.insert(0, Row::Head("panel.find.messages"));
            rows.push(Row::Messages);
        }
        rows
    }

    /// A message's words are gone: neither these rows nor the window show them any more.
    pub(in crate::ui::app) fn forget_words(
        &mut self,
        (conversation, seq): (ConversationId, Seq),
        left: &Body,
    ) {
        let is_it = |message: &Message| (message.conversation, message.seq) == (conversation, seq);
        self.panel.messages.retain(|message| !is_it(message));
        self.close_viewer_of(conversation, seq);
        let Some(history) = &mut self.history else { return };
        history.look.forget(conversation, seq);
        history.viewed.take_if(|message| is_it(message));
        if let Some(message) = history.sheet.messages.get_mut(&seq).filter(|one| is_it(one)) {
            message.body = left.clone();
        }
        history.version += 1;
    }

    /// A message among its neighbours, and the others behind it.
    pub(in crate::ui::app) fn open_message(&mut self, place: Place, out: &mut Vec<Effect>) {
        let is_it = |message: &&Message| Place::of(message) == place;
        let Some(message) = self.panel.messages.iter().find(is_it).cloned() else { return };
        self.open_messages(out);
        if let Some(history) = &mut self.history {
            history.look.keep(message);
        }
        self.show_hit(place, out);
    }

    /// All messages that have what was typed.
    pub(in crate::ui::app) fn open_messages(&mut self, out: &mut Vec<Effect>) {
        let text = std::mem::take(&mut self.panel.search);
        self.panel.messages.clear();
        self.open_history(None, out);
        self.choose_history(None, out);
        self.history(HistoryMsg::Search(text), out);
    }
}
