//! Findings about a fit in words, Dutch and English.
//!
//! Does not belong here: what is found and when (`trajectory::finding`).

use super::warnings;
use crate::profile::language::Language;
use crate::trajectory::data::group_number::GroupNumber;
use crate::trajectory::fit::finding::Finding;

/// A finding as one sentence without its full stop. Figures of a group for which `hidden`
/// is true are left out.
pub(super) fn words(finding: &Finding, language: Language, hidden: &dyn Fn(GroupNumber) -> bool) -> String {
    match language {
        Language::English => english(finding, hidden),
        Language::Dutch => dutch(finding, hidden),
    }
}

fn english(finding: &Finding, hidden: &dyn Fn(GroupNumber) -> bool) -> String {
    match finding {
        // also when there are none: that nobody belongs to a group is known of everyone
        Finding::SmallGroup { group, .. } if hidden(*group) => {
            format!("fewer than 10 persons are most likely of group {group}")
        }
        Finding::LowAvepp { group, .. } if hidden(*group) => {
            format!("the average posterior probability of group {group} is below 0.7")
        }
        Finding::LowOcc { group, .. } if hidden(*group) => {
            format!("the odds of correct classification of group {group} are below 5")
        }
        other => other.to_string(),
    }
}

/// A small number in scientific notation, with the comma of Dutch.
pub(super) fn comma(value: f64) -> String {
    format!("{value:.1e}").replace('.', ",")
}

fn dutch(finding: &Finding, hidden: &dyn Fn(GroupNumber) -> bool) -> String {
    let ages = |stretches: &[[f64; 2]]| {
        let one = |[first, last]: &[f64; 2]| {
            let (first, last) = (Language::Dutch.short(*first), Language::Dutch.short(*last));
            if first == last { format!("op {first} jaar") } else { format!("van {first} tot en met {last} jaar") }
        };
        Language::Dutch.list(&stretches.iter().map(one).collect::<Vec<_>>())
    };
    let number = |value: f64, decimals: usize| Language::Dutch.number(value, decimals);
    match finding {
        Finding::OfOutcome { outcome, of } => format!("{outcome}: {}", dutch(of, hidden)),
        Finding::NotConverged { gradient_norm } => {
            format!(
                "geen enkele start bereikte een maximum (grootste element van de gradiënt {})",
                comma(*gradient_norm)
            )
        }
        Finding::NotAMaximum { curvature } => {
            format!("de uitkomst is geen maximum (relatieve kromming {})", comma(*curvature))
        }
        Finding::EmptyGroup { group, .. } => {
            format!("groep {group} telt minder dan één persoon: de gegevens dragen niet zo veel groepen")
        }
        Finding::SameGroups { groups: [a, b] } => {
            format!("de groepen {a} en {b} hebben dezelfde lijn: de gegevens dragen niet zo veel groepen")
        }
        Finding::ReachedOnce { starts } => {
            format!("het beste optimum is in {starts} pogingen één keer bereikt; probeer meer starts")
        }
        Finding::ZeroPartSeparated { group, ages: a } => {
            format!("het nuldeel van groep {group} loopt naar 0 of 1 {}", ages(a))
        }
        Finding::TauAtZero { group } => {
            format!("tau van groep {group} is 0: op elke leeftijd is de helft van de nullen structureel")
        }
        Finding::TauUnbounded { group, .. } => {
            format!(
                "tau van groep {group} loopt naar oneindig, en haar frequentie naar één per jaar: probeer de familie zip"
            )
        }
        Finding::RateAtZero { group, ages: a } => format!("de frequentie van groep {group} loopt naar 0 {}", ages(a)),
        Finding::RateRunsOff { group, ages: a } => {
            format!("de frequentie van groep {group} loopt weg {}: zo vaak pleegt niemand delicten", ages(a))
        }
        Finding::DispersionAtZero { group } => {
            format!("de spreiding van groep {group} is 0: de aantallen zijn Poisson-verdeeld")
        }
        Finding::FactorAtZero { group } => {
            format!(
                "de personen van groep {group} verschillen niet blijvend van elkaar (de variantie van hun factor is 0): de aantallen zijn Poisson-verdeeld"
            )
        }
        Finding::FactorUnbounded { group, variance } => {
            format!(
                "de variantie van de factor van groep {group} loopt weg (nu {variance:.0}): bijna niemand in de groep heeft een frequentie van betekenis en het niveau van de groep zegt niets"
            )
        }
        Finding::TotalsSpread { group, ratio, z } => {
            let (ratio, z) = (number(*ratio, 1), number(*z, 1));
            format!(
                "de totalen van de personen van groep {group} lopen {ratio} keer zo ver uiteen als het model toestaat ({z} standaardfouten): zij verschillen onderling, de kansen op lidmaatschap zijn te stellig en alleen robuuste intervallen (sandwich) gelden"
            )
        }
        Finding::Spells { group, ratio, z } => {
            let (ratio, z) = (number(*ratio, 2), number(z.abs(), 1));
            format!(
                "de delicten van de personen van groep {group} komen in perioden: er beginnen er {ratio} keer zo veel als het model verwacht ({z} standaardfouten), dus de kansen op lidmaatschap zijn te stellig en alleen robuuste intervallen (sandwich) gelden"
            )
        }
        Finding::Undetermined { parameters } => {
            let parameters: Vec<String> = parameters.iter().map(|p| parameter(p)).collect();
            format!("geen standaardfout te geven voor: {}", parameters.join("; "))
        }
        Finding::FlatLikelihood { groups } => {
            let list: Vec<String> = groups.iter().map(ToString::to_string).collect();
            format!(
                "de aannemelijkheid is vlak in een richting waaraan groep {} deelheeft",
                Language::Dutch.list(&list)
            )
        }
        Finding::SmallGroup { group, members } => {
            let none = *members == 0 && !hidden(*group);
            format!(
                "groep {group} is voor {} de waarschijnlijkste",
                if none { "niemand" } else { "minder dan 10 personen" }
            )
        }
        Finding::LowAvepp { group, .. } if hidden(*group) => {
            format!("de gemiddelde kans op lidmaatschap van groep {group} is lager dan 0,7")
        }
        Finding::LowAvepp { group, avepp } => {
            format!("de gemiddelde kans op lidmaatschap van groep {group} is {}, lager dan 0,7", number(*avepp, 2))
        }
        Finding::LowOcc { group, .. } if hidden(*group) => {
            format!("de kansverhouding van juiste indeling van groep {group} is lager dan 5")
        }
        Finding::LowOcc { group, occ } => {
            format!("de kansverhouding van juiste indeling van groep {group} is {}, lager dan 5", number(*occ, 1))
        }
        Finding::Data(warning) => warnings::dutch(warning),
        Finding::LowExposure { cells, below } => {
            let what = if *cells == 1 { "cel" } else { "cellen" };
            let below = Language::Dutch.short(*below);
            format!(
                "{cells} {what} met een delict terwijl minder dan {below} van het interval in vrijheid is doorgebracht: zulke cellen wegen zwaar"
            )
        }
    }
}

/// A parameter in Dutch words, from those of [`Finding::Undetermined`].
fn parameter(words: &str) -> String {
    let word = |word: &str| match word {
        "all groups" => "alle groepen".to_owned(),
        "membership" => "lidmaatschap".to_owned(),
        "curve" => "lijn".to_owned(),
        "zero part" => "nuldeel".to_owned(),
        "dispersion" => "spreiding".to_owned(),
        "standard deviation" => "standaardafwijking".to_owned(),
        "precision" => "precisie".to_owned(),
        "constant" => "constante".to_owned(),
        other => other.strip_prefix("group ").map_or(other.to_owned(), |number| format!("groep {number}")),
    };
    words.split(", ").map(word).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_a_hidden_group_are_left_out_in_both_languages() {
        let second = GroupNumber::of_index(1);
        let findings = [
            Finding::SmallGroup { group: second, members: 0 },
            Finding::LowAvepp { group: second, avepp: 0.631 },
            Finding::LowOcc { group: second, occ: 3.21 },
        ];
        for language in [Language::English, Language::Dutch] {
            for finding in &findings {
                let text = words(finding, language, &|group| group == second);
                for figure in ["no persons", "niemand", "63", "3.2", "3,2"] {
                    assert!(!text.contains(figure), "{text}");
                }
            }
        }
    }
}
