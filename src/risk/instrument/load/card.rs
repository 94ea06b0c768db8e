//! Reading what an instrument says about itself.

use crate::risk::instrument::compiled::card::{Card, Document, Horizon};
use crate::risk::instrument::compiled::population::{STATUSES, TargetPopulation};
use crate::risk::instrument::load::build::Build;
use crate::risk::instrument::written::walk::{Node, Problems};

impl Build {
    fn words(&mut self, root: &Node<'_>, key: &str) -> Option<String> {
        let node = root.need(&mut self.problems, key)?;
        node.object(&mut self.problems, &["en", "nl"]);
        node.text_at(&mut self.problems, "en").map(str::to_owned)
    }

    fn texts(&mut self, root: &Node<'_>, key: &str) -> Vec<String> {
        let list = root.need(&mut self.problems, key).map_or_else(Vec::new, |n| n.list(&mut self.problems));
        list.iter().filter_map(|n| n.text(&mut self.problems)).map(str::to_owned).collect()
    }

    pub(super) fn card(&mut self, root: &Node<'_>) -> Option<Card> {
        let id = self.name(root, "id");
        let version = root.text_at(&mut self.problems, "version").map(str::to_owned);
        let (title, outcome) = (self.words(root, "title"), self.words(root, "outcome"));
        let population = self.load_population(root);
        let uses = self.texts(root, "uses");
        let not_for = self.texts(root, "not_for");
        let licence = root.need(&mut self.problems, "licence").map(|n| {
            n.object(&mut self.problems, &["name", "notice"]);
            let name = n.text_at(&mut self.problems, "name").unwrap_or_default();
            (name.to_owned(), n.text_at(&mut self.problems, "notice").unwrap_or_default().to_owned())
        });
        let derivation = root.need(&mut self.problems, "derivation").map(|n| {
            n.object(&mut self.problems, &["sample", "period"]);
            let sample = n.text_at(&mut self.problems, "sample").unwrap_or_default();
            (sample.to_owned(), n.text_at(&mut self.problems, "period").unwrap_or_default().to_owned())
        });
        let validation = root.text_at(&mut self.problems, "validation").map(str::to_owned);
        let score_type = root.get("score_type").and_then(|n| n.text(&mut self.problems)).map(str::to_owned);
        let mut horizons = Vec::new();
        for node in root.need(&mut self.problems, "horizon").map_or_else(Vec::new, |n| n.list(&mut self.problems)) {
            node.object(&mut self.problems, &["key", "months", "words"]);
            let months = node.get("months").and_then(|n| n.whole(&mut self.problems, 1, 600)).map(|m| m as u32);
            let words = node.get("words").and_then(|n| n.text(&mut self.problems)).map(str::to_owned);
            if months.is_none() && words.is_none() {
                node.says(&mut self.problems, "a horizon has months or words");
            }
            if let Some(key) = self.name(&node, "key") {
                self.horizons.push(key.clone());
                horizons.push(Horizon { key, months, words });
            }
        }
        let mut documents = Vec::new();
        for node in root.need(&mut self.problems, "documents").map_or_else(Vec::new, |n| n.list(&mut self.problems)) {
            node.object(&mut self.problems, &["key", "title", "version", "where"]);
            let title = node.text_at(&mut self.problems, "title").unwrap_or_default().to_owned();
            let version = node.text_at(&mut self.problems, "version").unwrap_or_default().to_owned();
            if let Some(key) = self.name(&node, "key") {
                self.documents.push(key.clone());
                documents.push(Document { key, title, version });
            }
        }
        let ((licence, notice), (sample, period)) = (licence?, derivation?);
        Some(Card {
            id: id?,
            version: version?,
            title: title?,
            outcome: outcome?,
            horizons,
            population: population?,
            uses,
            licence,
            notice,
            documents,
            sample,
            period,
            validation: validation?,
            not_for,
            score_type,
        })
    }

    fn load_population(&mut self, root: &Node<'_>) -> Option<TargetPopulation> {
        let node = root.need(&mut self.problems, "population")?;
        node.object(&mut self.problems, &["jurisdiction", "legal_status", "age_from", "age_to", "sex", "words"]);
        let jurisdiction = node.text_at(&mut self.problems, "jurisdiction");
        let list = node.need(&mut self.problems, "legal_status").map_or_else(Vec::new, |n| n.list(&mut self.problems));
        let mut legal_status = Vec::new();
        for one in &list {
            match one.text(&mut self.problems) {
                Some(text) if STATUSES.contains(&text) => legal_status.push(text.to_owned()),
                Some(_) => one.says(&mut self.problems, format_args!("not one of {}", STATUSES.join(", "))),
                None => {}
            }
        }
        if list.is_empty() {
            node.says(&mut self.problems, "an instrument is for at least one legal status");
        }
        let age = |n: Node<'_>, problems: &mut Problems| n.whole(problems, 0, 150).map(|v| v as u32);
        let age_from = node.need(&mut self.problems, "age_from").and_then(|n| age(n, &mut self.problems));
        let age_to = node.get("age_to").and_then(|n| age(n, &mut self.problems));
        let sex = node.get("sex").and_then(|n| n.text(&mut self.problems)).map(str::to_owned);
        let words = node.text_at(&mut self.problems, "words");
        Some(TargetPopulation {
            jurisdiction: jurisdiction?.to_owned(),
            legal_status,
            age_from: age_from?,
            age_to,
            sex,
            words: words?.to_owned(),
        })
    }
}
