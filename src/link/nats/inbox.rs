//! News on its way to the station: bounded, so that a station that stands still costs no memory,
//! and so that reading a long log waits for the one who reads it.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Mutex;

use tokio::sync::Notify;

use super::Wake;
use crate::link::message::News;
use crate::locks::Unpoisoned;

/// The most news that wait.
const NEWS_MAX: usize = 4096;

/// The most bytes of log entries that wait.
const BYTES_MAX: usize = 8 << 20;

/// Of the room for news, what posts may take: entries and outcomes always have the rest.
const POSTS_MAX: usize = NEWS_MAX / 2;

/// News that waits for the station.
pub(super) struct NewsInbox {
    waiting: Mutex<WaitingNews>,
    room: Notify,
    wake: Wake,
}

#[derive(Debug, Default)]
struct WaitingNews {
    news: VecDeque<News>,
    bytes: usize,
    is_closed: bool,
}

impl fmt::Debug for NewsInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.waiting.fmt(f)
    }
}

impl NewsInbox {
    pub(super) fn new(wake: Wake) -> Self {
        NewsInbox { waiting: Mutex::default(), room: Notify::new(), wake }
    }

    /// The next news.
    pub(super) fn next(&self) -> Option<News> {
        let news = {
            let mut waiting = self.waiting.lock().unpoisoned();
            let news = waiting.news.pop_front()?;
            waiting.bytes -= bytes(&news);
            news
        };
        self.room.notify_one();
        Some(news)
    }

    /// Nobody will take news any more: what comes is dropped.
    pub(super) fn close(&self) {
        self.waiting.lock().unpoisoned().is_closed = true;
        self.room.notify_one();
    }

    /// Hands over the outcome of something that the station has asked for, or a fact on the
    /// connection; there are never more of these than requests.
    pub(super) fn tell(&self, news: News) {
        self.try_push(&mut Some(news), usize::MAX);
    }

    /// Hands over an entry, if there is room for it; otherwise leaves it where it is.
    pub(super) fn try_entry(&self, entry: &mut Option<News>) -> bool {
        self.try_push(entry, NEWS_MAX)
    }

    /// Hands over a post, or drops it where there is no room: a flood of posts must not hold up the
    /// log.
    pub(super) fn offer(&self, post: News) {
        self.try_push(&mut Some(post), POSTS_MAX);
    }

    /// Comes back when there may be room for an entry again.
    pub(super) async fn room(&self) {
        self.room.notified().await;
    }

    fn try_push(&self, news: &mut Option<News>, most: usize) -> bool {
        let was_empty = {
            let mut waiting = self.waiting.lock().unpoisoned();
            if waiting.is_closed {
                *news = None;
                return true;
            }
            let size = news.as_ref().map_or(0, bytes);
            let has_room = waiting.news.len() < most
                && (size == 0 || waiting.bytes == 0 || waiting.bytes + size <= BYTES_MAX);
            let Some(news) = news.take_if(|_| has_room) else { return false };
            let was_empty = waiting.news.is_empty();
            waiting.bytes += size;
            waiting.news.push_back(news);
            was_empty
        };
        if was_empty {
            (self.wake)();
        }
        true
    }
}

fn bytes(news: &News) -> usize {
    match news {
        News::Entry { line, .. } => line.len(),
        // Only one is under way at a time.
        News::Kept { .. } | News::Fetched { .. } => 0,
        News::Appended { .. }
        | News::ReadTo { .. }
        | News::NotRead { .. }
        | News::Post(_)
        | News::Connected(_)
        | News::Disconnected { .. }
        | News::LooksOn
        | News::Word(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::FutureExt;

    use super::*;
    use crate::link::message::Appended;

    fn inbox() -> (NewsInbox, Arc<AtomicUsize>) {
        let wakes = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&wakes);
        let wake = Box::new(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        (NewsInbox::new(wake), wakes)
    }

    fn entry(sequence: u64, bytes: usize) -> News {
        News::Entry { sequence, line: vec![0; bytes] }
    }

    fn takes(inbox: &NewsInbox, entry: News) -> bool {
        inbox.try_entry(&mut Some(entry))
    }

    #[test]
    fn the_station_is_woken_once_until_it_has_taken_all() {
        let (inbox, wakes) = inbox();
        for sequence in 1..=3 {
            assert!(takes(&inbox, entry(sequence, 1)));
        }
        assert_eq!(wakes.load(Ordering::Relaxed), 1);
        assert_eq!(inbox.next(), Some(entry(1, 1)));
        inbox.tell(News::Word(String::new()));
        assert_eq!(std::iter::from_fn(|| inbox.next()).count(), 3);
        inbox.offer(News::Word(String::new()));
        assert_eq!(wakes.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn what_waits_is_bounded_in_number_and_bytes() {
        let (inbox, _) = inbox();
        let big = || entry(1, BYTES_MAX / 2 + 1);
        let mut second = Some(big());
        assert!(takes(&inbox, big()) && !inbox.try_entry(&mut second));
        assert_eq!(second, Some(big()), "it is not lost");
        assert!(takes(&inbox, entry(2, 0)));
        inbox.next();
        assert!(inbox.try_entry(&mut second));
        while inbox.next().is_some() {}
        for _ in 0..2 * NEWS_MAX {
            inbox.offer(News::Word(String::new()));
        }
        let entries = (0..2 * NEWS_MAX).filter(|_| takes(&inbox, entry(1, 0))).count();
        assert_eq!(entries, NEWS_MAX - POSTS_MAX, "posts left the rest to entries");
        inbox.tell(News::Appended { ticket: 1, outcome: Appended::WrongSequence });
        assert_eq!(std::iter::from_fn(|| inbox.next()).count(), NEWS_MAX + 1);
    }

    #[test]
    fn room_is_told_to_the_one_who_waits() {
        let (inbox, _) = inbox();
        assert!(inbox.room().now_or_never().is_none());
        assert!(takes(&inbox, entry(1, BYTES_MAX)));
        inbox.next();
        assert!(inbox.room().now_or_never().is_some());
        assert!(takes(&inbox, entry(1, BYTES_MAX)));
        inbox.close();
        assert!(inbox.room().now_or_never().is_some());
        assert!(takes(&inbox, entry(1, BYTES_MAX)), "nobody waits for one who has left");
    }
}
