//! A link to the wanted server: dial, judge its key, greet, back off, notice a dead one.

use std::time::Duration;

use super::auth::Auth;
use super::{Chance, Effect, LinkInput, Request, State, Turn};
use crate::client::api::{ClientEvent, Failure, LinkState, LinkedServer, NO_RETRY, Trust};
use crate::client::words::{one_line, program};
use crate::domain::{Generation, ServerId};
use crate::limits::PING_ANYWAY;
use crate::limits::{
    ANSWER_DEADLINE, NAME_BYTES_MAX, PING_AFTER, REST_AFTER, SIGN_IN_DEADLINE, STEADY_AFTER,
};
use crate::net::address::Address;
use crate::net::protocol::{ClientFrame, Goodbye, Hello, Reason, VERSION, Welcome};

/// Seconds to wait after so many failures in a row; the last one goes on.
const BACK_OFF_S: [u64; 7] = [0, 1, 2, 4, 8, 16, 30];

/// Those who heard at once that a server is elsewhere go there within this time.
const FOLLOWED_WITHIN_MS: u64 = 2_000;

/// The link and the wish for it.
#[derive(Debug, Default)]
pub(super) struct Link {
    wanted: Option<Wanted>,
    pub(super) phase: Phase,
    /// Counts links, so that what an older one still says is ignored.
    pub(super) number: u64,
    failures: usize,
    heard: Duration,
    probed: Option<Duration>,
    /// When the server was last asked whether it is there; at first, when the link came up.
    pinged: Duration,
    /// How far the server's clock is ahead of this computer's, in milliseconds.
    ahead_ms: i64,
    /// Which life of its logs the server said it is in.
    pub(super) generation: Option<Generation>,
    /// The administrator's words for the goodbye that is about to come.
    pub(super) parting: Option<String>,
}

#[derive(Debug)]
struct Wanted {
    /// Where the person says that it is.
    address: Address,
    trust: Trust,
    /// Where it was seen else.
    elsewhere: Option<Address>,
    /// It has not been dialled there since.
    is_fresh: bool,
    /// Whether the dial at hand, or the last one, goes there; and the next one.
    is_there: bool,
    is_next_there: bool,
}

impl Wanted {
    fn new(address: Address, trust: Trust) -> Wanted {
        Wanted {
            address,
            trust,
            elsewhere: None,
            is_fresh: false,
            is_there: false,
            is_next_there: false,
        }
    }

    /// Where it is dialled, or was last.
    fn place(&self) -> &Address {
        self.elsewhere.as_ref().filter(|_| self.is_there).unwrap_or(&self.address)
    }

    /// The next try is at the other place, but for a server that was at this one for a while.
    fn ended(&mut self, was_steady: bool) {
        self.is_next_there = self.elsewhere.is_some() && self.is_there == was_steady;
    }
}

/// Where the link is.
#[derive(Debug, Default)]
pub(super) enum Phase {
    /// No link and none wanted.
    #[default]
    Idle,
    /// No link; tried again at this moment, or not before the person decides.
    Down { retry_at: Option<Duration>, why: Failure },
    /// Address, TCP, TLS.
    Dialing,
    /// TLS stands and the key is right.
    Greeting { server: ServerId, pinned_before: bool, until: Duration },
    /// Frames flow.
    Up { server: LinkedServer, since: Duration },
    /// Hung up because nobody signed in; dialled again when somebody does.
    Resting { server: LinkedServer },
}

/// What follows a link that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Retry {
    /// Another try, later after each failure.
    BackOff,
    /// The person decides.
    Never,
}

impl State {
    pub(super) fn connect(&mut self, turn: &mut Turn<'_>, address: Address, trust: Trust) {
        let same = self.link.wanted.as_ref().is_some_and(|wanted| wanted.address == address);
        if let Phase::Up { server, .. } | Phase::Resting { server } = &self.link.phase {
            let trusted = match trust {
                Trust::Ask | Trust::First => true,
                Trust::Key(id) | Trust::Replace(id) => id == server.id,
            };
            if same && trusted {
                let server = server.clone();
                return turn.link(LinkState::Up { server });
            }
        }
        self.close_link(turn, &Failure::Cancelled);
        self.link.wanted = Some(Wanted::new(address, trust));
        self.link.failures = 0;
        self.dial(turn);
    }

    pub(super) fn disconnect(&mut self, turn: &mut Turn<'_>) {
        self.close_link(turn, &Failure::Cancelled);
        self.leave_desk(turn, &Failure::Cancelled);
        self.auth = Auth::default();
        self.link.wanted = None;
        self.link.phase = Phase::Idle;
        turn.link(LinkState::Idle);
    }

    pub(super) fn reconnect_now(&mut self, turn: &mut Turn<'_>) {
        if let Phase::Down { .. } = self.link.phase {
            self.dial(turn);
        }
    }

    /// The server that is wanted was seen elsewhere. Its key is asked for there as anywhere, and every other
    /// try goes to where the person says that it is: a lie on the network, or a relay of somebody's, keeps
    /// nobody from it. All of a network hear it at once, so they do not come in one instant.
    pub(super) fn follow(&mut self, turn: &mut Turn<'_>, server: ServerId, address: Address) {
        let Phase::Down { retry_at: Some(at), .. } = &mut self.link.phase else { return };
        let Some(wanted) = &mut self.link.wanted else { return };
        if wanted.trust != Trust::Key(server) || wanted.address == address {
            return;
        }
        wanted.is_fresh |= wanted.elsewhere.as_ref() != Some(&address);
        wanted.elsewhere = Some(address);
        if !wanted.is_there && (wanted.is_fresh || !wanted.is_next_there) {
            wanted.is_next_there = true;
            let spread = Duration::from_millis(self.chance.below(FOLLOWED_WITHIN_MS));
            *at = (*at).min(turn.now.uptime + spread);
        }
    }

    /// Dials where there is no link and one could be had. Says why where it cannot.
    pub(super) fn want_link(&mut self, turn: &mut Turn<'_>) -> Result<(), Failure> {
        match &self.link.phase {
            Phase::Idle => return Err(Failure::Offline),
            Phase::Down { retry_at: None, why } => return Err(why.clone()),
            Phase::Down { .. } | Phase::Resting { .. } => self.dial(turn),
            Phase::Up { since, .. } if turn.uptime() >= *since + REST_AFTER => {
                self.redial(turn);
            }
            Phase::Up { .. } | Phase::Dialing | Phase::Greeting { .. } => {}
        }
        Ok(())
    }

    /// A fresh link instead of this one, whose time for signing in has run.
    pub(super) fn redial(&mut self, turn: &mut Turn<'_>) {
        self.hang_up(turn);
        self.drop_requests(turn, &Failure::LinkLost);
        self.dial(turn);
    }

    /// Hangs up a link that is not signed in and remembers who answered.
    pub(super) fn rest(&mut self, turn: &mut Turn<'_>) {
        if let Phase::Up { server, .. } = &self.link.phase {
            let server = server.clone();
            self.close_link(turn, &Failure::LinkLost);
            self.link.phase = Phase::Resting { server };
        }
    }

    pub(super) fn on_link(&mut self, turn: &mut Turn<'_>, what: LinkInput) {
        self.link.heard = turn.uptime();
        self.link.probed = None;
        match what {
            LinkInput::Secured(server) => {
                self.link.pinged = turn.uptime();
                self.on_secured(turn, server);
            }
            LinkInput::WrongKey(offered) => self.key_changed(turn, offered),
            LinkInput::Failed(why) => {
                self.link.failures = self.link.failures.max(1);
                self.go_down(turn, why, Retry::BackOff);
            }
            LinkInput::Frame(frame) => self.on_frame(turn, frame),
            LinkInput::Lost { garbled } => {
                let why = match (garbled, &self.link.phase) {
                    (true, Phase::Dialing | Phase::Greeting { .. }) => Failure::NotMyChat,
                    _ => Failure::LinkLost,
                };
                self.go_down(turn, why, Retry::BackOff);
            }
        }
    }

    pub(super) fn on_welcome(&mut self, turn: &mut Turn<'_>, welcome: &Welcome) {
        let Phase::Greeting { server, pinned_before, .. } = self.link.phase else { return };
        let Some(wanted) = &mut self.link.wanted else { return };
        if welcome.version != VERSION {
            return self.go_down(turn, Failure::Version, Retry::Never);
        }
        wanted.trust = Trust::Key(server);
        self.link.generation = welcome.generation;
        self.link.ahead_ms = welcome.now.saturating_sub(turn.now.wall_ms);
        let info = LinkedServer {
            id: server,
            name: one_line(&welcome.name, NAME_BYTES_MAX),
            address: wanted.place().clone(),
            registration: welcome.registration,
            online: welcome.online,
            pinned_before,
            ahead_ms: self.link.ahead_ms,
        };
        let (place, is_first) = (&info.address, !wanted.is_there);
        turn.writes.extend(self.known.met(server, &info.name, (place, is_first), turn.now.wall_ms));
        self.link.phase = Phase::Up { server: info.clone(), since: turn.uptime() };
        turn.link(LinkState::Up { server: info });
        self.sign_in_on_link(turn, server);
    }

    pub(super) fn on_goodbye(&mut self, turn: &mut Turn<'_>, goodbye: Goodbye) {
        match goodbye {
            Goodbye::TooOld => self.go_down(turn, Failure::Version, Retry::Never),
            Goodbye::Timeout if matches!(self.auth, Auth::Out { .. }) => self.rest(turn),
            Goodbye::SignedOut
            | Goodbye::PasswordChanged
            | Goodbye::Replaced
            | Goodbye::Kicked
            | Goodbye::Banned
            | Goodbye::Deleted => {
                let words = self.link.parting.take();
                self.signed_out(turn, goodbye, words.clone());
                match &self.link.phase {
                    Phase::Up { .. } => self.rest(turn),
                    _ => self.go_down(turn, Failure::hung_up(goodbye, words), Retry::BackOff),
                }
            }
            Goodbye::BadFrame | Goodbye::FrameTooLarge => {
                if let Some(desk) = &mut self.desk {
                    desk.give_up_first_sent(turn, &Failure::Goodbye(goodbye));
                }
                self.go_down(turn, Failure::Goodbye(goodbye), Retry::BackOff);
            }
            _ => self.go_down(turn, Failure::Goodbye(goodbye), Retry::BackOff),
        }
    }

    pub(super) fn on_time(&mut self, turn: &mut Turn<'_>) {
        let now = turn.uptime();
        match &self.link.phase {
            Phase::Down { retry_at: Some(at), .. } if now >= *at => self.dial(turn),
            Phase::Greeting { until, .. } if now >= *until => {
                self.go_down(turn, Failure::NotMyChat, Retry::BackOff);
            }
            Phase::Up { since, .. } => {
                if matches!(self.auth, Auth::Out { .. }) && now >= *since + REST_AFTER {
                    self.rest(turn);
                } else if now >= self.silent_until() {
                    self.go_down(turn, Failure::LinkLost, Retry::BackOff);
                } else if self.link.probed.is_none() && now >= self.ping_at() {
                    self.link.probed = Some(now);
                    self.link.pinged = now;
                    let id = self.request(turn, Request::Ping);
                    turn.write(ClientFrame::Ping { id });
                }
            }
            _ => {}
        }
    }

    pub(super) fn link_wakes_at(&self) -> Option<Duration> {
        match &self.link.phase {
            Phase::Down { retry_at, .. } => *retry_at,
            Phase::Greeting { until, .. } => Some(*until),
            Phase::Up { since, .. } => {
                let rest = match self.auth {
                    Auth::Out { .. } => *since + REST_AFTER,
                    _ => Duration::MAX,
                };
                let ping = match self.link.probed {
                    None => self.ping_at(),
                    Some(_) => Duration::MAX,
                };
                Some(rest.min(ping).min(self.silent_until()))
            }
            Phase::Idle | Phase::Dialing | Phase::Resting { .. } => None,
        }
    }

    /// How long ago the server said something, by its own clock. A computer that slept hears it late.
    pub(super) fn age_ms(&self, turn: &Turn<'_>, sent: i64) -> i64 {
        turn.now.wall_ms.saturating_add(self.link.ahead_ms).saturating_sub(sent)
    }

    /// A silent server is asked whether it is there; a talkative one has to hear from us as well,
    /// or it takes a person who only reads for gone.
    fn ping_at(&self) -> Duration {
        (self.link.heard + PING_AFTER).min(self.link.pinged + PING_ANYWAY)
    }

    /// The server behind the link, while frames flow.
    pub(super) fn server(&self) -> Option<ServerId> {
        match &self.link.phase {
            Phase::Up { server, .. } => Some(server.id),
            _ => None,
        }
    }

    /// The end of the server's time to say anything: it was asked and has been silent since.
    fn silent_until(&self) -> Duration {
        let asked = self.requests.values().map(|(asked, _)| *asked).min();
        match asked {
            Some(asked) => asked.max(self.link.heard) + ANSWER_DEADLINE,
            None => Duration::MAX,
        }
    }

    fn dial(&mut self, turn: &mut Turn<'_>) {
        let Some(wanted) = &mut self.link.wanted else { return };
        wanted.is_there = wanted.is_next_there;
        wanted.is_fresh &= !wanted.is_there;
        let expected = match wanted.trust {
            Trust::Key(id) | Trust::Replace(id) => Some(id),
            Trust::Ask | Trust::First => {
                self.known.server_at(wanted.place()).map(|server| server.id)
            }
        };
        self.link.number += 1;
        self.link.parting = None;
        self.link.phase = Phase::Dialing;
        let (link, address) = (self.link.number, wanted.place().clone());
        turn.link(LinkState::Dialing);
        turn.effects.push(Effect::Dial { link, address, expected });
    }

    /// The key is proven; nothing was sent. Here, and only here, it is judged.
    fn on_secured(&mut self, turn: &mut Turn<'_>, server: ServerId) {
        let (Phase::Dialing, Some(wanted)) = (&self.link.phase, &self.link.wanted) else { return };
        let address = wanted.place().clone();
        let known = self.known.server(server).is_some();
        let pinned = self.known.server_at(&address).map(|pinned| pinned.id);
        let changed = match (wanted.trust, pinned) {
            (Trust::Key(id) | Trust::Replace(id), _) | (Trust::Ask | Trust::First, Some(id)) => {
                id != server
            }
            (Trust::Ask, None) if !known => {
                turn.emit(ClientEvent::TrustNeeded { address, offered: server });
                return self.go_down(turn, Failure::KeyUnknown, Retry::Never);
            }
            (Trust::Ask | Trust::First, None) => false,
        };
        if changed {
            return self.key_changed(turn, server);
        }
        let until = turn.uptime() + SIGN_IN_DEADLINE;
        self.link.phase = Phase::Greeting { server, pinned_before: known, until };
        turn.link(LinkState::Greeting);
        turn.write(ClientFrame::Hello(Hello {
            version: VERSION,
            features: Vec::new(),
            client: program(),
            has_token: self.auth.opens_with_token(),
        }));
    }

    fn key_changed(&mut self, turn: &mut Turn<'_>, offered: ServerId) {
        let Some(wanted) = &self.link.wanted else { return };
        if wanted.is_there {
            // Somebody else is where it was seen, which says nothing of the server itself.
            return self.go_down(turn, Failure::Unreachable, Retry::BackOff);
        }
        let expected = match wanted.trust {
            Trust::Key(id) | Trust::Replace(id) => Some(id),
            Trust::Ask | Trust::First => None,
        };
        let pin = match expected {
            Some(id) => self.known.server(id),
            None => self.known.server_at(&wanted.address),
        };
        let address = wanted.address.clone();
        let why = match (expected, pin) {
            // What was never met cannot have changed: the link or the list speaks of another key.
            (Some(wanted), None) => {
                turn.emit(ClientEvent::KeyOther { address, offered, wanted });
                Failure::KeyOther
            }
            (expected, pin) => {
                let since = pin.map_or(0, |pin| pin.since);
                let pinned = expected.or(pin.map(|pin| pin.id)).unwrap_or(offered);
                turn.emit(ClientEvent::KeyChanged { address, offered, pinned, since });
                Failure::KeyChanged
            }
        };
        self.go_down(turn, why, Retry::Never);
    }

    /// The link is over: says so, answers what waited for it, plans the next try.
    pub(super) fn go_down(&mut self, turn: &mut Turn<'_>, why: Failure, retry: Retry) {
        let was_steady = matches!(&self.link.phase, Phase::Up { since, .. }
            if turn.uptime() >= *since + STEADY_AFTER);
        if was_steady {
            self.link.failures = 0;
        }
        self.close_link(turn, &why);
        if let Some(wanted) = &mut self.link.wanted {
            wanted.ended(was_steady);
        }
        let (retry_at, retry_in_ms) = match retry {
            Retry::Never => (None, NO_RETRY),
            Retry::BackOff => {
                let wait = self.back_off();
                let ms = u64::try_from(wait.as_millis()).unwrap_or(NO_RETRY);
                (Some(turn.uptime() + wait), ms)
            }
        };
        self.link.phase = Phase::Down { retry_at, why: why.clone() };
        turn.link(LinkState::Down { retry_in_ms, why });
    }

    /// The wait before the next try: up to a quarter less than planned, so that a class whose
    /// server restarts does not come back in one instant.
    fn back_off(&mut self) -> Duration {
        let wait = back_off(self.link.failures, &mut self.chance);
        self.link.failures += 1;
        wait
    }

    /// Where the server is and who it is, while frames flow.
    pub(super) fn linked(&self) -> Option<(Address, ServerId)> {
        match &self.link.phase {
            Phase::Up { server, .. } => Some((server.address.clone(), server.id)),
            _ => None,
        }
    }

    fn close_link(&mut self, turn: &mut Turn<'_>, why: &Failure) {
        self.hang_up(turn);
        self.auth_link_lost(turn, why);
        self.drop_requests(turn, why);
    }

    fn hang_up(&mut self, turn: &mut Turn<'_>) {
        match self.link.phase {
            Phase::Up { .. } => {
                turn.write(ClientFrame::Bye {});
                turn.effects.push(Effect::HangUp);
            }
            Phase::Dialing | Phase::Greeting { .. } => turn.effects.push(Effect::HangUp),
            Phase::Idle | Phase::Down { .. } | Phase::Resting { .. } => {}
        }
        self.link.number += 1;
        self.link.probed = None;
    }
}

/// The wait after so many failures in a row.
pub(super) fn back_off(failures: usize, chance: &mut Chance) -> Duration {
    let base_ms = BACK_OFF_S[failures.min(BACK_OFF_S.len() - 1)] * 1000;
    Duration::from_millis(base_ms - chance.below(base_ms / 4 + 1))
}

/// Whether a refusal is cured by time alone.
pub(super) fn is_cured_by_time(reason: Reason) -> bool {
    matches!(reason, Reason::TooFast)
}

#[cfg(test)]
mod tests {
    use super::super::Input;
    use super::super::model::{ModelStore, welcome};
    use super::super::tests::Alone;
    use super::super::world::address;
    use super::*;
    use crate::client::api::Intent;
    use crate::net::protocol::ServerFrame;

    const SERVER: ServerId = ServerId([0x51; 32]);
    const OTHER: ServerId = ServerId([0x52; 32]);

    fn moved() -> Address {
        Address { port: address().port + 1, ..address() }
    }

    /// Where it dials, if it does.
    fn dialled(alone: &Alone) -> Option<Address> {
        alone.effects.iter().find_map(|effect| match effect {
            Effect::Dial { address, .. } => Some(address.clone()),
            _ => None,
        })
    }

    fn seen(alone: &mut Alone, server: ServerId, address: Address) {
        alone.input(Input::Intent(Intent::Follow { server, address }));
    }

    /// Where the next try goes, and after how long.
    fn next(alone: &mut Alone) -> (Option<Address>, Duration) {
        let from = alone.now;
        alone.now = alone.state.wake_at().unwrap();
        alone.input(Input::Tick);
        (dialled(alone), alone.now.saturating_sub(from))
    }

    fn up(alone: &mut Alone) {
        alone.link(LinkInput::Secured(SERVER));
        alone.link(LinkInput::Frame(ServerFrame::Welcome(welcome())));
    }

    fn fails(alone: &mut Alone) {
        alone.link(LinkInput::Failed(Failure::PortClosed));
    }

    fn lost() -> Alone {
        let mut alone = Alone::new(&ModelStore::default());
        alone.connect(Trust::First);
        up(&mut alone);
        alone.link(LinkInput::Lost { garbled: false });
        for _ in 0..6 {
            fails(&mut alone);
            if alone.down().unwrap().0 < 10_000 {
                next(&mut alone);
            }
        }
        assert!(alone.down().unwrap().0 > 10_000, "tried seldom by now");
        alone
    }

    #[test]
    fn a_server_that_moved_is_followed_and_still_looked_for_where_it_was() {
        let mut alone = lost();
        seen(&mut alone, OTHER, moved());
        let within = Duration::from_millis(FOLLOWED_WITHIN_MS);
        assert!(alone.state.wake_at().unwrap() > alone.now + within, "another server");
        seen(&mut alone, SERVER, moved());
        let (place, after) = next(&mut alone);
        assert!(place == Some(moved()) && after <= within, "{place:?} after {after:?}");
        up(&mut alone);
        assert_eq!(alone.state.linked(), Some((moved(), SERVER)));
        let known = alone.state.known.server(SERVER).unwrap().addresses.clone();
        let ports: Vec<u16> = known.iter().map(|(_, port)| *port).collect();
        assert_eq!(ports, [address().port, moved().port], "the person's own word stays first");
        // It was there for a while: it is looked for there first, and elsewhere behind that.
        alone.now += STEADY_AFTER;
        alone.link(LinkInput::Lost { garbled: false });
        assert_eq!(dialled(&alone), Some(moved()));
        fails(&mut alone);
        assert_eq!(next(&mut alone).0, Some(address()));
        fails(&mut alone);
        assert_eq!(next(&mut alone).0, Some(moved()));
        // One that hangs up soon is left at once.
        up(&mut alone);
        alone.link(LinkInput::Lost { garbled: false });
        assert_eq!(dialled(&alone).or_else(|| next(&mut alone).0), Some(address()));
    }

    #[test]
    fn lies_about_where_it_is_keep_nobody_from_it() {
        let lies = || [LinkInput::WrongKey(OTHER), LinkInput::Failed(Failure::PortClosed)];
        for lie in lies() {
            let mut alone = lost();
            seen(&mut alone, SERVER, moved());
            assert_eq!(next(&mut alone).0, Some(moved()));
            alone.link(lie);
            let is_asked =
                |effect: &Effect| matches!(effect, Effect::Emit(ClientEvent::KeyChanged { .. }));
            assert!(!alone.effects.iter().any(is_asked), "nobody is asked about it");
            // Another lie takes the place of the first; the next try is not for sale.
            let due = alone.state.wake_at();
            let other = Address { port: address().port + 2, ..address() };
            seen(&mut alone, SERVER, other.clone());
            assert_eq!(alone.state.wake_at(), due);
            assert_eq!(next(&mut alone).0, Some(address()));
            fails(&mut alone);
            seen(&mut alone, SERVER, other.clone());
            let (place, after) = next(&mut alone);
            assert!(place == Some(other) && after <= Duration::from_millis(FOLLOWED_WITHIN_MS));
        }
    }
}
