//! Once more around the best: every form within reach of it is climbed to from its parameters. So what is told of the others
//! is no worse than what the best implies, and a better one is found whichever of them was met first.

use crate::error::Result;
use crate::numeric::parallel::Parallel;
use crate::trajectory::forms::choice::ABOUT_AS_WELL;
use crate::trajectory::forms::path;
use crate::trajectory::forms::rank;
use crate::trajectory::forms::scan::{Scan, Scanned};
use crate::trajectory::progress::Ticker;
use crate::trajectory::spec::form::Form;

/// Rounds at most: each begins from a better one.
const ROUNDS: usize = 3;
/// Difference in BIC within which a form is climbed to.
const REACH: f64 = 6.0 * ABOUT_AS_WELL;
/// A criterion lower by less than this is the same.
const LOWER: f64 = 1e-3;

/// Looks around the first of what was ranked, until the first stays the first.
pub(super) fn around(scan: &Scan<'_>, forms: &[Form], scanned: &mut Vec<Scanned>, ticker: &Ticker<'_>) -> Result<()> {
    for _ in 0..ROUNDS {
        let Some(best) = scanned.first().filter(|s| s.trusted() && s.usable() && s.groups > 1).cloned() else { break };
        let near = |s: &Scanned| s.usable() && s.bic < best.bic + REACH;
        // one that was not looked at is as near as what it would have begun from
        let looked_at = |form: &Form| scanned.iter().any(|s| s.form == *form);
        let within = |form: &Form| {
            let of = |s: &Scanned| if looked_at(form) { s.form == *form } else { path::neighbours(&s.form, form) };
            *form != best.form && scanned.iter().any(|s| of(s) && near(s))
        };
        let near: Vec<Form> = forms.iter().copied().filter(within).collect();
        ticker.expect(near.len());
        let looked = near.keep_in_parallel(|form| ticker.tick().then(|| scan.from(form, &best)));
        for next in looked {
            let next = next?;
            match scanned.iter_mut().find(|s| s.form == next.form && s.groups == next.groups) {
                Some(known) if next.trusted() && (!known.trusted() || next.bic < known.bic - LOWER) => *known = next,
                Some(_) => {}
                None => scanned.push(next),
            }
        }
        rank::rank(scanned);
        if ticker.stopped() || (scanned[0].form, scanned[0].groups) == (best.form, best.groups) {
            break;
        }
    }
    Ok(())
}
