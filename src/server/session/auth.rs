//! Registering and signing in, step by step. Nothing durable happens before the last one.

use std::time::Duration;

use super::{End, Session};
use crate::clock;
use crate::domain::{AVATARS, AccountId, DeviceId, Nickname, NicknameError, Presence};
use crate::limits::{NAME_BYTES_MAX, OPAQUE_BYTES_MAX};
use crate::net::control::{LogEvent, LogKind};
use crate::net::opaque::{self, ServerSignIn};
use crate::net::protocol::{
    Auth, AuthStep, ClientFrame, Goodbye, Hello, Opaque, Reason, Refusal, Registration, RequestId,
    ServerFrame, Stretch,
};
use crate::server::bounds::Bound;
use crate::server::job::{self, Applicant, Caller, Job, Proof, SignIn};
use crate::server::journal::field;
use crate::server::outbox::Outbox;
use crate::server::readers::Ask;
use crate::store::accounts::Account;

/// Steps that one link may take: enough for eight wrong passwords, too few to keep the store busy.
const STEPS_MAX: u32 = 16;

/// Where in the exchange a link is.
pub(super) struct Steps {
    client: String,
    pub(super) exporter: [u8; 32],
    pub(super) state: State,
    taken: u32,
    /// The link was let in as one that opens with a token, which has a bound of its own.
    owes_token: bool,
}

pub(super) enum State {
    Start,
    Registering {
        nickname: Nickname,
        credential_id: [u8; 32],
    },
    SigningIn(Checking),
    /// A code opened this account to a new password.
    Recovering {
        account: AccountId,
        code: [u8; 16],
        credential_id: [u8; 32],
    },
    /// Signed in, and proving the password once more.
    Proving(Checking),
    /// Signed in, and the password of this credential is known, until then.
    Proven {
        proven: Vec<u8>,
        until: Duration,
    },
    /// The same, and a new one is under way.
    Changing {
        proven: Vec<u8>,
        until: Duration,
        credential_id: [u8; 32],
    },
}

/// A password between the two steps of its check.
pub(super) struct Checking {
    /// What wrong tries are counted by.
    pub login: String,
    /// Whose it would be, and the credential that is checked.
    pub account: Option<(AccountId, Vec<u8>)>,
    pub check: Box<ServerSignIn>,
    pub wrong: Wrong,
}

/// What a try counts for if it is wrong: how many there were, and the wait that follows.
pub(super) type Wrong = (u32, Duration);

/// `Ok(Some)` is signed in, `Ok(None)` goes on, `Err` closes.
pub(super) type Stepped = Result<Option<Caller>, End>;

impl Steps {
    /// The steps of a link that said hello.
    pub fn new(session: &Session, hello: Hello, exporter: [u8; 32]) -> Self {
        let Hello { client, has_token: owes_token, .. } = hello;
        tracing::debug!(session = session.id.0, client = %field(&client), "hello");
        Steps { client, exporter, state: State::Start, taken: 0, owes_token }
    }

    /// Takes one step and answers it.
    pub async fn step(&mut self, session: &mut Session, id: RequestId, auth: Auth) -> Stepped {
        self.taken += 1;
        if self.taken > STEPS_MAX {
            session.shared.policy.met().refuse(Bound::SignInSteps);
            return Err(End::Goodbye(Goodbye::Timeout));
        }
        if std::mem::take(&mut self.owes_token) && !matches!(auth, Auth::Token { .. }) {
            // It said so and has none: it is a link like any other.
            let admission = &session.shared.admission;
            if let Err(goodbye) = admission.greet(session.peer, false, clock::uptime()) {
                session.note_refused(goodbye);
                return Err(End::Goodbye(goodbye));
            }
        }
        let answered = match auth {
            Auth::RegisterStart { nickname, code, request } => {
                self.register_start(session, &nickname, code.as_deref(), &request).await
            }
            Auth::RegisterFinish { record, stretch, avatar, device, device_name } => {
                let finish = Finish { record, stretch, avatar, device, device_name };
                return self.register_finish(session, id, finish).await;
            }
            Auth::SignInStart { login, request } => {
                self.sign_in_start(session, login, &request).await
            }
            Auth::RecoverStart { login, code, request } => {
                self.recover_start(session, login, code, &request).await
            }
            Auth::RecoverFinish { record, stretch, device, device_name } => {
                let finish = Finish { record, stretch, avatar: 1, device, device_name };
                return self.recover_finish(session, id, finish).await;
            }
            Auth::ProveStart { .. }
            | Auth::ProveFinish { .. }
            | Auth::ChangeStart { .. }
            | Auth::ChangeFinish { .. }
            | Auth::Delete {} => Err(Reason::NotSignedIn.into()),
            Auth::SignInFinish { finalization, device, device_name, presence } => {
                let checked = self.finish_password(session, &device_name, &finalization);
                let sign_in = checked.map(|(account, proven)| SignIn {
                    account,
                    device,
                    device_name: Some(device_name),
                    proof: Proof::Password(proven),
                    presence: presence.unwrap_or(Presence::Online),
                });
                return self.enter(session, id, sign_in).await;
            }
            Auth::Token { account, device, token, presence } => {
                let sign_in = check_token(session, account, device, token).await;
                let sign_in = sign_in.map(|token| SignIn {
                    account,
                    device,
                    device_name: None,
                    proof: Proof::Token(token),
                    presence: presence.unwrap_or(Presence::Online),
                });
                return self.enter(session, id, sign_in).await;
            }
        };
        match answered {
            Ok(step) => session.outbox.push_frame(&ServerFrame::Auth { id, step }),
            Err(refusal) => session.outbox.push_frame(&ServerFrame::Refused { id, refusal }),
        }
        Ok(None)
    }

    fn finish_password(
        &mut self,
        session: &Session,
        device_name: &str,
        finalization: &Opaque,
    ) -> Result<(AccountId, Vec<u8>), Refusal> {
        let state = std::mem::replace(&mut self.state, State::Start);
        match state {
            State::SigningIn(_) if device_name.len() > NAME_BYTES_MAX => {
                Err(Reason::BadValue.into())
            }
            State::SigningIn(checking) => check_password(session, checking, finalization),
            _ => Err(Reason::OutOfOrder.into()),
        }
    }

    async fn register_start(
        &mut self,
        session: &Session,
        nickname: &str,
        code: Option<&str>,
        request: &Opaque,
    ) -> Result<AuthStep, Refusal> {
        self.state = State::Start;
        let shared = &session.shared;
        let settings = shared.policy.settings();
        match settings.registration {
            Registration::Open => {}
            Registration::Closed => return Err(Reason::RegistrationClosed.into()),
            // What is left of it is looked at and counted in the transaction.
            Registration::Code if is_code(settings.code.as_deref(), code) => {}
            Registration::Code => {
                // Guessing a code costs a registration each time.
                shared.admission.register(session.peer, clock::uptime())?;
                return Err(Reason::RegistrationCode.into());
            }
        }
        let nickname = Nickname::parse(nickname)
            .map_err(|error| shared.policy.refuse(Bound::Nickname, name_refusal(error)))?;
        is_short(request)?;
        let asked = nickname.clone();
        let free = shared.readers.ask(|slot| Ask::Nickname { nickname: asked, slot }).await;
        if !free.ok_or(Refusal::new(Reason::Failed))? {
            return Err(Reason::NameTaken.into());
        }
        shared.admission.register(session.peer, clock::uptime())?;
        let credential_id = random().ok_or(Refusal::new(Reason::Failed))?;
        let response = opaque::register(&shared.setup, &credential_id, request)
            .map_err(|_| Refusal::new(Reason::BadValue))?;
        self.state = State::Registering { nickname, credential_id };
        Ok(AuthStep::RegisterChallenge { response })
    }

    async fn register_finish(
        &mut self,
        session: &mut Session,
        id: RequestId,
        finish: Finish,
    ) -> Stepped {
        let state = std::mem::replace(&mut self.state, State::Start);
        let State::Registering { nickname, credential_id } = state else {
            return refuse(session, id, Reason::OutOfOrder.into());
        };
        let file = match finish.check() {
            Ok(file) => file,
            Err(refusal) => return refuse(session, id, refusal),
        };
        let (Some(recovery), Some(token)) = (random(), random()) else {
            return refuse(session, id, Reason::Failed.into());
        };
        let registration = Box::new(job::Registration {
            nickname,
            password: job::Password { credential_id, file, stretch: finish.stretch },
            avatar: finish.avatar,
            recovery,
        });
        let (device, device_name) = (finish.device, finish.device_name);
        let job = |applicant| {
            let (registration, device_name) = (registration, device_name);
            Job::Register { applicant, id, registration, device, device_name, token }
        };
        let stepped = self.apply(session, job).await;
        if let Ok(Some(caller)) = &stepped {
            // A new account has no other link, so this cannot be one too many.
            session.place.sign_in(caller.account, device, clock::uptime()).ok();
        }
        stepped
    }

    /// Every start counts as a wrong password until its finish proves it right: with OPAQUE it is
    /// the client that notices, and a guesser's client would not say so.
    async fn sign_in_start(
        &mut self,
        session: &Session,
        login: String,
        request: &Opaque,
    ) -> Result<AuthStep, Refusal> {
        self.note_wrong(session);
        if login.len() > 4 * NAME_BYTES_MAX {
            return Err(Reason::WrongPassword.into());
        }
        is_short(request)?;
        let account = find_account(session, &login).await?;
        let (checking, step) = self.begin_check(session, &login, account, request)?;
        self.state = State::SigningIn(checking);
        Ok(step)
    }

    /// Challenges whoever says to know an account's password. One that does not exist gets a
    /// challenge like any other.
    pub(super) fn begin_check(
        &self,
        session: &Session,
        login: &str,
        account: Option<Box<Account>>,
        request: &Opaque,
    ) -> Result<(Checking, AuthStep), Refusal> {
        let shared = &session.shared;
        let login = login_key(login, account.as_deref());
        let uptime = clock::uptime();
        shared.admission.try_password(&login, session.peer, uptime)?;
        let wrong = shared.admission.wrong_password(&login, session.peer, uptime);
        let fake = shared.setup.fake_credential_id(&login);
        let (file, credential_id, stretch) = match &account {
            Some(account) => {
                let (memory_kib, passes, lanes) = account.stretch;
                let stretch = Stretch { memory_kib, passes, lanes };
                (Some(&account.password_file[..]), &account.credential_id[..], stretch)
            }
            None => (None, &fake[..], Stretch::STRONG),
        };
        let (check, response) = opaque::answer_sign_in(
            &shared.setup,
            file,
            credential_id,
            request,
            &shared.server_id,
            &self.exporter,
        )
        .map_err(|_| Refusal::new(Reason::BadValue))?;
        let account = account.map(|account| (account.person.account, account.credential_id));
        let checking = Checking { login, account, check: Box::new(check), wrong };
        Ok((checking, AuthStep::SignInChallenge { response, stretch }))
    }

    async fn enter(
        &mut self,
        session: &mut Session,
        id: RequestId,
        sign_in: Result<SignIn, Refusal>,
    ) -> Stepped {
        let sign_in = match sign_in {
            Ok(sign_in) => sign_in,
            Err(refusal) => return refuse(session, id, refusal),
        };
        let Some(token) = random() else { return refuse(session, id, Reason::Failed.into()) };
        // The place is taken before anything is written: one link too many changes nothing.
        let (account, device) = (sign_in.account, sign_in.device);
        if let Err(goodbye) = session.place.sign_in(account, device, clock::uptime()) {
            session.note_refused(goodbye);
            return Err(End::Goodbye(goodbye));
        }
        let stepped =
            self.apply(session, |applicant| Job::SignIn { applicant, id, sign_in, token }).await;
        if !matches!(stepped, Ok(Some(_))) {
            session.place.withdraw();
        }
        stepped
    }

    /// Sends the job around the ring and waits for what it became.
    pub(super) async fn apply(
        &mut self,
        session: &mut Session,
        job: impl FnOnce(Applicant) -> Job,
    ) -> Stepped {
        let (entered, answer) = async_channel::bounded(1);
        let applicant = Applicant {
            session: session.id,
            outbox: session.outbox.clone(),
            address: session.address.clone(),
            client: self.client.clone(),
            entered,
        };
        if session.shared.jobs.send(job(applicant)).await.is_err() {
            return Err(End::Goodbye(Goodbye::ShuttingDown));
        }
        match answer.recv().await {
            Ok(Ok(caller)) => Ok(Some(caller)),
            Ok(Err(_)) => Ok(None),
            Err(_) => Err(End::Goodbye(Goodbye::ShuttingDown)),
        }
    }

    /// The link ends: whoever began to sign in and did not finish had no right password.
    pub fn give_up(&mut self, session: &Session) {
        self.note_wrong(session);
    }

    pub(super) fn note_wrong(&mut self, session: &Session) {
        let state = std::mem::replace(&mut self.state, State::Start);
        if let State::SigningIn(checking) | State::Proving(checking) = state {
            note_wrong(session, &checking.login, checking.wrong);
        }
    }
}

/// The second step of a check: whose password it was, and which credential.
pub(super) fn check_password(
    session: &Session,
    checking: Checking,
    finalization: &Opaque,
) -> Result<(AccountId, Vec<u8>), Refusal> {
    is_short(finalization)?;
    let Checking { login, account, check, wrong } = checking;
    match (check.finish(finalization), account) {
        (Ok(()), Some(account)) => {
            session.shared.admission.right_password(&login, session.peer);
            Ok(account)
        }
        _ => {
            note_wrong(session, &login, wrong);
            Err(Reason::WrongPassword.into())
        }
    }
}

/// The account that a login names.
pub(super) async fn find_account(
    session: &Session,
    login: &str,
) -> Result<Option<Box<Account>>, Refusal> {
    let login = login.to_owned();
    let found = session.shared.readers.ask(|slot| Ask::Login { login, slot }).await;
    found.ok_or(Refusal::new(Reason::Failed))
}

/// What tries are counted by: the number, whatever name was typed.
pub(super) fn login_key(login: &str, account: Option<&Account>) -> String {
    match account {
        Some(account) => account.person.account.to_string(),
        None => login.trim().to_lowercase(),
    }
}

/// A token is looked at before its link takes one of the account's places: a stranger could hold
/// them all otherwise. What counts is the look inside the transaction.
async fn check_token(
    session: &Session,
    account: AccountId,
    device: DeviceId,
    token: Opaque,
) -> Result<[u8; 32], Refusal> {
    let token: [u8; 32] = token.0.try_into().map_err(|_| Reason::TokenInvalid)?;
    let ask = |slot| Ask::Token { account, device, token, slot };
    match session.shared.readers.ask(ask).await {
        Some(true) => Ok(token),
        Some(false) => Err(Reason::TokenInvalid.into()),
        None => Err(Reason::Failed.into()),
    }
}

/// The last step of a registration, as sent.
pub(super) struct Finish {
    pub record: Opaque,
    pub stretch: Stretch,
    pub avatar: u8,
    pub device: DeviceId,
    pub device_name: String,
}

impl Finish {
    pub fn check(&self) -> Result<Vec<u8>, Refusal> {
        is_short(&self.record)?;
        let is_avatar = (1..=AVATARS).contains(&self.avatar);
        if !is_avatar || !self.stretch.is_allowed() || self.device_name.len() > NAME_BYTES_MAX {
            return Err(Reason::BadValue.into());
        }
        opaque::record_from(&self.record).map_err(|_| Reason::BadValue.into())
    }
}

/// Anything but signing in, before it is done.
pub(super) fn refuse_unsigned(outbox: &Outbox, frame: &ClientFrame) {
    let id = match frame {
        ClientFrame::Command { id, .. }
        | ClientFrame::Query { id, .. }
        | ClientFrame::Ping { id }
        | ClientFrame::Auth { id, .. } => *id,
        ClientFrame::Hello(_) | ClientFrame::Signal(_) | ClientFrame::Bye {} => return,
    };
    outbox.push_frame(&ServerFrame::Refused { id, refusal: Reason::NotSignedIn.into() });
}

#[expect(clippy::unnecessary_wraps, reason = "it is what a step returns: refused, go on")]
pub(super) fn refuse(session: &Session, id: RequestId, refusal: Refusal) -> Stepped {
    session.outbox.push_frame(&ServerFrame::Refused { id, refusal });
    Ok(None)
}

pub(super) fn note_wrong(session: &Session, login: &str, wrong: Wrong) {
    note_locked(session, login, wrong);
    let (login, address, tries) = (field(login), session.address.clone(), wrong.0);
    session.note(LogKind::Auth, LogEvent::WrongPassword { login, address, tries });
}

/// A wrong code counts as a wrong password, and is none.
pub(super) fn note_wrong_code(session: &Session, login: &str, wrong: Wrong) {
    note_locked(session, login, wrong);
    let (login, address, tries) = (field(login), session.address.clone(), wrong.0);
    session.note(LogKind::Auth, LogEvent::WrongCode { login, address, tries });
}

fn note_locked(session: &Session, login: &str, (_, wait): Wrong) {
    if !wait.is_zero() {
        let (login, address) = (field(login), session.address.clone());
        let minutes = wait.as_secs().div_ceil(60);
        session.note(LogKind::Warn, LogEvent::LockedOut { login, address, minutes });
    }
}

pub(crate) fn name_refusal(error: NicknameError) -> Refusal {
    match error {
        NicknameError::Empty => Reason::NameEmpty.into(),
        NicknameError::TooLong => {
            Refusal::limit(Reason::NameTooLong, crate::domain::NICKNAME_GRAPHEMES_MAX as u64)
        }
        NicknameError::Character => Reason::NameCharacter.into(),
        NicknameError::Number => Reason::NameNumber.into(),
        NicknameError::Reserved => Reason::NameReserved.into(),
    }
}

/// A code is read from a blackboard: case and space at its ends do not matter.
fn is_code(wanted: Option<&str>, given: Option<&str>) -> bool {
    match (wanted, given) {
        (Some(wanted), Some(given)) => as_heard(wanted) == as_heard(given),
        _ => false,
    }
}

/// A code as it is read aloud: case, spaces and dashes say nothing.
fn as_heard(code: &str) -> String {
    let is_said = |c: &char| !c.is_whitespace() && *c != '-';
    code.chars().filter(is_said).flat_map(char::to_lowercase).collect()
}

pub(super) fn is_short(bytes: &Opaque) -> Result<(), Refusal> {
    match bytes.0.len() <= OPAQUE_BYTES_MAX {
        true => Ok(()),
        false => Err(Reason::BadValue.into()),
    }
}

/// Bytes from the system's generator; `None` when it has none to give.
pub(super) fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes)
}
