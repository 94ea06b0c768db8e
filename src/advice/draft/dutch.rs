//! Dutch for what instruments say in English: of the bundled ones every text that a draft shows, word for word. What
//! another instrument says stays as it stands in its file, in quotation marks.

/// English and Dutch.
const TEXTS: [(&str, &str); 40] = [
    // whom instruments are for
    (
        "adults arrested in jurisdictions of the United States that adopted the instrument",
        "volwassenen die zijn aangehouden in rechtsgebieden van de Verenigde Staten die het instrument hebben ingevoerd",
    ),
    ("adults sanctioned in England and Wales", "volwassenen die een sanctie kregen in Engeland en Wales"),
    (
        "people sanctioned in England and Wales who have an OGRS3 score",
        "mensen die een sanctie kregen in Engeland en Wales en een OGRS3-score hebben",
    ),
    (
        "people sanctioned in England and Wales, 10 years or older",
        "mensen van 10 jaar of ouder die een sanctie kregen in Engeland en Wales",
    ),
    (
        "people sanctioned in England and Wales, in the community, in custody or due for release (general knowledge; the source states no population)",
        "mensen die een sanctie kregen in Engeland en Wales, in vrijheid, in detentie of kort voor hun vrijlating (algemeen bekend; de bron noemt geen populatie)",
    ),
    // what they may not be used for
    ("a decision without a judge's own judgement", "een beslissing zonder eigen oordeel van een rechter"),
    ("a decision without a professional's own judgement", "een beslissing zonder eigen oordeel van een professional"),
    (
        "convicted people, probation or release: it is a pretrial instrument",
        "veroordeelden, reclassering of vrijlating: het is een instrument voor de fase voor de zitting",
    ),
    (
        "jurisdictions other than England and Wales without local validation and recalibration",
        "andere rechtsgebieden dan Engeland en Wales zonder eigen validatie en herijking",
    ),
    ("jurisdictions outside the United States", "rechtsgebieden buiten de Verenigde Staten"),
    ("setting the length of a sentence", "het bepalen van de duur van een straf"),
    ("suspects who have not been convicted", "verdachten die niet zijn veroordeeld"),
    // what they predict
    ("any proven reoffence", "elk bewezen nieuw delict"),
    (
        "failure to appear, new criminal arrest, new violent criminal arrest before trial",
        "niet verschijnen, een nieuwe aanhouding en een nieuwe aanhouding wegens geweld voor de zitting",
    ),
    ("proven direct contact sexual reoffence", "een bewezen nieuw zedendelict met direct contact"),
    (
        "proven images or indirect contact sexual reoffence",
        "een bewezen nieuw zedendelict met beeldmateriaal of indirect contact",
    ),
    ("proven non-violent general reoffence", "een bewezen nieuw delict zonder geweld"),
    ("proven serious (violent or sexual) reoffence", "een bewezen nieuw ernstig gewelds- of zedendelict"),
    ("proven serious violent (non-sexual) reoffence", "een bewezen nieuw ernstig geweldsdelict, geen zedendelict"),
    ("proven violent-type reoffence", "een bewezen nieuw delict van gewelddadige aard"),
    ("violent proven reoffence", "een bewezen nieuw geweldsdelict"),
    // which answers contradict each other
    ("a sexual offence with a date is a history of one", "een zedendelict met een datum is een eerder zedendelict"),
    (
        "a violent conviction is a conviction, for a misdemeanor or a felony",
        "een veroordeling wegens geweld is een veroordeling, wegens een misdemeanor of een felony",
    ),
    (
        "an offence known at the assessment was not committed after it",
        "een delict dat bij de taxatie bekend is, is niet daarna gepleegd",
    ),
    ("nobody is assessed on or before the day of birth", "niemand wordt op of voor de dag van geboorte getaxeerd"),
    ("nobody offends before the day of birth", "niemand pleegt een delict voor de dag van geboorte"),
    (
        "what follows a conviction is followed up from that conviction on, not from before it",
        "wat op een veroordeling volgt, wordt vanaf die veroordeling gevolgd, niet van daarvoor",
    ),
    (
        "no offence has a parameter above 0.7606: 999 in the table says that the exact offence has to be known",
        "geen delict heeft een parameter boven 0,7606: 999 in de tabel zegt dat het precieze delict bekend moet zijn",
    ),
    ("no offence has a parameter below -0.7956", "geen delict heeft een parameter onder -0,7956"),
    (
        "the age that the population states and the age at the current arrest are of one person, so at most a birthday apart, and both within the population's limits",
        "de leeftijd die de populatie noemt en die bij de huidige aanhouding zijn van een persoon, dus hoogstens een verjaardag uiteen, en beide binnen de grenzen van de populatie",
    ),
    ("the population states another sex than the answer", "de populatie noemt een ander geslacht dan het antwoord"),
    (
        "the stated age is that of the same person at the start of follow-up, a birthday apart at most",
        "de genoemde leeftijd is die van dezelfde persoon bij het begin van de follow-up, hoogstens een verjaardag uiteen",
    ),
    (
        "the stated age is that of the same person not before the current conviction and not after the assessment, a birthday apart at most",
        "de genoemde leeftijd is die van dezelfde persoon niet voor de huidige veroordeling en niet na de taxatie, hoogstens een verjaardag uiteen",
    ),
    (
        "the stated age is that of the same person not before the current conviction and not after the start of follow-up, a birthday apart at most",
        "de genoemde leeftijd is die van dezelfde persoon niet voor de huidige veroordeling en niet na het begin van de follow-up, hoogstens een verjaardag uiteen",
    ),
    (
        "the stated age is that of the same person not before the start of follow-up and not after the assessment, a birthday apart at most",
        "de genoemde leeftijd is die van dezelfde persoon niet voor het begin van de follow-up en niet na de taxatie, hoogstens een verjaardag uiteen",
    ),
    (
        "whoever has been sanctioned for a sexual offence has a history of one (of men the published form says so itself)",
        "wie een sanctie kreeg wegens een zedendelict, heeft een eerder zedendelict (van mannen zegt de gepubliceerde vorm dat zelf)",
    ),
    // what the library says of a result
    (
        "more than 33 sanctions: beyond this number each further sanction lowers the score; outside what the formula was made for",
        "meer dan 33 sancties: boven dit aantal verlaagt elke volgende sanctie de score; daarvoor is de formule niet gemaakt",
    ),
    (
        "used outside the population it was made for, by explicit override",
        "gebruikt buiten de populatie waarvoor het is gemaakt, met een uitdrukkelijke uitzondering",
    ),
    (
        "only an override with author and reason passes a difference in population",
        "een verschil in populatie kan alleen met een uitzondering met naam en reden",
    ),
    (
        "no answer to what is unknown fits the other answers",
        "geen antwoord op wat onbekend is past bij de andere antwoorden",
    ),
];

/// What stands before a text of an instrument or a name, and what after it.
const FORMS: [(&str, &str, &str, &str); 5] = [
    ("contradictory answers: ", "", "tegenstrijdige antwoorden: ", ""),
    ("completions left out as contradictory: ", "", "weggelaten als tegenstrijdig: ", ""),
    ("", " has to be known", "", " moet bekend zijn"),
    ("", " (by logic alone)", "", " (volgt uit de logica)"),
    (
        "the case states no population; the instrument is for ",
        "",
        "de populatie van de persoon is niet opgegeven; het instrument is voor ",
        "",
    ),
];

/// A text of an instrument in Dutch.
pub(super) fn dutch(text: &str) -> String {
    if let Some((_, dutch)) = TEXTS.iter().find(|(english, _)| *english == text) {
        return (*dutch).to_owned();
    }
    for (before, after, vooraf, achteraf) in FORMS {
        if let Some(within) = text.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)) {
            // keys and names stay
            let name = !within.contains(' ') || before.ends_with("is for ");
            let within = if name { within.to_owned() } else { dutch(within) };
            return format!("{vooraf}{within}{achteraf}");
        }
    }
    format!("\u{201e}{text}\u{201d}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::instrument::bundled_files;
    use serde_json::Value;

    /// Texts of a bundled file, by key.
    fn texts(value: &Value, key: &str, found: &mut Vec<String>) {
        match value {
            Value::String(text) if ["words", "not_for", "text", "en"].contains(&key) => found.push(text.clone()),
            Value::Array(list) => list.iter().for_each(|one| texts(one, key, found)),
            Value::Object(map) => map.iter().for_each(|(key, one)| texts(one, key, found)),
            _ => {}
        }
    }

    #[test]
    fn every_text_of_a_bundled_instrument_that_a_draft_shows_has_its_dutch() {
        let mut seen = 0;
        for (id, file) in bundled_files() {
            let file: Value = serde_json::from_str(file).unwrap();
            let mut found = Vec::new();
            for part in ["population", "not_for", "consistency", "warnings", "outcome"] {
                texts(&file[part], part, &mut found);
            }
            for text in found {
                assert!(!dutch(&text).contains(&text), "{id}: {text}");
                seen += 1;
            }
        }
        assert!(seen > 100, "{seen}");
    }

    #[test]
    fn what_is_not_known_stays_as_it_is_in_quotation_marks() {
        assert_eq!(dutch("women only"), "\u{201e}women only\u{201d}");
        assert_eq!(dutch("sex has to be known"), "sex moet bekend zijn");
        let logic =
            "completions left out as contradictory: a sexual offence with a date is a history of one (by logic alone)";
        assert_eq!(
            dutch(logic),
            "weggelaten als tegenstrijdig: een zedendelict met een datum is een eerder zedendelict (volgt uit de logica)"
        );
        assert!(
            dutch("contradictory answers: the population states another sex than the answer")
                .starts_with("tegenstrijdige antwoorden: de populatie")
        );
    }
}
