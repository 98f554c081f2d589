//! The button of games over the box, and its menu.

use super::Parts;
use crate::domain::Target;
use crate::domain::game::{GameKind, GameName, GameOffer};
use crate::ui::app::play::PlayMsg;
use crate::ui::app::play::invite::InvitationMsg;
use crate::ui::app::play::look::{game_words, offer_options};
use crate::ui::app::{Model, Msg};
use crate::ui::paint::{Icon, Rect};
use crate::ui::shell::post;
use crate::ui::text::{language, tr, tr_with};
use crate::ui::widgets::{MenuEntry, MenuItem, MenuPlace, on_screen, open_menu};

/// About as wide as the menu.
const WIDE: i32 = 280;

/// What one can play in a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gaming {
    /// There is no link.
    #[default]
    Offline,
    /// Not with oneself.
    Oneself,
    /// Only with friends.
    Strangers,
    /// Everything, with a friend.
    Friend,
    /// What has no board, with whoever accepts.
    Crowd,
}

impl Gaming {
    /// What the model says of a conversation.
    #[must_use]
    pub fn of(model: &Model, target: Target) -> Gaming {
        match target {
            _ if !model.link.is_up() => Gaming::Offline,
            Target::Account(account) if model.my_account() == Some(account) => Gaming::Oneself,
            Target::Account(account) if model.people.is_friend(account) => Gaming::Friend,
            Target::Account(_) => Gaming::Strangers,
            Target::Lobby | Target::Room(_) => Gaming::Crowd,
        }
    }

    /// Why nothing can be played; else what the button is for.
    #[must_use]
    pub fn tip(self) -> &'static str {
        match self {
            Gaming::Offline => "game.offline",
            Gaming::Oneself => "game.pick.self",
            Gaming::Strangers => "game.pick.friends",
            Gaming::Friend | Gaming::Crowd => "game.tip",
        }
    }
}

impl Parts {
    /// Board games are made up in a window of their own, the others are offered at once.
    pub(super) fn open_games(&self) {
        let (target, gaming) = {
            let view = &self.state.borrow().view;
            (view.target, view.gaming)
        };
        let mut menu: Vec<(MenuEntry, Option<PlayMsg>)> = Vec::new();
        if !matches!(gaming, Gaming::Friend | Gaming::Crowd) {
            let why = MenuItem::new(tr(gaming.tip())).icon(Icon::Info).disabled(true);
            menu.push((why.into(), None));
        }
        if let (Gaming::Friend, Target::Account(account)) = (gaming, target) {
            for (game, icon) in [(GameName::Gomoku, Icon::Gomoku), (GameName::Xiangqi, Icon::Crown)]
            {
                let item = MenuItem::new(game_words(game, language())).icon(icon);
                let open = PlayMsg::Invitation(InvitationMsg::Open(account, game));
                menu.push((item.into(), Some(open)));
            }
            menu.push((MenuEntry::Separator, None));
        }
        if matches!(gaming, Gaming::Friend | Gaming::Crowd) {
            let kinds = [1, 3, 5].map(|best_of| GameKind::Hands { best_of });
            for kind in kinds.into_iter().chain([GameKind::Dice {}]) {
                let offer = GameOffer {
                    kind,
                    limit: crate::domain::game::TimeLimit::default(),
                    begins: crate::domain::game::Begins::default(),
                    again: None,
                };
                let rule = offer_options(&offer, language());
                let game = game_words(kind.name(), language());
                let words = tr_with("game.pick.hands", &[("game", game), ("rule", &rule)]);
                let item = MenuItem::new(&words).icon(Icon::Game);
                menu.push((item.into(), Some(PlayMsg::Offer(target, kind))));
            }
        }
        let (entries, mut acts): (Vec<_>, Vec<_>) = menu.into_iter().unzip();
        // It stands to the right of the button's left edge, over the messages.
        let over = Rect { w: WIDE, ..on_screen(&self.game, &self.window) };
        open_menu(MenuPlace::Above(over), entries, move |picked| {
            if let Some(msg) = picked.and_then(|index| acts.get_mut(index)?.take()) {
                post(Msg::Play(msg));
            }
        });
    }
}
