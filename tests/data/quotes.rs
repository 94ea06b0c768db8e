//! Quotes in texts: remarks over several lines are read, and a quote left open swallows nobody.

use pleegprofiel::{
    Cohort, Result,
    cohort::table::{TableOptions, TableSource, read_cohort, read_in_chunks},
};
use rstest::rstest;

fn options() -> TableOptions {
    TableOptions::new().ignore(["remark"])
}

fn read(text: &str) -> Result<Cohort> {
    read_cohort(TableSource::new("t.csv", text.as_bytes()), None, &options())
}

#[rstest]
#[case::two_left_open("1,\"see file,0,1,0\n2,x,3,0,0\n3,x,0,2,0\n4,\"old,5,5,5\n5,x,0,0,1\n")]
#[case::one_row_between("1,\"see file,0,1,0\n2,\"x,3,0,0\n3,x,0,2,0\n")]
#[case::closed_at_the_end_of_a_field("1,\"see file,0,1,0\n2,x\",3,0,0\n3,x,0,2,0\n")]
#[case::open_to_the_end("1,x,0,1,0\n2,\"x,3,0,0\n3,x,0,2,0\n")]
#[case::text_behind_a_remark_over_two_lines("1,\"see\nfile\"s,0,1,0\n2,x,3,0,0\n")]
#[case::with_other_line_ends("1,\"see file,0,1,0\r\n2,x,3,0,0\r\n3,\"x,0,2,0\r\n")]
fn a_quote_left_open_in_a_column_that_is_left_out_is_refused(#[case] rows: &str) {
    let text = format!("id,remark,age_12,age_13,age_14\n{rows}");
    let refused = read(&text).unwrap_err().to_string();
    assert!(refused.contains("is a quote left open?") || refused.contains("but the header has 5"), "{refused}");
    let source = TableSource::new("t.csv", text.as_bytes());
    let streamed = read_in_chunks(source, None, &options(), std::env::temp_dir(), 1).unwrap_err().to_string();
    assert_eq!(streamed, refused);
}

#[test]
fn a_quote_that_swallows_rows_in_the_last_column_is_refused() {
    let refused =
        read("id,age_12,age_13,remark\n1,0,1,\"see\n2,3,0,x\n3,0,2,old\"\n4,1,0,x\n").unwrap_err().to_string();
    assert!(refused.contains("row 2: a quoted field holds 3 lines, each of which looks like a row"), "{refused}");
    let refused = read("id,age_12,age_13,remark\n1,0,1,x\n2,0,1,\"see\n3,3,0,x\n").unwrap_err().to_string();
    assert!(refused.contains("row 3: a quoted field runs over several lines"), "{refused}");
}

#[rstest]
#[case("see\nfile")]
#[case("said: one, two, three, four\nand five")]
#[case("one, two, three, four\nfive, six")]
#[case("\n")]
#[case("Dorpsstraat 1, Ede\n6711 AA, Gelderland\n")]
#[case("12, 13, 14\r\n15, 16")]
fn a_remark_over_several_lines_is_read(#[case] remark: &str) {
    let text = format!("id,remark,age_12,age_13,age_14\n1,\"{remark}\",0,1,0\n2,\"{remark}\" ,3,0,0\n3,x,0,2,0\n");
    let found = read(&text).unwrap();
    assert_eq!((found.persons(), found.events()), (3, 6));
}
