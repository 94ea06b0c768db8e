//! Once more around the best: every form is climbed to from its parameters, and one and two groups more are looked at from its
//! groups. So what is told of the others is no worse than what the best implies, and a better one is found whichever of them
//! was met first.

use crate::error::Result;
use crate::numeric::parallel::Parallel;
use crate::trajectory::forms::choice::ABOUT_AS_WELL;
use crate::trajectory::forms::rank;
use crate::trajectory::forms::scan::{Scan, Scanned};
use crate::trajectory::progress::Ticker;
use crate::trajectory::spec::form::Form;

/// Rounds at most: each begins from a better one.
const ROUNDS: usize = 6;
/// Difference in BIC within which what was looked at is looked at again.
const REACH: f64 = 6.0 * ABOUT_AS_WELL;
/// So many groups more are looked at: one more may be worse and two better.
const MORE: usize = 2;
/// A criterion lower by less than this is the same.
const LOWER: f64 = 1e-3;

/// One look from the best.
#[derive(Clone, Copy)]
enum Look {
    /// Another form, with as many groups.
    Form(Form),
    /// The same form, with more groups.
    More,
}

/// Looks around the first of what was ranked, until the first stays the first; with `most` groups at most.
pub(super) fn around(
    scan: &Scan<'_>,
    forms: &[Form],
    most: usize,
    scanned: &mut Vec<Scanned>,
    ticker: &Ticker<'_>,
) -> Result<()> {
    for _ in 0..ROUNDS {
        let Some(best) = scanned.first().filter(|s| s.trusted() && s.usable() && s.groups > 1).cloned() else { break };
        // whatever was not looked at with as many groups may be anything
        let within = |form: &Form| {
            let known = scanned.iter().find(|s| s.form == *form && s.groups == best.groups);
            *form != best.form && known.is_none_or(|s| s.usable() && s.bic < best.bic + REACH)
        };
        let more = (best.groups < most).then_some(Look::More);
        let looks: Vec<Look> = more.into_iter().chain(forms.iter().copied().filter(within).map(Look::Form)).collect();
        ticker.expect(looks.len());
        let look = |look: Look| match look {
            Look::Form(form) => Ok(vec![scan.from(form, &best)?]),
            Look::More => further(scan, &best, (best.groups + MORE).min(most)),
        };
        for next in looks.keep_in_parallel(|at| ticker.tick().then(|| look(at))) {
            for next in next? {
                match scanned.iter_mut().find(|s| s.form == next.form && s.groups == next.groups) {
                    Some(known) if next.trusted() && (!known.trusted() || next.bic < known.bic - LOWER) => {
                        *known = next;
                    }
                    Some(_) => {}
                    None => scanned.push(next),
                }
            }
        }
        rank::rank(scanned);
        if ticker.stopped() || (scanned[0].form, scanned[0].groups) == (best.form, best.groups) {
            break;
        }
    }
    Ok(())
}

/// Group by group more, each from the one before.
fn further(scan: &Scan<'_>, best: &Scanned, most: usize) -> Result<Vec<Scanned>> {
    let mut all: Vec<Scanned> = Vec::new();
    for _ in best.groups..most {
        let next = scan.parted(all.last().unwrap_or(best))?;
        let usable = next.usable();
        all.push(next);
        if !usable {
            break;
        }
    }
    Ok(all)
}
