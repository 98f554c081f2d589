//! The page of what one says of oneself.

use std::cell::RefCell;
use std::rc::Rc;

use fltk::group::Group;
use fltk::prelude::{GroupExt, WidgetExt};
use unicode_segmentation::UnicodeSegmentation;

use super::foot::{Foot, Saying};
use super::input::Input;
use super::layout::{LEFT, LINE, Layout, Spot, WIDE};
use super::page;
use crate::domain::{Gender, Portrait, WordsError};
use crate::net::protocol::{Reason, Refusal};
use crate::ui::app::panel::PanelMsg;
use crate::ui::app::profile::form::{FieldError, Form, Place};
use crate::ui::app::profile::{Page, Profile, ProfileMsg};
use crate::ui::app::{Model, Msg};
use crate::ui::area::Pressable;
use crate::ui::paint::{Align, Canvas, Icon, Rect, text as measure};
use crate::ui::paragraph;
use crate::ui::shell::post;
use crate::ui::text::{self, tr, tr_with};
use crate::ui::theme::{Colour, Style, metric};
use crate::ui::widgets::{self, Control, Select, SelectKind};

/// An icon before words, with what is between them.
const ICON: i32 = 20;
/// As they stand in the list.
const GENDERS: [Gender; 3] = [Gender::Unsaid, Gender::Female, Gender::Male];

/// The page.
pub struct AboutPage {
    group: Group,
    face: Pressable,
    copy: Pressable,
    inputs: [Input; 5],
    gender: Select,
    foot: Foot,
    view: Rc<RefCell<View>>,
}

/// What is wrong with a place.
#[derive(Clone, Default, PartialEq)]
struct Wrong {
    area: Rect,
    lines: Vec<String>,
}

/// What is painted behind the controls.
#[derive(Clone, Default, PartialEq)]
struct View {
    name: String,
    number: String,
    portrait: Option<Portrait>,
    /// What the server has, as it was shown last.
    saved: Form,
    counts: [usize; 5],
    wrong: [Wrong; 5],
    saying: Saying,
    is_known: bool,
}

impl AboutPage {
    /// Its controls, inside the window that is being made.
    pub fn new() -> AboutPage {
        let group = page();
        let view: Rc<RefCell<View>> = Rc::default();
        let face = face_button(&view);
        let copy = copy_button();
        let [nickname, class] = [Place::Nickname, Place::Class].map(Input::new);
        let gender = Select::new(SelectKind::Box, &gender_words());
        let [birthday, signature, about] =
            [Place::Birthday, Place::Signature, Place::About].map(Input::new);
        let foot = Foot::new(tr("common.save"));
        group.end();
        let inputs = [nickname, class, birthday, signature, about];
        let mut page = AboutPage { group, face, copy, inputs, gender, foot, view };
        page.lay_out();
        page.wire();
        page.reword();
        page
    }

    /// Shows or hides it.
    pub fn set_shown(&mut self, shown: bool) {
        if shown { self.group.show() } else { self.group.hide() }
    }

    /// Puts the cursor there.
    pub fn focus(&mut self, place: Place) {
        if let Some(input) = self.inputs.iter_mut().find(|input| input.place == place) {
            input.focus();
        }
    }

    /// Says it in the language of the moment. What is written stays.
    pub fn reword(&mut self) {
        self.face.set_tip(tr("profile.face.change"));
        self.copy.set_tip(tr("reg.number.copy"));
        self.gender.set_options(&gender_words());
        self.foot.reword(tr("common.save"));
        for input in &mut self.inputs {
            input.set_placeholder(match input.place {
                Place::Birthday => tr("profile.birthday.hint"),
                _ => "",
            });
            // The codes of emoji have another name.
            let meant = input.meant();
            input.show(&meant);
        }
        self.view.borrow_mut().name.clear();
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, profile: &Profile, model: &Model) {
        self.follow_saved(&profile.saved);
        let Some(me) = &model.me else { return };
        let new = View {
            name: me.person.nickname.clone(),
            number: tr_with("profile.number", &[("n", &me.person.account.to_string())]),
            portrait: Some(me.person.portrait()),
            saved: profile.saved.clone(),
            counts: self.inputs.each_ref().map(count),
            wrong: wrong(profile),
            saying: Saying::of(model, profile.problem.as_ref()),
            is_known: profile.is_known,
        };
        self.foot.go.set_busy(profile.saving);
        let is_up = new.saying != Saying::Offline;
        self.foot.go.set_enabled(is_up && profile.is_known && profile.is_changed());
        if *self.view.borrow() == new {
            return;
        }
        for input in &mut self.inputs {
            // What the server has not told cannot be written anew.
            let is_known =
                new.is_known || matches!(input.place, Place::Nickname | Place::Signature);
            input.set_enabled(is_known);
            input.set_error(profile.error(input.place).is_some());
        }
        self.gender.set_enabled(new.is_known);
        *self.view.borrow_mut() = new;
        self.lay_out();
        self.group.redraw();
    }

    /// The server has something else than was shown: what was not touched shows that.
    fn follow_saved(&mut self, saved: &Form) {
        let before = self.view.borrow().saved.clone();
        if before == *saved {
            return;
        }
        let typed = read(&self.inputs, &self.gender);
        for input in &mut self.inputs {
            let place = input.place;
            if saved.at(place) != before.at(place) && !typed.differs(&before, place) {
                input.show(saved.at(place));
            }
        }
        if typed.gender == before.gender {
            let chosen = GENDERS.iter().position(|gender| *gender == saved.gender);
            self.gender.set_chosen(chosen.unwrap_or(0));
        }
    }

    fn lay_out(&mut self) {
        let layout = Layout::new();
        self.face.place(layout.face.inset(-4));
        let (_, number) = name_lines(&layout);
        let number_w = measure::width(Style::BODY, &self.view.borrow().number);
        self.copy.place(Rect::new(number.x + number_w + 2, number.y - 4, 28, 28));
        for input in &mut self.inputs {
            input.place_at(layout.spot(input.place).field);
        }
        self.gender.place(layout.gender.field);
    }

    fn wire(&mut self) {
        let (view, foot) = (Rc::clone(&self.view), self.foot.clone());
        widgets::backdrop(&mut self.group, Colour::Paper, move |canvas, _| {
            let view = view.borrow();
            paint(canvas, &view);
            foot.paint(canvas, &view.saying);
        });
        self.face.on_press(|| post(Msg::Profile(ProfileMsg::Page(Page::Face))));
        self.copy.on_press(|| post(Msg::Panel(PanelMsg::CopyNumber)));
        let (inputs, gender) = (self.inputs.clone(), self.gender.clone());
        let form = move || read(&inputs, &gender);
        let save = {
            let form = form.clone();
            move || post(Msg::Profile(ProfileMsg::Save(form())))
        };
        self.foot.go.on_press(save.clone());
        for input in &mut self.inputs {
            let (place, form) = (input.place, form.clone());
            input.on_change(move || post(Msg::Profile(ProfileMsg::Typed(form(), Some(place)))));
            input.on_cleaned(move || post(Msg::Profile(ProfileMsg::LeftOut(place))));
            input.on_enter(save.clone());
        }
        self.gender.on_change(move |_| post(Msg::Profile(ProfileMsg::Typed(form(), None))));
    }
}

fn read(inputs: &[Input; 5], gender: &Select) -> Form {
    let gender = GENDERS.get(gender.chosen()).copied().unwrap_or_default();
    let mut form = Form { gender, ..Form::default() };
    for input in inputs {
        *form.at_mut(input.place) = input.meant();
    }
    form
}

fn count(input: &Input) -> usize {
    input.meant().trim().graphemes(true).count()
}

fn gender_words() -> [&'static str; 3] {
    [tr("profile.unsaid"), tr("profile.female"), tr("profile.male")]
}

/// Name and number beside the face.
fn name_lines(layout: &Layout) -> (Rect, Rect) {
    let face = layout.face;
    let (left, top) = (face.right() + 16, face.y + (face.h - 48) / 2);
    let wide = LEFT + WIDE - left;
    (Rect::new(left, top, wide, 28), Rect::new(left, top + 28, wide, 20))
}

/// Beside the number: pressed, it is copied.
fn copy_button() -> Pressable {
    Pressable::new(tr("reg.number.copy"), |canvas, area, touched| {
        let ground = if touched.hover { Colour::Hover } else { Colour::Paper };
        canvas.fill(area, Colour::Paper);
        canvas.round(area, metric::RADIUS, ground);
        let icon = area.middle(14, 14);
        canvas.icon_on(Icon::Copy, icon.x, icon.y, 14, Colour::BrandText, ground);
        if touched.ring {
            canvas.frame(area, metric::RADIUS, Colour::Focus, 2);
        }
    })
}

/// One's face, with a camera: pressed, one chooses another.
fn face_button(view: &Rc<RefCell<View>>) -> Pressable {
    let drawn = Rc::clone(view);
    Pressable::new(tr("profile.face.change"), move |canvas, area, touched| {
        canvas.fill(area, Colour::Paper);
        let inner = area.inset(4);
        let Some(portrait) = drawn.borrow().portrait else { return };
        canvas.avatar(portrait, inner.x, inner.y, inner.w, false);
        let side = if inner.w > 60 { 24 } else { 18 };
        let badge = Rect::new(inner.right() - side + 2, inner.bottom() - side + 2, side, side);
        let fill = if touched.hover { Colour::BrandHover } else { Colour::Brand };
        canvas.circle(badge.inset(-2), Colour::Paper);
        canvas.circle(badge, fill);
        let icon = badge.middle(side - 10, side - 10);
        canvas.icon_on(Icon::Camera, icon.x, icon.y, icon.w, Colour::White, fill);
        if touched.ring {
            canvas.frame(area, area.w / 2, Colour::Focus, 2);
        }
    })
}

/// What is wrong with each place, where it stands.
fn wrong(profile: &Profile) -> [Wrong; 5] {
    let words = Place::ALL.map(|place| error_words(place, profile));
    let widths = words.each_ref().map(|words| match words.is_empty() {
        true => 0,
        false => ICON + measure::width(Style::CAPTION, words),
    });
    let areas = Layout::new().wrong(widths);
    std::array::from_fn(|index| {
        let (area, words) = (areas[index], &words[index]);
        let most = usize::try_from(area.h / LINE).unwrap_or(1);
        let lines = match words.is_empty() {
            true => Vec::new(),
            false => paragraph::lines(Style::CAPTION, words, area.w - ICON, most),
        };
        Wrong { area, lines }
    })
}

fn error_words(place: Place, profile: &Profile) -> String {
    let language = text::language();
    let refused = |refusal| text::refusal(language, &refusal);
    match profile.error(place) {
        None => String::new(),
        Some(FieldError::Nickname(error)) => text::nickname(language, *error),
        Some(FieldError::Words(WordsError::TooLong(most))) => {
            let most = u64::try_from(*most).unwrap_or(u64::MAX);
            refused(Refusal::limit(Reason::WordsTooLong, most))
        }
        Some(FieldError::Words(WordsError::Lines(most))) => {
            let most = u64::try_from(*most).unwrap_or(u64::MAX);
            refused(Refusal::limit(Reason::WordsLines, most))
        }
        Some(FieldError::Words(WordsError::Character)) => refused(Reason::WordsCharacter.into()),
        Some(FieldError::Birthday) => refused(Reason::BadBirthday.into()),
        Some(FieldError::Refused(refusal)) => text::refusal(language, refusal),
        Some(FieldError::LeftOut) => tr("reg.left_out").to_owned(),
    }
}

fn paint(canvas: &Canvas, view: &View) {
    let layout = Layout::new();
    let (name, number) = name_lines(&layout);
    canvas.text_in(Style::TITLE, Colour::Ink, name, Align::Left, &view.name);
    canvas.text_in(Style::BODY, Colour::Ink2, number, Align::Left, &view.number);
    for (index, place) in Place::ALL.into_iter().enumerate() {
        let spot = layout.spot(place);
        let (key, right) = match place {
            Place::Nickname => ("profile.nickname", None),
            Place::Class => ("profile.class", Some(tr("profile.optional"))),
            Place::Birthday => ("profile.birthday", Some(tr("profile.optional"))),
            Place::Signature => ("profile.signature", None),
            Place::About => ("profile.lines", None),
        };
        let (count, longest) = (view.counts[index], place.longest());
        let is_over = longest.is_some_and(|most| count > most);
        let counted = longest.map(|most| format!("{count}/{most}")).unwrap_or_default();
        let right = match right {
            Some(words) if count == 0 || longest.is_none() => words,
            _ => &counted,
        };
        paint_label(canvas, spot, tr(key), right, is_over);
        paint_wrong(canvas, &view.wrong[index]);
    }
    paint_label(canvas, layout.gender, tr("profile.gender"), tr("profile.optional"), false);
    // What is wrong with the lines above stands in its place.
    let [.., about] = &view.wrong;
    if about.lines.is_empty() {
        let y = layout.note_y;
        canvas.icon_on(Icon::Info, LEFT, y + 1, 14, Colour::Ink2, Colour::Paper);
        let words = if view.is_known { tr("profile.visible") } else { tr("common.loading") };
        let area = Rect::new(LEFT + ICON, y, WIDE - ICON, LINE);
        canvas.text_in(Style::CAPTION, Colour::Ink2, area, Align::Left, words);
    }
}

fn paint_label(canvas: &Canvas, spot: Spot, words: &str, right: &str, is_over: bool) {
    canvas.text_in(Style::CAPTION, Colour::Ink2, spot.label, Align::Left, words);
    let ink = if is_over { Colour::Bad } else { Colour::Ink3 };
    canvas.text_in(Style::CAPTION, ink, spot.label, Align::Right, right);
}

fn paint_wrong(canvas: &Canvas, wrong: &Wrong) {
    let (x, mut y) = (wrong.area.x, wrong.area.y);
    if !wrong.lines.is_empty() {
        canvas.icon_on(Icon::Alert, x, y + 1, 14, Colour::Bad, Colour::Paper);
    }
    for line in &wrong.lines {
        canvas.text(Style::CAPTION, Colour::Bad, x + ICON, y, line);
        y += LINE;
    }
}
