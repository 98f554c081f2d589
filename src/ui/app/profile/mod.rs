//! The window about oneself: what one says, how one looks, the password, the devices.

pub mod crop;
pub mod devices;
pub mod face;
pub mod form;
pub mod password;

use super::contacts::Confirm;
use super::{Asked, Effect, Model};
use crate::client::api::Ticket;
use crate::client::{Answer, Failure, Intent};
use crate::domain::{Details, DeviceId, Person};
use crate::net::protocol::{Command, Query, Reply};
use devices::{Deleting, Devices, DevicesMsg};
use face::{Face, FaceMsg};
use form::{FieldError, Form, Place, place_of};
use password::{PasswordMsg, PasswordPage, PasswordPlace};

/// A page of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Page {
    /// What one says of oneself.
    #[default]
    About,
    /// How one looks.
    Face,
    /// Another password.
    Password,
    /// Where one is signed in.
    Devices,
}

/// The window, while it is open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// Which page.
    pub page: Page,
    /// What the server has, as far as it is known.
    pub saved: Form,
    /// What is written.
    pub typed: Form,
    /// The server told everything.
    pub is_known: bool,
    /// What is wrong with what is written.
    pub errors: Vec<(Place, FieldError)>,
    /// What else is in the way.
    pub problem: Option<Failure>,
    /// What is written is on its way.
    pub saving: bool,
    /// The page of faces.
    pub face: Face,
    /// The page of the password.
    pub password: PasswordPage,
    /// The page of devices.
    pub devices: Devices,
    /// The question before the account is deleted.
    pub deleting: Option<Deleting>,
}

/// In the window.
#[derive(Debug, Clone)]
pub enum ProfileMsg {
    /// Shows it.
    Open,
    /// Another page.
    Page(Page),
    /// Its cross, Esc, or "Cancel".
    Close,
    /// This is written now; where, unless it was a choice.
    Typed(Form, Option<Place>),
    /// Something typed there cannot be shown, and was left out.
    LeftOut(Place),
    /// The button, or Enter.
    Save(Form),
    /// On the page of faces.
    Face(FaceMsg),
    /// On the page of the password.
    Password(PasswordMsg),
    /// On the page of devices.
    Devices(DevicesMsg),
}

/// What the window is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileEffect {
    /// To come to the front.
    Raise,
    /// To put the cursor there.
    Focus(Place),
    /// The same, on the page of the password.
    FocusPassword(PasswordPlace),
}

/// What is asked before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileConfirm {
    /// What was written is given up.
    Leave,
    /// So many devices are signed out.
    SignOutOthers(usize),
}

/// What a ticket was for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asking {
    /// What one says of oneself.
    Details,
    /// To keep this.
    Save(Form),
    /// A file.
    Load,
    /// A face of those built in.
    Face,
    /// A picture.
    Picture,
    /// Another password.
    Password,
    /// The list of devices.
    Devices,
    /// One of them is to be signed out.
    Revoke(DeviceId),
    /// All others.
    RevokeOthers,
    /// The end of the account.
    Delete,
}

impl Profile {
    /// Whether something is written that the server does not have.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.typed.is_changed(&self.saved)
    }

    /// What is wrong with a place.
    #[must_use]
    pub fn error(&self, place: Place) -> Option<&FieldError> {
        self.errors.iter().find(|(at, _)| *at == place).map(|(_, error)| error)
    }

    fn set_error(&mut self, place: Place, error: Option<FieldError>) {
        self.errors.retain(|(at, _)| *at != place);
        self.errors.extend(error.map(|error| (place, error)));
        self.errors.sort_by_key(|(at, _)| *at);
    }

    /// The server has this now.
    fn rebase(&mut self, now: Form) {
        self.typed.follow(&self.saved, &now);
        self.saved = now;
    }
}

impl Model {
    pub(super) fn profile(&mut self, msg: ProfileMsg, out: &mut Vec<Effect>) {
        match msg {
            ProfileMsg::Open => return self.open_profile(out),
            ProfileMsg::Save(form) => return self.save_profile(form, out),
            ProfileMsg::Face(msg) => return self.face(msg, out),
            ProfileMsg::Password(msg) => return self.password(msg, out),
            ProfileMsg::Devices(msg) => return self.devices(msg, out),
            _ => {}
        }
        let Some(profile) = &mut self.profile else { return };
        match msg {
            ProfileMsg::Page(page) => {
                profile.page = page;
                if page == Page::Devices {
                    self.ask_devices(out);
                }
            }
            ProfileMsg::Close if profile.is_changed() => {
                out.push(Effect::Confirm(Confirm::Profile(ProfileConfirm::Leave)));
            }
            ProfileMsg::Close => self.profile = None,
            ProfileMsg::Typed(form, place) => {
                if let Some(place) = place {
                    profile.set_error(place, None);
                }
                profile.typed = form;
                profile.problem = None;
            }
            ProfileMsg::LeftOut(place) => profile.set_error(place, Some(FieldError::LeftOut)),
            _ => {}
        }
    }

    fn open_profile(&mut self, out: &mut Vec<Effect>) {
        let Some(me) = &self.me else { return };
        if self.profile.is_none() {
            let form = Form::new(&me.person, &Details::default());
            let face = Face::new(me.person.portrait());
            let (saved, typed) = (form.clone(), form);
            self.profile = Some(Profile { saved, typed, face, ..Profile::default() });
            self.ask_details(out);
        }
        out.push(Effect::Profile(ProfileEffect::Raise));
    }

    /// Asks the client core for something on behalf of the window.
    fn ask_of_profile(
        &mut self,
        asking: Asking,
        make: impl FnOnce(Ticket) -> Intent,
        out: &mut Vec<Effect>,
    ) {
        self.ask(Asked::Profile(asking), make, out);
    }

    fn ask_details(&mut self, out: &mut Vec<Effect>) {
        if let (Some(account), true) = (self.my_account(), self.link.is_up()) {
            let query = Query::Profile { account };
            self.ask_of_profile(Asking::Details, |ticket| Intent::Look { ticket, query }, out);
        }
    }

    fn save_profile(&mut self, form: Form, out: &mut Vec<Effect>) {
        let is_up = self.link.is_up();
        let Some(profile) = &mut self.profile else { return };
        profile.typed = form.clone();
        if profile.saving || !profile.is_changed() {
            return;
        }
        profile.problem = None;
        profile.errors = form.check(&profile.saved);
        if let Some((first, _)) = profile.errors.first() {
            out.push(Effect::Profile(ProfileEffect::Focus(*first)));
            return;
        }
        if !is_up {
            profile.problem = Some(Failure::Offline);
            return;
        }
        profile.saving = true;
        let command = Command::SetProfile(form.change(&profile.saved));
        let ask = |ticket| Intent::Do { ticket, command };
        self.ask_of_profile(Asking::Save(form), ask, out);
    }

    /// Something that the window asked for was answered.
    pub(super) fn profile_answered(
        &mut self,
        asking: Asking,
        result: Result<Answer, Failure>,
        out: &mut Vec<Effect>,
    ) {
        match asking {
            Asking::Details => self.details_came(result),
            Asking::Save(form) => self.profile_saved(form, result.err(), out),
            Asking::Load => self.loaded(result),
            Asking::Face => self.face_answered(false, result.err(), out),
            Asking::Picture => self.face_answered(true, result.err(), out),
            Asking::Password => self.password_answered(result.err(), out),
            Asking::Devices => self.devices_came(result),
            Asking::Revoke(device) => self.revoked(Some(device), result.err(), out),
            Asking::RevokeOthers => self.revoked(None, result.err(), out),
            Asking::Delete => self.deleted(result.err(), out),
        }
    }

    fn details_came(&mut self, result: Result<Answer, Failure>) {
        let Some(profile) = &mut self.profile else { return };
        match result {
            Ok(Answer::Looked(Reply::Profile { person, details, .. })) => {
                profile.is_known = true;
                profile.rebase(Form::new(&person, &details));
            }
            // Once the link is back it is asked again.
            Err(failure) if !profile.is_known => profile.problem = Some(failure),
            _ => {}
        }
    }

    fn profile_saved(&mut self, form: Form, failure: Option<Failure>, out: &mut Vec<Effect>) {
        let Some(profile) = &mut self.profile else {
            out.extend(failure.map(Effect::Say));
            return;
        };
        profile.saving = false;
        match failure {
            None => {
                profile.saved = form;
                out.push(Effect::Tell("profile.saved"));
            }
            Some(Failure::Refused(refusal)) if place_of(refusal.reason).is_some() => {
                if let Some(place) = place_of(refusal.reason) {
                    profile.set_error(place, Some(FieldError::Refused(refusal)));
                    out.push(Effect::Profile(ProfileEffect::Focus(place)));
                }
            }
            Some(failure) => profile.problem = Some(failure),
        }
    }

    /// The person said yes.
    pub(super) fn profile_confirmed(&mut self, confirm: ProfileConfirm, out: &mut Vec<Effect>) {
        match confirm {
            ProfileConfirm::Leave => self.profile = None,
            ProfileConfirm::SignOutOthers(_) => self.sign_out_others(out),
        }
    }

    /// Profiles came. Where one's own is another one, by this device or another, the rest of it is
    /// asked for as well.
    pub(super) fn learn_of_me_too(&mut self, people: Vec<Person>, out: &mut Vec<Effect>) {
        let own =
            |model: &Model| model.me.as_ref().map(|me| (me.person.version, me.person.portrait()));
        let before = own(self);
        self.learn(people);
        let after = own(self);
        if before == after {
            return;
        }
        if let (Some(profile), Some((_, old)), Some((_, new))) = (&mut self.profile, before, after)
        {
            profile.face.follow(old, new);
            self.ask_details(out);
        }
    }

    /// The link is signed in: what is shown is asked anew.
    pub(super) fn refresh_profile(&mut self, out: &mut Vec<Effect>) {
        let Some(profile) = &mut self.profile else { return };
        profile.problem = None;
        let page = profile.page;
        self.ask_details(out);
        if page == Page::Devices {
            self.ask_devices(out);
        }
    }
}
