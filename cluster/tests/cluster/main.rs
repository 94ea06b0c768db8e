//! The command with servers of its own, all on this machine: same bits, faults, bad input, and the page.

mod answers;
mod bad_input;
mod faults;
mod page;
mod passes;
mod people;
mod personal_data;
mod same_bits;
mod support;
