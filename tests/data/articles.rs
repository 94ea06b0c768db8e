//! Offences by article of law, paragraph and day, in categories through a table with its sources.

use pleegprofiel::{
    Result,
    career::{ArticleTable, Category},
    cohort::{
        CohortWarning,
        table::{CareerTable, Incomplete, TableOptions, TableSource, read_articles, read_career_table},
    },
};

const ARTICLES: &str = "article,paragraph,from,until,category,source\n310,,,,property,Sr\n312,,,,property,Sr\n\
                        312,2,,,property-with-violence,Sr lid 2\n\
                        243,,2024-07-01,,sexual,Stb. 2024 59\n243,,,2024-07-01,violence,old 243\n";

fn articles(table: &str) -> Result<ArticleTable> {
    read_articles(TableSource::from_bytes("articles.csv", table), &TableOptions::new())
}

fn read(offences: &str, options: &TableOptions) -> Result<CareerTable> {
    let people = "id,birth,from,to\na,1980-05-01,1992-05-01,2026-01-01\n";
    let (people, offences) = (TableSource::from_bytes("p.csv", people), TableSource::from_bytes("o.csv", offences));
    read_career_table(people, offences, None, options)
}

fn categories(table: &CareerTable) -> Vec<&str> {
    table.careers[0].career.offences().iter().map(|offence| offence.category.key()).collect()
}

#[test]
fn an_article_is_of_the_category_that_it_has_on_the_day_of_the_offence() {
    let options = TableOptions::new().articles(articles(ARTICLES).unwrap());
    let table = "id,committed,article,paragraph\na,2019-01-01,310,\na,2019-01-02,312,1\na,2019-01-03,312,2\n\
                 a,2019-01-04,art. 312 lid 2 Sr,\na,2019-01-05,273f lid 3,\na,2024-06-30,243,\na,2024-07-01,243,\n\
                 a,2024-07-02,242,\n";
    let found = read(table, &options).unwrap();
    let robbery = Category::PROPERTY_WITH_VIOLENCE;
    assert_eq!(
        categories(&found),
        ["property", "property", robbery.key(), robbery.key(), "human-trafficking", "violence", "sexual", "sexual"]
    );
    let [CohortWarning::Articles { offences: 8, sources, .. }] = &found.warnings[..] else {
        panic!("{:?}", found.warnings)
    };
    assert_eq!(sources[..4], ["Sr", "Sr lid 2", "Stb. 2024 59", "old 243"]);
    assert!(sources.iter().any(|source| source.contains("273f")), "{sources:?}");
}

#[test]
fn a_number_without_its_day_and_one_that_is_not_in_the_table_are_refused_with_row_and_reason() {
    let options = TableOptions::new().articles(articles(ARTICLES).unwrap());
    let table = "id,committed,article\na,2019-01-01,300\na,2024-07-01,240b\na,2017-12-31,273f\na,,242\na,2019-01-01,x\n\
                 a,2019-01-01,\n";
    let said = read(table, &options).unwrap_err().to_string();
    for part in [
        "o.csv, row 2, column article: article 300 Sr is not in the table of articles",
        "row 3, column article: there was no article 240b Sr on 2024-07-01",
        "row 4, column article: article 273f Sr is not in the table of articles on 2017-12-31, but from 2018-01-01",
        "row 5, column committed: no date",
        "row 6, column article: \"x\" is not an article such as 273f",
        "row 7, column article: no article",
        "--articles",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    // a year in which a number changed its meaning leaves it open, whatever the rule for dates
    let by_year = |year: &str| {
        let options = options.clone().incomplete_dates(Incomplete::Middle);
        read(&format!("id,committed,article\na,{year},243\n"), &options)
    };
    assert_eq!(categories(&by_year("2019").unwrap()), ["violence"]);
    let open = by_year("2024").unwrap_err().to_string();
    assert!(open.contains("\"243\" means another offence, or none, on other days from 2024-01-01"), "{open}");
    // articles without a table of them
    let plain = read("id,committed,article\na,2019-01-01,310\n", &TableOptions::new()).unwrap_err().to_string();
    assert!(plain.contains("no column \"offence\"") && plain.contains("--articles"), "{plain}");
}

#[test]
fn a_table_of_articles_is_refused_by_its_rows() {
    let said = |rows: &str| articles(&format!("article,from,until,category,source\n{rows}")).unwrap_err().to_string();
    let text =
        said("242,2010-01-01,,sexual,Sr\n310,,,property,\n311,,2010-01-01,property,Sr\n311,2009-01-01,,property,Sr\n");
    for part in [
        "articles.csv, row 2: article 242 is another offence from 2024-07-01 on",
        "articles.csv, row 3: no source",
        "articles.csv, row 5: article 311 holds on a day on which row 3 holds already",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let text = said("27x3,,,theft,Sr\n310,soon,,property,Sr\n");
    for part in ["row 2, column article: \"27x3\"", "row 2, column category: \"theft\"", "row 3, column from"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(said("").contains("no articles"), "{}", said(""));
}
