//! New passwords: by a code, and on a signed-in link by the one before. Nothing durable happens before
//! the last step.

use super::auth::{
    Checking, Finish, State, Stepped, Steps, Wrong, check_password, find_account, is_short,
    login_key, note_wrong_code, random, refuse,
};
use super::{End, Session};
use crate::clock;
use crate::domain::AccountId;
use crate::limits::{NAME_BYTES_MAX, PROVEN_MAX};
use crate::net::opaque;
use crate::net::protocol::{
    Auth, AuthStep, Goodbye, Opaque, Reason, Refusal, RequestId, ServerFrame, Stretch,
};
use crate::server::commands::opens;
use crate::server::job::{Caller, Job, Password, Recovery};

impl Steps {
    /// A code is looked at here and spent in the transaction. Wrong ones count as wrong passwords.
    pub(super) async fn recover_start(
        &mut self,
        session: &Session,
        login: String,
        code: Opaque,
        request: &Opaque,
    ) -> Result<AuthStep, Refusal> {
        self.note_wrong(session);
        if login.len() > 4 * NAME_BYTES_MAX {
            return Err(Reason::WrongCode.into());
        }
        is_short(request)?;
        let account = find_account(session, &login).await?;
        let key = login_key(&login, account.as_deref());
        let (admission, uptime) = (&session.shared.admission, clock::uptime());
        admission.try_password(&key, session.peer, uptime)?;
        let wrong: Wrong = admission.wrong_password(&key, session.peer, uptime);
        let code: Option<[u8; 16]> = code.0.try_into().ok();
        // Whether it still holds is looked at in the transaction.
        let opened = account.zip(code).filter(|(account, code)| opens(account, code, None));
        let Some((account, code)) = opened else {
            note_wrong_code(session, &key, wrong);
            return Err(Reason::WrongCode.into());
        };
        admission.right_password(&key, session.peer);
        let credential_id = random().ok_or(Refusal::new(Reason::Failed))?;
        let response = opaque::register(&session.shared.setup, &credential_id, request)
            .map_err(|_| Refusal::new(Reason::BadValue))?;
        let account = account.person.account;
        self.state = State::Recovering { account, code, credential_id };
        Ok(AuthStep::RegisterChallenge { response })
    }

    pub(super) async fn recover_finish(
        &mut self,
        session: &mut Session,
        id: RequestId,
        finish: Finish,
    ) -> Stepped {
        let state = std::mem::replace(&mut self.state, State::Start);
        let State::Recovering { account, code, credential_id } = state else {
            return refuse(session, id, Reason::OutOfOrder.into());
        };
        let file = match finish.check() {
            Ok(file) => file,
            Err(refusal) => return refuse(session, id, refusal),
        };
        let (Some(fresh), Some(token)) = (random(), random()) else {
            return refuse(session, id, Reason::Failed.into());
        };
        let password = Password { credential_id, file, stretch: finish.stretch };
        let recovery = Box::new(Recovery { account, code, password, fresh });
        let (device, device_name) = (finish.device, finish.device_name);
        // All other links of the account end with it, so no bound stands in its way.
        session.place.take_over(account, device, clock::uptime());
        let job = |applicant| Job::Recover { applicant, id, recovery, device, device_name, token };
        let stepped = self.apply(session, job).await;
        if !matches!(stepped, Ok(Some(_))) {
            session.place.withdraw();
        }
        stepped
    }

    /// A step on a link that is signed in.
    pub(super) async fn step_signed_in(
        &mut self,
        session: &Session,
        caller: &Caller,
        id: RequestId,
        auth: Auth,
    ) -> Result<(), End> {
        let answered = match auth {
            Auth::ProveStart { request } => self.prove_start(session, caller, &request).await,
            Auth::ProveFinish { finalization } => self.prove_finish(session, caller, &finalization),
            Auth::ChangeStart { request } => self.change_start(session, &request),
            Auth::ChangeFinish { record, stretch } => match self.change_finish(&record, stretch) {
                Ok((proven, password)) => {
                    let (caller, password) = (caller.clone(), Box::new(password));
                    let job = Job::ChangePassword { caller, id, proven, password };
                    return ask_writer(session, job).await;
                }
                Err(refusal) => Err(refusal),
            },
            Auth::Delete {} => match std::mem::replace(&mut self.state, State::Start) {
                State::Proven { proven, until } if clock::uptime() < until => {
                    let job = Job::DeleteAccount { caller: caller.clone(), id, proven };
                    return ask_writer(session, job).await;
                }
                _ => Err(Reason::NotProven.into()),
            },
            _ => Err(Reason::AlreadySignedIn.into()),
        };
        session.outbox.push_frame(&match answered {
            Ok(step) => ServerFrame::Auth { id, step },
            Err(refusal) => ServerFrame::Refused { id, refusal },
        });
        Ok(())
    }

    async fn prove_start(
        &mut self,
        session: &Session,
        caller: &Caller,
        request: &Opaque,
    ) -> Result<AuthStep, Refusal> {
        self.note_wrong(session);
        is_short(request)?;
        let login = caller.account.to_string();
        let account = find_account(session, &login).await?;
        let (checking, step) = self.begin_check(session, &login, account, request)?;
        self.state = State::Proving(checking);
        Ok(step)
    }

    fn prove_finish(
        &mut self,
        session: &Session,
        caller: &Caller,
        finalization: &Opaque,
    ) -> Result<AuthStep, Refusal> {
        let state = std::mem::replace(&mut self.state, State::Start);
        let State::Proving(checking) = state else { return Err(Reason::OutOfOrder.into()) };
        let is_own = |checking: &Checking| {
            let account: Option<AccountId> = checking.account.as_ref().map(|(account, _)| *account);
            account == Some(caller.account)
        };
        if !is_own(&checking) {
            return Err(Reason::WrongPassword.into());
        }
        let (_, proven) = check_password(session, checking, finalization)?;
        self.state = State::Proven { proven, until: clock::uptime() + PROVEN_MAX };
        Ok(AuthStep::Proven {})
    }

    fn change_start(&mut self, session: &Session, request: &Opaque) -> Result<AuthStep, Refusal> {
        let state = std::mem::replace(&mut self.state, State::Start);
        let (State::Proven { proven, until } | State::Changing { proven, until, .. }) = state
        else {
            return Err(Reason::NotProven.into());
        };
        if clock::uptime() >= until {
            return Err(Reason::NotProven.into());
        }
        is_short(request)?;
        let credential_id = random().ok_or(Refusal::new(Reason::Failed))?;
        let response = opaque::register(&session.shared.setup, &credential_id, request)
            .map_err(|_| Refusal::new(Reason::BadValue))?;
        self.state = State::Changing { proven, until, credential_id };
        Ok(AuthStep::RegisterChallenge { response })
    }

    fn change_finish(
        &mut self,
        record: &Opaque,
        stretch: Stretch,
    ) -> Result<(Vec<u8>, Password), Refusal> {
        let state = std::mem::replace(&mut self.state, State::Start);
        let State::Changing { proven, until, credential_id } = state else {
            return Err(Reason::OutOfOrder.into());
        };
        if clock::uptime() >= until {
            return Err(Reason::NotProven.into());
        }
        is_short(record)?;
        if !stretch.is_allowed() {
            return Err(Reason::BadValue.into());
        }
        let file = opaque::record_from(record).map_err(|_| Refusal::new(Reason::BadValue))?;
        Ok((proven, Password { credential_id, file, stretch }))
    }
}

async fn ask_writer(session: &Session, job: Job) -> Result<(), End> {
    let closing = |_| End::Goodbye(Goodbye::ShuttingDown);
    session.shared.jobs.send(job).await.map_err(closing)
}
