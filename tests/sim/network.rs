//! The links between devices and the server: slow, clogged, cut, with holes.

use std::time::Duration;

use mychat::client::api::Failure;
use mychat::client::state::{Input, LinkInput};
use mychat::net::protocol::{ClientFrame, Command};

use crate::bugs::Bug;
use crate::device::SERVER;
use crate::world::{Coming, World};

/// A link.
pub struct Wire {
    pub device: usize,
    run: u32,
    number: u64,
    /// Nothing goes through; at the end of it everything does.
    pub is_clogged: bool,
    /// What goes to the server, and to the device, is swallowed, and neither side is told.
    pub holes: [bool; 2],
    /// The longest that something is on its way, in milliseconds.
    longest: u64,
    arrivals: [Duration; 2],
    held: Vec<Option<ClientFrame>>,
}

impl World {
    pub fn dial(&mut self, index: usize, number: u64) {
        if let Some(wire) = self.devices[index].link.take() {
            self.send_up(wire, None);
        }
        self.count += 1;
        let (wire, run) = (self.count, self.devices[index].run);
        let what = match &mut self.server {
            Some(server) => {
                server.connect(wire);
                let (arrivals, held) = ([self.now; 2], Vec::new());
                let (is_clogged, holes, device) = (false, [false; 2], index);
                let is_slow = !self.is_calm && self.chance.below(6) == 0;
                let longest = if is_slow { 1_200 } else { 40 };
                let link = Wire { device, run, number, is_clogged, holes, longest, arrivals, held };
                self.wires.insert(wire, link);
                self.devices[index].link = Some(wire);
                LinkInput::Secured(SERVER)
            }
            None => LinkInput::Failed(Failure::PortClosed),
        };
        let at = self.arrival(wire, 1);
        self.come(at, Coming::ToDevice(index, run, number, what));
    }

    /// When something arrives that leaves now: never before what left earlier.
    pub fn arrival(&mut self, wire: u64, way: usize) -> Duration {
        let longest = self.wires.get(&wire).map_or(40, |link| link.longest);
        let wait = Duration::from_millis(1 + self.chance.below(longest));
        let Some(link) = self.wires.get_mut(&wire) else { return self.now + wait };
        link.arrivals[way] = link.arrivals[way].max(self.now + wait);
        link.arrivals[way]
    }

    pub fn send_up(&mut self, wire: u64, frame: Option<ClientFrame>) {
        let Some(link) = self.wires.get_mut(&wire) else { return };
        if link.holes[0] {
            return;
        }
        if link.is_clogged {
            return link.held.push(frame);
        }
        let at = self.arrival(wire, 0);
        self.come(at, Coming::ToServer(wire, frame));
    }

    pub fn send_down(&mut self, wire: u64, what: LinkInput) {
        let at = self.arrival(wire, 1);
        let Some(link) = self.wires.get(&wire).filter(|link| !link.holes[1]) else { return };
        self.come(at, Coming::ToDevice(link.device, link.run, link.number, what));
    }

    /// A link breaks: what is on its way is lost, the client learns of it, the server perhaps late.
    pub fn cut(&mut self, wire: u64) {
        let Some(link) = self.wires.remove(&wire) else { return };
        let (index, run, number) = (link.device, link.run, link.number);
        self.queue.retain(|_, what| match what {
            Coming::ToServer(of, _) => *of != wire,
            Coming::ToDevice(of, in_run, link, _) => (*of, *in_run, *link) != (index, run, number),
            _ => true,
        });
        if self.devices[index].link == Some(wire) {
            self.devices[index].link = None;
        }
        let wait = Duration::from_millis(self.chance.below(40));
        let lost = LinkInput::Lost { garbled: false };
        self.come(self.now + wait, Coming::ToDevice(index, run, number, lost));
        let late = Duration::from_millis(match self.chance.below(2) {
            0 => 0,
            _ => self.chance.below(40_000),
        });
        self.come(self.now + late, Coming::ToServer(wire, None));
    }

    /// What a device says from now on is slow to arrive.
    pub fn slow_down(&mut self, wire: u64) {
        if let Some(link) = self.wires.get_mut(&wire) {
            link.longest = 2_000;
        }
    }

    /// A link breaks for the device alone: what it said goes on travelling.
    pub fn abandon(&mut self, index: usize) {
        let Some(wire) = self.devices[index].link.take() else { return };
        let Some(link) = self.wires.get(&wire) else { return };
        let number = link.number;
        self.input(index, Input::Link(number, LinkInput::Lost { garbled: false }));
        let late = Duration::from_millis(2_000 + self.chance.below(40_000));
        self.come(self.now + late, Coming::ToServer(wire, None));
    }

    pub fn unclog(&mut self, wire: u64) {
        let Some(link) = self.wires.get_mut(&wire) else { return };
        link.is_clogged = false;
        for frame in std::mem::take(&mut link.held) {
            self.send_up(wire, frame);
        }
        self.drain();
    }

    /// The server's side is closed: what it said still arrives, but for those in a hole.
    pub fn end_wire(&mut self, wire: u64) {
        if self.wires.get(&wire).is_some_and(|link| link.holes[1]) {
            return;
        }
        self.send_down(wire, LinkInput::Lost { garbled: false });
        if let Some(link) = self.wires.remove(&wire)
            && self.devices[link.device].link == Some(wire)
        {
            self.devices[link.device].link = None;
        }
    }

    /// Whether a server with a bug loses this.
    pub fn swallows(&self, wire: u64, frame: Option<&ClientFrame>) -> bool {
        let is_first = self.wires.get(&wire).is_some_and(|link| link.device == 0);
        let is_send = |frame: &ClientFrame| {
            matches!(frame, ClientFrame::Command { command: Command::Send { .. }, .. })
        };
        self.bug == Some(Bug::Swallows) && is_first && frame.is_some_and(is_send)
    }
}
