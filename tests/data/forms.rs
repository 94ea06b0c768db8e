//! Which form a table has where its columns show more than one, and who is counted where rows are offences.

use pleegprofiel::{
    AgeGrid, Cohort, Result,
    cohort::table::{TableOptions, TableSource, read_cohort, read_cohort_of, read_in_chunks},
};

const BOTH: &str = "id,age,count,age_12,age_13\n1,30,1,0,1\n2,31,0,0,0\n3,30,3,2,1\n";

fn read(text: &str, options: &TableOptions) -> Result<Cohort> {
    read_cohort(TableSource::new("t.csv", text.as_bytes()), None, options)
}

#[test]
fn columns_of_two_forms_are_refused_until_one_is_left_out_by_name() {
    for options in
        [TableOptions::new(), TableOptions::new().ignore_others(true), TableOptions::new().ignore(["age_13"])]
    {
        let refused = read(BOTH, &options).unwrap_err().to_string();
        assert!(refused.contains("--ignore age,count or --ignore age_12 and all like it"), "{refused}");
        let source = TableSource::new("t.csv", BOTH.as_bytes());
        let streamed = read_in_chunks(source, None, &options, std::env::temp_dir(), 1).unwrap_err().to_string();
        assert_eq!(streamed, refused);
    }
    let wide = read(BOTH, &TableOptions::new().ignore(["age", "count"])).unwrap();
    assert_eq!((wide.grid(), wide.observations(), wide.events()), (AgeGrid::years(12, 13).unwrap(), 6, 4));
    let long = read(BOTH, &TableOptions::new().ignore(["age_12", "age_13"])).unwrap();
    assert_eq!((long.grid(), long.observations(), long.events()), (AgeGrid::years(30, 31).unwrap(), 3, 4));
    let offences = "id,age,offence,age_12,age_13\n1,30,theft,0,1\n";
    let grid = TableOptions::new().grid(AgeGrid::years(12, 40).unwrap());
    let refused = read(offences, &grid).unwrap_err().to_string();
    assert!(refused.contains("--ignore age,offence or --ignore age_12"), "{refused}");
    // a day beside columns of ages makes no offence of a person
    let dated = "id,date,age_12,age_13\n1,2020-01-01,0,1\n2,2020-01-01,2,0\n";
    assert!(read(dated, &TableOptions::new()).unwrap_err().to_string().contains("--ignore date"));
    assert_eq!(read(dated, &TableOptions::new().ignore(["date"])).unwrap().events(), 3);
}

#[test]
fn offences_without_ages_name_the_options_that_say_who_was_observed_when() {
    let offences = "id,age,offence\nb,19,theft\nb,19,assault\n";
    let refused = read(offences, &TableOptions::new()).unwrap_err().to_string();
    assert!(
        refused.contains("(--ages 12-24)") && refused.contains("(--people, with the columns id, from_age"),
        "{refused}"
    );
    let people = TableSource::new("persons.csv", "id,from_age,to_age\na,18,19\nb,18,20\n".as_bytes());
    let source = TableSource::new("t.csv", offences.as_bytes());
    let found = read_cohort_of(source, None, Some(people), &TableOptions::new()).unwrap();
    assert_eq!(found.counts(0), [Some(0), Some(0), None]);
    assert_eq!(found.counts(1), [Some(0), Some(2), Some(0)]);
}
