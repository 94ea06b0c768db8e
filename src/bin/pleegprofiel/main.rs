//! The command line over the library: reads, calls, writes; no arithmetic of its own.

mod advise;
mod args;
mod args_advise;
mod args_chain;
mod args_dated;
mod args_people;
mod args_profile;
mod args_table;
mod args_validate;
mod card;
mod classify;
mod drift;
mod effect;
mod failure;
mod fit;
mod inputs;
mod instruments;
mod json;
mod membership;
mod monitor;
mod outputs;
mod placed_by;
mod predictions;
mod profile;
mod profile_general;
mod progress;
mod recalibrate;
mod recidivism;
mod resume;
mod score;
mod screen;
mod select;
mod streamed;
mod synth;
mod validate;
mod victims;

use args::{Arguments, Command};
use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Fit(args) => fit::run(&args),
        Command::Instruments(args) => instruments::run(&args),
        Command::Profile(args) => profile::run(&args),
        Command::Classify(args) => classify::run(&args),
        Command::Recidivism(args) => recidivism::run(&args),
        Command::Synth(args) => synth::run(&args),
        Command::Score(args) => score::run(&args),
        Command::Select(args) => select::run(&args),
        Command::Validate(args) => validate::run(&args),
        Command::Recalibrate(args) => recalibrate::run(&args),
        Command::Drift(args) => drift::run(&args),
        Command::Card(args) => card::run(&args),
        Command::Monitor(args) => monitor::run(&args),
        Command::Effect(args) => effect::run(&args),
        Command::Overlap(args) => victims::run_overlap(&args),
        Command::Repeat(args) => victims::run_repeat(&args),
        Command::Advise(args) => advise::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            screen::complain(&failure.to_string());
            failure.exit_code()
        }
    }
}
