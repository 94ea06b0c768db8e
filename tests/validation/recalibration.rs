//! A recalibrated instrument is a new instrument, and does what its map says.

use pleegprofiel::risk::instrument::{
    Instrument, Mode, RecalibratedVersion, RecalibrationMap, bundled_files, recalibrate,
};

fn original() -> &'static str {
    bundled_files().find(|(id, _)| *id == "ogrs3").unwrap().1
}

fn version() -> RecalibratedVersion {
    RecalibratedVersion {
        id: "ogrs3-elsewhere".into(),
        version: "1 (made up)".into(),
        jurisdiction: "elsewhere".into(),
        legal_status: vec!["community".into()],
        age_from: 18,
        population: "made-up people elsewhere".into(),
        sample: "600 made-up people, 190 outcomes".into(),
        period: "none".into(),
        document: ("a test".into(), "1".into()),
        validation: "none yet".into(),
        maps: vec![("2y".into(), RecalibrationMap::Logit { intercept: -0.39, slope: 1.1 })],
    }
}

#[test]
fn a_recalibrated_instrument_gives_the_mapped_probability_under_its_own_id_and_hash() {
    let text = recalibrate(original(), &version()).unwrap();
    let (old, new) = (Instrument::from_json(original()).unwrap(), Instrument::from_json(&text).unwrap());
    assert_eq!(new.id(), "ogrs3-elsewhere");
    assert_ne!(new.content_hash(), old.content_hash());
    assert!(new.golden_vectors() > 10, "{}", new.golden_vectors());
    assert!(new.card().documents.iter().any(|d| d.version.contains(old.content_hash())));
    assert!(new.card().sample.contains("190 outcomes"));
    let case = |who: &str| {
        format!(
            r#"[{{"population": {who}, "sex": "male", "date_of_birth": "1991-07-17",
            "date_of_current_conviction": "2021-08-05", "date_at_start_of_followup": "2021-12-12", "total_sanctions": 2,
            "age_at_first_sanction": 21, "offence_parameter": -0.0607}}]"#
        )
    };
    let probability = |i: &Instrument, who: &str| {
        let cases = i.read_cases(&case(who)).unwrap();
        let json: serde_json::Value =
            serde_json::from_str(&i.assess(&cases[0], Mode::Strict).unwrap().to_json()).unwrap();
        let find = |key: &str| json[key].as_f64().unwrap_or_else(|| panic!("{json:#}"));
        (json["probability_1y"].as_f64(), find("probability_2y"))
    };
    let before = probability(&old, r#"{"jurisdiction": "england-and-wales", "legal_status": "community", "age": 30}"#);
    let after = probability(&new, r#"{"jurisdiction": "elsewhere", "legal_status": "community", "age": 30}"#);
    assert!(before.0.is_some() && after.0.is_none(), "of a horizon that was not named nothing is known");
    let logit = |p: f64| (p / (1.0 - p)).ln();
    let mapped = 1.0 / (1.0 + (-(-0.39 + 1.1 * logit(before.1))).exp());
    assert!((after.1 - mapped).abs() < 1e-9, "{} {mapped}", after.1);
}

#[test]
fn a_recalibration_without_an_id_data_or_horizon_of_its_own_is_refused() {
    let refused = |change: fn(&mut RecalibratedVersion)| {
        let mut v = version();
        change(&mut v);
        recalibrate(original(), &v).unwrap_err().to_string()
    };
    assert!(refused(|v| v.id = "ogrs3".into()).contains("id of its own"));
    assert!(refused(|v| v.sample = " ".into()).contains("sample"));
    assert!(refused(|v| v.maps.clear()).contains("horizon"));
    assert!(refused(|v| v.maps[0].0 = "9y".into()).contains("9y"));
    assert!(refused(|v| v.maps[0].1 = RecalibrationMap::Logit { intercept: 0.0, slope: -1.0 }).contains("slope"));
}
