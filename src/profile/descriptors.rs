//! What is measured on a group's curve, before any threshold is held against it.
//!
//! Does not belong here: limits and verdicts (`criterion`, `fit`).

use super::curve::GroupCurve;
use super::definitions::{AgeSpan, Definitions};
use serde::{Deserialize, Serialize};

/// Rates this close to the highest, relatively, are equally high: rounding must not move a peak.
const TIE: f64 = 1e-9;

/// Where a curve is highest.
///
/// Ties: of several separate stretches of equally high intervals the earliest counts; within a stretch, its
/// middle. A single highest interval is refined by the parabola through it and its neighbours, so that the
/// answer does not hang on the width of the intervals.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Peak {
    /// Between lower rates on both sides, at this age in years.
    Within(f64),
    /// At the start of the grid (age in years): whether the rate was higher before is not known.
    AtStart(f64),
    /// At the end of the grid (age in years): it is not seen to fall.
    AtEnd(f64),
    /// The same rate at all ages: no peak.
    Flat,
    /// No offences are expected at any age.
    NoOffences,
}

impl Peak {
    /// The age of the highest rate in years, where there is one.
    pub fn age(self) -> Option<f64> {
        match self {
            Peak::Within(age) | Peak::AtStart(age) | Peak::AtEnd(age) => Some(age),
            Peak::Flat | Peak::NoOffences => None,
        }
    }
}

/// The measurements on one group's curve. Fields are `None` where nothing of the ages they need is on the
/// grid, or where they would divide by zero.
///
/// All but `peak_rate`, `mean_rate`, `expected` and `expected_in_windows` stay the same when all rates of the
/// cohort are multiplied by one number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Descriptors {
    /// Where the curve is highest.
    pub peak: Peak,
    /// Highest rate of an interval, offences per year at liberty.
    pub peak_rate: f64,
    /// Mean rate over the grid, offences per year at liberty.
    pub mean_rate: f64,
    /// `mean_rate` over the share-weighted mean of all groups: 1 is the cohort's average.
    pub level: Option<f64>,
    /// Expected offences over the whole grid, always at liberty.
    pub expected: f64,
    /// Expected offences from the start of the early to the end of the late window: the mean rate of what is
    /// observed of it, times its length.
    pub expected_in_windows: Option<f64>,
    /// Part of `expected` in the early window.
    pub early_part: Option<f64>,
    /// Part of `expected` in the late window.
    pub late_part: Option<f64>,
    /// Mean rate in the early window over the peak rate.
    pub early_rate: Option<f64>,
    /// Mean rate in the late window over the peak rate.
    pub late_rate: Option<f64>,
    /// Lowest rate after the peak, over the peak rate.
    pub lowest_after: Option<f64>,
    /// Highest rate after that lowest one (itself included), over the peak rate: how far a second rise comes
    /// back. Of several lowest rates the first counts.
    pub second_rise: Option<f64>,
    /// Part of the observed ages in `lasting` at which the rate is at least `lasting_level` of the peak, on
    /// the straight lines between the middles of the intervals.
    pub persistence: Option<f64>,
    /// Years of the early window that are on the grid.
    pub early_years: f64,
    /// Years of the late window that are on the grid.
    pub late_years: f64,
    /// Years on the grid after the peak; 0 without one.
    pub years_after_peak: f64,
    /// Years of `lasting` that are on the grid.
    pub lasting_years: f64,
}

impl Descriptors {
    /// Measures every group of a cohort; levels compare them.
    pub(crate) fn of_groups(groups: &[GroupCurve], definitions: &Definitions) -> Vec<Descriptors> {
        // Summed in order of size: the order of the groups must not show in the last bit.
        let total = sorted_sum(groups.iter().map(|g| g.share() * mean(g.rates())));
        let average = total / sorted_sum(groups.iter().map(GroupCurve::share));
        groups.iter().map(|group| measure(group, average, definitions)).collect()
    }
}

fn measure(group: &GroupCurve, average: f64, definitions: &Definitions) -> Descriptors {
    let rates = group.rates();
    let peak_rate = rates.iter().copied().fold(0.0, f64::max);
    let mean_rate = mean(rates);
    let expected = rates.iter().sum::<f64>() * group.width();
    let (peak, after) = find_peak(group, peak_rate);
    // Relative to the peak all sizes of rates are alike.
    let relative: Vec<f64> = rates.iter().map(|rate| if peak_rate > 0.0 { rate / peak_rate } else { 0.0 }).collect();
    let of_peak = |span: AgeSpan| window(group, &relative, span).filter(|_| peak_rate > 0.0);
    let relative_sum = relative.iter().sum::<f64>() * group.width();
    let part = |span: AgeSpan| {
        let (sum, years) = overlap(group, &relative, span);
        (years > 0.0 && relative_sum > 0.0).then(|| sum / relative_sum)
    };
    let lowest = (after..rates.len()).min_by(|&a, &b| relative[a].total_cmp(&relative[b]));
    let lowest = lowest.filter(|_| matches!(peak, Peak::Within(_) | Peak::AtStart(_)));
    Descriptors {
        peak,
        peak_rate,
        mean_rate,
        level: Some(mean_rate / average).filter(|level| level.is_finite()),
        expected,
        expected_in_windows: window(group, rates, definitions.both()).map(|rate| rate * definitions.both().years()),
        early_part: part(definitions.early),
        late_part: part(definitions.late),
        early_rate: of_peak(definitions.early),
        late_rate: of_peak(definitions.late),
        lowest_after: lowest.map(|j| relative[j]),
        second_rise: lowest.map(|j| relative[j..].iter().copied().fold(0.0, f64::max)),
        persistence: persistence(group, &relative, definitions).filter(|_| peak_rate > 0.0),
        early_years: overlap(group, rates, definitions.early).1,
        late_years: overlap(group, rates, definitions.late).1,
        years_after_peak: peak.age().map_or(0.0, |age| (group.last_age() - age).max(0.0)),
        lasting_years: overlap(group, rates, definitions.lasting).1,
    }
}

/// The peak, and the first interval after its stretch.
fn find_peak(group: &GroupCurve, peak_rate: f64) -> (Peak, usize) {
    let (rates, ages) = (group.rates(), group.ages());
    if peak_rate <= 0.0 {
        return (Peak::NoOffences, rates.len());
    }
    let high = |rate: &f64| *rate >= peak_rate * (1.0 - TIE);
    let first = rates.iter().position(high).unwrap_or(0);
    let after = first + rates[first..].iter().take_while(|rate| high(rate)).count();
    let middle = 0.5 * (ages[first] + ages[after - 1]);
    let peak = match (first == 0, after == rates.len()) {
        (true, true) => Peak::Flat,
        (true, false) => Peak::AtStart(middle),
        (false, true) => Peak::AtEnd(middle),
        (false, false) if after - first == 1 => {
            let (left, right) = (rates[first - 1] / peak_rate, rates[after] / peak_rate);
            // Both neighbours are lower by more than rounding, so the parabola bends down.
            Peak::Within(middle + group.width() * 0.5 * (right - left) / ((1.0 - left) + (1.0 - right)))
        }
        (false, false) => Peak::Within(middle),
    };
    (peak, after)
}

/// Integral of `values` over the part of `span` on the grid, and the length of that part in years.
fn overlap(group: &GroupCurve, values: &[f64], span: AgeSpan) -> (f64, f64) {
    let half = 0.5 * group.width();
    group.ages().iter().zip(values).fold((0.0, 0.0), |(sum, years), (age, value)| {
        let inside = ((age + half).min(span.to) - (age - half).max(span.from)).max(0.0);
        (sum + value * inside, years + inside)
    })
}

/// Mean of `values` over the part of `span` on the grid.
fn window(group: &GroupCurve, values: &[f64], span: AgeSpan) -> Option<f64> {
    let (sum, years) = overlap(group, values, span);
    (years > 0.0).then(|| sum / years)
}

/// Part of the observed ages in `lasting` with a rate of at least `lasting_level`. Straight lines between the
/// middles of intervals make it move smoothly with the rates, not in steps of one interval.
fn persistence(group: &GroupCurve, relative: &[f64], definitions: &Definitions) -> Option<f64> {
    let (from, to) = (definitions.lasting.from.max(group.first_age()), definitions.lasting.to.min(group.last_age()));
    if from >= to {
        return None;
    }
    let ages = group.ages();
    let last = ages.len() - 1;
    // Level from the border of the grid to the first middle, and from the last middle to the other border.
    let mut points = vec![(group.first_age(), relative[0])];
    points.extend(ages.iter().copied().zip(relative.iter().copied()));
    points.push((group.last_age(), relative[last]));
    let high: f64 = points
        .windows(2)
        .map(|line| {
            let ((a, low), (b, high)) = (line[0], line[1]);
            let cross = a + (b - a) * ((definitions.lasting_level - low) / (high - low)).clamp(0.0, 1.0);
            let (start, end) = match (low >= definitions.lasting_level, high >= definitions.lasting_level) {
                (true, true) => (a, b),
                (true, false) => (a, cross),
                (false, true) => (cross, b),
                (false, false) => (a, a),
            };
            (end.min(to) - start.max(from)).max(0.0)
        })
        .sum();
    Some((high / (to - from)).clamp(0.0, 1.0))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn sorted_sum(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    fn measured(first: f64, rates: &[f64]) -> Descriptors {
        let ages = (0..rates.len()).map(|j| first + j as f64 + 0.5).collect();
        let group = GroupCurve::new(1.0, ages, rates.to_vec(), 1.0).unwrap();
        Descriptors::of_groups(&[group], &Definitions::default()).remove(0)
    }

    #[test]
    fn the_peak_of_a_parabola_is_found_exactly_whatever_the_grid() {
        for shift in [0.0, 0.2, 0.49] {
            let rates: Vec<f64> = (0..10).map(|j| 50.0 - (f64::from(j) - 4.0 - shift).powi(2)).collect();
            assert_relative_eq!(measured(15.0, &rates).peak.age().unwrap(), 19.5 + shift, epsilon = 1e-9);
        }
    }

    #[test]
    fn ties_take_the_middle_of_the_earliest_stretch_and_edges_are_no_peaks() {
        assert_eq!(measured(15.0, &[1.0, 2.0, 2.0, 1.0, 2.0, 1.0]).peak, Peak::Within(17.0));
        assert_eq!(measured(15.0, &[2.0, 2.0, 1.0]).peak, Peak::AtStart(16.0));
        assert_eq!(measured(15.0, &[0.0, 1.0, 2.0]).peak, Peak::AtEnd(17.5));
        assert_eq!(measured(15.0, &[2.0; 4]).peak, Peak::Flat);
        assert_eq!(measured(15.0, &[2.0]).peak, Peak::Flat);
        assert_eq!(measured(15.0, &[0.0; 4]).peak, Peak::NoOffences);
    }

    #[test]
    fn windows_are_cut_at_their_exact_ages() {
        // Two-year intervals 14-16, 16-18, ..: half of the first lies in the window from 15.
        let group = GroupCurve::new(1.0, vec![15.0, 17.0, 19.0], vec![1.0, 4.0, 1.0], 2.0).unwrap();
        let d = Descriptors::of_groups(&[group], &Definitions::default()).remove(0);
        assert_eq!((d.early_years, d.late_years, d.late_rate), (5.0, 0.0, None));
        assert_relative_eq!(d.early_rate.unwrap(), (1.0 + 8.0 + 2.0) / 5.0 / 4.0);
        assert_relative_eq!(d.early_part.unwrap(), 11.0 / 12.0);
        assert_relative_eq!(d.expected_in_windows.unwrap(), 11.0 / 5.0 * 18.0);
        assert_eq!(d.level, Some(1.0));
    }

    #[test]
    fn a_fall_and_a_second_rise_are_measured_against_the_peak() {
        let d = measured(15.0, &[1.0, 4.0, 2.0, 1.0, 3.0, 2.0]);
        assert_eq!((d.lowest_after, d.second_rise), (Some(0.25), Some(0.75)));
        let d = measured(15.0, &[1.0, 4.0, 2.0, 1.0]);
        assert_eq!((d.lowest_after, d.second_rise), (Some(0.25), Some(0.25)));
        assert_eq!(measured(15.0, &[1.0, 2.0]).lowest_after, None);
    }

    #[test]
    fn persistence_counts_years_on_the_lines_between_rates() {
        // Above half from 16.5 (exactly half) to 18 (halfway between 1 and 0 the line crosses a half).
        let d = measured(15.0, &[0.0, 0.5, 1.0, 0.0, 0.0]);
        assert_relative_eq!(d.persistence.unwrap(), 1.5 / 5.0, epsilon = 1e-12);
        assert_eq!(measured(15.0, &[0.3; 5]).persistence, Some(1.0));
        assert_eq!(measured(50.0, &[0.3; 5]).persistence, None);
    }
}
