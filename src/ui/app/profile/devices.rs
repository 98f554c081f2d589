//! The page of the places where one is signed in, and the end of the account.

use std::collections::BTreeSet;

use super::{Asking, Page, Profile, ProfileConfirm};
use crate::client::api::Secret;
use crate::client::{Answer, Failure, Intent};
use crate::domain::DeviceId;
use crate::net::protocol::{Command, DeviceRow, Goodbye, Query, Reason, Reply};
use crate::ui::app::contacts::Confirm;
use crate::ui::app::{Effect, Model};

/// While the page is shown it is asked for anew this often: others sign in and out.
const ASK_EVERY_MS: u64 = 4_000;

/// The page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Devices {
    /// This one first, then the last used; none before they came.
    pub list: Option<Vec<DeviceRow>>,
    /// Why they did not come, or were not signed out.
    pub problem: Option<Failure>,
    /// Those that are being signed out.
    pub busy: BTreeSet<DeviceId>,
    /// When they were asked for last, by the steady clock.
    asked_at: u64,
}

/// On the page.
#[derive(Debug, Clone)]
pub enum DevicesMsg {
    /// "Retry".
    Again,
    /// One of them.
    SignOut(DeviceId),
    /// All but this one.
    SignOutOthers,
    /// "Delete account...".
    Delete,
    /// The password for that was typed.
    DeleteTyped,
    /// The password, to delete the account.
    DeleteGo(Secret),
    /// It stays.
    DeleteLeave,
}

/// The question before the account is deleted, while it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deleting {
    /// Why it was not.
    pub error: Option<Failure>,
    /// It is on its way.
    pub busy: bool,
}

impl Deleting {
    /// Whether the password was not the right one.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        let is = |refusal: &crate::net::protocol::Refusal| refusal.reason == Reason::WrongPassword;
        matches!(&self.error, Some(Failure::Refused(refusal)) if is(refusal))
    }
}

impl Devices {
    /// The others, as far as they are known.
    #[must_use]
    pub fn others(&self) -> usize {
        self.list.iter().flatten().filter(|device| !device.current).count()
    }
}

impl Model {
    pub(super) fn devices(&mut self, msg: DevicesMsg, out: &mut Vec<Effect>) {
        let Some(profile) = &mut self.profile else { return };
        match msg {
            DevicesMsg::Again => self.ask_devices(out),
            DevicesMsg::SignOut(device) => {
                let is_other = |row: &DeviceRow| row.device == device && !row.current;
                let is_known = profile.devices.list.iter().flatten().any(is_other);
                if is_known && profile.devices.busy.insert(device) {
                    profile.devices.problem = None;
                    let command = Command::Revoke { device };
                    let ask = |ticket| Intent::Do { ticket, command };
                    self.ask_of_profile(Asking::Revoke(device), ask, out);
                }
            }
            DevicesMsg::SignOutOthers => {
                let others = profile.devices.others();
                if others > 0 {
                    let confirm = ProfileConfirm::SignOutOthers(others);
                    out.push(Effect::Confirm(Confirm::Profile(confirm)));
                }
            }
            DevicesMsg::Delete => profile.deleting = Some(Deleting::default()),
            DevicesMsg::DeleteTyped => {
                if let Some(deleting) = &mut profile.deleting {
                    deleting.error = None;
                }
            }
            DevicesMsg::DeleteLeave => profile.deleting = None,
            DevicesMsg::DeleteGo(password) => {
                let Some(deleting) = profile.deleting.as_mut().filter(|asked| !asked.busy) else {
                    return;
                };
                *deleting = Deleting { error: None, busy: true };
                let ask = |ticket| Intent::DeleteAccount { ticket, password };
                self.ask_of_profile(Asking::Delete, ask, out);
            }
        }
    }

    /// The person said yes.
    pub(super) fn sign_out_others(&mut self, out: &mut Vec<Effect>) {
        let Some(Profile { devices, .. }) = &mut self.profile else { return };
        let others = devices.list.iter().flatten().filter(|device| !device.current);
        devices.busy = others.map(|device| device.device).collect();
        devices.problem = None;
        let command = Command::RevokeOthers {};
        self.ask_of_profile(Asking::RevokeOthers, |ticket| Intent::Do { ticket, command }, out);
    }

    /// Time went on: the page that is shown is kept as it is.
    pub(in crate::ui::app) fn devices_tick(&mut self, out: &mut Vec<Effect>) {
        let now = self.now.mono_ms;
        let is_due = |profile: &Profile| {
            profile.page == Page::Devices && now >= profile.devices.asked_at + ASK_EVERY_MS
        };
        if self.link.is_up() && self.profile.as_ref().is_some_and(is_due) {
            self.ask_devices(out);
        }
    }

    pub(super) fn ask_devices(&mut self, out: &mut Vec<Effect>) {
        if let Some(profile) = &mut self.profile {
            profile.devices.asked_at = self.now.mono_ms;
        }
        let query = Query::Devices {};
        self.ask_of_profile(Asking::Devices, |ticket| Intent::Look { ticket, query }, out);
    }

    pub(super) fn devices_came(&mut self, result: Result<Answer, Failure>) {
        let Some(Profile { devices, .. }) = &mut self.profile else { return };
        match result {
            Ok(Answer::Looked(Reply::Devices { devices: mut list })) => {
                list.sort_by_key(|device| (!device.current, std::cmp::Reverse(device.used)));
                devices.busy.retain(|busy| list.iter().any(|device| device.device == *busy));
                devices.list = Some(list);
                devices.problem = None;
            }
            Ok(_) => {}
            Err(failure) => devices.problem = Some(failure),
        }
    }

    /// One was signed out or not, or all others when none is named.
    pub(super) fn revoked(
        &mut self,
        which: Option<DeviceId>,
        failure: Option<Failure>,
        out: &mut Vec<Effect>,
    ) {
        let Some(Profile { devices, .. }) = &mut self.profile else {
            out.extend(failure.map(Effect::Say));
            return;
        };
        match which {
            Some(device) => drop(devices.busy.remove(&device)),
            None => devices.busy.clear(),
        }
        // Whoever is gone already needs no signing out.
        let is_gone = matches!(&failure, Some(Failure::Refused(refusal))
            if refusal.reason == Reason::NotFound);
        match failure.filter(|_| !is_gone) {
            Some(failure) => devices.problem = Some(failure),
            None => {
                let stays = |row: &DeviceRow| row.current || which.is_some_and(|w| w != row.device);
                devices.list.iter_mut().for_each(|list| list.retain(stays));
                self.ask_devices(out);
            }
        }
    }

    /// The account is gone or not.
    pub(super) fn deleted(&mut self, failure: Option<Failure>, out: &mut Vec<Effect>) {
        match failure {
            None => {
                self.keep_auto(None, out);
                self.leave(Some(Failure::Goodbye(Goodbye::Deleted)), out);
                // That number opens nothing any more.
                self.login.account.clear();
            }
            Some(failure) => {
                let deleting = self.profile.as_mut().and_then(|p| p.deleting.as_mut());
                match deleting {
                    Some(deleting) => *deleting = Deleting { error: Some(failure), busy: false },
                    None => out.push(Effect::Say(failure)),
                }
            }
        }
    }
}
