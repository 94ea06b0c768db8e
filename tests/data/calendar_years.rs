//! Counts by calendar year and a birth, which a stated rule turns into ages; and times at risk in tables of their own.

use pleegprofiel::{
    AgeGrid, Cohort, Result,
    cohort::{
        CohortWarning,
        table::{AgeInYear, Incomplete, TableOptions, TableSource, read_cohort},
    },
};

const TABLE: &str = "id,born,y2005,y2006,y2007\na,1990-07-02,1,0,2\nb,1991-01-01,0,,3\nc,2006-03-01,0,0,0\n";

fn read(table: &str, exposure: Option<&str>, options: &TableOptions) -> Result<Cohort> {
    let exposure = exposure.map(|text| TableSource::from_bytes("risk.csv", text));
    read_cohort(TableSource::from_bytes("years.csv", table), exposure, options)
}

fn years(rule: AgeInYear) -> TableOptions {
    TableOptions::new().calendar_years("y", "born", rule)
}

/// Age and count of every observed cell of a person.
fn cells(cohort: &Cohort, person: usize) -> Vec<(f64, u32)> {
    let grid = cohort.grid();
    let counts = cohort.counts(person).into_iter().enumerate();
    counts.filter_map(|(j, count)| Some((grid.start_age(j), count?))).collect()
}

#[test]
fn a_year_is_the_age_on_the_day_of_the_rule_and_the_cohort_counts_what_became_of_the_cells() {
    for (rule, a, b, before_birth) in [
        (AgeInYear::Start, [14.0, 15.0, 16.0], [14.0, 16.0], 2),
        (AgeInYear::Middle, [14.0, 15.0, 16.0], [14.0, 16.0], 1),
        (AgeInYear::End, [15.0, 16.0, 17.0], [14.0, 16.0], 1),
    ] {
        let found = read(TABLE, None, &years(rule)).unwrap();
        let ages = |person| cells(&found, person).iter().map(|&(age, _)| age).collect::<Vec<_>>();
        assert_eq!((ages(0), ages(1)), (a.to_vec(), b.to_vec()), "{rule}");
        assert_eq!(cells(&found, 0).iter().map(|&(_, n)| n).collect::<Vec<_>>(), [1, 0, 2]);
        assert_eq!((found.grid().start_age(0), found.id(2)), (0.0, Some("c")));
        let told = CohortWarning::CalendarYears {
            file: "years.csv".into(),
            rule: rule.key().into(),
            cells: 8 - before_birth,
            outside: 0,
            before_birth,
        };
        assert_eq!(found.warnings(), [told], "{rule}");
    }
    // ages asked for: the rest is left out, and counted
    let some =
        read(TABLE, None, &years(AgeInYear::End).grid(AgeGrid::years(15, 16).unwrap()).leave_out_unobserved(true));
    let some = some.unwrap();
    assert_eq!((some.persons(), cells(&some, 0), cells(&some, 1)), (2, vec![(15.0, 1), (16.0, 0)], vec![(16.0, 3)]));
    assert!(matches!(some.warnings()[0], CohortWarning::CalendarYears { outside: 4, before_birth: 1, cells: 3, .. }));
}

#[test]
fn what_makes_no_age_is_refused_with_the_option_that_accepts_it() {
    let end = years(AgeInYear::End);
    let said = |table: &str, options: &TableOptions| read(table, None, options).unwrap_err().to_string();
    // without a word on calendar years
    assert!(said(TABLE, &TableOptions::new().ignore(["born"])).contains("--year-prefix"));
    let born_later = said(&TABLE.replace("2006-03-01,0", "2006-03-01,4"), &end);
    assert!(born_later.contains("row 4, column y2005: 4 counted before birth (2006-03-01)"), "{born_later}");
    let gap = said(&TABLE.replace("y2006", "y2003").replace("y2007", "y2009"), &end);
    assert!(gap.contains("the years 2004 to 2004 are missing") && gap.contains("2006 to 2008 are missing"), "{gap}");
    let other = said(&TABLE.replace("y2006", "sex"), &end);
    assert!(other.contains("--ignore sex"), "{other}");
    assert!(said(&TABLE.replace("born", "birth"), &end).contains("no column \"born\""));
    assert!(said(TABLE, &end.clone().width_months(6)).contains("ages in whole years"));
    let twice = said(&TABLE.replace("y2006", "y2005"), &end);
    assert!(twice.contains("the year 2005 stands twice"), "{twice}");

    // a year of birth is enough for the age on 31 December, and leaves two ages open on 1 July
    let by_year = TABLE.replace("1990-07-02", "1990").replace("2006-03-01", "2006");
    assert_eq!(cells(&read(&by_year, None, &end).unwrap(), 0), [(15.0, 1), (16.0, 0), (17.0, 2)]);
    let middle = years(AgeInYear::Middle);
    let open = said(&by_year, &middle);
    assert!(open.contains("\"1990\" leaves open") && open.contains("--age-in-year end"), "{open}");
    let stated = read(&by_year, None, &middle.clone().incomplete_dates(Incomplete::Latest)).unwrap();
    assert_eq!(cells(&stated, 0)[0], (14.0, 1));
    assert!(stated.warnings().iter().any(|w| matches!(w, CohortWarning::IncompleteDates { dates: 2, .. })));
    let left = read(&by_year, None, &middle.incomplete_dates(Incomplete::LeaveOut)).unwrap();
    assert_eq!((left.persons(), left.id(0)), (1, Some("b")));
}

#[test]
fn times_at_risk_by_calendar_year_go_with_their_counts() {
    let risk = "id,y2005,y2006,y2007\nc,1,1,1\nb,0.5,,0.25\na,1,0,0.75\n";
    let found = read(TABLE, Some(risk), &years(AgeInYear::End)).unwrap();
    let at = |person: usize, age: f64| {
        let j = (0..found.grid().len()).find(|&j| found.grid().start_age(j) == age).unwrap();
        (found.counts(person)[j], found.exposure(person)[j])
    };
    assert_eq!((at(0, 15.0), at(0, 16.0), at(0, 17.0)), ((Some(1), 1.0), (None, 0.0), (Some(2), 0.75)));
    assert_eq!((at(1, 14.0), at(1, 16.0)), ((Some(0), 0.5), (Some(3), 0.25)));
    assert!(found.warnings().contains(&CohortWarning::NoTimeAtRisk { cells: 1 }));
    let absent = read(TABLE, Some("id,y2005,y2006,y2007\nb,1,1,1\na,1,1,1\n"), &years(AgeInYear::End)).unwrap_err();
    assert!(absent.to_string().contains("no time at risk for the person of row 4"), "{absent}");
}

#[test]
fn times_at_risk_may_be_long_or_wide_whatever_the_counts_are() {
    let wide = ("id,age_12,age_13\na,0,2\nb,1,\n", "id,age_12,age_13\nb,1,\na,0.5,0.25\n");
    let long = ("id,age,count\na,12,0\na,13,2\nb,12,1\n", "id,age,exposure\nb,12,1\na,13,0.25\na,12,0.5\n");
    let plain = TableOptions::new();
    let expected = read(wide.0, Some(wide.1), &plain).unwrap();
    for (counts, risk) in [(wide.0, long.1), (long.0, wide.1), (long.0, long.1)] {
        let found = read(counts, Some(risk), &plain).unwrap();
        assert_eq!((found.grid(), found.persons()), (expected.grid(), 2));
        for i in 0..2 {
            assert_eq!(
                (found.counts(i), found.exposure(i)),
                (expected.counts(i), expected.exposure(i)),
                "{counts}{risk}"
            );
        }
    }
    let twice = read(wide.0, Some(&format!("{}a,12,0.5\n", long.1)), &plain).unwrap_err().to_string();
    assert!(twice.contains("row 5, column age: 12 stands here a second time"), "{twice}");
    let none = read(wide.0, Some("id,age,exposure\na,12,1\na,13,1\n"), &plain).unwrap_err().to_string();
    assert!(none.contains("no time at risk for the person of row 3"), "{none}");
    let part = read(wide.0, Some("id,age,exposure\na,12,1\nb,12,1\n"), &plain).unwrap_err().to_string();
    assert!(part.contains("column age_13: no time at risk where a count is given"), "{part}");
    let unknown = read(long.0, Some(&format!("{}c,12,1\n", long.1)), &plain).unwrap_err().to_string();
    assert!(unknown.contains("this id is not in years.csv"), "{unknown}");
    let own = read("id,age,count,exposure\na,12,0,1\n", Some(long.1), &plain).unwrap_err().to_string();
    assert!(own.contains("of its own"), "{own}");
}

#[test]
fn births_by_day_number_that_are_all_years_are_asked_about() {
    let options = || TableOptions::new().calendar_years("y", "born", AgeInYear::End);
    let days = options().date_format("excel".parse().unwrap());
    let of = |births: [&str; 2]| format!("id,born,y2005,y2006\na,{},0,2\nb,{},1,0\n", births[0], births[1]);
    let read =
        |text: &str, options: &TableOptions| read_cohort(TableSource::new("t.csv", text.as_bytes()), None, options);
    for births in [["1990", "1991"], ["1990.0", "1991.0"]] {
        let refused = read(&of(births), &days).unwrap_err().to_string();
        assert!(refused.contains("row 2, column born: 1990 is a year, or the number of a day"), "{refused}");
        assert_eq!(read(&of(births), &options()).unwrap().counts(0), [None, Some(0), Some(2)]);
    }
    // day numbers, one of which happens to be a year
    let stata = options().date_format("stata".parse().unwrap());
    assert!(read(&of(["1990", "11000"]), &stata).is_ok());
    let twice = read("id,born,y2004,y2005,Y2005\na,1990,0,0,2\n", &options()).unwrap_err().to_string();
    assert!(twice.contains("column Y2005: the year 2005 stands twice: column 4 and column 5"), "{twice}");
}
