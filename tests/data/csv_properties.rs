//! Whatever the bytes: no reader panics, no error grows with the input, and what was written reads back.

use pleegprofiel::{
    AgeGrid, Cohort, ErrorKind, PersonRow, Result,
    cohort::{
        CohortBuilder,
        table::{
            AgeUnit, Observed, TableOptions, TableSource, read_cohort, read_offences, read_person_ages, read_wide_with,
            write_wide, write_wide_exposure,
        },
    },
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::io::Read;

/// Hands out a few bytes at a time, as pipes do.
struct Drip<'a>(&'a [u8], usize);

impl Read for Drip<'_> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let n = self.0.len().min(to.len()).min(self.1);
        to[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        Ok(n)
    }
}

fn source(bytes: &[u8]) -> TableSource<'_> {
    TableSource::new("table.csv", bytes)
}

/// All readers on the same bytes, in every role.
fn all_readers(bytes: &[u8]) -> Vec<Result<Cohort>> {
    let counts = b"id,age_12,age_13\n1,0,2\n2,,1\n";
    let offences = b"id,age,offence\n1,12,theft\n";
    let grid = AgeGrid::years(12, 20).expect("nine years are a grid");
    let plain = TableOptions::new();
    let weighted = TableOptions::new().weight_column("weight").max_persons(3);
    vec![
        read_wide_with(source(bytes), None, &plain),
        read_wide_with(source(bytes), None, &weighted),
        read_wide_with(source(counts), Some(source(bytes)), &plain),
        read_wide_with(source(bytes), Some(source(bytes)), &plain),
        read_wide_with(TableSource::new("drip", Drip(bytes, 3)), None, &plain),
        read_person_ages(source(bytes), &plain),
        read_offences(source(bytes), Observed::Throughout(grid), &plain),
        read_offences(source(offences), Observed::Persons(source(bytes)), &plain),
        read_offences(source(bytes), Observed::Persons(source(bytes)), &weighted),
        read_cohort(source(bytes), None, &plain.clone().grid(grid)),
    ]
}

fn check(bytes: &[u8]) -> std::result::Result<(), TestCaseError> {
    for result in all_readers(bytes) {
        match result {
            Ok(cohort) => prop_assert!(cohort.persons() > 0 && cohort.observations() > 0),
            Err(error) => {
                prop_assert_eq!(error.kind(), ErrorKind::InvalidInput, "{}", error);
                prop_assert!(error.issues().len() <= 20 && error.issue_count() >= error.issues().len() as u64);
                prop_assert!(error.issue_count() > 0);
                prop_assert!(error.to_string().len() < 20_000, "{}", error);
                let lines = bytes.iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
                // The tables that stand beside the tried one have at most 3 lines.
                prop_assert!(error.issues().iter().filter_map(|issue| issue.row).all(|row| row <= lines.max(3)));
            }
        }
    }
    Ok(())
}

/// Pieces that files go wrong by.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => prop::sample::select(vec![
            ",", ";", "\t", "\n", "\r\n", "\r", "\"", "\"\"", " ", "\0", "\u{feff}", "id", "age_12", "age_13", "age_12.5",
            "age_", "age", "count", "exposure", "offence", "date", "from_age", "to_age", "weight", "-1", "+1", "1.5", "2.0",
            "1e9", "NaN", "inf", "NA", "0", "1", "2", "12", "13", "99999999999999999999", "0.5", "x", "\u{e9}",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..4),
    ]
}

const VALID: [&str; 4] = [
    "id,age_12,age_13,weight\n1,0,2,1\n2,,1,0.5\n3,0,0,2\n",
    "id,age,count,exposure\n1,12,0,1\n1,13,2,0.5\n2,13,1,1\n",
    "id,age,offence\n1,12,theft\n1,12,theft\n2,13,\"fraud, aggravated\"\n",
    "id,from_age,to_age\n1,12,13\n2,12,20\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, rng_seed: RngSeed::Fixed(28_638), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_are_refused_without_panic(bytes in vec(any::<u8>(), 0..400)) {
        check(&bytes)?;
    }

    #[test]
    fn arbitrary_pieces_of_tables_are_read_or_refused(pieces in vec(piece(), 0..60)) {
        check(&pieces.concat())?;
    }

    #[test]
    fn a_damaged_table_is_read_or_refused(
        which in 0..VALID.len(),
        damage in vec((any::<prop::sample::Index>(), 0..6_usize, piece()), 1..5),
    ) {
        let mut bytes = VALID[which].as_bytes().to_vec();
        for (place, length, piece) in damage {
            let from = place.index(bytes.len() + 1);
            let to = (from + length).min(bytes.len());
            bytes.splice(from..to, piece);
        }
        check(&bytes)?;
    }

    // behind a quoted field a blank, and a parser reads what otherwise is taken apart line by line
    #[test]
    fn a_table_is_the_same_with_quotes_and_without_and_by_the_parser(pieces in vec(piece(), 0..40), whole in 0..VALID.len()) {
        let mut rest = [VALID[whole].as_bytes()[2..].to_vec(), pieces.concat()].concat();
        rest.retain(|byte| !matches!(byte, b'"' | 0));
        let plain = all_readers(&[b"id", rest.as_slice()].concat());
        for begin in ["\"id\"", "\"id\" "] {
            prop_assert_eq!(&plain, &all_readers(&[begin.as_bytes(), rest.as_slice()].concat()), "{:?}", begin);
        }
    }

    // quotes wherever they may fall: taken apart line by line, as the parser takes it apart
    #[test]
    fn quotes_mean_the_same_line_by_line_and_by_the_parser(pieces in vec(piece(), 0..40), whole in 0..VALID.len()) {
        let mut rest = [VALID[whole].as_bytes()[2..].to_vec(), pieces.concat()].concat();
        rest.retain(|byte| *byte != 0);
        let (lines, parsed) = ([b"id", rest.as_slice()].concat(), [b"\"id\" ", rest.as_slice()].concat());
        prop_assert_eq!(all_readers(&lines), all_readers(&parsed));
    }

    #[test]
    fn what_is_written_reads_back(
        (start, width, people) in (0_u32..100, prop::sample::select(vec![1_u32, 6, 12]), 1_usize..8)
            .prop_flat_map(|(start, width, intervals)| {
                let cell = prop_oneof![
                    3 => Just(Some(0_u32)),
                    3 => (0_u32..=1_000_000).prop_map(Some),
                    1 => Just(None),
                ];
                let risk = prop_oneof![2 => Just(1.0_f64), 1 => f64::MIN_POSITIVE..=1.0];
                let weight = prop_oneof![2 => Just(1.0_f64), 1 => 1e-3_f64..1e3];
                let person = (vec((cell, risk), intervals), weight);
                (Just(start * 12), Just(width), vec(person, 1..30))
            }),
        with_ids in any::<bool>(),
    ) {
        let intervals = people[0].0.len();
        let mut builder = CohortBuilder::new(AgeGrid::months(start, width, intervals).unwrap());
        let observed = people.iter().filter(|(cells, _)| cells.iter().any(|(count, _)| count.is_some()));
        for (i, (cells, weight)) in observed.enumerate() {
            let (counts, risk): (Vec<_>, Vec<_>) = cells.iter().copied().unzip();
            let id = format!("=\"{i}\", j. \u{e9}");
            let id = Some(if with_ids { id.as_str() } else { "" }).filter(|id| !id.is_empty());
            builder.push(PersonRow { id, counts: &counts, exposure: Some(&risk), weight: *weight }).unwrap();
        }
        prop_assume!(!builder.is_empty());
        let cohort = builder.finish();
        let (mut counts, mut exposure) = (Vec::new(), Vec::new());
        write_wide(&cohort, &mut counts).unwrap();
        write_wide_exposure(&cohort, &mut exposure).unwrap();
        let weighted = (0..cohort.persons()).any(|person| cohort.weight(person) != 1.0);
        let options = TableOptions::new().width_months(width).ages_in(AgeUnit::Years);
        let options = if weighted { options.weight_column("weight") } else { options };
        let back = read_wide_with(source(&counts), Some(source(&exposure)), &options).unwrap();
        prop_assert_eq!(back.grid(), cohort.grid());
        for person in 0..cohort.persons() {
            prop_assert_eq!(back.counts(person), cohort.counts(person));
            prop_assert_eq!(back.exposure(person), cohort.exposure(person));
            prop_assert_eq!(back.weight(person), cohort.weight(person));
            let number = (person + 1).to_string();
            prop_assert_eq!(back.id(person), cohort.id(person).or(Some(&number)));
        }
        prop_assert_eq!(back.distinct_histories(), cohort.distinct_histories());
    }
}

/// A table of more than one block of lines, and what it is with quotes around names and identifiers, and with a blank behind
/// the last, which sends it to the parser.
fn long_table(cell: impl Fn(usize) -> String) -> (String, [String; 2]) {
    let rows = |quote: &str| -> String {
        (0..300_000).map(|i| format!("{quote}{i}{quote},{},{}\n", i % 3, cell(i))).collect()
    };
    let plain = format!("id,age_12,age_13\n{}last,1,2", rows(""));
    let quoted = format!("\"id\",\"age_12\",\"age_13\"\n{}\"last\",1,2", rows("\""));
    let parsed = plain.replace("last", "\"last\" ");
    (plain, [quoted, parsed])
}

#[test]
fn a_long_table_is_read_the_same_on_any_number_of_threads_with_quotes_and_by_the_parser() {
    let (plain, others) = long_table(|i| if i % 5 == 0 { String::new() } else { (i % 70).to_string() });
    let read = |text: &str| read_wide_with(source(text.as_bytes()), None, &TableOptions::new()).unwrap();
    let on = |threads: usize, text: &str| {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| read(text))
    };
    let cohort = read(&plain);
    assert_eq!((cohort.persons(), cohort.id(299_999), cohort.id(300_000)), (300_001, Some("299999"), Some("last")));
    let wrong = (0..300_000).find(|&i| {
        let second = if i % 5 == 0 { None } else { Some(i as u32 % 70) };
        cohort.counts(i) != [Some(i as u32 % 3), second]
    });
    assert_eq!(wrong, None);
    for other in [on(1, &plain), on(3, &plain), read(&others[0]), read(&others[1])] {
        assert!(other == cohort && other.warnings() == cohort.warnings());
    }
}

#[test]
fn what_is_wrong_far_down_a_long_table_is_told_with_its_row() {
    let (plain, others) = long_table(|i| if i % 100_000 == 99_998 { "3.5".into() } else { "1".into() });
    let problems = |text: &str| read_wide_with(source(text.as_bytes()), None, &TableOptions::new()).unwrap_err();
    let error = problems(&plain);
    let rows: Vec<Option<u64>> = error.issues().iter().map(|issue| issue.row).collect();
    assert_eq!(rows, [Some(100_000), Some(200_000), Some(300_000)], "{error}");
    others.iter().for_each(|other| assert_eq!(error, problems(other)));
}
