//! Small cells: numbers of persons that could point at someone, and what has to be withheld beside them so
//! that they cannot be worked out.
//!
//! Does not belong here: how a withheld number looks in print.

/// Groups of fewer persons than this are not given in numbers: the limit that statistical offices use
/// for counts of persons in sensitive tables.
pub const SMALL_CELL: u64 = 10;

/// A number of persons as it may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ShownCount {
    /// The number itself.
    Exact(u64),
    /// Fewer than [`SMALL_CELL`] persons.
    Small,
    /// A larger number, withheld because a small one could be worked out with its help.
    Withheld,
}

impl ShownCount {
    /// Whether the number is shown, and with it other figures that it could be worked out from.
    pub fn is_exact(self) -> bool {
        matches!(self, ShownCount::Exact(_))
    }
}

/// What may be shown of the sizes of groups whose total is known.
///
/// Numbers below [`SMALL_CELL`] are not shown (0 included: that nobody belongs somewhere is also known of
/// everyone). With the total known, the numbers that are not shown have a known sum; so the smallest other groups
/// are withheld as well, until that sum leaves every small number free to be anything from 0 to
/// [`SMALL_CELL`]` - 1`, or nothing is left to withhold.
///
/// Shares, AvePP and OCC of a group that is not shown say how large it is, and must be left out with it.
///
/// ```
/// use pleegprofiel::report::{ShownCount::{Exact, Small, Withheld}, protect};
/// assert_eq!(protect(&[200, 30, 4]), [Exact(200), Withheld, Small]);
/// ```
pub fn protect(sizes: &[u64]) -> Vec<ShownCount> {
    let small = |&size: &u64| size < SMALL_CELL;
    let mut shown: Vec<ShownCount> =
        sizes.iter().map(|size| if small(size) { ShownCount::Small } else { ShownCount::Exact(*size) }).collect();
    let hidden = sizes.iter().filter(|s| small(s)).count() as u64;
    if hidden == 0 || sizes.len() == 1 {
        // one group alone is the total, which is shown anyway
        return if sizes.len() == 1 { vec![ShownCount::Exact(sizes[0])] } else { shown };
    }
    // larger groups from small to large; of equals the first
    let mut larger: Vec<usize> = (0..sizes.len()).filter(|&k| !small(&sizes[k])).collect();
    larger.sort_by_key(|&k| sizes[k]);
    let mut sum: u64 = sizes.iter().filter(|s| small(s)).sum();
    let mut withheld = Vec::new();
    for k in larger {
        if free(sum, hidden, &withheld) {
            break;
        }
        shown[k] = ShownCount::Withheld;
        sum += sizes[k];
        withheld.push(sizes[k]);
    }
    shown
}

/// Whether `hidden` numbers below [`SMALL_CELL`] and the withheld ones, together known to be `sum`, leave each
/// small number free. A reader knows of a withheld number that it is [`SMALL_CELL`] or more, and that it is
/// no larger than the numbers shown; the latter is left aside, as it binds only from above.
fn free(sum: u64, hidden: u64, withheld: &[u64]) -> bool {
    let most = SMALL_CELL - 1;
    let others = hidden - 1;
    // the largest a small number can be, with everything else as small as it can be
    let upper = sum.saturating_sub(SMALL_CELL * withheld.len() as u64);
    // the smallest it can be, with everything else as large as it can be
    let reaches_zero = !withheld.is_empty() || sum <= most * others;
    upper >= most && reaches_zero
}

#[cfg(test)]
mod tests {
    use super::ShownCount::{Exact, Small, Withheld};
    use super::*;

    #[test]
    fn groups_of_ten_and_more_are_shown() {
        assert_eq!(protect(&[10, 11, 300]), [Exact(10), Exact(11), Exact(300)]);
    }

    #[test]
    fn a_single_small_group_takes_the_smallest_other_one_with_it() {
        assert_eq!(protect(&[300, 9, 40, 120]), [Exact(300), Small, Withheld, Exact(120)]);
        assert_eq!(protect(&[300, 0]), [Withheld, Small]);
    }

    #[test]
    fn small_groups_that_protect_each_other_take_none_with_them() {
        // 6 + 7 = 13: either may be 4 to 9, so 13 says that none is below 4
        assert_eq!(protect(&[6, 7, 50, 60]), [Small, Small, Withheld, Exact(60)]);
        // a sum of 9 over two leaves each anything from 0 to 9
        assert_eq!(protect(&[4, 5, 50, 60]), [Small, Small, Exact(50), Exact(60)]);
        // a sum of 18 says that both are 9
        assert_eq!(protect(&[9, 9, 50, 60]), [Small, Small, Withheld, Exact(60)]);
        assert_eq!(protect(&[0, 0, 50, 60]), [Small, Small, Withheld, Exact(60)]);
    }

    #[test]
    fn a_withheld_group_of_hardly_ten_is_not_enough() {
        // 0 + 10 withheld would say that the small one is 0
        assert_eq!(protect(&[0, 10, 80, 90]), [Small, Withheld, Withheld, Exact(90)]);
    }

    #[test]
    fn a_single_group_is_the_whole_cohort() {
        assert_eq!(protect(&[5]), [Exact(5)]);
        assert_eq!(protect(&[]), []);
    }

    /// Every way to fill in what is not shown, from what a reader knows: the total, and which are small.
    fn possible(sizes: &[u64], shown: &[ShownCount]) -> Vec<Vec<u64>> {
        let mut ways = vec![Vec::new()];
        let total: u64 = sizes.iter().sum();
        for s in shown {
            let range = match s {
                Exact(n) => *n..=*n,
                Small => 0..=SMALL_CELL - 1,
                Withheld => SMALL_CELL..=total,
            };
            ways = ways
                .iter()
                .flat_map(|way: &Vec<u64>| range.clone().map(|n| [way.as_slice(), &[n]].concat()))
                .filter(|way| way.iter().sum::<u64>() <= total)
                .collect();
        }
        ways.retain(|way| way.iter().sum::<u64>() == total);
        ways
    }

    #[test]
    fn a_small_number_cannot_be_worked_out_while_there_is_something_to_withhold() {
        let some = [0, 3, 9, 10, 14, 25];
        for (a, b, c) in some.iter().flat_map(|a| some.iter().flat_map(move |b| some.map(|c| (*a, *b, c)))) {
            let sizes = [a, b, c, 40];
            let shown = protect(&sizes);
            let ways = possible(&sizes, &shown);
            for k in (0..4).filter(|&k| shown[k] == Small) {
                let free = (0..SMALL_CELL).all(|n| ways.iter().any(|way| way[k] == n));
                assert!(free, "{sizes:?} shown as {shown:?}");
            }
        }
    }
}
