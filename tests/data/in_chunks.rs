//! Tables read in chunks: the same people, the same warnings and the same refusals as when they are read as a whole.

use pleegprofiel::{
    Cohort, Error, Family, Spec,
    cohort::{
        CHUNK_PEOPLE, PeopleInChunks,
        table::{TableOptions, TableSource, for_each_chunk, read_cohort, read_in_chunks},
    },
};
use std::fmt::Write as _;

fn chunks(counts: &str, exposure: Option<&str>, options: &TableOptions) -> Result<PeopleInChunks, Error> {
    let exposure = exposure.map(|text| TableSource::new("exposure.csv", text.as_bytes()));
    read_in_chunks(TableSource::new("counts.csv", counts.as_bytes()), exposure, options, std::env::temp_dir(), 1)
}

fn whole(counts: &str, exposure: Option<&str>, options: &TableOptions) -> Result<Cohort, Error> {
    let exposure = exposure.map(|text| TableSource::new("exposure.csv", text.as_bytes()));
    read_cohort(TableSource::new("counts.csv", counts.as_bytes()), exposure, options)
}

/// More people than two chunks hold, of few ages; identifiers that do not rise.
fn many(people: usize) -> String {
    let mut table = "id,age_18,age_19,age_20,age_21\n".to_owned();
    for i in 0..people {
        let busy = i % 5 == 0;
        let count = |j: usize| if busy { (i / 5 + j) % 3 } else { usize::from((i * 7 + j * 11).is_multiple_of(13)) };
        let id = (i * 7_919) % 1_000_003;
        writeln!(table, "p{id},{},{},{},{}", count(0), count(1), count(2), count(3)).unwrap();
    }
    table
}

#[test]
fn people_in_chunks_are_those_of_the_whole_table_and_give_the_same_bits() {
    let table = many(2 * CHUNK_PEOPLE + 1_000);
    let options = TableOptions::new();
    let (people, cohort) = (chunks(&table, None, &options).unwrap(), whole(&table, None, &options).unwrap());
    assert_eq!(people.chunks(), 3);
    assert_eq!(people.persons(), cohort.persons() as u64);
    assert_eq!((people.events(), people.observations()), (cohort.events(), cohort.observations()));
    assert_eq!(people.sample().unwrap().persons(), 40_000);
    let in_memory = PeopleInChunks::of_cohort(&cohort, 1).unwrap();
    assert_eq!(people.fingerprint(), in_memory.fingerprint());
    assert_eq!(people.sample().unwrap(), in_memory.sample().unwrap());
    let fit = Spec::counts(Family::Zip).groups(2).degree(1).starts(6).neighbours(false);
    let of = |people: &PeopleInChunks, fit: &Spec| {
        fit.fit_in_chunks(people, &mut fit.journal(people).unwrap(), &mut |_| Ok(()), &|_| true).unwrap()
    };
    let streamed = of(&people, &fit);
    assert_eq!(streamed, of(&in_memory, &fit));
    let alone = of(&people, &fit.clone().threads(1));
    assert_eq!((alone.model(), alone.log_likelihood.to_bits()), (streamed.model(), streamed.log_likelihood.to_bits()));
    let memory = fit.fit(&cohort).unwrap();
    assert!((streamed.log_likelihood - memory.log_likelihood).abs() < 1e-5, "{}", memory.log_likelihood);
    let mut seen = Vec::new();
    for_each_chunk::<Error>(
        TableSource::new("counts.csv", table.as_bytes()),
        None,
        &options,
        std::env::temp_dir(),
        &mut |c| {
            (0..c.persons()).for_each(|i| seen.push((c.id(i).unwrap().to_owned(), c.counts(i))));
            Ok(())
        },
    )
    .unwrap();
    let all = (0..cohort.persons()).map(|i| (cohort.id(i).unwrap().to_owned(), cohort.counts(i)));
    assert!(seen.into_iter().eq(all));
}

#[test]
fn an_identifier_that_stands_twice_is_found_chunks_apart() {
    let mut table = many(CHUNK_PEOPLE + 100);
    table += "p0,0,0,0,1\n"; // the first person's
    let error = chunks(&table, None, &TableOptions::new()).unwrap_err();
    let row = CHUNK_PEOPLE + 102;
    assert_eq!(error.issue_count(), 1);
    assert!(error.to_string().contains(&format!("row {row}, column id: same id as row 2")), "{error}");
    assert!(!error.to_string().contains("p0"));
}

#[test]
fn what_looks_odd_is_told_with_the_same_words_and_places() {
    let ordinary = "b,0,1,0\nc,2,0,1\nd,0,0,3\n";
    let tables = [
        format!("id,age_18,age_19,age_20\na,1,0,999\n{ordinary}"),
        format!("id,age_18,age_19,age_20\na,1,0,2\n{ordinary}Total,3,1,6\n"),
        format!("id,age_18,age_19,age_20\na,1,0,2\n{ordinary}zz,3,1,6\n"),
        format!("id,age_18,age_19,age_20\nN,1,0,2\n{ordinary}max,3,1,6\n"),
        format!("id,age_18,age_19,age_20\na,30,30,2\n{ordinary}"),
        format!("id,age_18,age_19,age_20\na,9,1,2\n{ordinary}e,9,9,9\n"),
        format!("id,age_18,age_19,age_20\na,1,0,151\n{ordinary}\n"),
        format!("id,age_18,age_19,age_20\na,7,7,0\n{ordinary}e,7,7,0\n"),
        ",id,age_18,age_19,age_20,note\n0,a,1,0,2,\n".to_owned(),
    ];
    for table in tables {
        let cohort = whole(&table, None, &TableOptions::new()).unwrap();
        let people = chunks(&table, None, &TableOptions::new()).unwrap();
        assert_eq!(people.warnings(), cohort.warnings(), "{table}");
    }
}

#[test]
fn refusals_are_those_of_the_whole_table() {
    let tables = [
        ("id,age_18,age_19\na,0,x\nb,-1,2\nc,1\n", None),
        ("id,age_18,age_19\na,0,1\nb,,\n", None),
        ("id,age_18,age_19\n", None),
        ("id,age_18,age_20\na,1,2\n", None),
        ("id,age_18,age_19\na,0,1\na,1,0\nb,2,2\na,0,0\n", None),
        ("id,age_18,age_19\na,0,1\n,1,0\n", None),
        ("\"d\"\"\nx\",age_18\nname;age_18\n1;0\n", None),
        ("id,age_18,age_19\na,0,1\nb,1,0\n", Some("id,age_18,age_19\na,1,0\nb,0.5,2\n")),
        ("id,age_18,age_19\na,0,1\nb,1,0\n", Some("id,age_18,age_20\na,1,0\nb,0.5,1\n")),
    ];
    for (counts, exposure) in tables {
        let [one, other] = [
            whole(counts, exposure, &TableOptions::new()).unwrap_err(),
            chunks(counts, exposure, &TableOptions::new()).unwrap_err(),
        ];
        let sorted = |error: &Error| {
            let mut all: Vec<String> = error.issues().iter().map(|i| format!("{i:?}")).collect();
            all.sort();
            all
        };
        assert_eq!(sorted(&one), sorted(&other), "{counts}");
    }
}

#[test]
fn times_at_risk_come_in_the_order_of_the_counts_or_not_at_all() {
    let counts = "id,age_18,age_19\na,0,1\nb,1,0\nc,0,2\n";
    let in_order = "id,age_18,age_19\na,1,0.5\nb,0.25,0\nc,1,1\n";
    let (people, cohort) = (
        chunks(counts, Some(in_order), &TableOptions::new()).unwrap(),
        whole(counts, Some(in_order), &TableOptions::new()).unwrap(),
    );
    assert!(people.has_exposure());
    assert_eq!(people.fingerprint(), PeopleInChunks::of_cohort(&cohort, 1).unwrap().fingerprint());
    assert_eq!(people.warnings(), cohort.warnings());
    let said = |exposure: &str| chunks(counts, Some(exposure), &TableOptions::new()).unwrap_err().to_string();
    let turned = said("id,age_18,age_19\nb,0.25,0\na,1,0.5\nc,1,1\n");
    assert!(turned.contains("row 2: another person than in row 2 of counts.csv"), "{turned}");
    assert!(said("id,age_18,age_19\na,1,0.5\nb,0.25,0\n").contains("no row left for the person of row 4"));
    assert!(said("id,age_18,age_19\na,1,0.5\nb,0.25,0\nc,1,1\nd,1,1\n").contains("row 5: a person who has no counts"));
    assert!(said("id,age,exposure\na,18,1\n").contains("not read in chunks"));
}

#[test]
fn forms_whose_rows_lie_apart_are_refused_with_the_reason() {
    let long = chunks("id,age,count\na,18,1\na,19,0\n", None, &TableOptions::new()).unwrap_err().to_string();
    assert!(long.contains("rows of one person may lie apart"), "{long}");
    let years = TableOptions::new().calendar_years("y", "birth", pleegprofiel::cohort::table::AgeInYear::End);
    assert!(chunks("id,birth,y2000\na,1980,1\n", None, &years).unwrap_err().to_string().contains("calendar years"));
    let error = read_in_chunks(
        TableSource::new("counts.csv", "id,age_18\na,1\n".as_bytes()),
        None,
        &TableOptions::new(),
        "/no/such/folder",
        1,
    );
    assert_eq!(error.unwrap_err().kind(), pleegprofiel::ErrorKind::Io);
}
