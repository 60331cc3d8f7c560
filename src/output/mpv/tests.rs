//! Unit tests of the deck with fake players.
