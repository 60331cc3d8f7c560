//! Real-time scheduling for the station's thread, where the system allows it.
//!
//! A cue that is due must not wait until the processor has done with somebody else's work: under
//! load an ordinary thread wakes up milliseconds late, one of the class SCHED_FIFO some hundredths
//! of one. The station mostly sleeps and never spins, so it takes nothing from the others. Only it
//! is in that class: whatever it starts has to step back.

use thread_priority::{
    NormalThreadSchedulePolicy, RealtimeThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy,
    set_thread_priority_and_policy, thread_native_id,
};

/// In the middle of 1 to 99: above everything ordinary, below the kernel's own threads for disks
/// and the net.
const PRIORITY: u8 = 40;
/// Stand-in for a nice value of 0 on the scale from 0 to 99 (`ThreadPriority::to_posix`).
const ORDINARY: u8 = 48;

/// Asks for real-time scheduling of this thread.
///
/// # Errors
/// When the system refuses; the words are for the log, and say how to allow it.
pub(super) fn ask() -> Result<(), String> {
    let fifo = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
    let priority = ThreadPriority::Crossplatform(PRIORITY.try_into().unwrap_or_default());
    set_thread_priority_and_policy(thread_native_id(), priority, fifo).map_err(|_| {
        "no real-time scheduling: a busy machine may make cues late; `ulimit -r 40` or CAP_SYS_NICE allows it"
            .to_owned()
    })
}

/// Drops the calling thread to normal priority.
pub(super) fn step_back() {
    let other = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Other);
    let priority = ThreadPriority::Crossplatform(ORDINARY.try_into().unwrap_or_default());
    // A thread that was never ahead is where it should be.
    let _ = set_thread_priority_and_policy(thread_native_id(), priority, other);
}

/// Drops the calling thread below normal priority, where the system has that for a thread: what it
/// does can wait for everything else.
#[cfg(feature = "web")]
pub(super) fn step_behind() {
    step_back();
    // On other systems this would be about the whole program.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, 10);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_steps_back_is_neither_ahead_of_others_nor_behind() {
        let thread = std::thread::spawn(|| {
            let refused = ask().is_err();
            step_back();
            let policy = thread_priority::thread_schedule_policy();
            let nice = rustix::process::getpriority_process(None);
            (refused, policy, nice)
        });
        let (refused, policy, nice) = thread.join().unwrap();
        assert_eq!(policy, Ok(ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Other)));
        assert_eq!(nice, Ok(0), "refused: {refused}");
    }
}
