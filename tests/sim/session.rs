//! A session as the ring sees it: frames in, jobs, questions and signals out. Of passwords there
//! is a plain model with the same steps; links have no pace here.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use async_channel::Receiver;
use mychat::clock::Moment;
use mychat::domain::{DeviceId, Nickname, Presence};
use mychat::net::protocol::{
    Auth, AuthStep, ClientFrame, Goodbye, Opaque, Reason, Refusal, Registration as Mode, RequestId,
    ServerFrame, Signal, Stretch, VERSION, Welcome,
};
use mychat::server::hub::HubInput;
use mychat::server::job::{
    Applicant, Caller, Job, Password, Proof, Registration, SessionId, SignIn,
};
use mychat::server::outbox::Outbox;
use mychat::server::readers::Ask;

use crate::server::Server;

/// One link, as far as the server keeps it.
pub struct Session {
    pub id: SessionId,
    pub outbox: Arc<Outbox>,
    stage: Stage,
    /// Its goodbye is on its way.
    pub is_closed: bool,
    /// A reader is at work for it: it is not read further.
    asks: bool,
    /// Came while a sign-in was on its way around the ring, or a question at a reader.
    waiting: VecDeque<ClientFrame>,
}

enum Stage {
    Out,
    Registering(Nickname),
    SigningIn(Box<mychat::store::accounts::Account>),
    Entering(Receiver<Result<Caller, Refusal>>),
    In(Box<Caller>),
}

impl Session {
    pub fn new(id: SessionId) -> Self {
        let (outbox, waiting) = (Arc::new(Outbox::default()), VecDeque::new());
        Session { id, outbox, stage: Stage::Out, is_closed: false, asks: false, waiting }
    }
}

impl Server {
    /// A frame came on a link.
    pub fn frame(&mut self, wire: u64, frame: ClientFrame, now: Duration, moment: Moment) {
        let Some(session) = self.sessions.get_mut(&wire) else { return };
        if session.asks || matches!(session.stage, Stage::Entering(_)) {
            return session.waiting.push_back(frame);
        }
        if let Stage::In(caller) = &session.stage {
            let caller = (**caller).clone();
            return self.signed_in(wire, &caller, frame, now, moment);
        }
        match frame {
            ClientFrame::Hello(_) => session.outbox.push_frame(&ServerFrame::Welcome(Welcome {
                version: VERSION,
                features: Vec::new(),
                program: "mychat".to_owned(),
                name: "Sim".to_owned(),
                registration: Mode::Open,
                online: self.board.count_visible(),
                now: moment.wall_ms,
                generation: None,
            })),
            ClientFrame::Auth { id, auth } => {
                if let Err(reason) = self.auth(wire, id, auth) {
                    self.answer(wire, &ServerFrame::Refused { id, refusal: reason.into() });
                }
            }
            ClientFrame::Bye {} => self.disconnect(wire),
            ClientFrame::Command { id, .. }
            | ClientFrame::Query { id, .. }
            | ClientFrame::Ping { id } => {
                let refusal = Reason::NotSignedIn.into();
                self.answer(wire, &ServerFrame::Refused { id, refusal });
            }
            ClientFrame::Signal(_) => {}
        }
    }

    /// A sign-in that went around is done, or not.
    pub fn settle(&mut self, wire: u64, now: Duration, moment: Moment) {
        let Some(session) = self.sessions.get_mut(&wire) else { return };
        let Stage::Entering(entered) = &session.stage else { return };
        let Ok(result) = entered.try_recv() else { return };
        session.stage = match result {
            Ok(caller) => Stage::In(Box::new(caller)),
            Err(_) => Stage::Out,
        };
        self.go_on(wire, now, moment);
    }

    /// What a reader found reaches the outbox, perhaps behind what was committed meanwhile.
    pub fn answered(&mut self, wire: u64, frame: &ServerFrame, now: Duration, moment: Moment) {
        self.answer(wire, frame);
        if let Some(session) = self.sessions.get_mut(&wire) {
            session.asks = false;
            self.go_on(wire, now, moment);
        }
    }

    fn go_on(&mut self, wire: u64, now: Duration, moment: Moment) {
        let Some(session) = self.sessions.get_mut(&wire) else { return };
        for frame in std::mem::take(&mut session.waiting) {
            self.frame(wire, frame, now, moment);
        }
    }

    fn answer(&self, wire: u64, frame: &ServerFrame) {
        if let Some(session) = self.sessions.get(&wire) {
            session.outbox.push_frame(frame);
        }
    }

    fn ask<T>(&self, ask: impl FnOnce(async_channel::Sender<T>) -> Ask) -> T {
        let (slot, answer) = async_channel::bounded(1);
        self.reader.answer(ask(slot)).unwrap();
        answer.try_recv().unwrap()
    }

    fn signed_in(
        &mut self,
        wire: u64,
        caller: &Caller,
        frame: ClientFrame,
        now: Duration,
        moment: Moment,
    ) {
        let (caller, session) = (caller.clone(), caller.session);
        match frame {
            ClientFrame::Command { id, command } => {
                self.jobs.push(Job::Command { caller, id, command });
            }
            ClientFrame::Query { id, query } => {
                let me = (caller.account, caller.device);
                let frame = match self.ask(|slot| Ask::Query { me, query, slot }) {
                    Ok(reply) => ServerFrame::Reply { id, reply },
                    Err(refusal) => ServerFrame::Refused { id, refusal },
                };
                self.read.push((wire, frame));
                if let Some(session) = self.sessions.get_mut(&wire) {
                    session.asks = true;
                }
            }
            ClientFrame::Signal(Signal::Typing { to }) => {
                self.tell(HubInput::Typing { session, to }, now, moment);
            }
            ClientFrame::Signal(Signal::Watch { accounts }) => {
                self.tell(HubInput::Watch { session, accounts }, now, moment);
            }
            ClientFrame::Signal(Signal::Presence(presence)) => {
                self.jobs.push(Job::Presence { caller, presence });
            }
            ClientFrame::Ping { id } => self.jobs.push(Job::Ping { caller, id }),
            ClientFrame::Bye {} => self.disconnect(wire),
            ClientFrame::Auth { id, .. } => {
                let refusal = Reason::AlreadySignedIn.into();
                self.answer(wire, &ServerFrame::Refused { id, refusal });
            }
            ClientFrame::Hello(_) => caller.outbox.close(Goodbye::BadFrame),
        }
    }

    fn auth(&mut self, wire: u64, id: RequestId, auth: Auth) -> Result<(), Reason> {
        let stage = match self.sessions.get_mut(&wire) {
            Some(session) => std::mem::replace(&mut session.stage, Stage::Out),
            None => return Ok(()),
        };
        let step = match (auth, stage) {
            (Auth::RegisterStart { nickname, .. }, _) => {
                let nickname = Nickname::parse(&nickname).map_err(|_| Reason::NameCharacter)?;
                let asked = nickname.clone();
                if !self.ask(|slot| Ask::Nickname { nickname: asked, slot }) {
                    return Err(Reason::NameTaken);
                }
                self.stage(wire, Stage::Registering(nickname));
                AuthStep::RegisterChallenge { response: Opaque(Vec::new()) }
            }
            (
                Auth::RegisterFinish { record, stretch, avatar, device, device_name },
                Stage::Registering(nickname),
            ) => {
                let credential_id = self.random();
                let password = Password { credential_id, file: record.0, stretch };
                let (recovery, token) = (self.chance.nonce().0, self.random());
                let registration = Box::new(Registration { nickname, password, avatar, recovery });
                let applicant = self.applicant(wire);
                let place = (device, device_name);
                self.jobs.push(Job::Register {
                    applicant,
                    id,
                    registration,
                    device: place.0,
                    device_name: place.1,
                    token,
                });
                return Ok(());
            }
            (Auth::SignInStart { login, .. }, _) => {
                let account = self.ask(|slot| Ask::Login { login, slot });
                let account = account.ok_or(Reason::WrongPassword)?;
                let response = Opaque(account.password_file.clone());
                self.stage(wire, Stage::SigningIn(account));
                AuthStep::SignInChallenge { response, stretch: Stretch::CHEAP }
            }
            (
                Auth::SignInFinish { finalization, device, device_name, presence },
                Stage::SigningIn(account),
            ) => {
                if finalization.0 != account.password_file {
                    return Err(Reason::WrongPassword);
                }
                let proof = Proof::Password(account.credential_id);
                let name = Some(device_name);
                self.enter(wire, id, (account.person.account, device, name), proof, presence);
                return Ok(());
            }
            (Auth::Token { account, device, token, presence }, _) => {
                let token: [u8; 32] = token.0.try_into().map_err(|_| Reason::TokenInvalid)?;
                if !self.ask(|slot| Ask::Token { account, device, token, slot }) {
                    return Err(Reason::TokenInvalid);
                }
                self.enter(wire, id, (account, device, None), Proof::Token(token), presence);
                return Ok(());
            }
            _ => return Err(Reason::OutOfOrder),
        };
        self.answer(wire, &ServerFrame::Auth { id, step });
        Ok(())
    }

    fn enter(
        &mut self,
        wire: u64,
        id: RequestId,
        (account, device, device_name): (mychat::domain::AccountId, DeviceId, Option<String>),
        proof: Proof,
        presence: Option<Presence>,
    ) {
        let presence = presence.unwrap_or(Presence::Online);
        let (applicant, token) = (self.applicant(wire), self.random());
        let sign_in = SignIn { account, device, device_name, proof, presence };
        self.jobs.push(Job::SignIn { applicant, id, sign_in, token });
    }

    fn stage(&mut self, wire: u64, stage: Stage) {
        if let Some(session) = self.sessions.get_mut(&wire) {
            session.stage = stage;
        }
    }

    fn applicant(&mut self, wire: u64) -> Applicant {
        let (entered, answer) = async_channel::bounded(1);
        self.stage(wire, Stage::Entering(answer));
        let session = &self.sessions[&wire];
        Applicant {
            session: session.id,
            outbox: session.outbox.clone(),
            address: "127.0.0.1".to_owned(),
            client: "sim".to_owned(),
            entered,
        }
    }

    fn random(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(&self.chance.nonce().0);
        bytes[16..].copy_from_slice(&self.chance.nonce().0);
        bytes
    }
}
