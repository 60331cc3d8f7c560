//! The priority of the thread that serves remote controls.
//!
//! On a busy machine an ordinary thread gets its processor milliseconds after a datagram has come,
//! and a GO is late by that. So where the system allows it, the thread is of the class SCHED_FIFO,
//! below the station's, for as long as it has little to do. What is more is a flood, and is served
//! after everything else that the machine does.

use std::time::Duration;

use crate::time::MachineNs;
#[cfg(target_os = "linux")]
use thread_priority::{
    NormalThreadSchedulePolicy, RealtimeThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy,
    set_thread_priority_and_policy, thread_native_id,
};

/// Length of the periods in which the time of a processor is limited.
const PERIOD: Duration = Duration::from_millis(100);

/// Most of a processor's time in a period, for a thread that goes before ordinary ones: 250 datagrams and
/// more.
const SPENT_MAX: Duration = Duration::from_millis(5);

/// Place of a thread among the machine's others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Priority {
    /// Before all ordinary ones.
    RealTime,
    /// After all ordinary ones.
    Low,
}

impl Priority {
    /// Gives it to the calling thread, which may have inherited another. Nothing is lost but the
    /// priority where the system refuses.
    pub(super) fn take(self) {
        // Elsewhere than on Linux a nice value would be about the whole program.
        #[cfg(target_os = "linux")]
        {
            /// Below the station's.
            const REALTIME: u8 = 30;
            /// Nice value of a thread of low priority: half of the most.
            const NICE: i32 = 10;
            /// Stand-in for a nice value of 0 on the scale from 0 to 99; from below 10 there would
            /// be no way back up.
            const ORDINARY: u8 = 48;
            let set = |priority: u8, policy| {
                let priority = ThreadPriority::Crossplatform(priority.try_into().ok()?);
                set_thread_priority_and_policy(thread_native_id(), priority, policy).ok()
            };
            let fifo = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
            let other = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Other);
            match self {
                Priority::RealTime => drop(set(REALTIME, fifo)),
                Priority::Low => {
                    let _ = set(ORDINARY, other);
                    let _ = rustix::process::setpriority_process(None, NICE);
                }
            }
        }
    }
}

/// The time that a thread has spent, and the priority that follows from it.
#[derive(Debug)]
pub(super) struct Budget {
    priority: Priority,
    /// Beginning of the current period, and what the thread had spent by then.
    began: MachineNs,
    before: Duration,
}

impl Budget {
    /// The budget of a thread of low priority that has spent `spent` of a processor by `now`.
    pub(super) fn new(now: MachineNs, spent: Duration) -> Self {
        Budget { priority: Priority::Low, began: now, before: spent }
    }

    /// Returns `true` if the thread spends little.
    pub(super) fn has_little_to_do(&self) -> bool {
        self.priority == Priority::RealTime
    }

    /// Takes in that the thread has spent `spent` by `now`; gives the priority that it is to take,
    /// where that is another than before.
    pub(super) fn spent(&mut self, now: MachineNs, spent: Duration) -> Option<Priority> {
        let is_exceeded = spent.saturating_sub(self.before) > SPENT_MAX;
        let is_over = now.since(self.began) >= PERIOD;
        if is_over {
            (self.began, self.before) = (now, spent);
        }
        // Who has gone too far waits until a period is over in which it has not.
        let next = match (is_exceeded, is_over) {
            (true, _) => Priority::Low,
            (false, true) => Priority::RealTime,
            (false, false) => self.priority,
        };
        let is_other = std::mem::replace(&mut self.priority, next) != next;
        is_other.then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::testing::now;

    #[test]
    fn who_spends_little_goes_before_ordinary_ones_and_a_flood_after_them_at_once() {
        let (begin, ms) = (now(), Duration::from_millis);
        let mut budget = Budget::new(begin, ms(7));
        let mut after = |at, spent| budget.spent(begin + ms(at), ms(spent));
        assert_eq!(after(99, 8), None, "nothing is known yet");
        assert_eq!(after(100, 8), Some(Priority::RealTime));
        assert_eq!(after(110, 13), None, "five are allowed");
        assert_eq!(after(120, 14), Some(Priority::Low), "six are not");
        assert_eq!(after(200, 15), None, "nor does the period end well");
        assert_eq!(after(299, 15), None);
        assert_eq!(after(300, 16), Some(Priority::RealTime));
        assert_eq!(after(5_000, 20), None);
        assert_eq!(after(5_001, 26), Some(Priority::Low));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_thread_is_in_real_time_where_the_system_allows_it_and_comes_back() {
        let thread = std::thread::spawn(|| {
            Priority::Low.take();
            Priority::RealTime.take();
            let ahead = thread_priority::thread_schedule_policy();
            Priority::Low.take();
            let nice = rustix::process::getpriority_process(None);
            (ahead, thread_priority::thread_schedule_policy(), nice)
        });
        let (ahead, policy, nice) = thread.join().unwrap();
        let other = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Other);
        let fifo = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
        assert!([Ok(fifo), Ok(other)].contains(&ahead), "{ahead:?}");
        assert_eq!((policy, nice), (Ok(other), Ok(10)));
    }
}
