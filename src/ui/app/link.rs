//! The link as the strip below the panel's header shows it.

use super::{Effect, Model, Moment, Screen};
use crate::client::api::{LinkedServer, NO_RETRY};
use crate::client::finder::FoundCard;
use crate::client::{Failure, Intent, LinkState};

/// How long "Reconnected" stays.
const BACK_MS: u64 = 2_000;
/// A link that comes back within this time is not worth a word.
const QUIET_MS: u64 = 400;

/// What is known of the link.
#[derive(Debug, Default)]
pub struct Link {
    state: Option<LinkState>,
    /// The server of the last link that was up.
    pub server: Option<LinkedServer>,
    /// Why the last link ended.
    pub why: Option<Failure>,
    signed_in: bool,
    down_since: Option<u64>,
    retry_at: u64,
    back_until: Option<u64>,
    key_trouble: bool,
}

/// The strip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strip {
    /// All is well.
    None,
    /// Retrying in so many seconds.
    Lost(u64),
    /// Trying now.
    Retrying,
    /// Not tried again by itself; [`Link::why`] says why.
    Stopped,
    /// It is back.
    Back,
    /// The key is another one: nothing goes on without the person.
    Key,
}

/// A link that is down, in as many words as the windows of chats have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// It is tried again by itself in so many seconds.
    Waiting(u64),
    /// It is tried now.
    Retrying,
    /// It is not, or the key is asked about.
    Stopped,
}

impl Link {
    /// Whether frames flow and this account is signed in on it.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.signed_in && matches!(self.state, Some(LinkState::Up { .. }))
    }

    /// Whether the link stands, signed in or not.
    #[must_use]
    pub fn stands(&self) -> Option<&LinkedServer> {
        match &self.state {
            Some(LinkState::Up { server }) => Some(server),
            _ => None,
        }
    }

    /// What the strip says now.
    #[must_use]
    pub fn strip(&self, now: Moment) -> Strip {
        if self.key_trouble {
            return Strip::Key;
        }
        if self.is_up() {
            let is_back = self.back_until.is_some_and(|until| now.mono_ms < until);
            return if is_back { Strip::Back } else { Strip::None };
        }
        match self.down_since {
            Some(since) if now.mono_ms < since + QUIET_MS => Strip::None,
            Some(_) if self.retry_at == NO_RETRY => Strip::Stopped,
            Some(_) if now.mono_ms < self.retry_at => {
                Strip::Lost((self.retry_at - now.mono_ms).div_ceil(1_000))
            }
            Some(_) => Strip::Retrying,
            None => Strip::None,
        }
    }

    /// What the windows of chats say of it.
    #[must_use]
    pub fn lost(&self, now: Moment) -> Option<Lost> {
        match self.strip(now) {
            Strip::Lost(seconds) => Some(Lost::Waiting(seconds)),
            Strip::Retrying => Some(Lost::Retrying),
            Strip::Stopped | Strip::Key => Some(Lost::Stopped),
            Strip::None | Strip::Back => None,
        }
    }

    /// Whether it is down and tried again by itself.
    fn is_retried(&self) -> bool {
        matches!(self.state, Some(LinkState::Down { retry_in_ms, .. }) if retry_in_ms != NO_RETRY)
    }

    /// The link is signed in; `again` when the panel stood already.
    pub(super) fn is_signed_in(&mut self, now: Moment, again: bool) {
        let was_said = self.down_since.is_some_and(|since| now.mono_ms >= since + QUIET_MS);
        if again && was_said {
            self.back_until = Some(now.mono_ms + BACK_MS);
        }
        self.signed_in = true;
        self.down_since = None;
        self.key_trouble = false;
    }

    /// A question about the key stands between us and the server.
    pub(super) fn key_trouble(&mut self, is_there: bool) {
        self.key_trouble = is_there;
    }

    pub(super) fn tick(&mut self, now: Moment) {
        if self.back_until.is_some_and(|until| now.mono_ms >= until) {
            self.back_until = None;
        }
    }

    fn change(&mut self, state: LinkState, now: Moment) {
        if let LinkState::Down { retry_in_ms, why } = &state {
            self.why = Some(why.clone());
            self.retry_at = now.mono_ms.saturating_add(*retry_in_ms);
        }
        match &state {
            LinkState::Up { server } => self.server = Some(server.clone()),
            _ => {
                self.signed_in = false;
                self.down_since.get_or_insert(now.mono_ms);
            }
        }
        self.state = Some(state);
    }
}

impl Model {
    /// The time by the server's clock, as far as it is known: what others wrote down is of that one.
    #[must_use]
    pub fn server_ms(&self) -> i64 {
        let ahead = self.link.server.as_ref().map_or(0, |server| server.ahead_ms);
        self.now.wall_ms.saturating_add(ahead)
    }

    pub(super) fn link_changed(&mut self, state: LinkState, out: &mut Vec<Effect>) {
        let failed = match &state {
            LinkState::Down { why, .. } => Some(why.clone()),
            _ => None,
        };
        if let LinkState::Up { server } = &state {
            self.greeted(server);
        }
        let stands = matches!(state, LinkState::Up { .. });
        let was_up = self.link.is_up();
        self.link.change(state, self.now);
        if was_up && !self.link.is_up() {
            self.people.lose_sight();
        }
        match failed {
            // The question about the key is asked in its own window.
            Some(Failure::KeyUnknown | Failure::KeyChanged) => {}
            Some(why) if self.screen == Screen::Login => self.attempt_lost(why, out),
            Some(_) if self.link.is_retried() => {
                out.push(Effect::SearchServers);
                self.follow_server(out);
            }
            _ if stands && self.screen == Screen::Login => self.attempt_linked(out),
            _ => {}
        }
    }

    /// A server that went away may be back elsewhere: on another port, or with another address of its
    /// network. Only where it proved its key counts.
    pub(super) fn follow_server(&mut self, out: &mut Vec<Effect>) {
        let Some(server) = &self.link.server else { return };
        let proves = |card: &&FoundCard| card.id == server.id && card.proven && card.reachable;
        if self.link.is_retried()
            && self.screen == Screen::Panel
            && let Some(card) = self.login.servers().find(proves)
            && card.address != server.address
        {
            let (server, address) = (card.id, card.address.clone());
            out.push(Effect::Ask(Intent::Follow { server, address }));
        }
    }

    /// The person does not want to wait for the back-off.
    pub(super) fn reconnect_now(&mut self, out: &mut Vec<Effect>) {
        self.link.retry_at = self.now.mono_ms;
        out.push(Effect::Ask(Intent::ReconnectNow));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{World, server};
    use super::*;
    use crate::client::ClientEvent;
    use crate::domain::Presence;
    use crate::ui::app::panel::PanelMsg;
    use crate::ui::app::{Msg, testing::person};

    fn down(retry_in_ms: u64) -> Msg {
        Msg::Client(ClientEvent::Link(LinkState::Down { retry_in_ms, why: Failure::LinkLost }))
    }

    #[test]
    fn the_strip_counts_down_retries_and_says_when_it_is_back() {
        let mut world = World::signed_in();
        assert_eq!(world.model.link.strip(world.now), Strip::None);
        world.send(down(8_000));
        assert_eq!(world.model.link.strip(world.now), Strip::None, "a blink is not worth a word");
        let lost = |world: &World| world.model.link.lost(world.now);
        assert_eq!(lost(&world), None);
        world.pass(500);
        assert_eq!(lost(&world), Some(Lost::Waiting(8)), "the same as in the panel");
        assert_eq!(world.model.link.strip(world.now), Strip::Lost(8));
        world.pass(6_600);
        assert_eq!(world.model.link.strip(world.now), Strip::Lost(1));
        world.pass(1_000);
        assert_eq!(world.model.link.strip(world.now), Strip::Retrying);
        world.send(Msg::Client(ClientEvent::Link(LinkState::Dialing)));
        assert_eq!(world.model.link.strip(world.now), Strip::Retrying);
        world.send(Msg::Client(ClientEvent::Link(LinkState::Up { server: server() })));
        assert_eq!(world.model.link.strip(world.now), Strip::Retrying, "not signed in yet");
        let you = person(10_001, "青柠");
        world.send(Msg::Client(ClientEvent::SignedIn { you, presence: Presence::Online }));
        assert_eq!((world.model.link.strip(world.now), lost(&world)), (Strip::Back, None));
        world.pass(2_000);
        assert_eq!(world.model.link.strip(world.now), Strip::None);
    }

    #[test]
    fn without_a_link_nobody_is_said_to_be_online() {
        let mut world = World::signed_in();
        let other = crate::domain::AccountId(10_002);
        world.send(Msg::Client(ClientEvent::Presence(vec![(other, Presence::Online)])));
        let presence = |world: &World| world.model.people.presence(other);
        assert_eq!(presence(&world), Some(Presence::Online));
        world.send(down(8_000));
        assert_eq!(presence(&world), None);
        world.send(Msg::Client(ClientEvent::Link(LinkState::Dialing)));
        assert_eq!(presence(&world), None);
        world.up();
        let you = person(10_001, "青柠");
        world.send(Msg::Client(ClientEvent::SignedIn { you, presence: Presence::Online }));
        assert_eq!(presence(&world), Some(Presence::Offline), "until the server says otherwise");
    }

    #[test]
    fn reconnect_now_ends_the_countdown() {
        let mut world = World::signed_in();
        world.send(down(30_000));
        world.pass(1_000);
        let effects = world.send(Msg::Panel(PanelMsg::ReconnectNow));
        assert!(matches!(effects[..], [Effect::Ask(Intent::ReconnectNow)]));
        assert_eq!(world.model.link.strip(world.now), Strip::Retrying);
    }

    #[test]
    fn a_lost_server_is_followed_where_it_proved_its_key() {
        let here = server();
        let mut card = crate::ui::app::testing::found(1, "Lab");
        (card.id, card.address.port) = (here.id, here.address.port + 1);
        let follows = |effects: &[Effect]| {
            effects.iter().find_map(|effect| match effect {
                Effect::Ask(Intent::Follow { server, address }) => Some((*server, address.clone())),
                _ => None,
            })
        };
        let mut world = World::signed_in();
        let said = |card: &FoundCard| Msg::Servers(vec![card.clone()]);
        assert_eq!(follows(&world.send(said(&card))), None, "the link stands");
        card.proven = false;
        world.send(said(&card));
        let effects = world.send(down(1_000));
        assert!(effects.iter().any(|effect| matches!(effect, Effect::SearchServers)));
        assert_eq!(follows(&effects), None, "anybody may say so");
        card.proven = true;
        let there = Some((here.id, card.address.clone()));
        assert_eq!(follows(&world.send(said(&card))), there);
        assert_eq!(follows(&world.send(down(1_000))), there, "found before it was lost");
        card.address = here.address;
        world.send(said(&card));
        assert_eq!(follows(&world.send(down(1_000))), None, "where it was");
    }
}
