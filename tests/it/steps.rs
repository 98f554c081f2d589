//! What a peer does about passwords and about other people.

use mychat::domain::{AccountId, BlobId, Book, Contact, Message, Way};
use mychat::net::opaque;
use mychat::net::protocol::{
    Auth, AuthStep, Command, ContactAnswer, ContactChange, Event, Opaque, ProfileChange, Query,
    Refusal, Reply, Stretch,
};

use crate::peer::{Ground, Peer};

impl Peer {
    /// Shows that this person knows the password.
    pub fn prove(&mut self, password: &str) -> Result<(), Refusal> {
        let (state, request) = opaque::sign_in_start(password).unwrap();
        let step = self.auth(Auth::ProveStart { request })?;
        let AuthStep::SignInChallenge { response, stretch } = step else { panic!("{step:?}") };
        let finish = state.finish(password, &response, stretch, &self.server_id, &self.exporter);
        let finalization = finish.unwrap_or_else(|_| Opaque(vec![0; 64]));
        let step = self.auth(Auth::ProveFinish { finalization })?;
        assert_eq!(step, AuthStep::Proven {});
        Ok(())
    }

    /// Another password, on a link that has proven the one before.
    pub fn change(&mut self, new: &str) -> Result<(), Refusal> {
        let (state, request) = opaque::register_start(new).unwrap();
        let step = self.auth(Auth::ChangeStart { request })?;
        let AuthStep::RegisterChallenge { response } = step else { panic!("{step:?}") };
        let stretch = Stretch::CHEAP;
        let record = state.finish(new, &response, stretch, &self.server_id).unwrap();
        let step = self.auth(Auth::ChangeFinish { record, stretch })?;
        assert_eq!(step, AuthStep::Changed {});
        Ok(())
    }

    /// A new password by a code; the link is signed in then.
    pub fn recover(&mut self, login: &str, code: &str, new: &str) -> Result<AccountId, Refusal> {
        let bytes = data_encoding::BASE32_NOPAD.decode(code.replace('-', "").as_bytes()).unwrap();
        let (state, request) = opaque::register_start(new).unwrap();
        let (login, code) = (login.to_owned(), Opaque(bytes));
        let step = self.auth(Auth::RecoverStart { login, code, request })?;
        let AuthStep::RegisterChallenge { response } = step else { panic!("{step:?}") };
        let stretch = Stretch::CHEAP;
        let record = state.finish(new, &response, stretch, &self.server_id).unwrap();
        let (device, device_name) = (self.device, "desk".to_owned());
        let step = self.auth(Auth::RecoverFinish { record, stretch, device, device_name })?;
        let AuthStep::Registered { you, recovery, token } = step else { panic!("{step:?}") };
        let account = you.account;
        (self.you, self.token, self.recovery) = (Some(you), Some(token), Some(recovery));
        Ok(account)
    }

    pub fn ask(&mut self, to: AccountId) -> Result<(), Refusal> {
        let (greeting, remark) = ("我是你同桌".to_owned(), String::new());
        let group = mychat::domain::GroupId::FIRST;
        self.command(Command::AskContact { to, greeting, group, remark })
    }

    pub fn answer_contact(
        &mut self,
        from: AccountId,
        answer: ContactAnswer,
    ) -> Result<(), Refusal> {
        self.command(Command::AnswerContact { from, answer })
    }

    pub fn accept(&mut self, from: AccountId) -> Result<(), Refusal> {
        let (group, remark) = (mychat::domain::GroupId::FIRST, String::new());
        self.answer_contact(from, ContactAnswer::Accept { group, remark })
    }

    pub fn set_contact(
        &mut self,
        account: AccountId,
        change: ContactChange,
    ) -> Result<(), Refusal> {
        self.command(Command::SetContact { account, change })
    }

    pub fn block(&mut self, account: AccountId) {
        let change = ContactChange { blocked: Some(true), ..ContactChange::default() };
        self.set_contact(account, change).unwrap();
    }

    /// When somebody was there last, as this one is told.
    pub fn seen(&mut self, account: AccountId) -> Option<i64> {
        let profile = self.query(Query::Profile { account });
        let Ok(Reply::Profile { seen, .. }) = profile else { panic!("{profile:?}") };
        seen
    }

    pub fn set_profile(&mut self, change: ProfileChange) -> Result<(), Refusal> {
        self.command(Command::SetProfile(change))
    }

    /// Everything that the server keeps for this account of others.
    pub fn book(&mut self) -> Book {
        let query = Query::Contacts { after: AccountId(0) };
        let Ok(Reply::Contacts { groups, privacy, contacts, more: false, .. }) = self.query(query)
        else {
            panic!("contacts")
        };
        let Ok(Reply::Requests { requests, more: false, .. }) =
            self.query(Query::Requests { after: None })
        else {
            panic!("requests")
        };
        let (rooms, room_requests, choices) = self.own_rooms();
        Book {
            rooms,
            room_requests,
            choices,
            groups,
            privacy,
            contacts: contacts.into_iter().map(|contact| (contact.account, contact)).collect(),
            requests: requests.into_iter().map(|r| ((r.peer, r.way), r)).collect(),
        }
    }

    pub fn friend(&mut self, account: AccountId) -> Option<Contact> {
        self.book().friend(account).cloned()
    }

    pub fn request(&mut self, peer: AccountId, way: Way) -> Option<mychat::domain::RequestState> {
        self.book().requests.get(&(peer, way)).map(|request| request.state)
    }

    pub fn found(&mut self, text: &str) -> Vec<u64> {
        let query = Query::Find { text: text.to_owned(), online: false, skip: 0 };
        let Ok(Reply::Found { people, .. }) = self.query(query) else { panic!("found") };
        people.into_iter().map(|found| found.person.account.0).collect()
    }

    /// Keeps a picture on the server, in parts.
    pub fn upload(&mut self, bytes: &[u8]) -> Result<BlobId, Refusal> {
        let blob = BlobId(*blake3::hash(bytes).as_bytes());
        let bytes_all = u32::try_from(bytes.len()).unwrap();
        for (number, part) in bytes.chunks(20_000).enumerate() {
            let offset = u32::try_from(number * 20_000).unwrap();
            self.command(Command::PutBlob { blob, bytes_all, offset, part: part.to_vec() })?;
        }
        Ok(blob)
    }

    pub fn download(&mut self, blob: BlobId) -> Result<Vec<u8>, Refusal> {
        let mut bytes = Vec::new();
        loop {
            let offset = u32::try_from(bytes.len()).unwrap();
            let reply = self.query(Query::Blob { blob, offset })?;
            let Reply::Blob { bytes_all, part } = reply else { panic!("{reply:?}") };
            assert!(!part.is_empty(), "it stops before its end");
            bytes.extend(part);
            if bytes.len() == bytes_all as usize {
                return Ok(bytes);
            }
        }
    }

    /// The next change of this account's book that is told.
    pub fn notice(&mut self) -> mychat::domain::Notice {
        self.event(|event| match event {
            Event::Message(Message { body: mychat::domain::Body::Notice(notice), .. }) => {
                Some((**notice).clone())
            }
            _ => None,
        })
    }
}

impl Ground {
    /// Two people who are friends.
    pub fn friends(&self, names: [&str; 2]) -> (Peer, Peer) {
        let (mut a, mut b) = (self.register(names[0]), self.register(names[1]));
        a.ask(b.account()).unwrap();
        b.accept(a.account()).unwrap();
        (a, b)
    }

    /// The same, who have heard everything of that.
    pub fn acquainted(&self, names: [&str; 2]) -> (Peer, Peer) {
        let (mut a, mut b) = self.friends(names);
        a.drain();
        b.drain();
        (a, b)
    }

    /// Another device of somebody.
    pub fn second(&self, of: &Peer) -> Peer {
        let mut peer = self.connect();
        peer.sign_in(&of.account().to_string(), crate::peer::PASSWORD).unwrap();
        peer
    }
}
