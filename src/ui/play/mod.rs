//! The windows of games, all but their boards: all games, an invitation that is made up, why dice are fair.

mod invite;
mod lobby;
mod proof;
mod rows;

use super::app::Model;
use super::app::play::PlayEffect;
use super::paint::Rect;
use super::screen::{self, Side};
use crate::domain::AccountId;
use invite::InvitationWindow;
use lobby::LobbyWindow;
use proof::ProofWindow;

/// Those that stand.
#[derive(Default)]
pub struct PlayWindows {
    lobby: Option<LobbyWindow>,
    invitation: Option<InvitationWindow>,
    proof: Option<ProofWindow>,
}

impl PlayWindows {
    /// Makes, changes and closes them until they are what the model says.
    /// `chat` says where the one with somebody stands.
    pub fn follow(&mut self, model: &Model, side: Side, chat: impl Fn(AccountId) -> Option<Rect>) {
        match (&model.play.lobby, &mut self.lobby) {
            (Some(_), Some(window)) => window.follow(model),
            (Some(_), place) => *place = Some(LobbyWindow::new(model, side)),
            (None, place) => place.take().into_iter().for_each(LobbyWindow::close),
        }
        let invitation = model.play.invitation.as_ref();
        let other =
            |window: &mut InvitationWindow| invitation.is_none_or(|one| !window.is_for(one));
        self.invitation.take_if(other).into_iter().for_each(InvitationWindow::close);
        match (invitation, &mut self.invitation) {
            (Some(one), Some(window)) => window.follow(one, model),
            (Some(one), place) => {
                let lobby = || self.lobby.as_ref().map(LobbyWindow::area);
                let over = if one.in_chat { chat(one.to) } else { lobby() };
                let over = over.unwrap_or_else(screen::front);
                *place = Some(InvitationWindow::new(one, model, over));
            }
            (None, _) => {}
        }
        let proof = model.play.proof.and_then(|game| model.proof_of(game));
        match (proof, &mut self.proof) {
            (Some(proof), Some(window)) => window.follow(proof),
            (Some(proof), place) => *place = Some(ProofWindow::new(proof)),
            (None, place) => place.take().into_iter().for_each(ProofWindow::close),
        }
    }

    /// Does what concerns them.
    pub fn carry_out(&mut self, effect: PlayEffect) {
        match effect {
            PlayEffect::RaiseLobby => self.lobby.iter_mut().for_each(LobbyWindow::raise),
            PlayEffect::RaiseInvitation => {
                self.invitation.iter_mut().for_each(InvitationWindow::raise);
            }
            PlayEffect::RaiseProof => self.proof.iter_mut().for_each(ProofWindow::raise),
        }
    }

    /// They speak the language of the moment.
    pub fn reword(&mut self, model: &Model) {
        self.lobby.iter_mut().for_each(LobbyWindow::reword);
        if let (Some(window), Some(one)) = (&mut self.invitation, &model.play.invitation) {
            window.reword(one, model);
        }
        self.proof.iter_mut().for_each(ProofWindow::reword);
    }

    /// Takes them away.
    pub fn close(&mut self) {
        self.lobby.take().into_iter().for_each(LobbyWindow::close);
        self.invitation.take().into_iter().for_each(InvitationWindow::close);
        self.proof.take().into_iter().for_each(ProofWindow::close);
    }

    /// How many stand beside the panel.
    pub fn count(&self) -> usize {
        usize::from(self.lobby.is_some())
    }
}
