//! Naming groups by the four profiles: made cohorts, published fits, properties, and the answer for one person.

use pleegprofiel::{
    Definitions, ErrorKind, Language, Profile,
    profile::{Ambiguity, GroupCurve, Limit, Measure, Naming, Peak, Undecided, Unnamed, Unseen, name_groups},
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const LANGUAGES: [Language; 2] = [Language::Dutch, Language::English];

/// A group at the ages `first..=last`, with `rate` of the age in the middle of an interval.
fn group(share: f64, first: u32, last: u32, rate: impl Fn(f64) -> f64) -> GroupCurve {
    sliced(share, f64::from(first), f64::from(last + 1), 1.0, rate)
}

fn sliced(share: f64, from: f64, to: f64, width: f64, rate: impl Fn(f64) -> f64) -> GroupCurve {
    let n = ((to - from) / width).round() as usize;
    let ages: Vec<f64> = (0..n).map(|j| from + (j as f64 + 0.5) * width).collect();
    let rates = ages.iter().map(|&age| rate(age)).collect();
    GroupCurve::new(share, ages, rates, width).unwrap()
}

fn bell(level: f64, peak: f64, spread: f64) -> impl Fn(f64) -> f64 {
    move |age| level * (-((age - peak) / spread).powi(2) / 2.0).exp()
}

fn name(groups: &[GroupCurve]) -> Naming {
    name_groups(groups, &Definitions::default()).unwrap()
}

fn profiles(naming: &Naming) -> Vec<Option<Profile>> {
    naming.groups.iter().map(|g| g.profile).collect()
}

fn no_limit_on_number() -> Definitions {
    Definitions { few_offences: None, ..Definitions::default() }
}

/// The four groups of the simulated cohorts under `fixtures/sim`: log rates quadratic in age.
fn simulated(width: f64) -> Vec<GroupCurve> {
    let log_rates = [[-3.0, -0.3, -0.5], [-1.2, -2.2, -1.5], [-0.6, 0.8, -1.0], [0.9, -0.2, -0.9]];
    let shares = [0.50, 0.25, 0.15, 0.10];
    let make = |(share, b): (f64, [f64; 3])| {
        sliced(share, 12.0, 40.0, width, move |age| {
            let u = (age - 26.0) / 13.5;
            (b[0] + b[1] * u + b[2] * u * u).exp()
        })
    };
    shares.into_iter().zip(log_rates).map(make).collect()
}

#[test]
fn a_cohort_made_with_the_four_profiles_shows_them() {
    let naming = name(&simulated(1.0));
    assert_eq!(profiles(&naming), Profile::ALL.map(Some));
    assert!(naming.absent.is_empty());
    assert!(naming.groups.iter().all(|g| g.ambiguities.is_empty() && g.unnamed.is_none()));
    assert!(naming.groups.iter().all(|g| g.score.unwrap() > 0.7 && g.margin.is_none_or(|m| m > 0.1)));
    // The peak of exp(-0.6 + 0.8 u - u^2) is at u = 0.4.
    let peak = naming.groups[2].descriptors.peak.age().unwrap();
    approx::assert_relative_eq!(peak, 26.0 + 0.4 * 13.5, epsilon = 0.01);
}

#[test]
fn finer_age_intervals_give_about_the_same_scores() {
    let coarse = name(&simulated(1.0));
    for width in [0.5, 0.25, 1.0 / 12.0] {
        let fine = name(&simulated(width));
        assert_eq!(profiles(&fine), profiles(&coarse));
        for (a, b) in fine.groups.iter().zip(&coarse.groups) {
            for (a, b) in a.fits.iter().zip(&b.fits) {
                // The lowest rate is that of the last interval, whose middle moves by up to 0.46 years.
                assert!((a.score - b.score).abs() < 0.04, "{width}: {a:?} {b:?}");
            }
        }
    }
}

/// Poisson rates `exp(b0 + b1 t + b2 t^2 + b3 t^3)`, t = (age - 8) / 30, fitted by flexmix 2.3.18 (5 starts, seed 1,
/// log-likelihood -13537.760) to the Toronto adjudicated youth, contacts divided by time at risk, ages 8-38.
fn toronto() -> Vec<GroupCurve> {
    [
        (0.502341, [-7.684316, 53.991195, -114.286072, 64.371326]),
        (0.088147, [-3.210745, 20.077420, -23.590695, 6.298322]),
        (0.328928, [-4.933587, 35.718862, -65.618113, 32.344837]),
        (0.080584, [-6.104589, 47.994931, -82.908117, 37.514107]),
    ]
    .into_iter()
    .map(|(share, b)| {
        group(share, 8, 38, move |age| {
            let t = (age - 8.5) / 30.0;
            (b[0] + t * (b[1] + t * (b[2] + t * b[3]))).exp()
        })
    })
    .collect()
}

#[test]
fn a_youth_sample_in_which_three_groups_peak_early_shows_two_profiles() {
    let naming = name(&toronto());
    let early = Some(Profile::EarlyPeak);
    assert_eq!(profiles(&naming), [early, Some(Profile::LatePeak), early, early]);
    assert_eq!(naming.groups_of(Profile::EarlyPeak), [0, 2, 3]);
    assert!(naming.groups.iter().all(|g| g.ambiguities.is_empty() && g.margin.is_none()));
    // 7 court contacts from 15 to 33 are not few, although they are the fewest of this cohort.
    let incidental = &naming.absent[0];
    assert_eq!((incidental.profile, incidental.closest, incidental.failed.len()), (Profile::Incidental, 0, 1));
    assert_eq!(incidental.failed[0].measure, Measure::ExpectedOffences);
    assert!((6.9..7.1).contains(&incidental.failed[0].value.unwrap()));
    assert_eq!(naming.absent[1].profile, Profile::Continuous);
    assert_eq!(naming.absent[1].failed[0].measure, Measure::Persistence);
}

#[test]
fn a_profile_goes_first_to_the_group_that_leaves_the_others_best_named() {
    let naming = name_groups(&toronto(), &no_limit_on_number()).unwrap();
    let early = Some(Profile::EarlyPeak);
    assert_eq!(profiles(&naming), [Some(Profile::Incidental), Some(Profile::LatePeak), early, early]);
    // alone it would be called early peak, which it meets more clearly; two others are, and nobody else incidental
    let lowest = &naming.groups[0];
    assert!(lowest.fits[0].met && lowest.fits[1].score > lowest.fits[0].score);
    // called early peak it would cost the cohort its score for incidental, less what it is the better early peak
    let [own, second, third] = [0, 2, 3].map(|g: usize| naming.groups[g].fits[1].score);
    let cost = lowest.score.unwrap() + second.max(third) - own.max(second).max(third);
    approx::assert_relative_eq!(lowest.margin.unwrap(), cost, epsilon = 1e-12);
    let all = Definitions { small_margin: 1.1, ..no_limit_on_number() };
    let naming = name_groups(&toronto(), &all).unwrap();
    let second = Ambiguity::SmallMargin { margin: naming.groups[0].margin.unwrap(), other: Profile::EarlyPeak };
    assert_eq!(naming.groups[0].ambiguities, [second]);
}

#[test]
fn a_group_that_still_rises_at_the_last_age_can_be_continuous_but_not_late_peak() {
    let rising = |share| group(share, 8, 38, |age| 6.0 / (1.0 + (-(age - 16.0) / 2.0).exp()) + 0.01 * age);
    let naming = name(&[group(0.9, 8, 38, bell(0.9, 18.0, 3.0)), rising(0.1)]);
    assert_eq!(profiles(&naming), [Some(Profile::EarlyPeak), Some(Profile::Continuous)]);
    let late = &naming.groups[1].fits[2];
    assert_eq!(late.criteria[0].unseen, Some(Unseen::PeakAtEnd(38.5)));
    assert!(late.score == 0.0 && !late.met);
}

#[test]
fn groups_that_differ_in_level_only_bear_one_profile() {
    let levels = [(0.5, 0.4), (0.3, 1.0), (0.2, 3.0)];
    let groups = levels.map(|(share, level)| group(share, 10, 39, bell(level * 3.0, 17.5, 3.0)));
    let naming = name(&groups);
    assert_eq!(profiles(&naming), [Some(Profile::EarlyPeak); 3]);
    // whoever is of one of them, nobody knows which, is early peak
    let person = naming.of_record(&[0.3, 0.4, 0.3], 10, 1).unwrap();
    assert_eq!((person.profile, person.group, person.probability.get()), (Some(Profile::EarlyPeak), 1, 1.0));
}

#[test]
fn one_group_is_named_by_its_shape_and_never_by_its_level() {
    let naming = name(&[group(1.0, 10, 39, bell(1.0, 18.0, 4.0))]);
    assert_eq!(profiles(&naming), [Some(Profile::EarlyPeak)]);
    assert_eq!((naming.groups[0].margin, naming.groups[0].descriptors.level), (None, Some(1.0)));
    assert_eq!(naming.absent.len(), 3);
    for level in [0.01, 1.0, 50.0] {
        let naming = name(&[group(1.0, 10, 39, |_| level)]);
        assert_eq!((naming.groups[0].profile, naming.groups[0].descriptors.peak), (None, Peak::Flat));
        assert!(matches!(naming.groups[0].unnamed, Some(Unnamed::NoMatch { peak_age: None, .. })));
        assert_eq!(naming.groups[0].margin, None);
    }
}

#[test]
fn of_six_groups_two_bear_one_profile_and_one_bears_none() {
    let mut groups = simulated(1.0);
    let scaled =
        |g: &GroupCurve, share: f64| GroupCurve::new(share, g.ages().to_vec(), g.rates().to_vec(), g.width()).unwrap();
    groups = groups.iter().map(|g| scaled(g, g.share() * 0.8)).collect();
    groups.push(group(0.1, 12, 39, bell(1.0, 20.8, 3.0)));
    groups.push(group(0.1, 12, 39, bell(1.0, 36.5, 4.0)));
    let naming = name(&groups);
    let expected =
        [Profile::Incidental, Profile::EarlyPeak, Profile::LatePeak, Profile::Continuous, Profile::EarlyPeak];
    assert_eq!(profiles(&naming)[..5], expected.map(Some));
    assert_eq!(naming.groups_of(Profile::EarlyPeak), [1, 4]);
    let Some(Unnamed::NoMatch { closest: Profile::LatePeak | Profile::Incidental, peak_age, .. }) =
        naming.groups[5].unnamed
    else {
        panic!("{:?}", naming.groups[5].unnamed);
    };
    assert!((peak_age.unwrap() - 36.5).abs() < 0.05);
}

#[test]
fn a_cohort_without_offences_has_no_profiles() {
    let naming = name(&[group(0.4, 8, 38, |_| 0.0), group(0.6, 8, 38, |_| 0.0)]);
    assert!(naming.groups.iter().all(|g| g.unnamed == Some(Unnamed::NoOffences) && g.descriptors.level.is_none()));
    assert_eq!(naming.absent.len(), 4);
    // A group without offences beside one with some is no incidental group either.
    let naming = name(&[group(0.4, 8, 38, |_| 0.0), group(0.6, 8, 38, bell(1.0, 18.0, 3.0))]);
    assert_eq!(profiles(&naming), [None, Some(Profile::EarlyPeak)]);
}

#[test]
fn a_grid_that_misses_the_windows_says_so() {
    let naming = name(&[group(0.5, 30, 60, |_| 0.1), group(0.5, 30, 60, bell(2.0, 36.0, 4.0))]);
    for g in &naming.groups {
        let Some(Unnamed::NoMatch { failed, score, .. }) = &g.unnamed else { panic!("{g:?}") };
        assert!(*score == 0.0 && matches!(failed[0].unseen, Some(Unseen::Ages { span, .. }) if span.from == 15.0));
        assert!(
            g.text(Language::English).contains("not observed at 15 to 22 (0 of the 3"),
            "{}",
            g.text(Language::English)
        );
        assert!(g.text(Language::Dutch).contains("niet waargenomen van 15 tot 22 jaar"));
    }
    // One interval shows no course at all.
    let naming = name(&[sliced(0.5, 15.0, 25.0, 10.0, |_| 1.0), sliced(0.5, 15.0, 25.0, 10.0, |_| 0.1)]);
    assert_eq!(profiles(&naming), [None, None]);
    // Adults only: an earlier peak may have come before.
    let naming = name(&[group(1.0, 18, 45, bell(1.0, 17.0, 3.0))]);
    let early = &naming.groups[0].fits[1].criteria[0];
    assert_eq!(early.unseen, Some(Unseen::PeakAtStart(18.5)));
}

/// The profile whose definition the group meets, and those left open.
fn left_open(naming: &Naming, group: usize) -> (Profile, Vec<Profile>) {
    match &naming.groups[group].unnamed {
        Some(Unnamed::Open { meets, open, unjudged }) => {
            assert!(!unjudged.is_empty() && unjudged.iter().all(|c| !c.met && c.unseen.is_some()));
            (*meets, open.clone())
        }
        other => panic!("group {group}: {other:?}"),
    }
}

#[test]
fn a_group_that_may_be_of_a_profile_that_could_not_be_judged_bears_no_other() {
    // records from 18: whoever offends most at the first age may have had an early peak, however low the level since
    let falling = |age: f64| 1.49 * (-0.72 * (age - 18.5)).exp();
    let groups = [
        group(0.22, 18, 44, falling),
        group(0.2, 18, 44, |_| 2.0),
        group(0.2, 18, 44, bell(0.8, 27.0, 4.0)),
        group(0.38, 18, 44, |_| 0.03),
    ];
    let naming = name(&groups);
    assert_eq!(left_open(&naming, 0), (Profile::Incidental, vec![Profile::EarlyPeak]));
    let others = [Profile::Continuous, Profile::LatePeak, Profile::Incidental].map(Some);
    assert_eq!(profiles(&naming)[1..], others);
    for language in LANGUAGES {
        let text = naming.groups[0].text(language);
        assert!(text.contains(Profile::EarlyPeak.label(language)) && text.contains("18"), "{text}");
    }
    let person = naming.of_record(&[0.97, 0.01, 0.01, 0.01], 20, 2).unwrap();
    assert!(person.profile.is_none());
    // one that is past its peak where the ages begin, after the window of an early peak, had none: it is judged as seen
    let groups = [group(0.5, 12, 44, falling), group(0.5, 12, 44, |_| 2.0)];
    assert!(!matches!(name(&groups).groups[0].unnamed, Some(Unnamed::Open { .. })));

    // from 19: of the years from 15 to 22 too few are seen to call anyone incidental, so who offends little is not late-peak
    let groups = [
        group(0.5, 19, 40, bell(0.1, 25.0, 5.0)),
        group(0.3, 19, 40, bell(1.0, 27.0, 4.0)),
        group(0.2, 19, 40, |_| 2.0),
    ];
    let naming = name(&groups);
    assert_eq!(left_open(&naming, 0), (Profile::LatePeak, vec![Profile::Incidental]));
    assert_eq!(naming.profile_of(1), Some(Profile::LatePeak), "what is seen is too much for incidental");
}

#[test]
fn one_group_alone_of_few_offences_may_be_incidental() {
    let naming = name(&[group(1.0, 10, 39, bell(0.1, 18.0, 4.0))]);
    assert_eq!(left_open(&naming, 0), (Profile::EarlyPeak, vec![Profile::Incidental]));
    assert!(naming.groups[0].text(Language::English).contains("one group only"));
    // two of the same are no others to compare with either, but their level is that of the cohort
    let two = name(&[group(0.5, 10, 39, bell(0.1, 18.0, 4.0)), group(0.5, 10, 39, bell(0.1, 18.0, 4.0))]);
    assert!(two.groups.iter().all(|g| !matches!(g.unnamed, Some(Unnamed::Open { .. }))));
}

#[test]
fn a_late_peak_that_does_not_fall_is_said_not_to() {
    let plateau = |age: f64| if age < 24.0 { 0.1 } else { 1.0 - 0.01 * (age - 27.5).abs() };
    let naming = name(&[group(1.0, 8, 38, plateau)]);
    let Some(Unnamed::NoMatch { closest: Profile::LatePeak, failed, .. }) = &naming.groups[0].unnamed else {
        panic!("{naming:?}")
    };
    let measures: Vec<Measure> = failed.iter().map(|c| c.measure).collect();
    assert_eq!(measures, [Measure::LowestAfterPeak, Measure::SecondRise]);
    assert_eq!(failed[0].limit, Limit::AtMost(0.75));
    let text = naming.groups[0].text(Language::English);
    assert!(
        text.contains(
            "the peak at 27.5 does not fall enough after: the lowest rate after it is 0.89 of it (limit: at \
                most 0.75)"
        ),
        "{text}"
    );
    assert!(naming.groups[0].text(Language::Dutch).contains("op 27,5 jaar daalt daarna niet genoeg"));
}

#[test]
fn a_peak_near_the_border_of_two_windows_is_flagged() {
    let naming = name(&[group(1.0, 10, 39, bell(1.0, 21.8, 4.0))]);
    assert_eq!(profiles(&naming), [Some(Profile::EarlyPeak)]);
    assert!(matches!(&naming.groups[0].ambiguities[..], [Ambiguity::NearLimit(c)] if c.measure == Measure::PeakAge));
}

#[test]
fn what_cannot_be_named_is_refused_with_the_number_and_the_limit() {
    let says = |groups: &[GroupCurve], text: &str| {
        let error = name_groups(groups, &Definitions::default()).unwrap_err();
        assert!(error.kind() == ErrorKind::InvalidValue && error.to_string().contains(text), "{error}");
    };
    says(&[], "no groups");
    says(&vec![group(1.0 / 33.0, 8, 38, |_| 1.0); 33], "33 groups to name, but at most 32");
    says(&[group(0.5, 8, 38, |_| 1.0), group(0.5, 8, 39, |_| 1.0)], "groups 1 and 2 are not at the same ages");
    says(&[group(0.5, 8, 38, |_| 1.0), group(0.4, 8, 38, |_| 1.0)], "0.9 in all, not 1");
    let odd = Definitions { fallen: f64::NAN, ..Definitions::default() };
    assert_eq!(name_groups(&simulated(1.0), &odd).unwrap_err().kind(), ErrorKind::InvalidOptions);
}

#[test]
fn a_person_gets_a_profile_only_where_the_posterior_is_clear() {
    let naming = name(&simulated(1.0));
    let clear = naming.of_record(&[0.05, 0.8, 0.1, 0.05], 10, 1).unwrap();
    assert_eq!((clear.profile, clear.group, clear.undecided), (Some(Profile::EarlyPeak), 1, None));
    let alike = naming.of_record(&[0.04, 0.55, 0.35, 0.06], 10, 1).unwrap();
    let Some(Undecided::Alike(answers)) = &alike.undecided else { panic!("{alike:?}") };
    let named: Vec<_> = answers.iter().map(|c| (&c.groups[..], c.profile, c.probability.get())).collect();
    assert_eq!(named, [(&[1][..], Some(Profile::EarlyPeak), 0.55), (&[2][..], Some(Profile::LatePeak), 0.35)]);
    assert_eq!(alike.profile, None);
    let dutch = alike.text(Language::Dutch);
    assert!(dutch.contains("groep 2, 'vroeg pieken' (0,55) en groep 3, 'laat pieken' (0,35)"), "{dutch}");
    let shares = [0.5, 0.25, 0.15, 0.1];
    assert_eq!(naming.of_record(&shares, 0, 1).unwrap().undecided, Some(Undecided::NothingObserved));
    let few = naming.of_record(&[0.0, 0.0, 0.0, 1.0], 2, 1).unwrap();
    assert_eq!(few.undecided, Some(Undecided::TooFewAges { years: 2.0, needed: 3.0 }));
    // The years count, not the number of intervals.
    let monthly = name(&simulated(1.0 / 12.0));
    assert!(monthly.of_record(&[0.0, 0.0, 0.0, 1.0], 35, 1).unwrap().profile.is_none());
    assert_eq!(monthly.of_record(&[0.0, 0.0, 0.0, 1.0], 36, 1).unwrap().profile, Some(Profile::Continuous));
}

#[test]
fn the_probability_of_a_profile_is_the_sum_over_its_groups() {
    let naming = name(&toronto());
    let person = naming.of_record(&[0.5, 0.1, 0.15, 0.25], 31, 1).unwrap();
    assert_eq!((person.profile, person.group, person.probability.get()), (Some(Profile::EarlyPeak), 0, 0.9));
    // the likeliest single group is no answer when others bear one profile together
    let person = naming.of_record(&[0.21, 0.4, 0.19, 0.2], 31, 1).unwrap();
    let Some(Undecided::Alike(answers)) = &person.undecided else { panic!("{person:?}") };
    assert_eq!((person.group, answers[0].groups.as_slice()), (0, &[0, 3, 2][..]));
    assert_eq!(answers[1].groups, [1]);
    let text = person.text(Language::English);
    assert!(text.contains("groups 1, 4 and 3, 'early-peak offenders' (0.60) and group 2"), "{text}");
}

#[test]
fn a_person_of_a_group_without_a_profile_is_told_why() {
    let naming = name(&[group(0.6, 12, 39, bell(1.0, 18.0, 3.0)), group(0.4, 12, 39, bell(1.0, 36.5, 4.0))]);
    let person = naming.of_record(&[0.05, 0.95], 28, 1).unwrap();
    assert!(matches!(&person.undecided, Some(Undecided::Unnamed(Unnamed::NoMatch { .. }))));
    let text = person.text(Language::English);
    assert!(text.starts_with("Undecided: the most likely group matches no profile; closest to"), "{text}");
    let naming = name(&[group(1.0, 10, 39, bell(1.0, 21.8, 4.0))]);
    let person = naming.of_record(&[1.0], 28, 1).unwrap();
    assert!(person.ambiguous_name && person.text(Language::English).ends_with("is itself ambiguous."));
}

#[test]
fn posteriors_that_are_none_are_refused() {
    let naming = name(&simulated(1.0));
    for bad in [vec![1.0], vec![0.5; 4], vec![1.5, -0.5, 0.0, 0.0], vec![f64::NAN, 0.0, 0.0, 1.0]] {
        assert_eq!(naming.of_record(&bad, 10, 1).unwrap_err().kind(), ErrorKind::InvalidValue);
    }
}

#[test]
fn the_score_of_early_peak_rises_the_more_the_rate_falls() {
    let scores: Vec<f64> = (0..12)
        .map(|i| {
            let later = f64::from(i) / 12.0;
            let rate = move |age: f64| bell(1.0, 18.5, 2.5)(age).max(if age > 18.5 { later } else { 0.0 });
            name(&[group(1.0, 10, 39, rate)]).groups[0].fits[1].score
        })
        .collect();
    assert!(scores.windows(2).all(|pair| pair[0] > pair[1]), "{scores:?}");
    assert!(scores.iter().all(|s| (0.0..=1.0).contains(s)));
}

/// Two to six groups with log rates quadratic in age, some with nothing; shares that sum to 1.
fn cohorts() -> impl Strategy<Value = Vec<GroupCurve>> {
    let one = (0.05..1.0_f64, -5.0..1.5_f64, 10.0..40.0_f64, 2.0..20.0_f64, prop::bool::weighted(0.05));
    (prop::collection::vec(one, 2..7), 8_u32..22, 34_u32..50).prop_map(|(groups, first, last)| {
        let sum: f64 = groups.iter().map(|g| g.0).sum();
        let make = |(share, log, peak, spread, none): (f64, f64, f64, f64, bool)| {
            let level = if none { 0.0 } else { log.exp() };
            group(share / sum, first, last, bell(level, peak, spread))
        };
        groups.into_iter().map(make).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(28_638),
        failure_persistence: None,
        ..ProptestConfig::with_cases(256)
    })]

    #[test]
    fn relabelling_the_groups_relabels_the_answers_and_changes_nothing_else(groups in cohorts(), turn in 0_usize..6) {
        let n = groups.len();
        // Reversed and turned: group g becomes group `to(g)`.
        let to = |g: usize| (n - 1 - g + turn) % n;
        let mut other = groups.clone();
        for (g, curve) in groups.iter().enumerate() {
            other[to(g)] = curve.clone();
        }
        let (a, b) = (name(&groups), name(&other));
        for (g, mine) in a.groups.iter().enumerate() {
            let mut theirs = b.groups[to(g)].clone();
            theirs.group = g;
            prop_assert_eq!(mine, &theirs);
        }
    }

    #[test]
    fn the_unit_of_the_rates_moves_no_name_once_the_number_is_not_limited(groups in cohorts(), power in -6_i32..7) {
        let scale = 2_f64.powi(power);
        let scaled: Vec<GroupCurve> = groups.iter().map(|g| {
            let rates = g.rates().iter().map(|rate| rate * scale).collect();
            GroupCurve::new(g.share(), g.ages().to_vec(), rates, g.width()).unwrap()
        }).collect();
        let unlimited = |groups: &[GroupCurve]| name_groups(groups, &no_limit_on_number()).unwrap();
        let (a, b) = (unlimited(&groups), unlimited(&scaled));
        prop_assert_eq!(profiles(&a), profiles(&b));
        for (a, b) in a.groups.iter().zip(&b.groups) {
            prop_assert_eq!(&a.fits, &b.fits); // powers of two scale without rounding
            prop_assert_eq!((&a.unnamed, &a.ambiguities, a.margin), (&b.unnamed, &b.ambiguities, b.margin));
        }
        // With the limit, only the incidental definition can tell the difference.
        let (a, b) = (name(&groups), name(&scaled));
        for (a, b) in a.groups.iter().zip(&b.groups) {
            prop_assert_eq!(&a.fits[1..], &b.fits[1..]);
        }
    }

    #[test]
    fn every_answer_is_a_profile_that_is_met_or_a_reason_and_reads_back(groups in cohorts()) {
        let naming = name(&groups);
        for g in &naming.groups {
            prop_assert!(g.profile.is_some() != g.unnamed.is_some());
            prop_assert!(g.fits.iter().all(|f| (0.0..=1.0).contains(&f.score)));
            prop_assert!(g.margin.is_none_or(|m| m >= 0.0 && m.is_finite()));
            if let Some(profile) = g.profile {
                let fit = &g.fits[Profile::ALL.iter().position(|p| *p == profile).unwrap()];
                prop_assert!(fit.met && fit.score >= 0.5 && naming.groups_of(profile).contains(&g.group));
                prop_assert_eq!(g.score, Some(fit.score));
            }
            for language in LANGUAGES {
                let text = g.text(language);
                prop_assert!(!text.contains("NaN") && !text.contains("inf ") && text.ends_with('.'), "{}", text);
            }
        }
        let shown = Profile::ALL.into_iter().filter(|p| !naming.groups_of(*p).is_empty()).count();
        prop_assert_eq!(shown + naming.absent.len(), 4);
        for absent in &naming.absent {
            prop_assert!(LANGUAGES.iter().all(|l| absent.text(*l).contains(absent.profile.label(*l))));
        }
        let text = serde_json::to_string(&naming).unwrap();
        prop_assert_eq!(serde_json::from_str::<Naming>(&text).unwrap(), naming);
    }

    #[test]
    fn a_person_is_decided_exactly_when_a_profile_is_clear(
        groups in cohorts(), weights in prop::collection::vec(0.0..1.0_f64, 6), sharp in 1..9_i32,
        observed in 0_usize..8
    ) {
        let naming = name(&groups);
        let weights: Vec<f64> = weights[..groups.len()].iter().map(|w| (w + 0.01).powi(sharp)).collect();
        let sum: f64 = weights.iter().sum();
        let posterior: Vec<f64> = weights.iter().map(|w| w / sum).collect();
        let person = naming.of_record(&posterior, observed, 1).unwrap();
        let sum = |groups: &[usize]| groups.iter().map(|&g| posterior[g]).sum::<f64>();
        let answer = |g: usize| naming.profile_of(g).map_or(vec![g], |p| naming.groups_of(p));
        let largest = (0..groups.len()).map(|g| sum(&answer(g))).fold(0.0, f64::max).min(1.0);
        prop_assert!((person.probability.get() - largest).abs() < 1e-12);
        let decided = observed >= 3 && person.probability.get() >= 0.8 && naming.profile_of(person.group).is_some();
        prop_assert_eq!((person.profile.is_some(), person.undecided.is_none()), (decided, decided));
        if let Some(Undecided::Alike(candidates)) = &person.undecided {
            let sum: f64 = candidates.iter().map(|c| c.probability.get()).sum();
            prop_assert!(candidates.len() >= 2 && sum > 0.8 - 1e-9);
        }
        for language in LANGUAGES {
            prop_assert!(person.text(language).ends_with('.'));
        }
        let text = serde_json::to_string(&person).unwrap();
        prop_assert_eq!(serde_json::from_str::<pleegprofiel::profile::PersonProfile>(&text).unwrap(), person);
    }
}
