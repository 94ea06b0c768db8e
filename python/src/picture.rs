//! A picture that a notebook shows.

use pyo3::prelude::*;

/// An SVG picture: shown by a notebook, saved by `save`, read by `svg`.
#[pyclass(frozen, name = "Picture", module = "pleegprofiel", get_all)]
pub(crate) struct PyPicture {
    /// The SVG document.
    pub(crate) svg: String,
}

#[pymethods]
impl PyPicture {
    #[new]
    fn new(svg: String) -> PyPicture {
        PyPicture { svg }
    }

    /// Writes the picture to a file, whole or not at all.
    fn save(&self, path: std::path::PathBuf) -> PyResult<()> {
        let mut beside = path.clone().into_os_string();
        beside.push(".part");
        std::fs::write(&beside, &self.svg)?;
        std::fs::rename(&beside, &path).inspect_err(|_| drop(std::fs::remove_file(&beside)))?;
        Ok(())
    }

    fn _repr_svg_(&self) -> &str {
        &self.svg
    }

    fn __repr__(&self) -> String {
        format!("Picture of {} bytes of SVG: a notebook shows it, .save(path) keeps it", self.svg.len())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> (Bound<'py, pyo3::types::PyType>, (String,)) {
        (py.get_type::<PyPicture>(), (self.svg.clone(),))
    }
}
