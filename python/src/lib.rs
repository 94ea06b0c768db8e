//! The Python package `pleegprofiel`: the library for people with arrays and frames.
//!
//! Belongs here: what Python has, as the library takes it, and what the library gives, as Python wants it. Does not
//! belong here: anything that computes; the numbers are the library's, bit for bit.
//!
//! # Reading order
//! `value` (one value) - `array`, `frame`, `arrow` (tables of them) - `header`, `ages` (which column is which age) -
//! `people`, `cohort` (people) - `work` (long work) - `model`; `fit`, `fitted`, `figures`, `live`, `named`, `shown`,
//! `picture` (one fit); `choice`, `selection` (many) - `classifier`, `classified`, `reference` - `instrument`,
//! `validation`, `synthetic` - `errors`, `convert`.

mod ages;
mod array;
mod arrow;
mod choice;
mod classified;
mod classifier;
mod cohort;
mod convert;
mod errors;
mod figures;
mod fit;
mod fitted;
mod frame;
mod header;
mod instrument;
mod live;
mod model;
mod named;
mod people;
mod picture;
mod reference;
mod selection;
mod shown;
mod synthetic;
mod validation;
mod value;
mod work;

use pyo3::prelude::*;

/// The compiled part of the package; `pleegprofiel/__init__.py` gives its names.
#[pymodule]
fn _pleegprofiel(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<cohort::PyCohort>()?;
    module.add_class::<model::PyModel>()?;
    module.add_class::<fitted::PyFit>()?;
    module.add_class::<picture::PyPicture>()?;
    module.add_class::<choice::PyChoice>()?;
    module.add_class::<selection::PySelection>()?;
    module.add_class::<classifier::PyClassifier>()?;
    module.add_class::<classified::PyPlaced>()?;
    module.add_class::<classified::PyClassification>()?;
    module.add_class::<reference::PyReference>()?;
    module.add_class::<instrument::PyInstrument>()?;
    module.add_class::<instrument::PyAssessment>()?;
    module.add_class::<validation::PyValidation>()?;
    module.add_class::<synthetic::PySynthetic>()?;
    module.add_function(wrap_pyfunction!(validation::validate, module)?)?;
    module.add_function(wrap_pyfunction!(synthetic::synthetic, module)?)?;
    module.add_function(wrap_pyfunction!(fit::fit, module)?)?;
    module.add_function(wrap_pyfunction!(choice::choose, module)?)?;
    module.add_function(wrap_pyfunction!(selection::select, module)?)?;
    module.add_function(wrap_pyfunction!(reference::reference_model, module)?)?;
    Ok(())
}
