//! Dated tables: what stands in any order, and where it is told of what is wrong.

use pleegprofiel::{
    Result,
    cohort::table::{CareerTable, TableOptions, TableSource, read_career_table},
};

const PEOPLE: &str = "id,birth,from,to\na,1980-05-05,2000-01-01,2015-01-01\nb,1981-05-05,2000-01-01,2015-01-01\n";
const OFFENCES: &str = "id,committed,offence\na,2001-03-01,property\n";

fn source(name: &str, text: &'static str) -> TableSource<'static> {
    TableSource::new(name, text.as_bytes())
}

fn with_custody(custody: &'static str) -> Result<CareerTable> {
    let custody = Some(source("custody.csv", custody));
    read_career_table(source("people.csv", PEOPLE), source("offences.csv", OFFENCES), custody, &TableOptions::new())
}

#[test]
fn stays_in_custody_may_stand_in_any_order() {
    let ordered = "id,from,to\na,2002-01-01,2002-03-01\na,2003-01-01,2003-02-01\nb,2004-01-01,2005-01-01\n";
    let others = "id,from,to\nb,2004-01-01,2005-01-01\na,2003-01-01,2003-02-01\na,2002-01-01,2002-03-01\n";
    assert_eq!(with_custody(others).unwrap().careers, with_custody(ordered).unwrap().careers);
}

#[test]
fn stays_that_do_not_fit_are_told_at_their_own_rows() {
    let custody = "id,from,to\na,2003-01-15,2003-02-01\nb,1970-01-01,1971-01-01\na,2002-01-01,2003-01-20\nb,2004-01-01,2004-01-01\n";
    let refused = with_custody(custody).unwrap_err().to_string();
    for told in [
        "custody.csv, row 2, column from: 2003-01-15 lies within the stay of row 4, which ends at 2003-01-20",
        "custody.csv, row 3, column from: 1970-01-01 lies before birth",
        "custody.csv, row 5, column to: the stay is empty",
    ] {
        assert!(refused.contains(told), "{refused}");
    }
    assert!(!refused.contains("people.csv"), "{refused}");
}

#[test]
fn births_by_day_number_that_are_all_years_are_asked_about() {
    let people = "id,birth,from,to\na,1980,36526,42005\nb,1981,36526,42005\n";
    let options = TableOptions::new().date_format("excel".parse().unwrap());
    let offences = source("offences.csv", "id,committed,offence\na,36951,property\n");
    let refused = read_career_table(source("people.csv", people), offences, None, &options).unwrap_err().to_string();
    assert!(refused.contains("people.csv, row 2, column birth: 1980 is a year, or the number of a day"), "{refused}");
}
