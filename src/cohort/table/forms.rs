//! Which form a table has, by the names of its columns.

use super::header;
use super::options::TableOptions;
use super::words::shown;

/// What a row of a table is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Form {
    Wide,
    PersonAges,
    Offences,
}

/// The form that these columns show; columns that are left out by name show nothing. The error says what leaves it open.
pub(super) fn of(header: &[String], options: &TableOptions) -> Result<Form, String> {
    let named = |name: &str| options.kept(header).find(|column| column.eq_ignore_ascii_case(name)).map(String::as_str);
    let (age, count) = (named(&options.age_column), named(&options.count_column));
    let offence = named("offence").or(named("date"));
    let wide = header::first_age(header, options);
    let long = match (age, count, offence) {
        (Some(age), Some(count), _) => Some((Form::PersonAges, [age, count], "one row per person and age")),
        (Some(age), None, Some(offence)) => Some((Form::Offences, [age, offence], "one row per offence")),
        _ => None,
    };
    match (wide, long) {
        (Some(first), Some((_, [age, other], form))) => {
            let text = |name: &str| shown(name.as_bytes());
            let plain = |name: &str| text(name).trim_matches('"').to_owned();
            Err(format!(
                "{} and {} are the columns of {form}, and {} is one of a column per age: leave out by name what is not to be \
                 read, --ignore {},{} or --ignore {} and all like it",
                text(age),
                text(other),
                text(first),
                plain(age),
                plain(other),
                plain(first)
            ))
        }
        (None, Some((form, ..))) => Ok(form),
        (Some(_), None) => Ok(Form::Wide),
        // what is missing is told by the form that is nearest
        (None, None) if offence.is_some() => Ok(Form::Offences),
        (None, None) if age.is_some() => Ok(Form::PersonAges),
        (None, None) => Ok(Form::Wide),
    }
}
