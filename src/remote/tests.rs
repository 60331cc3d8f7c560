//! Remote control as a remote control sees it: first the rules, with time as an argument, then real
//! sockets.

mod panic;
mod rules;
mod sockets;
