//! The window of one conversation: who it is with, the messages, the box to write in.

mod areas;
mod bar;
mod composer;
mod edges;
mod emoji;
mod find;
mod gaming;
mod head;
mod inflow;
mod keys;
pub mod marks;
mod members;
mod mention;
mod mentioning;
mod menus;
pub mod person;
mod room;
mod shake;
mod told;
mod view;

use std::cell::RefCell;
use std::rc::Rc;

use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::widget::Widget;
use fltk::window::DoubleWindow;

use self::areas::{Areas, Bars, Beside, SMALLEST};
pub use self::areas::{USUAL, USUAL_ROOM};
use self::composer::Composer;
use self::edges::Edge;
pub use self::emoji::set_recent;
use self::find::FindBar;
use self::members::Members;
pub use self::view::{ChatFace, ChatView, with_entries};
use crate::domain::{AccountId, Mentions, Seq, Target};
use crate::ui::app::Model;
use crate::ui::app::chats::ChatMsg;
use crate::ui::app::settings::SendKey;
use crate::ui::card;
use crate::ui::paint::{Icon, Rect};
use crate::ui::panel::menus::notify_icon;
use crate::ui::screen;
use crate::ui::text::tr;
use crate::ui::theme::{Colour, metric};
use crate::ui::transcript::{Entry, Key as EntryKey, Transcript};
use crate::ui::widgets::{self, Button, ButtonKind, Control, IconButton, Strip, backdrop};

/// What the person did in a chat window.
#[derive(Clone, Debug)]
pub enum ChatOut {
    /// In the conversation.
    Msg(ChatMsg),
    /// Chose which key sends.
    SendKey(SendKey),
    /// Dragged the composer to this height.
    Composer(i32),
    /// Chose an emoji.
    Emoji(&'static str),
    /// Followed a link.
    Link(String),
    /// Pressed somebody's face.
    Face(AccountId),
    /// Pressed the picture of a message.
    Picture(Seq),
}

type Told = Rc<RefCell<Box<dyn FnMut(ChatOut)>>>;

thread_local! {
    /// Windows that are not on the screen: they are used anew, see `widgets::retire`.
    static FREE: RefCell<Vec<ChatWindow>> = const { RefCell::new(Vec::new()) };
}

/// The window of one conversation.
pub struct ChatWindow {
    window: DoubleWindow,
    parts: Parts,
}

/// The controls, and what they show.
#[derive(Clone)]
struct Parts {
    window: DoubleWindow,
    transcript: Transcript,
    notice: Strip,
    find: FindBar,
    members: Members,
    card: IconButton,
    more: IconButton,
    bell: IconButton,
    invite: IconButton,
    people: IconButton,
    unreply: IconButton,
    emoji: IconButton,
    at: IconButton,
    image: IconButton,
    file: IconButton,
    shake: IconButton,
    game: IconButton,
    history: Button,
    composer: Composer,
    close: Button,
    send: Button,
    send_menu: Button,
    /// Over all of them, while something is held over the window.
    sheet: Widget,
    state: Rc<RefCell<State>>,
    told: Told,
}

struct State {
    view: ChatView,
    areas: Areas,
    composer_height: i32,
    dragging: Option<Edge>,
    /// How wide the list of those in a room is, and whether it is wanted in a narrow window.
    members_width: i32,
    wants_members: bool,
    /// Where the `@` stands that somebody is being mentioned with.
    mentioning: Option<usize>,
    /// Where the `@` stands that nobody is to be offered for.
    unwanted: Option<usize>,
    motion: Motion,
    closed: bool,
    readers: Option<menus::Readers>,
    /// Where the window stands while it does not fill the screen.
    usual: Rect,
    /// Whether it filled the screen when it was parked.
    was_maximised: bool,
}

/// What moves by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Motion {
    /// Nothing ever does.
    Reduced,
    /// Nothing at the moment.
    Still,
    /// The window shakes.
    Shaking,
}

impl ChatWindow {
    /// Shows the window of a conversation in an area of the screen, with what was written there and
    /// not sent.
    #[must_use]
    pub fn new(
        view: ChatView,
        entries: &[Entry<'_>],
        (draft, named): (&str, &Mentions),
        area: Rect,
        told: impl FnMut(ChatOut) + 'static,
    ) -> ChatWindow {
        let free = FREE.with_borrow_mut(Vec::pop);
        let mut chat = free.unwrap_or_else(ChatWindow::make);
        chat.parts.begin(told);
        chat.parts.composer.set_draft(draft, named);
        chat.window.resize(area.x, area.y, area.w, area.h);
        chat.parts.state.borrow_mut().usual = area;
        chat.parts.lay_out(area.w, area.h);
        chat.show(view, entries);
        chat.parts.transcript.follow();
        chat.raise();
        chat
    }

    fn make() -> ChatWindow {
        let mut window = widgets::window("", USUAL.0, USUAL.1);
        let mut parts = Parts::new(&window);
        window.end();
        window.size_range(SMALLEST.0.min(window.w()), SMALLEST.1.min(window.h()), 0, 0);
        window.make_resizable(true);
        parts.wire(&mut window);
        ChatWindow { window, parts }
    }

    /// The window of a conversation of the model; nothing while nobody is signed in.
    #[must_use]
    pub fn of(
        model: &Model,
        target: Target,
        area: Rect,
        told: impl FnMut(ChatOut) + 'static,
    ) -> Option<ChatWindow> {
        let view = ChatView::of(model, target)?;
        let nobody = Mentions::default();
        let draft = model.chats.get(target);
        let draft = draft.map_or(("", &nobody), |chat| (chat.draft.as_str(), &chat.named));
        let mut chat = with_entries(model, target, |entries| {
            ChatWindow::new(view, entries, draft, area, told)
        });
        chat.set_moves(!model.settings.still);
        if let Some(height) = model.settings.composer {
            chat.parts.state.borrow_mut().composer_height = height;
            chat.parts.lay_out(chat.window.w(), chat.window.h());
        }
        Some(chat)
    }

    /// Takes what the model says now.
    pub fn follow(&mut self, model: &Model) {
        let target = self.parts.state.borrow().view.target;
        self.set_moves(!model.settings.still);
        if let Some(view) = ChatView::of(model, target) {
            with_entries(model, target, |entries| self.show(view, entries));
        }
    }

    /// Takes what it shows now: messages oldest first, and everything around them.
    pub fn show(&mut self, view: ChatView, entries: &[Entry<'_>]) {
        let transcript = &mut self.parts.transcript;
        transcript.set_people(view.me, !matches!(view.target, Target::Account(_)));
        transcript.set_text_size(view.text_size);
        transcript.set_faces(view.faces.clone());
        transcript.sync(entries, view.has_earlier);
        if self.parts.state.borrow().view.unread_from != view.unread_from {
            transcript.set_divider(view.unread_from);
        }
        self.show_around(view);
    }

    fn show_around(&mut self, view: ChatView) {
        if self.parts.state.borrow().view == view {
            return;
        }
        self.window.set_label(&view.window);
        self.parts.composer.set_send_key(view.send_key);
        self.parts.composer.set_text_size(view.text_size);
        self.parts.members.show(view.standing, &view.members);
        let (notice, reply) = (view.notice.clone(), view.reply.clone());
        let is_inside = view.standing.is_some();
        self.parts.bell.set_icon(notify_icon(view.notify).unwrap_or(Icon::Bell));
        let width = view.members_width;
        let old = std::mem::replace(&mut self.parts.state.borrow_mut().view, view);
        let has_width = width != old.members_width;
        if has_width {
            self.parts.state.borrow_mut().members_width = width;
        }
        self.parts.show_bar(&notice);
        self.parts.game.set_tip(tr(self.parts.state.borrow().view.gaming.tip()));
        self.parts.show_find(&old);
        let has_moved = {
            let new = &self.parts.state.borrow().view;
            let parts = |view: &ChatView| {
                let bars = (view.has_notice(), view.wall.is_empty());
                (bars, view.reply.is_some(), view.find.is_some())
            };
            new.target != old.target
                || new.about.is_some() != old.about.is_some()
                || old.standing.is_some() != is_inside
                || old.closed.is_some() != new.closed.is_some()
                || has_width
                || parts(new) != parts(&old)
        };
        if has_moved {
            self.parts.lay_out(self.window.w(), self.window.h());
        }
        if reply.is_some() && reply != old.reply {
            self.parts.composer.focus();
        }
        if self.parts.state.borrow().view.candidates != old.candidates {
            self.parts.candidates_came();
        }
        self.window.redraw();
    }

    /// A picture of a message came.
    pub fn redraw_messages(&mut self) {
        self.parts.transcript.redraw();
    }

    /// Brings a message into the view, or the place in it where words were found.
    pub fn show_message(&mut self, seq: Seq, hit: Option<usize>) {
        self.parts.transcript.show(EntryKey::Seq(seq), hit);
    }

    /// Brings it to the front and gives the box the keyboard.
    pub fn raise(&mut self) {
        self.window.show();
        self.parts.composer.focus();
    }

    /// What is written and not sent.
    #[must_use]
    pub fn draft(&self) -> String {
        self.parts.composer.value()
    }

    /// Draws it anew in the theme and the language of the moment.
    pub fn restyle(&mut self) {
        self.parts.restyle();
        self.parts.lay_out(self.window.w(), self.window.h());
        self.window.redraw();
    }

    /// The window itself, for what only the toolkit can do.
    #[must_use]
    pub fn window(&self) -> &DoubleWindow {
        &self.window
    }

    /// Takes the window away, without a word to the model.
    pub fn close(mut self) {
        self.parts.end();
        self.hide();
        FREE.with_borrow_mut(|free| free.push(self));
    }

    /// Hides it until [`ChatWindow::reopen`]; what was written stays in its box.
    pub fn park(&mut self) {
        {
            let mut state = self.parts.state.borrow_mut();
            (state.closed, state.mentioning) = (true, None);
        }
        self.hide();
    }

    /// Shows it again after [`ChatWindow::park`], maximised if it was that.
    pub fn reopen(&mut self) {
        let (usual, was_maximised) = {
            let mut state = self.parts.state.borrow_mut();
            state.closed = false;
            (state.usual, std::mem::take(&mut state.was_maximised))
        };
        if was_maximised {
            self.window.resize(usual.x, usual.y, usual.w, usual.h);
        }
        self.parts.transcript.follow();
        self.raise();
        if was_maximised {
            self.window.maximize();
        }
    }

    /// The toolkit forgets that a hidden window was maximised but not that it was as large, so it
    /// has to be kept here.
    fn hide(&mut self) {
        let was_maximised = self.window.maximize_active();
        if was_maximised {
            self.window.un_maximize();
        }
        self.parts.state.borrow_mut().was_maximised = was_maximised;
        self.window.hide();
    }
}

impl Parts {
    fn new(window: &DoubleWindow) -> Parts {
        let state = State {
            view: ChatView::empty(),
            areas: Areas::default(),
            composer_height: metric::COMPOSER,
            dragging: None,
            members_width: 0,
            wants_members: false,
            mentioning: None,
            unwanted: None,
            motion: Motion::Still,
            closed: true,
            readers: None,
            usual: Rect::default(),
            was_maximised: false,
        };
        Parts {
            window: window.clone(),
            transcript: Transcript::new(AccountId::FIRST, |_| {}),
            notice: Strip::new(),
            find: FindBar::new(),
            members: Members::new(),
            card: IconButton::new(Icon::User, ""),
            more: IconButton::new(Icon::More, ""),
            bell: IconButton::new(Icon::Bell, ""),
            invite: IconButton::new(Icon::UserPlus, ""),
            people: IconButton::new(Icon::Users, ""),
            unreply: IconButton::new(Icon::Close, "").icon_size(14),
            emoji: IconButton::new(Icon::Emoji, ""),
            at: IconButton::new(Icon::At, ""),
            image: IconButton::new(Icon::Image, ""),
            file: IconButton::new(Icon::File, ""),
            shake: IconButton::new(Icon::Shake, ""),
            game: IconButton::new(Icon::Game, ""),
            history: Button::new(ButtonKind::Quiet, "").icon(Icon::History),
            composer: Composer::new(),
            close: Button::new(ButtonKind::Outline, ""),
            send: Button::new(ButtonKind::Primary, "").joined_right(),
            send_menu: Button::new(ButtonKind::Primary, "").icon(Icon::TriDown).joined_left(),
            sheet: inflow::sheet(),
            state: Rc::new(RefCell::new(state)),
            told: Rc::new(RefCell::new(Box::new(|_| {}))),
        }
    }

    /// Speaks the language and wears the theme of the moment.
    fn restyle(&mut self) {
        self.find.restyle();
        self.card.set_tip(tr("chat.card"));
        self.more.set_tip(tr("card.more"));
        self.bell.set_tip(tr("room.notify"));
        self.invite.set_tip(tr("room.invite"));
        self.people.set_tip(tr("room.members"));
        self.members.restyle();
        self.unreply.set_tip(tr("quote.drop"));
        self.emoji.set_tip(tr("emoji.tip"));
        self.at.set_tip(tr("chat.at"));
        self.image.set_tip(tr("image.send"));
        self.file.set_tip(tr("file.send"));
        self.shake.set_tip(tr("chat.shake"));
        self.game.set_tip(tr(self.state.borrow().view.gaming.tip()));
        self.history.set_label(tr("chat.history"));
        self.close.set_label(tr("chat.close"));
        self.send.set_label(tr("chat.send"));
        self.composer.restyle();
        self.transcript.restyle();
    }

    /// Calls back from now on.
    fn begin(&mut self, told: impl FnMut(ChatOut) + 'static) {
        self.restyle();
        *self.told.borrow_mut() = Box::new(told);
        self.state.borrow_mut().closed = false;
    }

    /// Forgets what it showed, and calls nobody any more.
    fn end(&mut self) {
        *self.told.borrow_mut() = Box::new(|_| {});
        self.transcript.sync(&[], false);
        self.transcript.set_divider(None);
        self.composer.forget();
        let mut state = self.state.borrow_mut();
        (state.closed, state.mentioning) = (true, None);
        state.view = ChatView::empty();
    }

    fn lay_out(&mut self, w: i32, h: i32) {
        let widths = (
            self.close.wanted_width().max(76),
            self.send.wanted_width().max(76),
            self.history.wanted_width(),
        );
        let areas = {
            let mut state = self.state.borrow_mut();
            let bars = Bars {
                notice: state.view.has_notice(),
                wall: !state.view.wall.is_empty(),
                reply: state.view.reply.is_some(),
                members: match (state.view.standing, state.wants_members) {
                    (None, _) => Beside::Nothing,
                    (Some(_), false) => Beside::WhereWide(state.members_width),
                    (Some(_), true) => Beside::Always(state.members_width),
                },
                find: state.view.find.is_some(),
            };
            state.areas = Areas::new((w, h), state.composer_height, bars, widths);
            state.areas
        };
        self.transcript.place(areas.transcript);
        self.notice.set_shown(areas.notice.h > 0);
        self.notice.place(areas.notice);
        self.find.place(areas.find);
        self.members.place(areas.members);
        self.place_head(&areas);
        self.unreply.set_shown(areas.reply.h > 0);
        self.unreply.place(areas.unreply);
        self.history.place(areas.history);
        self.show_tools(&areas);
        self.composer.place(areas.editor);
        self.close.place(areas.close);
        self.send.place(areas.send);
        self.send_menu.place(areas.send_menu);
        self.place_sheet();
        self.written();
    }

    /// Remembers where the window stands, unless it fills the screen.
    fn note_place(&mut self, area: Rect) {
        let room = screen::room();
        if area.w < room.w || area.h < room.h {
            self.state.borrow_mut().usual = area;
        }
    }

    fn wire(&mut self, window: &mut DoubleWindow) {
        let state = Rc::clone(&self.state);
        backdrop(window, Colour::Paper, move |canvas, _| {
            let state = state.borrow();
            head::paint(canvas, &state.areas, &state.view);
        });
        let this = self.clone();
        window.resize_callback(move |_, x, y, w, h| {
            this.clone().end_mentions();
            this.clone().lay_out(w, h);
            this.clone().note_place(Rect::new(x, y, w, h));
        });
        let this = self.clone();
        window.set_callback(move |_| this.clone().leave());
        let this = self.clone();
        window.super_handle_first(false);
        window.handle(move |window, event| this.clone().event(window, event));
        let this = self.clone();
        self.composer.on_msg(move |msg| this.clone().composed(msg));
        let this = self.clone();
        self.transcript.on_msg(move |msg| this.clone().read(msg));
        let this = self.clone();
        self.card.on_press(move || this.open_card());
        let this = self.clone();
        self.more.on_press(move || this.open_more());
        let this = self.clone();
        self.notice.on_choice(move |closes| this.strip_chosen(closes));
        let this = self.clone();
        self.find.on_msg(move |msg| this.clone().looked_for(msg));
        self.wire_head();
        let this = self.clone();
        self.unreply.on_press(move || this.tell(ChatMsg::Reply(None)));
        let this = self.clone();
        self.emoji.on_press(move || this.open_emoji());
        let this = self.clone();
        self.image.on_press(move || this.choose_image());
        let this = self.clone();
        self.file.on_press(move || this.choose_files());
        let this = self.clone();
        self.shake.on_press(move || this.tell(ChatMsg::Shake));
        let this = self.clone();
        self.game.on_press(move || this.open_games());
        inflow::overlay(self);
        let this = self.clone();
        self.history.on_press(move || this.open_history());
        let this = self.clone();
        self.at.on_press(move || this.clone().begin_mention());
        let this = self.clone();
        self.close.on_press(move || this.clone().leave());
        let this = self.clone();
        self.send.on_press(move || this.clone().send());
        let this = self.clone();
        self.send_menu.on_press(move || this.open_send_menu());
    }

    /// An empty box sends nothing.
    fn written(&mut self) {
        let blank = self.composer.is_blank();
        self.send.set_enabled(!blank);
        self.send_menu.set_muted(blank);
    }

    fn leave(&mut self) {
        if card::takes_escape() || std::mem::replace(&mut self.state.borrow_mut().closed, true) {
            return;
        }
        self.tell(ChatMsg::Close { draft: self.composer.value() });
    }

    fn tell(&self, msg: ChatMsg) {
        (self.told.borrow_mut())(ChatOut::Msg(msg));
    }
}
