//! Requests for which the server's thread has no room: they wait, in their order.

use std::collections::VecDeque;

use crate::link::{HandOver, ServerRequest};
use crate::runtime::share::ServerLine;

/// Requests that wait. Posts are not among them, and of everything else the flag has only so much
/// under way: that bounds it.
#[derive(Debug, Default)]
pub(super) struct WaitingRequests {
    requests: VecDeque<ServerRequest>,
    end: ThreadState,
}

/// State of the thread.
#[derive(Debug, Default, PartialEq, Eq)]
enum ThreadState {
    #[default]
    There,
    Gone,
    Told,
}

impl WaitingRequests {
    /// Hands over `request`, after those that wait. A post that finds no room is dropped: it would
    /// come too late.
    pub(super) fn send(&mut self, line: &dyn ServerLine, request: ServerRequest) {
        let is_post = matches!(request, ServerRequest::Post { .. });
        self.hand_over(line);
        if !is_post || self.requests.is_empty() {
            self.requests.push_back(request);
            self.hand_over(line);
        }
        if is_post && matches!(self.requests.back(), Some(ServerRequest::Post { .. })) {
            self.requests.pop_back();
        }
    }

    /// Hands over what waits, as far as there is room.
    pub(super) fn hand_over(&mut self, line: &dyn ServerLine) {
        while let Some(request) = self.requests.pop_front() {
            match line.try_send(request) {
                HandOver::Yes => {}
                HandOver::Full(request) => return self.requests.push_front(request),
                HandOver::Gone => {
                    self.requests.clear();
                    if self.end == ThreadState::There {
                        self.end = ThreadState::Gone;
                    }
                }
            }
        }
    }

    /// Returns `true` if the thread has ended, once.
    pub(super) fn has_just_ended(&mut self) -> bool {
        let is_new = self.end == ThreadState::Gone;
        if is_new {
            self.end = ThreadState::Told;
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;
    use crate::link::{Instance, News, Post, PostBody, PostTo, StationName};

    /// A thread with room for so many more requests; `None` once it has ended.
    #[derive(Debug)]
    struct FakeLine {
        room: Cell<Option<usize>>,
        taken: RefCell<Vec<ServerRequest>>,
    }

    impl ServerLine for FakeLine {
        fn try_send(&self, request: ServerRequest) -> HandOver {
            match self.room.get() {
                None => HandOver::Gone,
                Some(0) => HandOver::Full(request),
                Some(room) => {
                    self.room.set(Some(room - 1));
                    self.taken.borrow_mut().push(request);
                    HandOver::Yes
                }
            }
        }

        fn next(&self) -> Option<News> {
            None
        }

        fn close(self: Box<Self>) {}
    }

    fn post() -> ServerRequest {
        let from = StationName::new("la").unwrap();
        let post = Post { from, instance: Instance(1), body: PostBody::ClockAsked { asked_ns: 1 } };
        ServerRequest::Post { to: PostTo::All, post }
    }

    fn read(ticket: u64) -> ServerRequest {
        ServerRequest::Read { ticket }
    }

    #[test]
    fn what_finds_no_room_waits_in_its_order_but_for_posts() {
        let line = FakeLine { room: Cell::new(Some(1)), taken: RefCell::default() };
        let mut waiting = WaitingRequests::default();
        for request in [post(), post(), read(1), post(), read(2)] {
            waiting.send(&line, request);
        }
        assert_eq!(*line.taken.borrow(), [post()]);
        assert_eq!(waiting.requests, [read(1), read(2)]);
        line.room.set(Some(9));
        waiting.send(&line, post());
        assert_eq!(*line.taken.borrow(), [post(), read(1), read(2), post()]);
        assert!(waiting.requests.is_empty() && !waiting.has_just_ended());
    }

    #[test]
    fn a_thread_that_has_ended_is_told_once_and_nothing_waits_for_it() {
        let line = FakeLine { room: Cell::new(None), taken: RefCell::default() };
        let mut waiting = WaitingRequests::default();
        for _ in 0..3 {
            waiting.send(&line, read(1));
            waiting.send(&line, post());
        }
        assert!(waiting.requests.is_empty());
        assert!(waiting.has_just_ended() && !waiting.has_just_ended());
        waiting.send(&line, read(2));
        assert!(!waiting.has_just_ended() && waiting.requests.is_empty());
    }
}
