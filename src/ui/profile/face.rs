//! The page of faces: those built in, or a picture of one's own.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use fltk::group::Group;
use fltk::prelude::{GroupExt, WidgetExt};

use super::cropper::{self, Cropper, SIDE};
use super::foot::{Foot, Saying};
use super::grid::{self, Grid};
use super::layout::{LEFT, WIDE};
use super::page;
use crate::client::api::Picture;
use crate::domain::{AVATARS, Portrait};
use crate::ui::app::profile::crop::{Cropping, LEVELS};
use crate::ui::app::profile::face::{FaceMsg, Source, Tab};
use crate::ui::app::profile::{Profile, ProfileMsg};
use crate::ui::app::{Model, Msg};
use crate::ui::area::Pressable;
use crate::ui::paint::{Align, Canvas, Icon, Rect, text as measure};
use crate::ui::paragraph;
use crate::ui::shell::post;
use crate::ui::text::{self, tr, tr_with};
use crate::ui::theme::{Colour, Style};
use crate::ui::widgets::{self, Button, ButtonKind, ButtonSize, Control, IconButton, Slider};

/// Left edge and width of what stands beside a picture.
const SIDE_X: i32 = 484;
const SIDE_W: i32 = 132;
/// The upper edge of the picture.
const TOP: i32 = 64;
/// The sizes of a face in chats, lists and rooms.
const PREVIEWS: [i32; 4] = [64, 44, 36, 24];

/// The page.
pub struct FacePage {
    group: Group,
    tabs: [Pressable; 2],
    grid: Grid,
    cropper: Cropper,
    farther: IconButton,
    slider: Slider,
    closer: IconButton,
    choose: Button,
    turn: Button,
    foot: Foot,
    view: Rc<RefCell<View>>,
}

/// What is painted behind the controls.
#[derive(Clone, Default, PartialEq)]
struct View {
    tab: Tab,
    /// The face that is chosen, or else one's own.
    portrait: Option<Portrait>,
    picture: Option<(Arc<Picture>, Cropping)>,
    saying: Saying,
    problem: Option<String>,
}

impl FacePage {
    /// Its controls, inside the window that is being made.
    pub fn new() -> FacePage {
        let group = page();
        let view: Rc<RefCell<View>> = Rc::default();
        let tabs = [Tab::BuiltIn, Tab::Upload].map(|tab| tab_pill(tab, &view));
        let grid = Grid::new(Rect::new(
            LEFT - Grid::MARGIN,
            TOP - Grid::MARGIN,
            WIDE + 2 * Grid::MARGIN,
            grid::HEIGHT,
        ));
        let cropper = Cropper::new(LEFT, TOP);
        let farther = IconButton::new(Icon::Minus, tr("profile.face.farther")).icon_size(16);
        let slider = Slider::new(LEVELS);
        let closer = IconButton::new(Icon::Plus, tr("profile.face.closer")).icon_size(16);
        let small = |icon| Button::new(ButtonKind::Outline, "").icon(icon).size(ButtonSize::Small);
        let (choose, turn) = (small(Icon::Upload), small(Icon::Rotate));
        let foot = Foot::new(tr("profile.face.use"));
        group.end();
        let mut page = FacePage {
            group,
            tabs,
            grid,
            cropper,
            farther,
            slider,
            closer,
            choose,
            turn,
            foot,
            view,
        };
        page.reword();
        page.wire();
        page
    }

    /// Shows or hides it.
    pub fn set_shown(&mut self, shown: bool) {
        if shown { self.group.show() } else { self.group.hide() }
    }

    /// Gives the faces or the picture the keyboard.
    pub fn focus(&mut self) {
        let tab = self.view.borrow().tab;
        match tab {
            Tab::BuiltIn => self.grid.focus(),
            Tab::Upload => self.cropper.focus(),
        }
    }

    /// Says it in the language of the moment.
    pub fn reword(&mut self) {
        let mut x = LEFT;
        for (index, tab) in self.tabs.iter_mut().enumerate() {
            let words = tab_words(if index == 0 { Tab::BuiltIn } else { Tab::Upload });
            let w = measure::width(Style::CAPTION.bold(), &words) + 20;
            tab.place(Rect::new(x, 24, w, 24).inset(-4));
            x += w + 8;
        }
        self.farther.set_tip(tr("profile.face.farther"));
        self.closer.set_tip(tr("profile.face.closer"));
        self.choose.set_label(tr("profile.face.choose"));
        self.turn.set_label(tr("profile.face.turn"));
        self.choose.place(Rect::new(SIDE_X, 216, SIDE_W, 28));
        self.turn.place(Rect::new(SIDE_X, 256, SIDE_W, 28));
        let y = TOP + SIDE + 4;
        self.farther.place(Rect::new(LEFT - 6, y, 28, 28));
        self.slider.place(Rect::new(LEFT + 26, y + 4, SIDE - 52, 20));
        self.closer.place(Rect::new(LEFT + SIDE - 22, y, 28, 28));
        let tab = self.view.borrow().tab;
        self.foot.reword(use_words(tab));
    }

    /// Brings it up to the model.
    pub fn follow(&mut self, profile: &Profile, model: &Model) {
        let Some(me) = model.me.as_ref().map(|me| me.person.portrait()) else { return };
        let face = &profile.face;
        let picture = match &face.source {
            Source::Here(picture, crop) => Some((Arc::clone(picture), *crop)),
            Source::None | Source::Loading => None,
        };
        let problem = face.problem.as_ref().map(|why| text::failure(text::language(), why));
        let new = View {
            tab: face.tab,
            portrait: Some(face.chosen.map_or(me, Portrait::from)),
            picture,
            saying: Saying::of(model, face.problem.as_ref().filter(|_| face.tab == Tab::BuiltIn)),
            problem: problem.filter(|_| face.tab == Tab::Upload),
        };
        self.foot.go.set_busy(face.busy);
        self.foot.go.set_enabled(face.can_use(me) && new.saying != Saying::Offline);
        self.choose.set_enabled(face.source != Source::Loading);
        self.grid.set_chosen(face.chosen);
        self.cropper.set_source(&face.source);
        if *self.view.borrow() == new {
            return;
        }
        let is_here = new.picture.is_some();
        for control in [&mut self.turn as &mut dyn Control, &mut self.farther, &mut self.closer] {
            control.set_enabled(is_here);
        }
        self.slider.set_enabled(is_here);
        self.slider.set_value(new.picture.as_ref().map_or(0, |(_, crop)| crop.level()));
        let tab_before = self.view.borrow().tab;
        let tab = new.tab;
        *self.view.borrow_mut() = new;
        self.show_tab(tab);
        if tab_before != tab {
            self.focus();
        }
        self.group.redraw();
    }

    fn show_tab(&mut self, tab: Tab) {
        let is_upload = tab == Tab::Upload;
        self.grid.set_shown(!is_upload);
        self.cropper.set_shown(is_upload);
        let controls: [&mut dyn Control; 5] = [
            &mut self.farther,
            &mut self.slider,
            &mut self.closer,
            &mut self.choose,
            &mut self.turn,
        ];
        for control in controls {
            control.set_shown(is_upload);
        }
        self.foot.reword(use_words(tab));
    }

    fn wire(&mut self) {
        let (view, foot) = (Rc::clone(&self.view), self.foot.clone());
        widgets::backdrop(&mut self.group, Colour::Paper, move |canvas, _| {
            let view = view.borrow();
            match view.tab {
                Tab::BuiltIn => paint_built_in(canvas, &view),
                Tab::Upload => paint_upload(canvas, &view),
            }
            foot.paint(canvas, &view.saying);
        });
        let [built_in, upload] = &mut self.tabs;
        built_in.on_press(|| say(FaceMsg::Tab(Tab::BuiltIn)));
        upload.on_press(|| say(FaceMsg::Tab(Tab::Upload)));
        self.farther.on_press(|| say(FaceMsg::Zoom(-1)));
        self.closer.on_press(|| say(FaceMsg::Zoom(1)));
        self.slider.on_change(|level| say(FaceMsg::Level(level)));
        self.choose.on_press(cropper::choose);
        self.turn.on_press(|| say(FaceMsg::Turn));
        self.foot.go.on_press(|| say(FaceMsg::Use));
        let tab = self.view.borrow().tab;
        self.show_tab(tab);
    }
}

fn say(msg: FaceMsg) {
    post(Msg::Profile(ProfileMsg::Face(msg)));
}

fn use_words(tab: Tab) -> &'static str {
    match tab {
        Tab::BuiltIn => tr("profile.face.use"),
        Tab::Upload => tr("profile.face.use.picture"),
    }
}

fn tab_words(tab: Tab) -> String {
    match tab {
        Tab::BuiltIn => tr_with("profile.face.built_in", &[("n", &AVATARS.to_string())]),
        Tab::Upload => tr("profile.face.upload").to_owned(),
    }
}

/// A pill that leads to the faces or to the picture.
fn tab_pill(tab: Tab, view: &Rc<RefCell<View>>) -> Pressable {
    let drawn = Rc::clone(view);
    Pressable::new("", move |canvas, outer, touched| {
        canvas.fill(outer, Colour::Paper);
        let area = outer.inset(4);
        let (fill, ink, style) = match (drawn.borrow().tab == tab, touched.hover) {
            (true, _) => (Colour::BrandSoft, Colour::BrandText, Style::CAPTION.bold()),
            (false, true) => (Colour::Hover, Colour::Ink, Style::CAPTION),
            (false, false) => (Colour::Sunken, Colour::Ink2, Style::CAPTION),
        };
        canvas.pill(area, fill, None);
        canvas.text_in(style, ink, area, Align::Centre, &tab_words(tab));
        if touched.ring {
            canvas.frame(outer, outer.h / 2, Colour::Focus, 2);
        }
    })
}

fn paint_built_in(canvas: &Canvas, view: &View) {
    let hint = Rect::new(LEFT + WIDE / 2, 24, WIDE / 2, 24);
    canvas.text_in(Style::CAPTION, Colour::Ink2, hint, Align::Right, tr("profile.face.hint"));
    let words = tr("profile.face.preview");
    let y = 328;
    let w = canvas.text(Style::CAPTION, Colour::Ink2, LEFT, y + 24, words);
    let Some(portrait) = view.portrait else { return };
    let mut x = LEFT + w + 16;
    for side in PREVIEWS {
        canvas.avatar(portrait, x, y + (64 - side) / 2, side, false);
        x += side + 16;
    }
}

fn paint_upload(canvas: &Canvas, view: &View) {
    canvas.text(Style::CAPTION, Colour::Ink2, SIDE_X, TOP, tr("profile.face.preview"));
    let (large, small) = (64, 36);
    let places = [(large, SIDE_X, 92), (small, SIDE_X + large + 12, 92 + (large - small) / 2)];
    for (side, x, y) in places {
        match &view.picture {
            Some((picture, crop)) => {
                let image = cropper::circle_image(picture, *crop, canvas.length(side));
                if let Some(mut image) = image {
                    canvas.image(&mut image, x, y);
                }
            }
            None => canvas.circle(Rect::new(x, y, side, side), Colour::Sunken),
        }
    }
    let note = Rect::new(SIDE_X, 298, SIDE_W, 80);
    let words = tr("profile.face.formats");
    paragraph::draw(canvas, Style::CAPTION, Colour::Ink2, note, Align::Left, words);
    if let Some(words) = &view.problem {
        let y = TOP + SIDE + 40;
        canvas.icon_on(Icon::Alert, LEFT, y + 1, 14, Colour::Bad, Colour::Paper);
        let area = Rect::new(LEFT + 20, y, WIDE - 20, 32);
        paragraph::draw(canvas, Style::CAPTION, Colour::Bad, area, Align::Left, words);
    }
}
