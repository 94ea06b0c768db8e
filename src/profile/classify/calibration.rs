//! Calibration on people whose profile is known and who played no part in the fit.

use super::classifier::Classifier;
use super::ranked::Ranked;
use super::record::Seen;
use crate::cohort::builder::PersonRow;
use crate::error::{Error, ErrorKind, Result};
use crate::profile::kind::Profile;

impl Classifier {
    /// The same classifier with prediction sets calibrated on people whose profile is known. They must not have been
    /// used in the fit; whether they were cannot be seen from here.
    ///
    /// Each counts at every age at which they were observed and had a record by then, so that a 19-year-old is judged
    /// against 19-year-olds. At an age with too few people of a profile, that profile is never ruled out: with a
    /// coverage of 0.9 it takes ten.
    ///
    /// # Errors
    /// When there is nobody; when a person's row does not suit the grid or is one that
    /// [`Classifier::classify`] refuses (the message says which, counted from 1); when no group of the model shows
    /// their profile.
    pub fn calibrated_on<'a>(
        mut self,
        people: impl IntoIterator<Item = (PersonRow<'a>, Profile)>,
    ) -> Result<Classifier> {
        let grid = self.model.grid();
        let mut scores = vec![vec![Vec::new(); self.classes.count]; grid.len()];
        let mut posterior = vec![0.0; self.cells.groups];
        let mut number = 0;
        for (row, profile) in people {
            number += 1;
            let told = |error: Error| {
                Error::new(ErrorKind::InvalidInput, format!("person {number} of the calibration: {error}"))
            };
            Seen::of(grid, &row).map_err(told)?;
            let class =
                self.class_profiles.iter().position(|p| *p == Some(profile)).ok_or_else(|| {
                    told(Error::options(format!("no group of the model shows the profile {profile}")))
                })?;
            let mut sums = self.cells.start();
            let mut offences = 0;
            for (t, scores) in scores.iter_mut().enumerate() {
                let Some(count) = row.counts[t] else { continue };
                self.cells.see(&mut sums, t, count, row.exposure.map_or(1.0, |e| e[t]));
                offences += u64::from(count);
                if offences > 0 {
                    self.cells.normalise(&self.cells.joint_so_far(&sums), &mut posterior);
                    scores[class].push((self.classes.posterior(&posterior, class), 1.0));
                }
            }
        }
        if number == 0 {
            return Err(Error::options("there is nobody to calibrate on"));
        }
        self.given = Some(scores.into_iter().map(|age| age.into_iter().map(Ranked::new).collect()).collect());
        Ok(self)
    }
}
