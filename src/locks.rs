//! The one rule for locks that a panic has poisoned: go on with the value in them.
//!
//! A fault in one thread must not end the others, because a live show runs on. Code that holds a
//! lock leaves its value whole between any two statements that can panic, so there is nothing
//! broken behind a poisoned one.

use std::sync::{LockResult, PoisonError};

/// Goes on after a panic of another thread that held the lock.
pub(crate) trait Unpoisoned {
    /// The guard, or whatever else the lock gives.
    type Value;

    /// Takes the value as it is, also from a poisoned lock.
    fn unpoisoned(self) -> Self::Value;
}

impl<T> Unpoisoned for LockResult<T> {
    type Value = T;

    fn unpoisoned(self) -> T {
        self.unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};
    use std::thread;

    use super::*;

    #[test]
    fn a_lock_is_used_after_its_holder_has_panicked() {
        let lock = Arc::new(Mutex::new(1));
        let held = Arc::clone(&lock);
        let fault = thread::spawn(move || {
            let mut value = held.lock().unwrap();
            *value = 2;
            panic!("a fault on purpose");
        });
        assert!(fault.join().is_err() && lock.is_poisoned());
        assert_eq!(*lock.lock().unpoisoned(), 2);
    }
}
