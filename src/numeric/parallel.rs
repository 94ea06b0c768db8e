//! Work shared out over the threads of the pool at hand, results in the order of the work.
//!
//! The sharing out is compiled once: as an iterator of `rayon` it is compiled anew for every piece of work, which took a
//! sixth of this crate's code.

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Calls `work` once for every number below `n`, on as many threads as there are.
#[inline(never)]
pub(crate) fn each(n: usize, work: &(dyn Fn(usize) + Sync)) {
    if n == 1 {
        return work(0);
    }
    (0..n).into_par_iter().for_each(work);
}

/// Things to be worked on side by side.
pub(crate) trait Parallel: Sized {
    /// What each piece of work is about.
    type Item: Send;

    /// All of them.
    fn items(self) -> Vec<Mutex<Option<Self::Item>>>;

    /// What `work` makes of each, in their order.
    fn map_in_parallel<R: Send>(self, work: impl Fn(Self::Item) -> R + Sync) -> Vec<R> {
        let items = self.items();
        let done: Vec<Mutex<Option<R>>> = items.iter().map(|_| Mutex::new(None)).collect();
        each(items.len(), &|i| {
            let item = items[i].lock().unwrap_or_else(PoisonError::into_inner).take();
            let made = item.map(&work);
            *done[i].lock().unwrap_or_else(PoisonError::into_inner) = made;
        });
        done.into_iter().filter_map(|made| made.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
    }

    /// What `work` makes of each, in their order, where it makes something.
    fn keep_in_parallel<R: Send>(self, work: impl Fn(Self::Item) -> Option<R> + Sync) -> Vec<R> {
        self.map_in_parallel(work).into_iter().flatten().collect()
    }
}

fn waiting<T>(items: impl Iterator<Item = T>) -> Vec<Mutex<Option<T>>> {
    items.map(|item| Mutex::new(Some(item))).collect()
}

impl<T: Send> Parallel for Vec<T> {
    type Item = T;
    fn items(self) -> Vec<Mutex<Option<T>>> {
        waiting(self.into_iter())
    }
}

impl<'a, T: Sync> Parallel for &'a [T] {
    type Item = &'a T;
    fn items(self) -> Vec<Mutex<Option<&'a T>>> {
        waiting(self.iter())
    }
}

impl Parallel for Range<usize> {
    type Item = usize;
    fn items(self) -> Vec<Mutex<Option<usize>>> {
        waiting(self)
    }
}

/// Pieces of a slice, each with its number, changed side by side.
pub(crate) fn change_pieces<T: Send>(all: &mut [T], piece: usize, work: impl Fn(usize, &mut [T]) + Sync) {
    let pieces: Vec<(usize, &mut [T])> = all.chunks_mut(piece.max(1)).enumerate().collect();
    pieces.map_in_parallel(|(number, piece)| work(number, piece));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_work_and_each_piece_is_done_once() {
        assert_eq!((0..1000).map_in_parallel(|i| i * i), (0..1000).map(|i| i * i).collect::<Vec<_>>());
        assert_eq!((0..10).keep_in_parallel(|i| (i % 3 == 0).then_some(i)), [0, 3, 6, 9]);
        assert_eq!(vec!["a".to_owned(), "b".into()].map_in_parallel(|text| text + "!"), ["a!", "b!"]);
        assert!(Vec::<u8>::new().map_in_parallel(|x| x).is_empty());
        let mut all = vec![0; 10];
        change_pieces(&mut all, 4, |number, piece| piece.iter_mut().for_each(|x| *x += number + 1));
        assert_eq!(all, [1, 1, 1, 1, 2, 2, 2, 2, 3, 3]);
    }

    #[test]
    #[should_panic(expected = "on its way")]
    fn a_panic_comes_through() {
        (0..100).map_in_parallel(|i| assert!(i != 50, "on its way"));
    }
}
