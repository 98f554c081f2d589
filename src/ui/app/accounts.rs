//! The accounts that signed in here: picked, remembered, removed.

use super::login::{AVATAR_UNKNOWN, Field, Keep, Phase, SOON_MS};
use super::servers::Choice;
use super::settings::Settings;
use super::{Asked, Effect, Model, Screen};
use crate::client::Intent;
use crate::client::api::{Saved, SavedAccount};
use crate::domain::{AccountId, Portrait, ServerId};

impl Model {
    /// What the store knows; at the first time it fills in the window.
    pub(super) fn saved(&mut self, saved: Saved, out: &mut Vec<Effect>) {
        self.saved = saved;
        if self.login.so_far.restored {
            return self.saved_again(out);
        }
        self.login.so_far.restored = true;
        self.settings = Settings::read(&self.saved.settings);
        self.login.presence = self.settings.presence;
        let carriage = self.settings.receiving.carriage();
        out.extend([Effect::Restyle, carriage, Effect::SearchServers]);
        if let Some(server) = self.saved.servers.first()
            && self.login.host.is_empty()
        {
            self.login.host.clone_from(&server.address.host);
            self.login.port = server.address.port.to_string();
        }
        self.offer_account(out);
    }

    /// Fills in the account that signs in by itself, else the one used last. A server that was given
    /// at the start stays chosen: only its own accounts are offered.
    pub(super) fn offer_account(&mut self, out: &mut Vec<Effect>) {
        if self.login.so_far.typed {
            return;
        }
        let is_given = self.login.choice == Choice::Other;
        let given = self.chosen().ok().and_then(|chosen| chosen.id).filter(|_| is_given);
        let mut offered: Vec<(ServerId, AccountId)> =
            self.saved.accounts.iter().map(|saved| (saved.server, saved.person.account)).collect();
        offered.retain(|(server, _)| !is_given || given == Some(*server));
        let auto = self.settings.auto.filter(|auto| offered.contains(auto));
        let Some((server, account)) = auto.or(offered.first().copied()) else { return };
        match is_given {
            true => self.fill_in(account, false, out),
            false => self.pick_account(server, account, out),
        }
        let kept = self.kept_account().is_some();
        if auto.is_some() && kept {
            self.login.keep = Keep::Auto;
            self.login.phase = Phase::Soon { at: self.now.mono_ms + SOON_MS };
        }
    }

    /// The list of accounts after a sign-out: what is kept of the one that is typed shows in its tick.
    fn saved_again(&mut self, out: &mut Vec<Effect>) {
        if self.screen == Screen::Login && !self.login.so_far.typed {
            self.account_changed(false);
        }
        let others = self.saved.accounts.iter();
        let mut others =
            others.filter(|saved| saved.person.account.to_string() != self.login.account);
        if std::mem::take(&mut self.login.switching) && others.next().is_some() {
            out.push(Effect::ShowAccounts);
        }
    }

    /// The typed account, where this computer keeps its sign-in: no password is needed then.
    #[must_use]
    pub fn kept_account(&self) -> Option<&SavedAccount> {
        self.typed_account().filter(|account| account.has_token && self.login.keep != Keep::Nothing)
    }

    /// The face of the typed account.
    #[must_use]
    pub fn login_face(&self) -> Portrait {
        self.typed_account().map_or(AVATAR_UNKNOWN.into(), |account| account.person.portrait())
    }

    /// What an account of the list is called, or its number.
    #[must_use]
    pub fn saved_name(&self, server: ServerId, account: AccountId) -> String {
        let saved = self.saved.accounts.iter().find(|saved| is(saved, server, account));
        saved.map_or_else(|| account.to_string(), |saved| saved.person.nickname.clone())
    }

    fn typed_account(&self) -> Option<&SavedAccount> {
        let typed = self.login.account.trim();
        let server = self.chosen().ok().and_then(|chosen| chosen.id);
        let mut matching = self.saved.accounts.iter().filter(|account| {
            account.person.account.to_string() == typed || account.person.nickname == typed
        });
        matching.find(|account| server.is_none_or(|server| server == account.server))
    }

    /// A typed account is remembered when this computer keeps its sign-in; the tick of one that was
    /// kept does not go over to another.
    pub(super) fn account_changed(&mut self, was_kept: bool) {
        self.login.keep = match self.typed_account() {
            Some(account) if account.has_token => self.login.keep.max(Keep::SignIn),
            _ if was_kept => Keep::Nothing,
            _ => self.login.keep,
        };
    }

    pub(super) fn pick_account(
        &mut self,
        server: ServerId,
        account: AccountId,
        out: &mut Vec<Effect>,
    ) {
        let was_kept = self.kept_account().is_some();
        if self.saved.servers.first().is_none_or(|first| first.id != server) {
            self.pick_server(server);
        } else {
            self.login.choice = Choice::Automatic;
        }
        self.fill_in(account, was_kept, out);
    }

    fn fill_in(&mut self, account: AccountId, was_kept: bool, out: &mut Vec<Effect>) {
        self.login.account = account.to_string();
        self.account_changed(was_kept);
        out.push(Effect::FocusLogin(Field::Password));
    }

    /// Unticking it takes the kept sign-in away at once: whoever unticks it at a shared computer
    /// means just that. The account stays in the list, with its messages; removing those is for its
    /// cross.
    pub(super) fn set_remember(&mut self, on: bool, out: &mut Vec<Effect>) {
        if on {
            self.login.keep = self.login.keep.max(Keep::SignIn);
            return;
        }
        let kept = self.kept_account().map(|kept| (kept.server, kept.person.account));
        self.login.keep = Keep::Nothing;
        let Some((server, account)) = kept else { return };
        for saved in &mut self.saved.accounts {
            saved.has_token &= !is(saved, server, account);
        }
        if self.settings.auto == Some((server, account)) {
            self.keep_auto(None, out);
        }
        let ask = |ticket| Intent::ForgetSignIn { ticket, server, account };
        self.ask(Asked::Other, ask, out);
        out.push(Effect::FocusLogin(Field::Password));
    }

    /// The account goes from the list, with all that this computer keeps of it. What stays of the
    /// list is shown again.
    pub(super) fn remove_account(
        &mut self,
        server: ServerId,
        account: AccountId,
        out: &mut Vec<Effect>,
    ) {
        let was_typed = self.typed_account().is_some_and(|typed| is(typed, server, account));
        self.forget_account(server, account, out);
        if was_typed {
            self.login.account.clear();
            self.login.keep = Keep::Nothing;
        }
        out.push(match self.saved.accounts.is_empty() {
            true => Effect::FocusLogin(Field::Account),
            false => Effect::ShowAccounts,
        });
    }

    fn forget_account(&mut self, server: ServerId, account: AccountId, out: &mut Vec<Effect>) {
        self.saved.accounts.retain(|saved| !is(saved, server, account));
        if self.settings.auto == Some((server, account)) {
            self.keep_auto(None, out);
        }
        self.account_changed(true);
        let ask = |ticket| Intent::ForgetAccount { ticket, server, account };
        self.ask(Asked::Other, ask, out);
    }
}

fn is(saved: &SavedAccount, server: ServerId, account: AccountId) -> bool {
    saved.server == server && saved.person.account == account
}
