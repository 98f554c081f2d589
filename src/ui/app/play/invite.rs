//! The window in which an invitation to a board game is made up.

use super::PlayEffect;
use crate::domain::game::{Begins, GameKind, GameName, GameOffer, TimeLimit};
use crate::domain::{AccountId, Presence, Target};
use crate::ui::app::games::GamesEffect;
use crate::ui::app::{Effect, Model};

/// Minutes that each player may have; none is no limit.
pub const MINUTES: [Option<u32>; 3] = [Some(5), Some(10), None];

/// An invitation that is made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invitation {
    /// Who is invited.
    pub to: AccountId,
    /// To which game.
    pub game: GameName,
    /// Who begins.
    pub begins: Begins,
    /// Minutes for each player.
    pub minutes: Option<u32>,
    /// Six in a row do not win.
    pub exactly_five: bool,
    /// It is made up in the chat with them, not in the window of all games.
    pub in_chat: bool,
}

/// In its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationMsg {
    /// It opens, from the chat with them.
    Open(AccountId, GameName),
    /// Who begins.
    Begins(Begins),
    /// How long each may think.
    Minutes(Option<u32>),
    /// Whether six in a row win.
    ExactlyFive(bool),
    /// Read the rules.
    Rules,
    /// It is sent.
    Send,
    /// It is not.
    Close,
}

impl Invitation {
    /// As it is sent.
    #[must_use]
    pub fn offer(&self) -> GameOffer {
        let exactly_five = self.exactly_five;
        let kind = match self.game {
            GameName::Xiangqi => GameKind::Xiangqi {},
            _ => GameKind::Gomoku { exactly_five },
        };
        let total_s = self.minutes.map(|minutes| minutes * 60);
        let limit = TimeLimit { total_s, move_s: None };
        GameOffer { kind, limit, begins: self.begins, again: None }
    }
}

impl Model {
    /// Why the server would say no to an invitation, as far as that is known here.
    #[must_use]
    pub fn invitation_refusal(&self, one: &Invitation) -> Option<&'static str> {
        match self.people.presence(one.to) {
            _ if !self.link.is_up() => None,
            Some(Presence::Busy) => Some("game.ask.busy"),
            Some(Presence::Offline) => Some("game.ask.away"),
            _ => None,
        }
    }

    pub(super) fn make_invitation(
        &mut self,
        (to, game): (AccountId, GameName),
        in_chat: bool,
        out: &mut Vec<Effect>,
    ) {
        if self.me.is_none() {
            return;
        }
        let (begins, minutes, exactly_five) = (Begins::Drawn, MINUTES[1], false);
        let one = Invitation { to, game, begins, minutes, exactly_five, in_chat };
        self.play.invitation = Some(one);
        out.push(Effect::Play(PlayEffect::RaiseInvitation));
    }

    pub(super) fn invitation_msg(&mut self, msg: InvitationMsg, out: &mut Vec<Effect>) {
        let refusal = self.play.invitation.and_then(|one| self.invitation_refusal(&one));
        match (msg, &mut self.play.invitation) {
            (InvitationMsg::Open(to, game), _) => self.make_invitation((to, game), true, out),
            (InvitationMsg::Begins(begins), Some(one)) => one.begins = begins,
            (InvitationMsg::Minutes(minutes), Some(one)) => one.minutes = minutes,
            (InvitationMsg::ExactlyFive(on), Some(one)) => one.exactly_five = on,
            (InvitationMsg::Rules, Some(one)) => {
                out.push(Effect::Games(GamesEffect::Rules(one.offer().kind)));
            }
            (InvitationMsg::Send, Some(one)) if refusal.is_none() => {
                let (to, offer) = (Target::Account(one.to), one.offer());
                // Without a link it stands, with what was chosen.
                if self.link.is_up() {
                    self.play.invitation = None;
                }
                self.invite_to(to, offer, out);
            }
            (InvitationMsg::Close, place) => *place = None,
            _ => {}
        }
    }
}
