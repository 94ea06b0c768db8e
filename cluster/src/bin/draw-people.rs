//! Draws people of the reference model into a folder of Parquet files, for the page, the tests and the figures:
//! `draw-people FOLDER PERSONS [--files N] [--everybody] [--gaps] [--times FOLDER] [--ages N]
//! [--rate FACTOR]`.
//!
//! Only people with an offence are kept, as a register has them, or with `--everybody` a birth cohort in which one in ten
//! has any. With `--gaps` one in five is first observed at some later age. With `--times` a second folder holds times at
//! risk, which one in five has that are not 1 throughout. `--ages` draws the first ages alone, `--rate` with rates so many times those of the model.
//! Everything hangs on the number of a person alone.

use datafusion::arrow::array::{ArrayRef, Float64Builder, Int64Array, UInt8Builder};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::properties::WriterProperties;
use pleegprofiel::reference_model;
use std::error::Error;
use std::fs::{File, create_dir_all};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// People whose columns are written at once.
const AT_ONCE: u64 = 65_536;

struct Wanted {
    folder: PathBuf,
    persons: u64,
    files: u64,
    everybody: bool,
    gaps: bool,
    times: Option<PathBuf>,
    ages: Option<usize>,
    rate: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let wanted = arguments(std::env::args().skip(1))?;
    let model = reference_model();
    let ages = wanted.ages.unwrap_or(usize::MAX);
    let rates: Vec<Vec<f64>> = (0..model.model().groups().len())
        .map(|k| model.model().rates(k).into_iter().take(ages).map(|rate| rate * wanted.rate).collect())
        .collect();
    let shares: Vec<f64> = model.model().groups().iter().map(|group| group.share).collect();
    let labels: Vec<String> =
        (0..rates[0].len()).map(|age| format!("age_{}", model.model().grid().label(age))).collect();
    create_dir_all(&wanted.folder)?;
    if let Some(times) = &wanted.times {
        create_dir_all(times)?;
    }
    for file in 0..wanted.files {
        let people = wanted.persons * file / wanted.files..wanted.persons * (file + 1) / wanted.files;
        let name = format!("part-{file:03}.parquet");
        let mut counts = sheet(&wanted.folder.join(&name), &labels, DataType::UInt8)?;
        let mut times = match &wanted.times {
            Some(folder) => Some(sheet(&folder.join(&name), &labels, DataType::Float64)?),
            None => None,
        };
        for from in people.clone().step_by(AT_ONCE as usize) {
            write(&wanted, from..(from + AT_ONCE).min(people.end), (&rates, &shares), &mut counts, times.as_mut())?;
        }
        counts.writer.close()?;
        times.map(|times| times.writer.close()).transpose()?;
    }
    Ok(())
}

fn arguments(mut given: impl Iterator<Item = String>) -> Result<Wanted, Box<dyn Error>> {
    let usage =
        "draw-people FOLDER PERSONS [--files N] [--everybody] [--gaps] [--times FOLDER] [--ages N] [--rate FACTOR]";
    let (folder, persons) = (given.next().ok_or(usage)?.into(), given.next().ok_or(usage)?.parse()?);
    let mut wanted =
        Wanted { folder, persons, files: 1, everybody: false, gaps: false, times: None, ages: None, rate: 1.0 };
    while let Some(option) = given.next() {
        match option.as_str() {
            "--files" => wanted.files = given.next().ok_or(usage)?.parse::<u64>()?.max(1),
            "--everybody" => wanted.everybody = true,
            "--gaps" => wanted.gaps = true,
            "--times" => wanted.times = Some(given.next().ok_or(usage)?.into()),
            "--ages" => wanted.ages = Some(given.next().ok_or(usage)?.parse()?),
            "--rate" => wanted.rate = given.next().ok_or(usage)?.parse()?,
            _ => return Err(usage.into()),
        }
    }
    Ok(wanted)
}

/// A file, and the columns it has.
struct Sheet {
    schema: SchemaRef,
    writer: ArrowWriter<File>,
}

fn sheet(path: &Path, labels: &[String], data_type: DataType) -> Result<Sheet, Box<dyn Error>> {
    let mut fields = vec![Field::new("id", DataType::Int64, false)];
    fields.extend(labels.iter().map(|label| Field::new(label, data_type.clone(), true)));
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let schema = Arc::new(Schema::new(fields));
    let writer = ArrowWriter::try_new(File::create(path)?, Arc::clone(&schema), Some(properties))?;
    Ok(Sheet { schema, writer })
}

fn write(
    wanted: &Wanted,
    people: std::ops::Range<u64>,
    (rates, shares): (&[Vec<f64>], &[f64]),
    counts: &mut Sheet,
    times: Option<&mut Sheet>,
) -> Result<(), Box<dyn Error>> {
    let ages = rates[0].len();
    let mut of_age: Vec<UInt8Builder> = (0..ages).map(|_| UInt8Builder::new()).collect();
    let mut risk: Vec<Float64Builder> = (0..ages).map(|_| Float64Builder::new()).collect();
    let mut row = vec![0_u8; ages];
    for person in people.clone() {
        let mut draws = Draws::of(person);
        let at_liberty = times.is_some() && draws.below(5) == 0;
        let own: Vec<f64> = (0..ages)
            .map(|_| if at_liberty && draws.below(6) == 0 { draws.below(4) as f64 / 4.0 } else { 1.0 })
            .collect();
        let from = if wanted.gaps && draws.below(5) == 0 { draws.below(10) as usize } else { 0 };
        let offends = !wanted.everybody || draws.below(10) == 0;
        // somebody without an offence is drawn again; two hundred times without any do not happen
        for _ in 0..200 {
            let mut u = draws.unit();
            let group = shares
                .iter()
                .position(|share| {
                    u -= share;
                    u < 0.0
                })
                .unwrap_or(0);
            for age in 0..ages {
                row[age] = if age < from { 0 } else { draws.poisson(rates[group][age] * own[age]).min(255) as u8 };
            }
            if !offends || row.iter().any(|&count| count > 0) {
                break;
            }
        }
        if !offends {
            row.fill(0);
        }
        for age in 0..ages {
            of_age[age].append_option((age >= from).then_some(row[age]));
            risk[age].append_option((age >= from).then_some(own[age]));
        }
    }
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values(people.map(|person| person as i64)));
    let columns = of_age.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef);
    let columns: Vec<ArrayRef> = std::iter::once(Arc::clone(&ids)).chain(columns).collect();
    counts.writer.write(&RecordBatch::try_new(Arc::clone(&counts.schema), columns)?)?;
    if let Some(times) = times {
        let columns = risk.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef);
        let columns: Vec<ArrayRef> = std::iter::once(ids).chain(columns).collect();
        times.writer.write(&RecordBatch::try_new(Arc::clone(&times.schema), columns)?)?;
    }
    Ok(())
}

/// Numbers that hang on a seed and nothing else (splitmix64).
struct Draws(u64);

impl Draws {
    fn of(person: u64) -> Draws {
        Draws(person.wrapping_mul(0xD134_2543_DE82_EF95).wrapping_add(1))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn poisson(&mut self, rate: f64) -> u32 {
        let (mut count, mut p) = (0, (-rate).exp());
        let mut u = self.unit() - p;
        while u > 0.0 && count < 200 {
            count += 1;
            p *= rate / f64::from(count);
            u -= p;
        }
        count
    }
}
