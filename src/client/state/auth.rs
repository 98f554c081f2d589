//! Registering and signing in as steps, and signing in again by itself after every break.

use super::desk::Leaving;
use super::{Effect, OpaqueFailure, OpaqueStep, Request, State, Turn, passwords};
use crate::client::api::{Answer, ClientEvent, Failure, Intent, Secret, Ticket};
use crate::client::credential::Credential;
use crate::domain::{AccountId, Person, Presence, ServerId};
use crate::net::protocol::{
    Auth as Step, AuthStep, ClientFrame, Command, Goodbye, Opaque, Reason, Refusal, Signal,
};
use crate::store::local::Owner;

use std::time::Duration;

/// Messages that wait keep a sign-out for so long at most; they stay in the outbox then.
const SIGN_OUT_LATE: Duration = Duration::from_secs(5);

/// Who this link is signed in as, or on the way to it.
#[derive(Debug)]
pub(super) enum Auth {
    /// Nobody. `resume` signs in again on the next link.
    Out { resume: Option<Resume> },
    /// A wish waits for its link, or is on its way.
    Under { wish: Wish, stage: Stage, resume: Option<Resume> },
    /// Signed in.
    In { you: Person, resume: Resume },
}

/// How to sign in again after a break; kept in memory even where nothing is remembered.
#[derive(Debug, Clone)]
pub(super) struct Resume {
    server: ServerId,
    credential: Credential,
    presence: Presence,
    /// The person chose it while there was no link: the server has to be told.
    chosen: bool,
}

/// What the person, or a break, asked for.
#[derive(Debug)]
pub(super) enum Wish {
    Register {
        ticket: Ticket,
        nickname: String,
        password: Secret,
        code: Option<Secret>,
        avatar: u8,
        remember: bool,
    },
    Password {
        ticket: Ticket,
        login: String,
        password: Secret,
        remember: bool,
        presence: Presence,
    },
    Recover {
        ticket: Ticket,
        login: String,
        code: Vec<u8>,
        password: Secret,
        remember: bool,
    },
    /// Without a ticket when nobody asked: after a break.
    Token {
        ticket: Option<Ticket>,
        account: AccountId,
        token: Option<Secret>,
        presence: Presence,
    },
}

/// How far a wish is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The link is not up yet.
    Waiting,
    /// The first step is computed here.
    Starting(u64),
    /// The server has the first step.
    Asked,
    /// The password is stretched here.
    Stretching(u64),
    /// The server has the last step.
    Confirming,
}

impl Default for Auth {
    fn default() -> Self {
        Auth::Out { resume: None }
    }
}

impl Auth {
    /// Whether the next link signs in by itself, or this one is signed in.
    pub(super) fn resumes(&self) -> bool {
        self.resume().is_some()
    }

    /// Whether the next link will open with a token.
    pub(super) fn opens_with_token(&self) -> bool {
        match self {
            Auth::Under { wish, .. } => matches!(wish, Wish::Token { .. }),
            Auth::Out { resume } => resume.is_some(),
            Auth::In { .. } => false,
        }
    }

    /// The person chose a presence on some device: a break resumes with that one. Being away is each
    /// device's own, and being online is also what others are told while another device is not away.
    pub(super) fn follow(&mut self, told: Presence) {
        let Auth::In { resume, .. } = self else { return };
        match (told, resume.presence) {
            (Presence::Busy | Presence::Invisible, _)
            | (Presence::Online, Presence::Busy | Presence::Invisible) => resume.presence = told,
            _ => {}
        }
    }

    fn resume(&self) -> Option<&Resume> {
        match self {
            Auth::Out { resume } | Auth::Under { resume, .. } => resume.as_ref(),
            Auth::In { resume, .. } => Some(resume),
        }
    }
}

impl Wish {
    fn ticket(&self) -> Option<Ticket> {
        match self {
            Wish::Register { ticket, .. }
            | Wish::Password { ticket, .. }
            | Wish::Recover { ticket, .. } => Some(*ticket),
            Wish::Token { ticket, .. } => *ticket,
        }
    }
}

impl State {
    /// Takes one of the three intents that sign in.
    pub(super) fn wish(&mut self, turn: &mut Turn<'_>, intent: Intent) {
        let wish = match intent {
            Intent::Register { ticket, nickname, password, code, avatar, remember } => {
                if let Err(failure) = passwords::check(password.expose()) {
                    return turn.answer(ticket, Err(failure));
                }
                Wish::Register { ticket, nickname, password, code, avatar, remember }
            }
            Intent::SignIn { ticket, login, password, remember, presence } => {
                Wish::Password { ticket, login, password, remember, presence }
            }
            Intent::Recover { ticket, login, code, password, remember } => {
                if let Err(failure) = passwords::check(password.expose()) {
                    return turn.answer(ticket, Err(failure));
                }
                match passwords::code(code.expose()) {
                    Ok(code) => Wish::Recover { ticket, login, code, password, remember },
                    Err(failure) => return turn.answer(ticket, Err(failure)),
                }
            }
            Intent::SignInToken { ticket, account, token, presence } => {
                Wish::Token { ticket: Some(ticket), account, token, presence }
            }
            _ => return,
        };
        let ticket = wish.ticket().unwrap_or_default();
        match &self.auth {
            Auth::In { .. } => {
                let refusal = Refusal::new(Reason::AlreadySignedIn);
                return turn.answer(ticket, Err(Failure::Refused(refusal)));
            }
            Auth::Under { wish, .. } if wish.ticket().is_some() => {
                let refusal = Refusal::new(Reason::OutOfOrder);
                return turn.answer(ticket, Err(Failure::Refused(refusal)));
            }
            // The person's wish goes before the one of a break.
            Auth::Under { .. } if self.server().is_some() => self.redial(turn),
            Auth::Under { .. } | Auth::Out { .. } => {}
        }
        self.auth = Auth::Under { wish, stage: Stage::Waiting, resume: None };
        if let Err(failure) = self.want_link(turn) {
            self.auth = Auth::default();
            return turn.answer(ticket, Err(failure));
        }
        if let Some(server) = self.server() {
            self.sign_in_on_link(turn, server);
        }
    }

    /// The link is up: the wish begins, or the one that a break left.
    pub(super) fn sign_in_on_link(&mut self, turn: &mut Turn<'_>, server: ServerId) {
        if let Auth::Out { resume: Some(resume) } = &self.auth {
            if resume.server != server {
                // Another server was chosen. What is kept for the one before stays valid there.
                return self.leave_account(turn, Failure::Goodbye(Goodbye::SignedOut));
            }
            let resume = resume.clone();
            let wish = Wish::Token {
                ticket: None,
                account: resume.credential.account,
                token: Some(resume.credential.to_secret()),
                presence: resume.presence,
            };
            self.auth = Auth::Under { wish, stage: Stage::Waiting, resume: Some(resume) };
        }
        let attempt = self.next();
        let Auth::Under { wish, stage, .. } = &mut self.auth else { return };
        if *stage != Stage::Waiting {
            return;
        }
        let step = match wish {
            Wish::Register { password, .. } | Wish::Recover { password, .. } => {
                OpaqueStep::RegisterStart(password.clone())
            }
            Wish::Password { password, .. } => OpaqueStep::SignInStart(password.clone()),
            Wish::Token { .. } => return self.send_token(turn, server),
        };
        *stage = Stage::Starting(attempt);
        turn.effects.push(Effect::Opaque { attempt, step });
    }

    fn send_token(&mut self, turn: &mut Turn<'_>, server: ServerId) {
        let Auth::Under { wish: Wish::Token { account, token, presence, .. }, stage, .. } =
            &mut self.auth
        else {
            return;
        };
        let owner = Owner { server, account: *account };
        let text = token.clone().or_else(|| self.known.token(owner));
        let Some(text) = text else { return self.fail_wish(turn, Failure::NoToken) };
        let Some(credential) = Credential::parse(&text, *account, self.device) else {
            let refusal = Refusal::new(Reason::TokenInvalid);
            return self.fail_wish(turn, Failure::Refused(refusal));
        };
        let auth = Step::Token {
            account: credential.account,
            device: credential.device,
            token: Opaque(credential.token.to_vec()),
            presence: Some(*presence),
        };
        *token = Some(credential.to_secret());
        *stage = Stage::Confirming;
        self.send_auth(turn, auth);
    }

    fn send_auth(&mut self, turn: &mut Turn<'_>, auth: Step) {
        let id = self.request(turn, Request::Auth);
        turn.write(ClientFrame::Auth { id, auth });
    }

    /// A step of the password exchange was computed: it goes to the server.
    pub(super) fn on_opaque(
        &mut self,
        turn: &mut Turn<'_>,
        attempt: u64,
        outcome: Result<Opaque, OpaqueFailure>,
    ) {
        let Auth::Under { wish, stage, .. } = &mut self.auth else { return };
        let next = match *stage {
            Stage::Starting(number) if number == attempt => Stage::Asked,
            Stage::Stretching(number) if number == attempt => Stage::Confirming,
            _ => return,
        };
        let bytes = match outcome {
            Ok(bytes) => bytes,
            Err(OpaqueFailure::WrongPassword) => {
                let refusal = Refusal::new(Reason::WrongPassword);
                return self.fail_wish(turn, Failure::Refused(refusal));
            }
            Err(OpaqueFailure::Garbled) => return self.fail_wish(turn, Failure::NotMyChat),
        };
        *stage = next;
        let (device, device_name) = (self.device, self.device_name.clone());
        let auth = match (wish, next) {
            (Wish::Register { nickname, code, .. }, Stage::Asked) => Step::RegisterStart {
                nickname: nickname.clone(),
                code: code.as_ref().map(|code| code.expose().to_owned()),
                request: bytes,
            },
            (Wish::Register { avatar, .. }, _) => Step::RegisterFinish {
                record: bytes,
                stretch: self.stretch,
                avatar: *avatar,
                device,
                device_name,
            },
            (Wish::Recover { login, code, .. }, Stage::Asked) => Step::RecoverStart {
                login: login.clone(),
                code: Opaque(code.clone()),
                request: bytes,
            },
            (Wish::Recover { .. }, _) => {
                Step::RecoverFinish { record: bytes, stretch: self.stretch, device, device_name }
            }
            (Wish::Password { login, .. }, Stage::Asked) => {
                Step::SignInStart { login: login.clone(), request: bytes }
            }
            (Wish::Password { presence, .. }, _) => Step::SignInFinish {
                finalization: bytes,
                device,
                device_name,
                presence: Some(*presence),
            },
            (Wish::Token { .. }, _) => return,
        };
        self.send_auth(turn, auth);
    }

    pub(super) fn on_auth_step(&mut self, turn: &mut Turn<'_>, step: AuthStep) {
        let attempt = self.next();
        let Some(server) = self.server() else { return };
        let Auth::Under { wish, stage, .. } = &mut self.auth else { return };
        let step = match (&*wish, &*stage, step) {
            (
                Wish::Register { password, .. } | Wish::Recover { password, .. },
                Stage::Asked,
                AuthStep::RegisterChallenge { response },
            ) => OpaqueStep::RegisterFinish {
                password: password.clone(),
                response,
                stretch: self.stretch,
                server,
            },
            (
                Wish::Password { password, .. },
                Stage::Asked,
                AuthStep::SignInChallenge { response, stretch },
            ) if stretch.is_allowed() => {
                OpaqueStep::SignInFinish { password: password.clone(), response, stretch, server }
            }
            (
                Wish::Register { .. } | Wish::Recover { .. },
                Stage::Confirming,
                AuthStep::Registered { you, recovery, token },
            ) => {
                return self.on_registered(turn, server, you, recovery, &token);
            }
            (
                Wish::Password { .. } | Wish::Token { .. },
                Stage::Confirming,
                AuthStep::SignedIn { you, token, presence },
            ) => return self.on_signed_in(turn, server, you, token, presence),
            _ => return self.fail_wish(turn, Failure::NotMyChat),
        };
        *stage = Stage::Stretching(attempt);
        turn.effects.push(Effect::Opaque { attempt, step });
    }

    fn on_registered(
        &mut self,
        turn: &mut Turn<'_>,
        server: ServerId,
        you: Person,
        recovery: String,
        token: &Opaque,
    ) {
        let Auth::Under { wish, .. } = &self.auth else { return };
        let ticket = wish.ticket().unwrap_or_default();
        let remember = matches!(
            wish,
            Wish::Register { remember: true, .. } | Wish::Recover { remember: true, .. }
        );
        let owner = Owner { server, account: you.account };
        let Some(credential) = Credential::from_bytes(you.account, self.device, &token.0) else {
            return self.fail_wish(turn, Failure::NotMyChat);
        };
        let token = credential.to_secret();
        if matches!(wish, Wish::Register { .. }) {
            // A new account has no past: what is here under its number is of another life of the server.
            turn.writes.push(self.known.forget(owner));
            self.keep(turn);
        }
        // Listed, but a token is kept only where somebody asked for it.
        let kept = remember.then(|| credential.token_hex());
        turn.writes.push(self.known.signed_in(owner, &you, kept.as_ref(), turn.now.wall_ms));
        let presence = Presence::Online;
        let resume = Resume { server, credential, presence, chosen: false };
        self.auth = Auth::In { you: you.clone(), resume };
        self.open_desk(turn, owner, &you, Presence::Online);
        turn.answer(ticket, Ok(Answer::Registered { you, recovery: Secret::new(recovery), token }));
    }

    fn on_signed_in(
        &mut self,
        turn: &mut Turn<'_>,
        server: ServerId,
        you: Person,
        fresh: Option<Opaque>,
        presence: Presence,
    ) {
        let Auth::Under { wish, resume, .. } = &mut self.auth else { return };
        // What the server answers is what all devices agreed on; only a fresh choice goes before it.
        let chosen = resume.as_ref().filter(|resume| resume.chosen).map(|resume| resume.presence);
        let ticket = wish.ticket();
        let chosen = chosen.or(match wish {
            Wish::Token { presence, .. } if ticket.is_some() => {
                Some(*presence).filter(|presence| *presence != Presence::Online)
            }
            _ => None,
        });
        let owner = Owner { server, account: you.account };
        let now_ms = turn.now.wall_ms;
        let credential = match (&*wish, fresh) {
            (_, Some(fresh)) => Credential::from_bytes(you.account, self.device, &fresh.0),
            (Wish::Token { token: Some(token), .. }, None) => {
                Credential::parse(token, you.account, self.device)
            }
            _ => None,
        };
        let Some(credential) = credential else {
            return self.fail_wish(turn, Failure::NotMyChat);
        };
        match wish {
            Wish::Password { remember, .. } => {
                let token = credential.token_hex();
                let kept = remember.then_some(&token);
                if *remember || self.known.account(owner).is_some() {
                    turn.writes.push(self.known.signed_in(owner, &you, kept, now_ms));
                }
            }
            _ if self.known.account(owner).is_some() => {
                let kept = self.known.token(owner);
                turn.writes.push(self.known.signed_in(owner, &you, kept.as_ref(), now_ms));
            }
            _ => {}
        }
        let token = credential.to_secret();
        let seen = chosen.unwrap_or(presence);
        let resume = Resume { server, credential, presence: seen, chosen: false };
        self.auth = Auth::In { you: you.clone(), resume };
        if seen != presence {
            self.signal(turn, Signal::Presence(seen));
        }
        self.open_desk(turn, owner, &you, seen);
        if let Some(ticket) = ticket {
            turn.answer(ticket, Ok(Answer::SignedIn { you, token: Some(token) }));
        }
    }

    pub(super) fn on_auth_refused(&mut self, turn: &mut Turn<'_>, refusal: Refusal) {
        let Auth::Under { wish, resume, .. } = &self.auth else { return };
        let by_itself = wish.ticket().is_none();
        let lasting = matches!(refusal.reason, Reason::TokenInvalid | Reason::Disabled);
        if let (Wish::Token { account, .. }, Some(server)) = (wish, self.server())
            && refusal.reason == Reason::TokenInvalid
            && resume.as_ref().is_none_or(|resume| resume.credential.device == self.device)
        {
            let owner = Owner { server, account: *account };
            turn.writes.extend(self.known.drop_token(owner));
        }
        match (by_itself, lasting) {
            (false, _) => self.fail_wish(turn, Failure::Refused(refusal)),
            (true, true) => self.leave_account(turn, Failure::Refused(refusal)),
            // Such as too many links: the next try is a new link, later.
            (true, false) => {
                let failure = Failure::Refused(refusal);
                self.go_down(turn, failure, super::link::Retry::BackOff);
            }
        }
    }

    pub(super) fn cancel_sign_in(&mut self, turn: &mut Turn<'_>) {
        if let Auth::Under { .. } = self.auth {
            self.fail_wish(turn, Failure::Cancelled);
            self.rest(turn);
        }
    }

    /// The wish ends without a sign-in. The link stays, for the next try.
    fn fail_wish(&mut self, turn: &mut Turn<'_>, failure: Failure) {
        if let Auth::Under { wish, .. } = std::mem::take(&mut self.auth)
            && let Some(ticket) = wish.ticket()
        {
            turn.answer(ticket, Err(failure));
        }
        self.requests.retain(|_, (_, request)| !matches!(request, Request::Auth));
    }

    /// The link ended: a wish ends with it, a sign-in only sleeps.
    pub(super) fn auth_link_lost(&mut self, turn: &mut Turn<'_>, why: &Failure) {
        let (wish, resume) = match std::mem::take(&mut self.auth) {
            Auth::Out { resume } => (None, resume),
            Auth::Under { wish, resume, .. } => (Some(wish), resume),
            Auth::In { resume, .. } => (None, Some(resume)),
        };
        self.auth = Auth::Out { resume };
        if let Some(ticket) = wish.and_then(|wish| wish.ticket()) {
            turn.answer(ticket, Err(why.clone()));
        }
    }

    pub(super) fn sign_out(&mut self, turn: &mut Turn<'_>, ticket: Ticket) {
        match &self.auth {
            Auth::In { .. } => {
                let Some(desk) = &mut self.desk else { return };
                let (order, until) = (desk.last_order, turn.uptime() + SIGN_OUT_LATE);
                if let Some(before) = desk.leaving.replace(Leaving { ticket, order, until }) {
                    turn.answer(before.ticket, Ok(Answer::Done));
                }
            }
            auth if auth.resumes() => {
                self.signed_out(turn, Goodbye::SignedOut, None);
                turn.answer(ticket, Ok(Answer::Done));
            }
            _ => {
                let refusal = Refusal::new(Reason::NotSignedIn);
                turn.answer(ticket, Err(Failure::Refused(refusal)));
            }
        }
    }

    /// Signs out behind the messages that were said before, or when they took too long.
    pub(super) fn pump_sign_out(&mut self, turn: &mut Turn<'_>) {
        let Some(desk) = &mut self.desk else { return };
        let Some(leaving) = desk.leaving else { return };
        let said = desk.loaded && leaving.order < desk.first_unsent();
        if said || turn.uptime() >= leaving.until {
            desk.leaving = None;
            self.command(turn, Command::SignOut {}, Request::SignOut(leaving.ticket));
        }
    }

    /// The server did it, or the link ended after it was asked to.
    pub(super) fn signed_out_by_wish(&mut self, turn: &mut Turn<'_>, ticket: Ticket) {
        turn.answer(ticket, Ok(Answer::Done));
        if self.auth.resumes() {
            self.signed_out(turn, Goodbye::SignedOut, None);
        }
    }

    /// Not signed in any more, and not by itself again: what is void now is not kept.
    pub(super) fn signed_out(&mut self, turn: &mut Turn<'_>, why: Goodbye, words: Option<String>) {
        let owner = self.auth.resume().map(|resume| {
            let owner = Owner { server: resume.server, account: resume.credential.account };
            (owner, resume.credential.device == self.device)
        });
        self.leave_account(turn, Failure::hung_up(why, words));
        match (why, owner) {
            (Goodbye::SignedOut | Goodbye::PasswordChanged, Some((owner, true))) => {
                turn.writes.extend(self.known.drop_token(owner));
            }
            // Nothing of an account that is gone stays here.
            (Goodbye::Deleted, Some((owner, _))) => turn.writes.push(self.known.forget(owner)),
            _ => {}
        }
    }

    fn leave_account(&mut self, turn: &mut Turn<'_>, why: Failure) {
        let was_in = self.auth.resumes();
        self.fail_wish(turn, why.clone());
        self.leave_desk(turn, &why);
        if was_in {
            turn.emit(ClientEvent::SignedOut { why });
        }
    }

    pub(super) fn set_presence(&mut self, turn: &mut Turn<'_>, ticket: Ticket, presence: Presence) {
        let result = match &mut self.auth {
            Auth::In { resume, .. } => {
                resume.presence = presence;
                Ok(Answer::Done)
            }
            Auth::Out { resume: Some(resume) } | Auth::Under { resume: Some(resume), .. } => {
                resume.presence = presence;
                resume.chosen = true;
                Ok(Answer::Done)
            }
            _ => Err(self.why_not()),
        };
        self.signal(turn, Signal::Presence(presence));
        turn.answer(ticket, result);
    }

    /// Who is signed in.
    pub(super) fn me(&self) -> Option<AccountId> {
        match &self.auth {
            Auth::In { you, .. } => Some(you.account),
            _ => None,
        }
    }

    pub(super) fn forget_account(&mut self, turn: &mut Turn<'_>, ticket: Ticket, owner: Owner) {
        let in_use = self.me() == Some(owner.account) && self.server() == Some(owner.server);
        if in_use {
            turn.writes.extend(self.known.drop_token(owner));
        } else {
            turn.writes.push(self.known.forget(owner));
        }
        turn.answer(ticket, Ok(Answer::Done));
    }
}
