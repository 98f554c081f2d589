//! A file that is dragged from another program onto a window (the protocol of freedesktop.org, version 5).

use std::path::Path;

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Window as XWindow,
    WindowClass,
};
use x11rb::wrapper::ConnectionExt as _;

use crate::screen::{Screen, Window};

/// A file that is held over a window.
pub struct Held<'s> {
    screen: &'s Screen,
    source: XWindow,
    target: XWindow,
    uri: String,
    atoms: Atoms,
}

struct Atoms {
    selection: Atom,
    list: Atom,
    status: Atom,
    drop: Atom,
    finished: Atom,
}

impl Screen {
    /// Takes a file from elsewhere and holds it over a place in a window, until that says that it may
    /// be dropped.
    pub fn hold_file(&self, window: Window, (x, y): (i16, i16), path: &Path) -> Held<'_> {
        let atom =
            |name: &str| self.x.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom;
        let source = self.x.generate_id().unwrap();
        let (class, settings) = (WindowClass::INPUT_OUTPUT, CreateWindowAux::new());
        self.x.create_window(0, source, self.root, 0, 0, 1, 1, 0, class, 0, &settings).unwrap();
        let atoms = Atoms {
            selection: atom("XdndSelection"),
            list: atom("text/uri-list"),
            status: atom("XdndStatus"),
            drop: atom("XdndDrop"),
            finished: atom("XdndFinished"),
        };
        self.x.set_selection_owner(source, atoms.selection, 0_u32).unwrap();
        let uri = format!("file://{}\r\n", path.display());
        let held = Held { screen: self, source, target: window.id, uri, atoms };
        held.tell(atom("XdndEnter"), [5 << 24, held.atoms.list, 0, 0]);
        let place = self.place(window).unwrap();
        let along = |start: i16, by: i16| u32::from(u16::try_from(start + by).unwrap());
        let at = along(place.x, x) << 16 | along(place.y, y);
        self.point(window, x, y);
        self.wait_for("a window to say that a file may be dropped", || {
            held.tell(atom("XdndPosition"), [0, at, 0, atom("XdndActionCopy")]);
            held.heard(held.atoms.status)
        });
        held
    }
}

impl Held<'_> {
    /// Lets it go there.
    pub fn drop_it(self) {
        self.tell(self.atoms.drop, [0, 0, 0, 0]);
        self.screen
            .wait_for("a window to take what was dropped", || self.heard(self.atoms.finished));
        self.screen.x.destroy_window(self.source).unwrap();
        self.screen.x.flush().unwrap();
    }

    fn tell(&self, what: Atom, [a, b, c, d]: [u32; 4]) {
        let message = ClientMessageEvent::new(32, self.target, what, [self.source, a, b, c, d]);
        self.screen.x.send_event(false, self.target, EventMask::NO_EVENT, message).unwrap();
        self.screen.x.flush().unwrap();
    }

    /// Whether the window has said this; what it asks for meanwhile is given.
    fn heard(&self, what: Atom) -> Option<()> {
        while let Some(event) = self.screen.x.poll_for_event().unwrap() {
            match event {
                Event::ClientMessage(message) if message.type_ == what => return Some(()),
                Event::SelectionRequest(request) => self.give(&request),
                _ => {}
            }
        }
        None
    }

    fn give(&self, request: &SelectionRequestEvent) {
        let x = &self.screen.x;
        let (to, property) = (request.requestor, request.property);
        let bytes = self.uri.as_bytes();
        let kind = if request.target == self.atoms.list {
            request.target
        } else {
            AtomEnum::STRING.into()
        };
        x.change_property8(PropMode::REPLACE, to, property, kind, bytes).unwrap();
        let answer = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: to,
            selection: request.selection,
            target: request.target,
            property,
        };
        x.send_event(false, to, EventMask::NO_EVENT, answer).unwrap();
        x.flush().unwrap();
    }
}
