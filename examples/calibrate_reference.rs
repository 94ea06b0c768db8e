//! Makes the reference model again: writes it to a file, or checks that it is bit for bit the one shipped.
//!
//! `cargo run --release --example calibrate_reference -- --check`
//! `cargo run --release --example calibrate_reference -- OUT.json`

use pleegprofiel::{
    reference_model,
    synthetic::{ReconstructionOptions, reconstruct},
};
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(target) = std::env::args().nth(1) else {
        return say("give --check, or a file to write to");
    };
    let made = match reconstruct(ReconstructionOptions::default()) {
        Ok(made) => made.to_json() + "\n",
        Err(error) => return say(&error.to_string()),
    };
    if target == "--check" {
        let same = made == reference_model().to_json() + "\n";
        return if same { ExitCode::SUCCESS } else { say("the model made now is not the one shipped") };
    }
    match std::fs::write(&target, made) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => say(&error.to_string()),
    }
}

fn say(why: &str) -> ExitCode {
    let _ = std::io::Write::write_fmt(&mut std::io::stderr(), format_args!("{why}\n"));
    ExitCode::FAILURE
}
