//! Who is next, and who must wait for somebody else: heaps of times, and a queue for each place.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};

use crate::kernel::Timestamp;

/// Looks under way at the same time.
pub const IN_FLIGHT_MAX: usize = 256;
/// Confirmations leave so many of them free: whoever is silent keeps a place until the look gives up, and slots must find one meanwhile.
pub const FOR_SLOTS: usize = 96;
/// Of them at one address. Agencies share servers: with one at a time, a server of a thousand websites would never be through.
pub const AT_ONE_PLACE_MAX: usize = 4;

/// Who is looked at.
pub type Number = u32;
/// A server, or a host whose server is not known yet.
pub type Place = u64;

/// A look that may begin now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    pub number: Number,
    pub due: Timestamp,
    /// It is no slot, but confirms what an earlier look saw.
    pub confirms: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Waits,
    /// Its time has come, and its place is busy.
    Queued,
    UnderWay,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    due: Timestamp,
    confirm_at: Option<Timestamp>,
    place: Place,
    stage: Stage,
    /// Its look under way ends for nobody.
    removed: bool,
}

type Heap = BinaryHeap<Reverse<(i64, Number)>>;

/// All who are watched, by their times.
#[derive(Debug, Default)]
pub struct Timetable {
    entries: HashMap<Number, Entry>,
    slots: Heap,
    /// They wait for every slot: when thousands fail at once, all are still looked at in their time.
    confirmations: Heap,
    /// Looks under way at each place.
    busy: HashMap<Place, usize>,
    queues: HashMap<Place, VecDeque<Number>>,
    /// Those who were queued, and whose place has become free.
    freed: VecDeque<Number>,
    in_flight: usize,
}

impl Timetable {
    /// Enters somebody, or gives them another time. One who is looked at or queued keeps that.
    pub fn enter(&mut self, number: Number, due: Timestamp, place: Place) {
        match self.entries.get_mut(&number) {
            Some(entry) if entry.stage != Stage::Waits => entry.removed = false,
            Some(entry) => (entry.due, entry.confirm_at, entry.place) = (due, None, place),
            None => {
                self.entries.insert(number, Entry::waiting(due, place));
            }
        }
        self.slots.push(Reverse((due.micros(), number)));
    }

    /// Has somebody who waits looked at before their slot, should there be room.
    pub fn confirm(&mut self, number: Number, at: Timestamp, place: Place) {
        if let Some(entry) = self.entries.get_mut(&number).filter(|entry| entry.stage == Stage::Waits) {
            (entry.confirm_at, entry.place) = (Some(at), place);
            self.confirmations.push(Reverse((at.micros(), number)));
        }
    }

    /// Takes somebody off.
    pub fn remove(&mut self, number: Number) {
        match self.entries.get_mut(&number) {
            Some(entry) if entry.stage != Stage::Waits => entry.removed = true,
            Some(_) => drop(self.entries.remove(&number)),
            None => {}
        }
    }

    pub fn in_flight(&self) -> usize {
        self.in_flight
    }

    /// The next time at which somebody may be due; `None` when nobody is, or when a look must end first.
    pub fn next_at(&self) -> Option<Timestamp> {
        if self.in_flight >= IN_FLIGHT_MAX {
            return None;
        }
        match self.freed.front() {
            Some(_) => Some(Timestamp::from_micros(i64::MIN)),
            None => {
                let confirmation = self.confirmations.peek().filter(|_| self.may_confirm());
                let first = [self.slots.peek(), confirmation].into_iter().flatten();
                first.map(|Reverse((at, _))| Timestamp::from_micros(*at)).min()
            }
        }
    }

    /// Somebody whose time has come, whose place is free, and for whom there is room.
    pub fn take(&mut self, now: Timestamp) -> Option<Turn> {
        while self.in_flight < IN_FLIGHT_MAX {
            let number = match self.freed.pop_front() {
                Some(number) => number,
                None => self.pop_due(now)?,
            };
            let Some(entry) = self.entries.get(&number).copied() else { continue };
            if entry.removed {
                self.entries.remove(&number);
                continue;
            }
            if self.busy.get(&entry.place).is_some_and(|busy| *busy >= AT_ONE_PLACE_MAX) {
                self.stage(number, Stage::Queued);
                self.queues.entry(entry.place).or_default().push_back(number);
                continue;
            }
            self.stage(number, Stage::UnderWay);
            *self.busy.entry(entry.place).or_default() += 1;
            let confirms = entry.confirm_at.filter(|_| entry.due > now);
            self.in_flight += 1;
            return Some(Turn { number, due: confirms.unwrap_or(entry.due), confirms: confirms.is_some() });
        }
        None
    }

    fn stage(&mut self, number: Number, stage: Stage) {
        if let Some(entry) = self.entries.get_mut(&number) {
            entry.stage = stage;
        }
    }

    fn pop_due(&mut self, now: Timestamp) -> Option<Number> {
        let (slot, confirmation) = (|entry: &Entry| Some(entry.due), |entry: &Entry| entry.confirm_at);
        if let Some(number) = pop((&mut self.slots, slot), &self.entries, now) {
            return Some(number);
        }
        if self.may_confirm() { pop((&mut self.confirmations, confirmation), &self.entries, now) } else { None }
    }

    fn may_confirm(&self) -> bool {
        self.in_flight < IN_FLIGHT_MAX - FOR_SLOTS
    }

    /// A look has ended: its place is free, and it is due again then, perhaps at another place.
    pub fn ended(&mut self, number: Number, (due, place): (Timestamp, Place)) {
        let Some(entry) = self.entries.get(&number).copied().filter(|entry| entry.stage == Stage::UnderWay) else {
            return;
        };
        self.in_flight -= 1;
        if let Some(busy) = self.busy.get_mut(&entry.place) {
            *busy -= 1;
            if *busy == 0 {
                self.busy.remove(&entry.place);
            }
        }
        if let Some(queue) = self.queues.get_mut(&entry.place) {
            self.freed.extend(queue.pop_front());
            if queue.is_empty() {
                self.queues.remove(&entry.place);
            }
        }
        if entry.removed {
            self.entries.remove(&number);
            return;
        }
        self.entries.insert(number, Entry::waiting(due, place));
        self.slots.push(Reverse((due.micros(), number)));
    }
}

impl Entry {
    fn waiting(due: Timestamp, place: Place) -> Self {
        Entry { due, confirm_at: None, place, stage: Stage::Waits, removed: false }
    }
}

/// Whose time has come. What was entered anew stands in a heap twice; only the time that it has now counts.
fn pop(
    (heap, time): (&mut Heap, impl Fn(&Entry) -> Option<Timestamp>),
    entries: &HashMap<Number, Entry>,
    now: Timestamp,
) -> Option<Number> {
    loop {
        let Reverse((at, number)) = *heap.peek()?;
        if at > now.micros() {
            return None;
        }
        heap.pop();
        let waiting = entries.get(&number).filter(|entry| entry.stage == Stage::Waits);
        if waiting.and_then(&time) == Some(Timestamp::from_micros(at)) {
            return Some(number);
        }
    }
}
