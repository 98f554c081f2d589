//! All controls of the kit in one window, to be looked at beside the design pictures.
//!
//! `cargo run --example gallery -- [dark]`

use fltk::app;
use fltk::prelude::{GroupExt, WidgetExt};
use fltk::window::DoubleWindow;
use mychat::domain::Presence;
use mychat::ui::fonts;
use mychat::ui::paint::{Align, Canvas, Icon, Rect};
use mychat::ui::theme::{Colour, Style, Theme};
use mychat::ui::widgets::{
    Button, ButtonKind, ButtonSize, Choice, ChoiceKind, Control, Field, FieldKind, IconButton,
    MenuEntry, MenuItem, MenuPlace, Question, ScrollList, Select, SelectKind, Strip, StripKind,
    TabKind, Tabs, ask, backdrop, dress_toolkit, on_screen, open_menu, paint_empty, paint_skeleton,
    window,
};

const PRESENCES: [Presence; 5] =
    [Presence::Online, Presence::Away, Presence::Busy, Presence::Invisible, Presence::Offline];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    if std::env::args().any(|argument| argument == "dark") {
        Theme::Dark.make_current();
    }
    let app = app::App::default();
    let _fonts = fonts::load()?;
    dress_toolkit();
    let mut win = window("Gallery", 1100, 640);
    backdrop(&mut win, Colour::Paper, |canvas, _| {
        type_scale(canvas);
        faces(canvas);
        header(canvas);
        for (at, icon) in (0..).zip(Icon::ALL) {
            canvas.icon(*icon, 20 + (at % 28) * 26, 540 + (at / 28) * 26, 20, Colour::Ink2);
        }
        let cut = Rect::new(640, 470, 100, 56);
        canvas.card(cut, 8, Colour::Paper, Colour::Line, 1);
        let words = "a very long line that must be cut";
        canvas.text_in(Style::CAPTION, Colour::Ink3, cut.inset(8), Align::Centre, words);
        let empty = Rect::new(770, 330, 310, 150);
        canvas.card(empty, 8, Colour::Paper, Colour::Line, 1);
        paint_empty(canvas, empty, Icon::Chat, "还没有消息", "加个好友，开始聊天吧", false);
        paint_skeleton(canvas, Rect::new(770, 490, 310, 130), 64);
    });
    buttons(&win);
    inputs();
    choices();
    bars();
    list();
    win.end();
    win.show();
    app.run()?;
    Ok(())
}

fn type_scale(canvas: &Canvas) {
    canvas.text(Style::DISPLAY, Colour::Ink, 20, 16, "10001");
    let styles = [
        (Style::TITLE, 72),
        (Style::HEADING, 100),
        (Style::MESSAGE, 124),
        (Style::BODY, 146),
        (Style::CAPTION, 166),
        (Style::MICRO, 182),
    ];
    for (style, y) in styles {
        canvas.text(style, Colour::Ink, 20, y, "好，图书馆三楼见。See you 😄 囧 鿕 한국 ≤");
    }
}

fn faces(canvas: &Canvas) {
    for (at, presence) in (0..).zip(PRESENCES) {
        let id = u8::try_from(at + 1).unwrap_or(1);
        canvas.avatar_with_status(id, 440 + at * 56, 20, 44, Some(presence), Colour::Paper);
        canvas.avatar_with_status(id, 440 + at * 56, 76, 36, Some(presence), Colour::Paper);
    }
    canvas.app_icon(440, 124, 40);
    canvas.room_tile(3, "高二(3)班", Rect::new(490, 124, 40, 40));
    canvas.room_tile(1, "lab", Rect::new(540, 124, 44, 44));
    let server = Rect::new(594, 124, 36, 36);
    canvas.symbol_tile(Icon::Server, server, 8, Colour::BrandSoft, Colour::BrandText);
    canvas.badge(3, 670, 134, false);
    canvas.badge(120, 710, 134, false);
    canvas.badge(38, 740, 134, true);
}

fn header(canvas: &Canvas) {
    let area = Rect::new(440, 176, 300, 96);
    canvas.fill(area, Colour::BrandSoft);
    let clip = canvas.clip(area);
    canvas.leaf(area.x + 276, area.y + 32, 74, 17, Colour::Leaf);
    canvas.leaf(area.x + 298, area.y + 81, 77, -16, Colour::Leaf);
    drop(clip);
    canvas.avatar_with_status(1, 456, 196, 56, Some(Presence::Online), Colour::BrandSoft);
    canvas.text(Style::HEADING, Colour::Ink, 526, 193, "青柠");
    canvas.text(Style::CAPTION, Colour::Ink2, 526, 216, "10001");
    canvas.text(Style::CAPTION, Colour::Ink2, 526, 236, "期中加油，图书馆三楼见");
}

fn buttons(win: &DoubleWindow) {
    use ButtonKind::{Danger, DangerOutline, Outline, Primary, Quiet, Soft, Text};
    let mut x = 20;
    let kinds = [Primary, Outline, Soft, Text, Quiet, DangerOutline, Danger];
    let labels = ["发送", "取消", "柔和", "文字", "次要", "危险", "确认框"];
    for (kind, label) in kinds.into_iter().zip(labels) {
        let mut button = Button::new(kind, label);
        let width = button.wanted_width();
        button.place(Rect::new(x, 214, width, 32));
        if kind == Danger {
            button.on_press(|| ask(question(), |_| {}));
        }
        x += width + 8;
    }
    let mut busy = Button::new(Primary, "登录").size(ButtonSize::Large);
    busy.place(Rect::new(20, 256, 120, 40));
    busy.set_busy(true);
    let mut large = Button::new(Primary, "进入 MyChat").size(ButtonSize::Large);
    large.place(Rect::new(150, 256, 140, 40));
    let mut off = Button::new(Primary, "发送");
    off.place(Rect::new(300, 260, 60, 32));
    off.set_enabled(false);
    let mut menu = Button::new(Outline, "打开").icon(Icon::Folder).size(ButtonSize::Small);
    menu.place(Rect::new(370, 262, 60, 28));
    let (from, on) = (menu.clone(), win.clone());
    menu.on_press(move || {
        open_menu(MenuPlace::Below(on_screen(&from, &on)), entries(), |_| {});
    });
}

fn question() -> Question {
    Question {
        window: "登录设备".into(),
        icon: Icon::Logout,
        danger: true,
        title: "登出其他 3 台设备？".into(),
        text: "它们需要重新输入密码才能登录，本机不受影响。".into(),
        action: "全部登出".into(),
        cancel: "取消".into(),
    }
}

fn entries() -> Vec<MenuEntry> {
    vec![
        MenuItem::new("在线").presence(Presence::Online).checked(true).into(),
        MenuItem::new("离开").presence(Presence::Away).into(),
        MenuEntry::Separator,
        MenuItem::new("设置").icon(Icon::Settings).shortcut("Ctrl+,").into(),
        MenuItem::new("删除").icon(Icon::Trash).danger().into(),
    ]
}

fn inputs() {
    let mut name = Field::new(FieldKind::Outlined, "昵称").counter(16);
    name.place(Rect::new(20, 308, 200, 36));
    let mut number = Field::new(FieldKind::Outlined, "账号或昵称").icon(Icon::User);
    number.place(Rect::new(230, 308, 200, 40));
    number.set_value("10001 青柠");
    let mut secret = Field::new(FieldKind::Outlined, "密码").icon(Icon::Key).secret("显示密码");
    secret.place(Rect::new(440, 308, 200, 40));
    secret.set_value("password");
    let mut wrong = Field::new(FieldKind::Outlined, "");
    wrong.set_error(true);
    wrong.set_value("青");
    wrong.place(Rect::new(650, 308, 90, 36));
    let mut search = Field::new(FieldKind::Search, "搜索联系人、群、聊天记录");
    search.place(Rect::new(20, 360, 276, 32));
    let mut grey = Field::new(FieldKind::Outlined, "");
    grey.set_value("10001");
    grey.set_enabled(false);
    grey.place(Rect::new(310, 358, 110, 36));
}

fn choices() {
    let mut x = 440;
    for (kind, on) in [
        (ChoiceKind::Check, false),
        (ChoiceKind::Check, true),
        (ChoiceKind::Radio, false),
        (ChoiceKind::Radio, true),
        (ChoiceKind::Toggle, false),
        (ChoiceKind::Toggle, true),
    ] {
        let label = if kind == ChoiceKind::Toggle { "" } else { "选" };
        let mut choice = Choice::new(kind, label);
        choice.set_on(on);
        let width = choice.wanted_width();
        choice.place(Rect::new(x, 360, width, 32));
        x += width + 14;
    }
    let words = ["在线", "离开", "忙碌", "隐身"];
    let mut pill = Select::new(SelectKind::PresencePill, &words);
    let width = pill.wanted_width();
    pill.place(Rect::new(770, 20, width, 24));
    let mut small = Select::new(SelectKind::PresenceWords, &words);
    let width = small.wanted_width();
    small.place(Rect::new(880, 22, width, 20));
    let mut boxed = Select::new(SelectKind::Box, &["10 分钟", "20 分钟"]);
    boxed.place(Rect::new(960, 16, 120, 32));
}

fn bars() {
    let mut tabs = Tabs::new(TabKind::Even, &["消息", "联系人", "群聊"]);
    tabs.set_badge(0, 14);
    tabs.place(Rect::new(20, 400, 300, 40));
    let mut flow = Tabs::new(TabKind::Flow, &["Online 42", "Accounts", "Event log"]);
    flow.set_active(2);
    flow.place(Rect::new(330, 400, 300, 40));
    let mut strip = Strip::new();
    strip.set(StripKind::Warning, Icon::Offline, "连接已断开，8 秒后重试", "立即重连");
    strip.place(Rect::new(20, 450, 300, 32));
    let mut good = Strip::new();
    good.set(StripKind::Good, Icon::Check, "已重新连接", "");
    good.place(Rect::new(20, 490, 300, 32));
    let mut x = 340;
    for (icon, tip) in [(Icon::Emoji, "表情"), (Icon::Shake, "窗口抖动"), (Icon::More, "更多")]
    {
        let mut button = IconButton::new(icon, tip);
        button.place(Rect::new(x, 460, 32, 32));
        button.set_on(icon == Icon::Shake);
        x += 36;
    }
}

fn list() {
    let mut list = ScrollList::new(Colour::Paper, |canvas, row| {
        let area = row.area;
        let ground = row.ground(Colour::Paper);
        let id = u8::try_from(row.index % 24 + 1).unwrap_or(1);
        let presence = PRESENCES[row.index % PRESENCES.len()];
        canvas.avatar_with_status(id, area.x + 12, area.y + 10, 44, Some(presence), ground);
        let name = format!("第 {} 位同学", row.index + 1);
        canvas.text(Style::MESSAGE, Colour::Ink, area.x + 68, area.y + 11, &name);
        let preview = "好，图书馆三楼见 😄";
        canvas.text(Style::CAPTION, Colour::Ink2, area.x + 68, area.y + 36, preview);
        let right = area.without_right(16);
        let time = Rect { h: 16, ..right.moved(0, 14) };
        canvas.text_in(Style::MICRO, Colour::Ink3, time, Align::Right, "14:30");
        let count = u64::try_from(row.index % 3).unwrap_or(0) * 60;
        canvas.badge(count, right.right(), area.y + 44, row.index % 2 == 0);
    });
    list.set_rows(std::iter::repeat_n(64, 500));
    list.set_selected(Some(1));
    list.place(Rect::new(770, 60, 310, 256));
}
