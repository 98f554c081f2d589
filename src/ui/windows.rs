//! The windows that stand: made, brought up to the model and closed as the model says.

use std::collections::BTreeMap;
use std::sync::Arc;

use fltk::app;

use super::add::{AddWindow, AskingWindow};
use super::app::add::Add;
use super::app::notify::NoteEffect;
use super::app::settings::ThemeChoice;
use super::app::time;
use super::app::{Effect, Model, Screen};
use super::card::CardWindow;
use super::chat::{self, ChatWindow, USUAL, USUAL_ROOM};
use super::checkup::{self, CheckupWindow};
use super::done::DoneWindow;
use super::doors::DoorWindows;
use super::fingerprint::FingerprintWindow;
use super::games::BoardWindows;
use super::history::HistoryWindow;
use super::login::LoginWindow;
use super::notes::NoteWindows;
use super::paint::Rect;
use super::panel::PanelWindow;
use super::play::PlayWindows;
use super::profile::ProfileWindows;
use super::prompt::PromptWindow;
use super::recover::RecoverWindow;
use super::register::RegisterWindow;
use super::screen::Side;
use super::settings::SettingsWindow;
use super::standing::{Chat, post_out, stamp_of};
use super::theme::Theme;
use super::toast::{Edge, Kind};
use super::transfers::FileWindows;
use super::viewer::ViewerWindow;
use super::{
    attention, confirm, filing, paint, platform, screen, sound, text, toast, viewer, widgets,
};
use crate::client::api::{Picture, View};
use crate::domain::{BlobId, Target};

/// The windows that stand.
#[derive(Default)]
pub struct Windows {
    login: Option<LoginWindow>,
    register: Option<RegisterWindow>,
    recover: Option<RecoverWindow>,
    done: Option<DoneWindow>,
    fingerprint: Option<FingerprintWindow>,
    panel: Option<PanelWindow>,
    add: Option<AddWindow>,
    asking: Option<AskingWindow>,
    prompt: Option<PromptWindow>,
    doors: DoorWindows,
    card: Option<CardWindow>,
    profile: ProfileWindows,
    settings: Option<SettingsWindow>,
    checkup: Option<CheckupWindow>,
    history: Option<HistoryWindow>,
    files: FileWindows,
    play: PlayWindows,
    boards: BoardWindows,
    viewer: Option<ViewerWindow>,
    notes: NoteWindows,
    chats: BTreeMap<Target, Chat>,
}

impl Windows {
    /// Makes, changes and closes windows until they are what the model says.
    pub fn follow(&mut self, model: &Model) {
        // The panel first: the toolkit ends when no window stands.
        self.follow_panel(model);
        self.follow_login(model);
        self.follow_register(model);
        self.follow_question(model);
        self.follow_people(model);
        self.doors.follow(model);
        self.profile.follow(model, self.side());
        self.follow_settings(model);
        let side = self.side();
        checkup::follow(&mut self.checkup, model, side);
        self.follow_history(model);
        self.files.follow(model, self.side());
        let side = self.side();
        let chats = &self.chats;
        let chat = |account| {
            let open = chats.get(&Target::Account(account)).filter(|chat| !chat.parked);
            open.map(|chat| screen::area_of(chat.window.window()))
        };
        self.play.follow(model, side, chat);
        self.boards.follow(model, self.side());
        ViewerWindow::follow(&mut self.viewer, model);
        self.follow_chats(model);
        self.notes.follow(model);
    }

    /// Does what concerns a window.
    pub fn carry_out(&mut self, effect: Effect, model: &Model) {
        // A window that the effect speaks of may have to be made first.
        self.follow(model);
        match effect {
            Effect::OpenChat(target) => self.chat(target, ChatWindow::raise),
            Effect::ShakeWindow(target) => self.chat(target, ChatWindow::shake),
            Effect::Write(target, text, named) => {
                self.chat(target, |window| window.write_behind(&text, &named));
            }
            Effect::ReadBy(target, read_by) => self.chat(target, |window| window.read_by(read_by)),
            Effect::ShowMessage(target, seq, hit) => {
                self.chat(target, |window| window.show_message(seq, hit));
            }
            Effect::Urgent(target) => self.mark(target),
            Effect::Note(NoteEffect::Sound(sound)) => sound::play(sound),
            Effect::Note(NoteEffect::RaisePanel) => {
                self.panel.iter_mut().for_each(PanelWindow::raise);
            }
            Effect::Confirm(confirm) => confirm::ask_before(confirm, model),
            Effect::RaiseAdd => self.add.iter_mut().for_each(AddWindow::raise),
            Effect::RaiseHistory => {
                self.history.iter_mut().for_each(HistoryWindow::raise);
            }
            Effect::ExportDays(first, last) => {
                self.history.iter().for_each(|window| window.export_days(first, last));
            }
            Effect::RaiseSettings => {
                self.settings.iter_mut().for_each(SettingsWindow::raise);
            }
            Effect::RaiseCheckup => {
                self.checkup.iter_mut().for_each(CheckupWindow::raise);
            }
            Effect::Profile(effect) => self.profile.carry_out(effect),
            Effect::Say(failure) => {
                tell(Kind::Trouble, &text::failure(text::language(), &failure));
            }
            Effect::Tell(key) => tell(Kind::Done, text::tr(key)),
            Effect::TellOf(key, name) => tell(Kind::Done, &text::tr_with(key, &[("name", &name)])),
            Effect::Picture(blob, view, picture) => self.came(blob, view, picture),
            Effect::RaiseViewer => self.viewer.iter_mut().for_each(ViewerWindow::raise),
            Effect::SavePicture(blob, name) => viewer::save_as(blob, &name),
            Effect::Trouble(key) => tell(Kind::Trouble, text::tr(key)),
            effect @ (Effect::Measure(..)
            | Effect::AskFiles(..)
            | Effect::AskFilePlace(..)
            | Effect::OpenFile(_)
            | Effect::Files(_)) => self.carry_out_files(effect, model),
            Effect::Play(effect) => self.play.carry_out(effect),
            Effect::Games(effect) => self.boards.carry_out(effect),
            Effect::AskImages(target, images) => self.chat(target, |chat| chat.ask_images(images)),
            Effect::PicturesAgain => {
                paint::portrait::ask_again();
                paint::photo::ask_again();
            }
            Effect::Called(text, about) => confirm::say_called(&text, about, model),
            Effect::StoreTrouble(reason) => confirm::say_store_trouble(&reason),
            Effect::Copy { text, said, number } => {
                app::copy(&text);
                let words = text::tr_with(said, &[("n", &number)]);
                // Questions have their buttons below.
                let is_question = self.done.is_some() || self.fingerprint.is_some();
                let edge = if is_question { Edge::Upper } else { Edge::Lower };
                toast::show(screen::front(), edge, Kind::Done, &words);
            }
            other => self.carry_out_entering(&other),
        }
    }

    /// The same for the windows before the main panel.
    fn carry_out_entering(&mut self, effect: &Effect) {
        match effect {
            Effect::FocusLogin(place) => {
                self.login.iter_mut().for_each(|window| window.focus(*place));
            }
            Effect::RaiseLogin => {
                self.login.iter_mut().for_each(LoginWindow::raise);
            }
            Effect::FocusRegister(place) => {
                self.register.iter_mut().for_each(|window| window.focus(*place));
            }
            Effect::FocusRecover(place) => {
                self.recover.iter_mut().for_each(|window| window.focus(*place));
            }
            Effect::ShowAccounts => {
                if let Some(login) = &self.login {
                    login.show_accounts();
                }
            }
            Effect::AskBeforeEntering => confirm::ask_before_entering(),
            _ => {}
        }
    }

    /// The same for what concerns files.
    fn carry_out_files(&mut self, effect: Effect, model: &Model) {
        match effect {
            Effect::Measure(target, paths) => filing::measure(target, paths),
            Effect::AskFiles(to, paths, bytes) => {
                filing::ask_before_sending(model, to, paths, bytes);
            }
            Effect::AskFilePlace(target, seq, name) => filing::ask_for_place(target, seq, &name),
            Effect::OpenFile(opening) => filing::open(opening),
            Effect::Files(effect) => self.files.carry_out(effect),
            _ => {}
        }
    }

    /// A picture is here, or cannot be had.
    fn came(&mut self, blob: BlobId, view: View, picture: Option<Arc<Picture>>) {
        match view {
            View::Face => {
                paint::portrait::put(blob, picture);
                widgets::restyle();
            }
            View::Thumb => {
                paint::photo::put(blob, picture);
                self.chats.values_mut().for_each(|chat| chat.window.redraw_messages());
                self.history.iter_mut().for_each(HistoryWindow::redraw_photos);
            }
            View::Whole => {
                self.viewer.iter_mut().for_each(|viewer| viewer.came(blob, picture.clone()));
            }
        }
    }

    fn chat(&mut self, target: Target, act: impl FnOnce(&mut ChatWindow)) {
        if let Some(chat) = self.chats.get_mut(&target) {
            act(&mut chat.window);
        }
    }

    /// Language or theme changed: all windows are drawn anew. They stay what and where they are, with
    /// what was typed, the order in which they stand and the keyboard.
    pub fn restyle(&mut self, model: &Model) {
        text::set_language(model.settings.language.language());
        time::set_hours(model.settings.hours);
        theme_of(model.settings.theme).make_current();
        if screen::enlarge(model.settings.scale) {
            // Those that are not on the screen are placed anew when they are opened.
            for (_, chat) in self.chats.extract_if(.., |_, chat| chat.parked) {
                chat.window.close();
            }
        }
        widgets::restyle();
        if let Some(login) = &mut self.login {
            login.reword();
        }
        if let Some(panel) = &mut self.panel {
            panel.reword();
        }
        if let Some(add) = &mut self.add {
            add.reword();
        }
        self.doors.reword();
        self.profile.reword();
        self.files.reword();
        self.play.reword(model);
        self.boards.reword();
        self.notes.restyle();
        if let Some(viewer) = &mut self.viewer {
            viewer.restyle();
        }
        if let Some(settings) = &mut self.settings {
            settings.reword();
        }
        if let Some(checkup) = &mut self.checkup {
            checkup.reword();
        }
        if let Some(history) = &mut self.history {
            history.reword();
        }
        for chat in self.chats.values_mut() {
            chat.window.restyle();
            chat.shown = None;
        }
        if self.login.is_some() || self.panel.is_some() {
            self.follow(model);
        }
    }

    /// Closes every window.
    pub fn close_all(&mut self) {
        if let Some(window) = self.fingerprint.take() {
            window.close();
        }
        if let Some(window) = self.register.take() {
            window.close();
        }
        if let Some(window) = self.recover.take() {
            window.close();
        }
        if let Some(window) = self.done.take() {
            window.close();
        }
        if let Some(login) = self.login.take() {
            login.close();
        }
        if let Some(panel) = self.panel.take() {
            panel.close();
        }
        self.close_people();
        self.checkup.take().into_iter().for_each(CheckupWindow::close);
        self.notes.close();
        self.doors.close();
        self.profile.close();
        self.files.close();
        self.play.close();
        self.boards.close();
        for (_, chat) in std::mem::take(&mut self.chats) {
            chat.window.close();
        }
    }

    fn follow_login(&mut self, model: &Model) {
        match (&mut self.login, model.screen) {
            (Some(login), Screen::Login) => login.follow(model),
            (None, Screen::Login) => self.login = Some(LoginWindow::new(model)),
            (_, Screen::Panel) => {
                if let Some(login) = self.login.take() {
                    login.close();
                }
            }
        }
    }

    fn follow_panel(&mut self, model: &Model) {
        match (&mut self.panel, model.screen) {
            (Some(panel), Screen::Panel) => panel.follow(model),
            (None, Screen::Panel) => self.panel = Some(PanelWindow::new(model)),
            (_, Screen::Login) => {
                if let Some(panel) = self.panel.take() {
                    panel.close();
                }
            }
        }
    }

    fn follow_register(&mut self, model: &Model) {
        match (&model.register, &mut self.register) {
            (Some(register), Some(window)) => window.follow(register, model),
            (Some(register), place @ None) => {
                *place = Some(RegisterWindow::new(register, model));
            }
            (None, place) => {
                if let Some(window) = place.take() {
                    window.close();
                }
            }
        }
        match (&model.recover, &mut self.recover) {
            (Some(recover), Some(window)) => window.follow(recover, model),
            (Some(recover), place @ None) => *place = Some(RecoverWindow::new(recover, model)),
            (None, place) => {
                if let Some(window) = place.take() {
                    window.close();
                }
            }
        }
        match (&model.done, &mut self.done) {
            (Some(done), place @ None) => *place = Some(DoneWindow::new(done)),
            (None, place @ Some(_)) => {
                if let Some(window) = place.take() {
                    window.close();
                }
            }
            _ => {}
        }
    }

    fn follow_question(&mut self, model: &Model) {
        let question = model.trust.as_ref();
        let stays = |window: &FingerprintWindow| question.is_some_and(|q| window.is_for(q));
        if let Some(window) = self.fingerprint.take_if(|window| !stays(window)) {
            window.close();
        }
        match (question, &mut self.fingerprint) {
            (Some(question), Some(window)) => window.follow(question),
            (Some(question), place @ None) => {
                *place = Some(FingerprintWindow::new(question, model));
            }
            (None, _) => {}
        }
    }

    /// The windows about other people.
    fn follow_people(&mut self, model: &Model) {
        let side = self.side();
        match (&model.add, &mut self.add) {
            (Some(add), Some(window)) => window.follow(add, model),
            (Some(add), place @ None) if is_wide(add) => {
                *place = Some(AddWindow::new(add, model, side));
            }
            (None, Some(_)) => {
                if let Some(window) = self.add.take() {
                    window.close();
                }
            }
            _ => {}
        }
        let asking = model.add.as_ref().and_then(|add| add.asking.as_ref());
        let other = |window: &mut AskingWindow| asking.is_none_or(|asking| !window.is_for(asking));
        if let Some(window) = self.asking.take_if(other) {
            window.close();
        }
        match (asking, &mut self.asking) {
            (Some(asking), Some(window)) => window.follow(asking),
            (Some(asking), place) => *place = Some(AskingWindow::new(asking, model)),
            (None, _) => {}
        }
        let prompt = model.prompt.as_ref();
        let other = |window: &mut PromptWindow| prompt.is_none_or(|prompt| !window.is_for(prompt));
        if let Some(window) = self.prompt.take_if(other) {
            window.close();
        }
        match (prompt, &mut self.prompt) {
            (Some(prompt), Some(window)) => window.follow(prompt),
            (Some(prompt), place) => *place = Some(PromptWindow::new(prompt, model)),
            (None, _) => {}
        }
        let about = model.card.as_ref().map(|card| card.account);
        let other = |window: &mut CardWindow| about.is_none_or(|about| !window.is_about(about));
        if let Some(window) = self.card.take_if(other) {
            window.close();
        }
        match (about, &mut self.card) {
            (Some(_), Some(window)) => window.follow(model),
            (Some(_), place) => *place = CardWindow::new(model),
            (None, _) => {}
        }
    }

    fn follow_settings(&mut self, model: &Model) {
        widgets::set_moves(!model.settings.still);
        let side = self.side();
        match (&model.preferences, &mut self.settings) {
            (Some(open), Some(window)) => window.follow(open, model),
            (Some(open), place) => *place = Some(SettingsWindow::new(open, model, side)),
            (None, place) => {
                if let Some(window) = place.take() {
                    window.close();
                }
            }
        }
    }

    fn follow_history(&mut self, model: &Model) {
        let side = self.side();
        match (&model.history, &mut self.history) {
            (Some(_), Some(window)) => window.follow(model),
            (Some(_), place) => *place = Some(HistoryWindow::new(model, side)),
            (None, place) => {
                if let Some(window) = place.take() {
                    window.close();
                }
            }
        }
    }

    fn close_people(&mut self) {
        if let Some(window) = self.history.take() {
            window.close();
        }
        if let Some(window) = self.settings.take() {
            window.close();
        }
        if let Some(window) = self.add.take() {
            window.close();
        }
        if let Some(window) = self.asking.take() {
            window.close();
        }
        if let Some(window) = self.prompt.take() {
            window.close();
        }
        if let Some(window) = self.card.take() {
            window.close();
        }
    }

    fn follow_chats(&mut self, model: &Model) {
        chat::set_recent(&model.settings.emoji);
        if model.screen == Screen::Login {
            for (_, chat) in std::mem::take(&mut self.chats) {
                chat.window.close();
            }
            return;
        }
        for (target, chat) in &mut self.chats {
            let is_open = model.chats.get(*target).is_some_and(|chat| chat.open);
            if !is_open && !chat.parked {
                chat.parked = true;
                chat.window.park();
            }
        }
        for target in model.chats.open() {
            let Some(stamp) = stamp_of(model, target) else { continue };
            match self.chats.get_mut(&target) {
                Some(chat) => chat.follow(model, stamp),
                None => {
                    let told = move |out| post_out(target, out);
                    let side = Side { other: self.panel_area(), taken: self.chats.len() };
                    let usual = if matches!(target, Target::Room(_)) { USUAL_ROOM } else { USUAL };
                    let place = side.place(usual);
                    let Some(window) = ChatWindow::of(model, target, place, told) else { continue };
                    let chat = Chat { window, shown: Some(stamp), parked: false };
                    self.chats.insert(target, chat);
                }
            }
        }
    }
}

impl Windows {
    /// Marks the window of a conversation on the task bar, or the panel while that one is closed.
    fn mark(&self, target: Target) {
        let open = self.chats.get(&target).filter(|chat| !chat.parked);
        match (open, &self.panel) {
            (Some(chat), _) => attention::mark(chat.window.window()),
            (None, Some(panel)) => panel.mark(),
            (None, None) => {}
        }
    }

    /// Where the next window about people or choices opens.
    fn side(&self) -> Side {
        let open = [
            self.add.is_some(),
            self.settings.is_some(),
            self.checkup.is_some(),
            self.profile.is_open(),
        ];
        let taken = open.into_iter().filter(|is_open| *is_open).count();
        let taken = taken + self.files.count() + self.play.count();
        Side { other: self.panel_area(), taken }
    }

    fn panel_area(&self) -> Option<Rect> {
        self.panel.as_ref().map(PanelWindow::area)
    }
}

/// A request can be written without the whole window.
fn is_wide(add: &Add) -> bool {
    add.is_shown
}

fn tell(kind: Kind, words: &str) {
    toast::show(screen::front(), Edge::Lower, kind, words);
}

fn theme_of(choice: ThemeChoice) -> Theme {
    match choice {
        ThemeChoice::Dark => Theme::Dark,
        ThemeChoice::System if platform::prefers_dark() => Theme::Dark,
        ThemeChoice::System | ThemeChoice::Light => Theme::Light,
    }
}
