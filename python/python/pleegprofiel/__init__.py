"""Criminal careers as time series: trajectory models, the four offending profiles, and published risk instruments.

The numbers are those of the Rust library ``pleegprofiel``, bit for bit.

>>> import numpy as np, pleegprofiel as pp
>>> counts = np.array([[0, 1, 1, 1, 0, 0]] * 30 + [[0, 0, 0, 0, 0, 0]] * 70)
>>> fit = pp.fit(counts, "poisson", groups=2, degree=2, ages=(15, 20))
>>> fit.trusted, fit.shares.round(2).tolist(), fit.peak_ages.tolist()
(True, [0.7, 0.3], [15.0, 17.0])

Where to begin: :func:`fit` one model, :func:`choose` form and number of groups by how well they fit, :func:`select` a
table of many models, :class:`Classifier` for people beside a model, :class:`Instrument` for published risk instruments,
:func:`validate` for predictions with what came of them.
"""

from ._pleegprofiel import (
    Assessment,
    Classification,
    Classifier,
    Cohort,
    Fit,
    FormChoice,
    Instrument,
    Picture,
    Placed,
    ReferenceModel,
    Selection,
    Synthetic,
    Model,
    Validation,
    __version__,
    choose,
    fit,
    reference_model,
    select,
    synthetic,
    validate,
)
from .errors import (
    Cancelled,
    DataWarning,
    Detached,
    FileError,
    InvalidInput,
    InvalidModel,
    InvalidOptions,
    InvalidValue,
    Issue,
    PleegprofielError,
    Refused,
    Untrusted,
)
from .mixture import NotFittedError, TrajectoryMixture

__all__ = [
    "Assessment",
    "Cancelled",
    "Classification",
    "Classifier",
    "Cohort",
    "DataWarning",
    "Detached",
    "FileError",
    "Fit",
    "FormChoice",
    "Instrument",
    "InvalidInput",
    "InvalidModel",
    "InvalidOptions",
    "InvalidValue",
    "Issue",
    "NotFittedError",
    "Picture",
    "Placed",
    "PleegprofielError",
    "ReferenceModel",
    "Refused",
    "Selection",
    "Synthetic",
    "TrajectoryMixture",
    "Model",
    "Untrusted",
    "Validation",
    "__version__",
    "choose",
    "fit",
    "reference_model",
    "select",
    "synthetic",
    "validate",
]
