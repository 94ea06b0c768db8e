//! Synthetic cohorts as CSV tables, written as they are drawn, in memory that does not grow with their number.
//!
//! Belongs here: the tables and their columns. Does not belong here: which files they go to.
//!
//! | table | columns | read by |
//! | --- | --- | --- |
//! | people | `id, birth, from, to, end`: dates of the observation window and why it ended | `read_careers` |
//! | offences | `id, age, offence, committed, case, severity`; `age` in completed years, `committed` a date | `read_careers`, `read_offences` |
//! | custody | `id, from, to`: first day in custody, first day at liberty again | `read_careers` |
//! | persons | `id, from_age, to_age` in completed years, both included, the last perhaps in part | `read_offences` |
//! | counts, exposure | the wide form: offences and time at liberty by age | `read_wide_with` |
//! | truth | `id, profile, sex, stops` and the risk factors, 0 or 1 | groups of `recidivism` |

use super::person::SyntheticPerson;
use super::population::SyntheticCohort;
use crate::career::custody::Moment;
use crate::career::date::CalendarDate;
use crate::career::offence::When;
use crate::cohort::careers::CareerOptions;
use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::error::{Error, Result};
use crate::profile::reference::factors::Factor;
use std::io::Write;
use std::ops::Range;

/// Names of the tables, in the order of [`SyntheticCohort::write_tables`].
pub const TABLES: [&str; 7] = ["people", "offences", "custody", "persons", "counts", "exposure", "truth"];

impl SyntheticCohort {
    /// Writes persons as the seven [`TABLES`], each with its header, and returns how many offences there were.
    ///
    /// The same numbers give the same bytes on any number of threads. No more than a few thousand persons are in
    /// memory at a time.
    ///
    /// ```
    /// use pleegprofiel::{synthetic::SyntheticCohort, reference_model};
    /// let cohort = SyntheticCohort::new(reference_model().career_model(), 1)?;
    /// let mut tables: [Vec<u8>; 7] = Default::default();
    /// cohort.write_tables(0..10, &mut tables)?;
    /// let counts = tables[4].split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).count();
    /// assert_eq!(counts, 11);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// Of kind [`Io`](crate::ErrorKind::Io) when writing fails; when a number is not below
    /// [`MAX_PERSONS`](super::population::MAX_PERSONS).
    pub fn write_tables<W: Write>(&self, numbers: Range<u64>, to: &mut [W; 7]) -> Result<u64> {
        let failed = |table: usize| move |cause: std::io::Error| Error::io(TABLES[table], "written", cause);
        let grid = self.model().grid()?;
        let ages: String = (0..grid.len()).map(|j| format!(",age_{}", grid.label(j))).collect();
        let factors: String = Factor::ALL.iter().map(|f| format!(",{}", f.key())).collect();
        let headers = [
            "id,birth,from,to,end".to_owned(),
            "id,age,offence,committed,case,severity".to_owned(),
            "id,from,to".to_owned(),
            "id,from_age,to_age".to_owned(),
            format!("id{ages}"),
            format!("id{ages}"),
            format!("id,profile,sex,stops{factors}"),
        ];
        for (t, (file, header)) in to.iter_mut().zip(headers).enumerate() {
            writeln!(file, "{header}").map_err(failed(t))?;
        }
        let mut offences = 0;
        let text = |people: Vec<SyntheticPerson>| Text::of(grid, &people);
        self.in_order(numbers, text, |text| {
            offences += text.offences;
            for (t, (file, bytes)) in to.iter_mut().zip(&text.tables).enumerate() {
                file.write_all(bytes).map_err(failed(t))?;
            }
            Ok(())
        })?;
        for (t, file) in to.iter_mut().enumerate() {
            file.flush().map_err(failed(t))?;
        }
        Ok(offences)
    }
}

/// The rows of some persons.
struct Text {
    tables: [Vec<u8>; 7],
    offences: u64,
}

impl Text {
    fn of(grid: AgeGrid, people: &[SyntheticPerson]) -> Result<Text> {
        let mut text = Text { tables: Default::default(), offences: 0 };
        let careers = people.iter().map(|person| ("", &person.career));
        let cohort = Cohort::from_careers(grid, careers, &CareerOptions::default())?.cohort;
        for (i, person) in people.iter().enumerate() {
            text.person(person);
            let [_, _, _, _, counts, exposure, _] = &mut text.tables;
            number(counts, person.number);
            number(exposure, person.number);
            for (count, risk) in cohort.counts(i).into_iter().zip(cohort.exposure(i)) {
                counts.push(b',');
                exposure.push(b',');
                if let Some(count) = count {
                    number(counts, u64::from(count));
                    decimal(exposure, risk);
                }
            }
            counts.push(b'\n');
            exposure.push(b'\n');
        }
        Ok(text)
    }

    fn person(&mut self, person: &SyntheticPerson) {
        let [people, offences, custody, persons, _, _, truth] = &mut self.tables;
        let (id, career) = (person.number, &person.career);
        let window = career.window();
        number(people, id);
        for moment in [career.birth().map(Moment::Date), Some(window.from), Some(window.to)].into_iter().flatten() {
            people.push(b',');
            day(people, moment);
        }
        people.push(b',');
        people.extend_from_slice(window.end.key().as_bytes());
        people.push(b'\n');

        for (i, offence) in career.offences().iter().enumerate() {
            number(offences, id);
            offences.push(b',');
            // an age is at most 150
            number(offences, career.age_at(i).get() as u64);
            offences.push(b',');
            offences.extend_from_slice(offence.category.key().as_bytes());
            offences.push(b',');
            if let When::Date(on) = offence.when {
                date(offences, on);
            }
            offences.push(b',');
            offence.case.into_iter().for_each(|case| number(offences, u64::from(case)));
            offences.push(b',');
            offence.severity.into_iter().for_each(|severity| decimal(offences, severity.get()));
            offences.push(b'\n');
        }
        self.offences += career.offences().len() as u64;

        for stay in career.custody() {
            number(custody, id);
            for moment in [stay.from, stay.to] {
                custody.push(b',');
                day(custody, moment);
            }
            custody.push(b'\n');
        }

        // a career drawn by age: the window begins at a birthday and ends within the grid
        let (from, to) = person.observed_ages();
        for (value, end) in [(id, b','), (from, b','), (to, b'\n')] {
            number(persons, value);
            persons.push(end);
        }

        number(truth, id);
        for key in [person.profile.key(), person.sex.key()] {
            truth.push(b',');
            truth.extend_from_slice(key.as_bytes());
        }
        for flag in std::iter::once(person.stops).chain(Factor::ALL.map(|f| person.factors.contains(&f))) {
            truth.extend_from_slice(if flag { b",1" } else { b",0" });
        }
        truth.push(b'\n');
    }
}

fn number(text: &mut Vec<u8>, value: u64) {
    // twenty digits hold any of them
    let (mut digits, mut at, mut left) = ([0_u8; 20], 20, value);
    loop {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    text.extend_from_slice(&digits[at..]);
}

/// The shortest decimal that reads back as the same number.
fn decimal(text: &mut Vec<u8>, value: f64) {
    if (0.0..1e15).contains(&value) && value.fract() == 0.0 {
        return number(text, value as u64);
    }
    write!(text, "{value}").expect("a Vec takes all that is written to it");
}

fn day(text: &mut Vec<u8>, moment: Moment) {
    if let Moment::Date(on) = moment {
        date(text, on);
    }
}

fn date(text: &mut Vec<u8>, on: CalendarDate) {
    // years are 1600 to 2399
    let year = on.year().unsigned_abs();
    let two = |v: u16| [b'0' + (v / 10 % 10) as u8, b'0' + (v % 10) as u8];
    text.extend_from_slice(&two(year / 100));
    text.extend_from_slice(&two(year % 100));
    text.push(b'-');
    text.extend_from_slice(&two(u16::from(on.month())));
    text.push(b'-');
    text.extend_from_slice(&two(u16::from(on.day())));
}
