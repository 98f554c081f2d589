//! The login window: servers at the left, the person at the right.
//!
//! * `servers` is the list of cards; `menus` opens the lists of what was met before.
//! * `sentence` words what is in the way, `lonely` says why no server may be there.

mod lonely;
mod menus;
mod sentence;
mod servers;

use std::cell::RefCell;
use std::rc::Rc;

use fltk::app;
use fltk::enums::{Event, Key};
use fltk::prelude::{GroupExt, WidgetBase, WidgetExt, WindowExt};
use fltk::window::DoubleWindow;

use super::app::checkup::CheckupMsg;
use super::app::login::{Field as Place, Keep, LoginMsg};
use super::app::panel::PanelMsg;
use super::app::{Model, Msg};
use super::paint::{Align, Canvas, Icon, Rect};
use super::paragraph;
use super::shell::post;
use super::text::{self, Language, tr, tr_with};
use super::theme::{Colour, Style};
use super::widgets::{
    self, Button, ButtonKind, ButtonSize, Choice, ChoiceKind, Control, Field, FieldKind,
    IconButton, PRESENCES, Select, SelectKind,
};
use crate::client::Failure;
use crate::client::api::Secret;
use crate::client::probe::Probed;
use crate::domain::Portrait;
use crate::net::protocol::Registration;
use menus::{Met, open_languages};
use sentence::{Row, Tone};
use servers::ServerList;

const W: i32 = 720;
const H: i32 = 480;
/// Width of the left side.
const SIDE: i32 = 320;
/// Left edge and width of what stands at the right.
const FORM_X: i32 = 360;
const FORM_W: i32 = 320;
/// Where the reasons begin when there is no server.
const LONELY: i32 = 118;
/// The field of another server's address.
const HOST: Rect = Rect { x: 34, y: 317, w: 184, h: 32 };
/// The field of the account.
const ACCOUNT: Rect = Rect { x: FORM_X, y: 172, w: FORM_W, h: 40 };

/// The login window.
pub struct LoginWindow {
    window: DoubleWindow,
    side: Side,
    form: Form,
    view: Rc<RefCell<View>>,
    met: Rc<RefCell<Met>>,
}

/// The controls of the left side.
struct Side {
    list: ServerList,
    refresh: IconButton,
    again: Button,
    other: Button,
    host: Field,
    port: Field,
    fold: IconButton,
    check: Button,
    run: Button,
}

/// The controls of the right side.
struct Form {
    language: IconButton,
    status: Select,
    account: Field,
    password: Field,
    remember: Choice,
    auto: Choice,
    go: Button,
    action: Button,
    check: Button,
    register: Button,
    forgot: Button,
}

/// What is painted behind the controls.
#[derive(Clone, Default, PartialEq)]
struct View {
    language: Option<Language>,
    face: Option<Portrait>,
    found: Option<usize>,
    announced: usize,
    other_open: bool,
    other_chosen: bool,
    /// The key of what the person should know before going to the typed server.
    hint: &'static str,
    glance: Option<Result<Probed, Failure>>,
    row: Option<Row>,
}

impl LoginWindow {
    /// Makes and shows it.
    #[must_use]
    pub fn new(model: &Model) -> LoginWindow {
        let window = widgets::window(tr("login.window"), W, H);
        let met = Rc::new(RefCell::new(Met::default()));
        // In reading order, which is the order of Tab.
        let side = Side::new(&window, &met);
        let form = Form::new(&window, &met);
        window.end();
        let view = Rc::new(RefCell::new(View::default()));
        let mut login = LoginWindow { window, side, form, view, met };
        login.place();
        login.wire_servers();
        login.wire_form();
        login.wire_window();
        login.follow(model);
        login.form.account.set_value(&model.login.account);
        login.side.host.set_value(&model.login.host);
        login.side.port.set_value(&model.login.port);
        login.window.show();
        login.focus(if model.login.account.is_empty() { Place::Account } else { Place::Password });
        login
    }

    /// Takes it away.
    pub fn close(mut self) {
        widgets::retire(&mut self.window);
    }

    /// Brings it to the front.
    pub fn raise(&mut self) {
        self.window.show();
    }

    /// Puts the cursor into a field.
    pub fn focus(&mut self, place: Place) {
        match place {
            Place::Host => {
                self.side.host.focus();
                self.side.host.select_all();
            }
            Place::Port => self.side.port.focus(),
            Place::Account => self.form.account.focus(),
            Place::Password => {
                self.form.password.focus();
                self.form.password.select_all();
            }
        }
    }

    /// Opens the list of saved accounts, as soon as the window stands.
    pub fn show_accounts(&self) {
        /// The window system has placed it by then.
        const PLACED_S: f64 = 0.2;
        let (window, met) = (self.window.clone(), Rc::clone(&self.met));
        app::add_timeout3(PLACED_S, move |_| {
            if window.shown() {
                met.borrow().open_accounts(&window);
            }
        });
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, model: &Model) {
        let language = text::language();
        let login = &model.login;
        let new = View {
            language: Some(language),
            face: Some(model.login_face()),
            // Until it is sure, the search goes on.
            found: login.found_count().filter(|count| *count > 0 || model.is_nobody_here()),
            announced: login.announced_count(),
            other_open: login.other_open,
            other_chosen: model.is_other_chosen(),
            hint: other_hint(model),
            glance: model.glance().cloned(),
            row: sentence::row(model, language),
        };
        let changed = *self.view.borrow() != new;
        if changed {
            self.show_view(new);
        }
        self.side.list.set(model.cards());
        {
            let mut met = self.met.borrow_mut();
            met.accounts.clone_from(&model.saved.accounts);
            met.servers.clone_from(&model.saved.servers);
            login.account.trim().clone_into(&mut met.typed);
        }
        if self.form.account.value().trim() != login.account.trim() {
            self.form.account.set_value(&login.account);
            self.form.password.set_value("");
        }
        if self.side.host.value() != login.host {
            self.side.host.set_value(&login.host);
        }
        if self.side.port.value() != login.port {
            self.side.port.set_value(&login.port);
        }
        let presence = PRESENCES.iter().position(|presence| *presence == login.presence);
        self.form.status.set_chosen(presence.unwrap_or(0));
        let w = self.form.status.wanted_width();
        self.form.status.place(Rect::new(FORM_X + (FORM_W - w) / 2, 124, w, 24));
        self.form.remember.set_on(login.keep != Keep::Nothing);
        self.form.auto.set_on(login.keep == Keep::Auto);
        let kept = model.kept_account().is_some();
        self.form.password.set_placeholder(tr(match kept {
            true => "login.password.kept",
            false => "login.password",
        }));
        for (place, field) in [
            (Place::Host, &mut self.side.host),
            (Place::Port, &mut self.side.port),
            (Place::Account, &mut self.form.account),
            (Place::Password, &mut self.form.password),
        ] {
            field.set_error(sentence::is_about(model, place));
        }
        self.form.go.set_busy(model.is_signing_in());
        let closed = model.is_closed();
        self.form.register.set_muted(closed);
        self.form.register.set_tip(if closed { tr("reason.registration_closed") } else { "" });
        let starting = login.hosting.is_some();
        self.side.run.set_label(tr(if starting { "server.run.starting" } else { "server.run" }));
        self.side.run.set_enabled(!starting);
    }

    /// Speaks the language of the moment; the next [`LoginWindow::follow`] does the rest.
    pub fn reword(&mut self) {
        self.window.set_label(tr("login.window"));
        self.side.reword();
        self.form.reword();
        self.place();
    }

    fn show_view(&mut self, new: View) {
        let is_empty = new.found == Some(0);
        let open = new.other_open;
        self.side.list.set_shown(!is_empty);
        let height = if open { 152 } else { 232 };
        self.side.list.place(Rect::new(20, 116, 280 + servers::LANE, height));
        self.side.again.set_shown(is_empty && !open);
        self.side.other.set_shown(!open);
        self.side.other.set_label(tr(match is_empty {
            true => "server.other.none",
            false => "server.other",
        }));
        for part in
            [&mut self.side.host as &mut dyn Control, &mut self.side.port, &mut self.side.fold]
        {
            part.set_shown(open);
        }
        let action = new.row.as_ref().and_then(|row| row.action);
        self.form.action.set_shown(action.is_some());
        if let Some(action) = action {
            self.form.action.set_label(tr(action));
            let w = self.form.action.wanted_width();
            self.form.action.place(Rect::new(FORM_X + FORM_W - w, 358, w, 28));
        }
        self.form.check.set_shown(new.row.as_ref().is_some_and(|row| row.check));
        *self.view.borrow_mut() = new;
        self.window.redraw();
    }

    fn place(&mut self) {
        self.side.refresh.place(Rect::new(276, 80, 32, 32));
        let w = self.side.again.wanted_width();
        self.side.again.place(Rect::new(20, lonely::button_y(LONELY), w, 28));
        self.side.other.place(Rect::new(28, 360, 252, 32));
        self.side.host.place(HOST);
        self.side.port.place(Rect::new(224, 317, 64, 32));
        self.side.fold.place(Rect::new(268, 283, 28, 28));
        self.side.check.place(Rect::new(28, 392, 252, 32));
        self.side.run.place(Rect::new(28, 424, 252, 32));
        self.form.language.place(Rect::new(W - 44, 12, 32, 32));
        self.form.account.place(ACCOUNT);
        self.form.password.place(Rect::new(FORM_X, 224, FORM_W, 40));
        let w = self.form.remember.wanted_width() + 4;
        self.form.remember.place(Rect::new(FORM_X, 272, w, 32));
        let auto_x = FORM_X + w + 20;
        self.form.auto.place(Rect::new(auto_x, 272, self.form.auto.wanted_width() + 4, 32));
        self.form.go.place(Rect::new(FORM_X, 312, FORM_W, 40));
        let w = self.form.check.wanted_width();
        // Its words begin below those of the sentence.
        self.form.check.place(Rect::new(FORM_X + 18, 394, w, 28));
        self.form.register.place(Rect::new(
            FORM_X - 4,
            432,
            self.form.register.wanted_width() + 4,
            32,
        ));
        let w = self.form.forgot.wanted_width();
        self.form.forgot.place(Rect::new(FORM_X + FORM_W - w + 4, 432, w, 32));
    }

    fn wire_servers(&mut self) {
        self.side.list.on_choose(|id| post(Msg::Login(LoginMsg::Choose(id))));
        self.side.refresh.on_press(|| post(Msg::Login(LoginMsg::Refresh)));
        self.side.again.on_press(|| post(Msg::Login(LoginMsg::Refresh)));
        self.side.other.on_press(|| post(Msg::Login(LoginMsg::OpenOther)));
        self.side.fold.on_press(|| post(Msg::Login(LoginMsg::CloseOther)));
        self.side.check.on_press(|| post(Msg::Checkup(CheckupMsg::Open)));
        self.form.check.on_press(|| post(Msg::Checkup(CheckupMsg::Open)));
        self.side.run.on_press(|| post(Msg::Login(LoginMsg::Host)));
        let host = self.side.host.clone();
        self.side.host.on_change(move || post(Msg::Login(LoginMsg::HostTyped(host.value()))));
        let port = self.side.port.clone();
        self.side.port.on_change(move || post(Msg::Login(LoginMsg::PortTyped(port.value()))));
        let (window, button) = (self.window.clone(), self.form.language.clone());
        self.form.language.on_press(move || open_languages(widgets::on_screen(&button, &window)));
    }

    fn wire_form(&mut self) {
        let account = self.form.account.clone();
        self.form
            .account
            .on_change(move || post(Msg::Login(LoginMsg::AccountTyped(account.value()))));
        self.form.password.on_change(|| post(Msg::Login(LoginMsg::PasswordTyped)));
        self.form.remember.on_change(|on| post(Msg::Login(LoginMsg::Remember(on))));
        self.form.auto.on_change(|on| post(Msg::Login(LoginMsg::Auto(on))));
        self.form.status.on_change(|chosen| {
            if let Some(presence) = PRESENCES.get(chosen) {
                post(Msg::Login(LoginMsg::Presence(*presence)));
            }
        });
        self.form.register.on_press(|| post(Msg::Login(LoginMsg::Register)));
        self.form.forgot.on_press(|| post(Msg::Login(LoginMsg::Forgot)));
        let password = self.form.password.clone();
        let submit = move || {
            post(Msg::Login(LoginMsg::Submit(Secret::new(password.value()))));
        };
        self.form.go.on_press(submit.clone());
        for field in [
            &mut self.form.account,
            &mut self.form.password,
            &mut self.side.host,
            &mut self.side.port,
        ] {
            field.on_enter(submit.clone());
        }
        self.form.remember.on_enter(submit.clone());
        self.form.auto.on_enter(submit.clone());
        self.side.list.on_enter(submit.clone());
        let view = Rc::clone(&self.view);
        self.form.action.on_press(move || {
            let action = view.borrow().row.as_ref().and_then(|row| row.action);
            match action {
                Some("common.cancel") => post(Msg::Login(LoginMsg::Cancel)),
                _ => submit(),
            }
        });
    }

    fn wire_window(&mut self) {
        let view = Rc::clone(&self.view);
        widgets::backdrop(&mut self.window, Colour::Paper, move |canvas, _| {
            paint_side(canvas, &view.borrow());
            paint_form(canvas, &view.borrow());
        });
        self.window.set_callback(|_| {
            // Esc cancels; only the cross closes.
            match app::event() == Event::Shortcut && app::event_key() == Key::Escape {
                true => post(Msg::Login(LoginMsg::Cancel)),
                false => post(Msg::Panel(PanelMsg::Quit)),
            }
        });
        let (met, account) = (Rc::clone(&self.met), self.form.account.clone());
        self.window.handle(move |window, event| match event {
            Event::KeyDown | Event::Shortcut if app::event_key() == Key::F5 => {
                post(Msg::Login(LoginMsg::Refresh));
                true
            }
            Event::KeyDown | Event::Shortcut
                if app::event_key() == Key::Down && app::is_event_alt() && account.has_focus() =>
            {
                met.borrow().open_accounts(window);
                true
            }
            _ => false,
        });
    }
}

impl Side {
    fn new(window: &DoubleWindow, met: &Rc<RefCell<Met>>) -> Side {
        let list = ServerList::new();
        let refresh = IconButton::new(Icon::Retry, "").icon_size(16).on(Colour::BrandSoft);
        let again =
            Button::new(ButtonKind::Outline, "").size(ButtonSize::Small).on(Colour::BrandSoft);
        let link = |icon| Button::new(ButtonKind::Text, "").icon(icon).left().on(Colour::BrandSoft);
        let other = link(Icon::Plus);
        let (menu, window) = (Rc::clone(met), window.clone());
        let host = Field::new(FieldKind::Outlined, "")
            .button(Icon::ChevDown, "", move || menu.borrow().open_servers(&window));
        let port = Field::new(FieldKind::Outlined, "");
        let fold = IconButton::new(Icon::Close, "").icon_size(16);
        let (check, run) = (link(Icon::Activity), link(Icon::Server));
        let mut side = Side { list, refresh, again, other, host, port, fold, check, run };
        side.reword();
        side
    }

    fn reword(&mut self) {
        self.refresh.set_tip(tr("server.refresh"));
        self.again.set_label(tr("server.again"));
        self.other.set_label(tr("server.other"));
        self.host.set_placeholder(tr("server.host"));
        self.host.set_tip(tr("server.met"));
        self.port.set_placeholder(tr("server.port"));
        self.fold.set_tip(tr("server.other.fold"));
        self.check.set_label(tr("doctor.open"));
        self.run.set_label(tr("server.run"));
    }
}

impl Form {
    fn new(window: &DoubleWindow, met: &Rc<RefCell<Met>>) -> Form {
        let language = IconButton::new(Icon::Language, "").icon_size(18);
        let status = Select::new(SelectKind::PresencePill, &[]);
        let (menu, window) = (Rc::clone(met), window.clone());
        let account = Field::new(FieldKind::Outlined, "").icon(Icon::User).button(
            Icon::ChevDown,
            "",
            move || menu.borrow().open_accounts(&window),
        );
        let password = Field::new(FieldKind::Outlined, "").icon(Icon::Key).secret("");
        let mut form = Form {
            language,
            status,
            account,
            password,
            remember: Choice::new(ChoiceKind::Check, ""),
            auto: Choice::new(ChoiceKind::Check, ""),
            go: Button::new(ButtonKind::Primary, "").size(ButtonSize::Large),
            action: Button::new(ButtonKind::Text, ""),
            check: Button::new(ButtonKind::Text, "").size(ButtonSize::Small).left(),
            register: Button::new(ButtonKind::Text, "").left(),
            forgot: Button::new(ButtonKind::Quiet, ""),
        };
        form.reword();
        form
    }

    fn reword(&mut self) {
        let words = PRESENCES.map(|presence| text::presence(text::language(), presence));
        self.language.set_tip(tr("panel.language"));
        self.status.set_options(&words);
        self.account.set_placeholder(tr("login.account"));
        self.account.set_tip(tr("login.account.saved"));
        self.password.set_tip(tr("login.password.show"));
        self.remember.set_label(tr("login.remember"));
        self.auto.set_label(tr("login.auto"));
        self.go.set_label(tr("login.go"));
        self.check.set_label(tr("doctor.open"));
        self.register.set_label(tr("login.register"));
        self.forgot.set_label(tr("login.forgot"));
    }
}

fn paint_side(canvas: &Canvas, view: &View) {
    let side = Rect::new(0, 0, SIDE, H);
    canvas.fill(side, Colour::BrandSoft);
    let clip = canvas.clip(side);
    canvas.leaf(291, 12, 62, 165, Colour::Leaf);
    canvas.leaf(18, 462, 64, 40, Colour::Leaf);
    canvas.leaf(284, 458, 76, -25, Colour::Leaf);
    drop(clip);
    canvas.app_icon(20, 24, 40);
    let name = Style::TITLE.sized(22, 30);
    canvas.text(name, Colour::Ink, 72, 29, "MyChat");
    canvas.text(Style::BODY.bold(), Colour::Ink, 20, 86, tr("server.title"));
    let count = match view.found {
        None => tr("server.searching").to_owned(),
        Some(0) => tr("server.none").to_owned(),
        Some(met) if view.announced == 0 => tr_with("server.used", &[("n", &met.to_string())]),
        Some(_) => tr_with("server.found", &[("n", &view.announced.to_string())]),
    };
    let area = Rect::new(120, 88, 156, 16);
    canvas.text_in(Style::CAPTION, Colour::Ink2, area, Align::Right, &count);
    if view.found == Some(0) {
        lonely::paint(canvas, LONELY, view.other_open);
    }
    if view.other_open {
        paint_other(canvas, view);
    }
}

fn paint_other(canvas: &Canvas, view: &View) {
    let card = Rect::new(20, 276, 280, 110);
    let outline = if view.other_chosen { (Colour::Brand, 2) } else { (Colour::Line, 1) };
    canvas.card(card, 8, Colour::Paper, outline.0, outline.1);
    canvas.icon_on(Icon::Globe, 33, 289, 18, Colour::BrandText, Colour::Paper);
    let name = canvas.text(Style::BODY.bold(), Colour::Ink, 59, 288, tr("server.other.title"));
    if let Some(glance) = &view.glance {
        let (words, dot) = match glance {
            Ok(seen) => {
                (tr_with("server.online", &[("n", &seen.online.to_string())]), Colour::StatusOnline)
            }
            Err(Failure::KeyChanged) => (tr("server.changed").to_owned(), Colour::GoldText),
            Err(Failure::KeyOther) => (tr("server.other.key").to_owned(), Colour::GoldText),
            Err(_) => (tr("server.silent").to_owned(), Colour::Ink3),
        };
        let area = Rect::new(59 + name + 24, 290, 264 - 59 - name - 24, 16);
        canvas.text_in(Style::CAPTION, Colour::Ink2, area, Align::Right, &words);
        let width = super::paint::text::width(Style::CAPTION, &words).min(area.w);
        let x = area.right() - width;
        match glance {
            Err(Failure::KeyChanged | Failure::KeyOther) => {
                canvas.icon_on(Icon::Warn, x - 19, 291, 14, dot, Colour::Paper);
            }
            _ => canvas.circle(Rect::new(x - 12, 294, 8, 8), dot),
        }
    }
    let area = Rect::new(33, 358, 254, 16);
    canvas.text_in(Style::MICRO, Colour::Ink3, area, Align::Left, tr(view.hint));
}

/// The key of what the person should know before going to the typed server.
fn other_hint(model: &Model) -> &'static str {
    let seen = model.glance().and_then(|seen| seen.as_ref().ok());
    match seen.map(|seen| seen.registration) {
        Some(Registration::Code) => "server.code",
        Some(Registration::Closed) => "server.closed",
        Some(Registration::Open) if model.has_met_typed() => "server.lock.proven",
        None if model.has_met_typed() => "server.hint.met",
        _ if model.login.key.is_some() => "server.hint.link",
        _ => "server.hint",
    }
}

/// What is in the way is said in so many lines at most.
const SENTENCE_LINES: usize = 4;

fn paint_form(canvas: &Canvas, view: &View) {
    if let Some(face) = view.face {
        canvas.avatar(face, 480, 36, 80, false);
    }
    let Some(row) = &view.row else { return };
    let (icon, ink) = match row.tone {
        Tone::Plain => (Colour::Ink2, Colour::Ink2),
        Tone::Bad => (Colour::Bad, Colour::Bad),
        Tone::Warn => (Colour::GoldText, Colour::GoldText),
    };
    canvas.icon_on(row.icon, FORM_X + 1, 364, 16, icon, Colour::Paper);
    let action = row.action.map_or(0, |key| 16 + super::paint::text::width(Style::BODY, tr(key)));
    let area = Rect::new(FORM_X + 22, 352, FORM_W - 22 - action, 40);
    let lines = paragraph::lines(Style::CAPTION, &row.words, area.w, SENTENCE_LINES).len();
    match i32::try_from(lines).unwrap_or(2) {
        // The reason of an administrator takes the place of what checks the network.
        lines @ 3.. if !row.check => {
            let area = Rect { y: area.y + 10, h: lines * Style::CAPTION.line, ..area };
            paragraph::draw(canvas, Style::CAPTION, ink, area, Align::Left, &row.words);
        }
        _ => paragraph::draw_middle(canvas, Style::CAPTION, ink, area, &row.words),
    }
}
