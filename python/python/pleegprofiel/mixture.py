"""A mixture of trajectories by the conventions of scikit-learn, without needing it.

>>> import numpy as np
>>> from pleegprofiel import TrajectoryMixture
>>> X = np.array([[0, 1, 1, 1, 0, 0]] * 30 + [[0, 0, 0, 0, 0, 0]] * 70)
>>> mixture = TrajectoryMixture("poisson", n_groups=2, degree=2).fit(X)
>>> mixture.predict(X[[0, -1]]).tolist()
[1, 0]
>>> mixture.predict_proba(X[[0]]).round(3).tolist()
[[0.0, 1.0]]
"""

from __future__ import annotations

import inspect
import sys
from typing import Any, Callable, Optional, Sequence, Union

import numpy as np
import numpy.typing as npt

from ._pleegprofiel import Fit, fit as _fit
from .errors import InvalidInput, Issue


class NotFittedError(ValueError, AttributeError):
    """The mixture has not been fitted yet; where scikit-learn is loaded, its exception of this name as well."""


def _not_fitted(message: str) -> NotFittedError:
    theirs = getattr(sys.modules.get("sklearn.exceptions"), "NotFittedError", None)
    if theirs is None:
        return NotFittedError(message)
    both: type[NotFittedError] = type("NotFittedError", (NotFittedError, theirs), {"__module__": __name__})
    return both(message)


class TrajectoryMixture:
    """Group-based trajectories of counts: rows of ``X`` are persons, columns ages without gaps.

    The parameters are those of :func:`pleegprofiel.fit`. ``ages`` may be left out: then columns are numbered from 0,
    which changes nothing but labels. NaN is not observed.

    After ``fit``: ``fit_`` (everything that is known of the fit), ``classes_`` (groups from 0, by level), ``n_features_in_``,
    ``feature_names_in_`` of frames, ``weights_`` (shares), ``trajectories_`` (groups x ages), ``n_iter_``, ``converged_``.
    """

    _estimator_type = "density_estimator"

    def __init__(
        self,
        family: str = "zip",
        n_groups: int = 4,
        *,
        degree: Union[int, Sequence[int]] = 3,
        zero_degree: Union[int, Sequence[int], None] = None,
        common_dispersion: bool = False,
        ages: Any = None,
        starts: int = 40,
        neighbours: bool = True,
        seed: int = 1,
        threads: Optional[int] = None,
        progress: Optional[Callable[[int, int], Any]] = None,
    ) -> None:
        self.family = family
        self.n_groups = n_groups
        self.degree = degree
        self.zero_degree = zero_degree
        self.common_dispersion = common_dispersion
        self.ages = ages
        self.starts = starts
        self.neighbours = neighbours
        self.seed = seed
        self.threads = threads
        self.progress = progress

    @classmethod
    def _names(cls) -> list[str]:
        return sorted(name for name in inspect.signature(cls).parameters)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters by name."""
        return {name: getattr(self, name) for name in self._names()}

    def set_params(self, **params: Any) -> "TrajectoryMixture":
        """Sets parameters by name; an unknown one is a ValueError."""
        known = self._names()
        for name in params:
            if name not in known:
                raise ValueError(f"Invalid parameter {name!r} for estimator {self}. Valid parameters are: {known}.")
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def fit(
        self, X: Any, y: Any = None, *, exposure: Any = None, sample_weight: Any = None
    ) -> "TrajectoryMixture":
        """Fits the mixture; ``y`` is not looked at, ``exposure`` is the time at risk of each cell."""
        width, names = _columns(X)
        ages = self._ages(X, width)
        fitted = _fit(
            X,
            self.family,
            self.n_groups,
            degree=self.degree,
            zero_degree=self.zero_degree,
            common_dispersion=self.common_dispersion,
            ages=ages,
            exposure=exposure,
            weights=sample_weight,
            starts=self.starts,
            neighbours=self.neighbours,
            seed=self.seed,
            threads=self.threads,
            progress=self.progress,
        )
        self.fit_: Fit = fitted
        self.n_features_in_ = width
        if names is not None:
            self.feature_names_in_ = np.array(names, dtype=object)
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_
        self.classes_ = np.arange(fitted.groups)
        self.weights_ = fitted.shares
        self.trajectories_ = fitted.trajectories
        self.n_iter_ = max((start["steps"] for start in fitted.starts), default=0)
        self.converged_ = fitted.converged
        return self

    def predict_proba(self, X: Any, *, exposure: Any = None) -> npt.NDArray[np.float64]:
        """Persons x groups: posterior probabilities of membership."""
        fitted = self._checked(X)
        return fitted.model.posteriors(X, exposure=exposure)

    def predict(self, X: Any, *, exposure: Any = None) -> npt.NDArray[np.int64]:
        """The most likely group of each person, from 0."""
        groups = self.predict_proba(X, exposure=exposure).argmax(axis=1)
        return np.asarray(self.classes_[groups], dtype=np.int64)

    def fit_predict(
        self, X: Any, y: Any = None, *, exposure: Any = None, sample_weight: Any = None
    ) -> npt.NDArray[np.int64]:
        """Fits and gives the most likely group of each person."""
        return self.fit(X, exposure=exposure, sample_weight=sample_weight).predict(X, exposure=exposure)

    def score(self, X: Any, y: Any = None, *, exposure: Any = None) -> float:
        """Mean log-likelihood of a person."""
        fitted = self._checked(X)
        return fitted.model.log_likelihood(X, exposure=exposure) / len(X)

    def bic(self, X: Any, *, exposure: Any = None) -> float:
        """BIC of these persons under the fitted model."""
        fitted = self._checked(X)
        persons = len(X)
        return -2.0 * fitted.model.log_likelihood(X, exposure=exposure) + fitted.parameters * float(np.log(persons))

    def _ages(self, X: Any, width: int) -> Any:
        if self.ages is not None or (hasattr(X, "columns") and _age_named(X)):
            return self.ages
        return (0, width - 1)

    def __getstate__(self) -> dict[str, Any]:
        # a callback is of the session that has it
        return {**self.__dict__, "progress": None}

    def _checked(self, X: Any) -> Fit:
        fitted: Optional[Fit] = getattr(self, "fit_", None)
        if fitted is None:
            raise _not_fitted(
                f"This {type(self).__name__} instance is not fitted yet. Call 'fit' with appropriate arguments before "
                "using this estimator."
            )
        width, names = _columns(X)
        if width != self.n_features_in_:
            raise _wrong(
                f"X has {width} features, but {type(self).__name__} is expecting {self.n_features_in_} features as input"
            )
        own = getattr(self, "feature_names_in_", None)
        if own is not None and names is not None and list(own) != names:
            raise _wrong("The feature names should match those that were passed during fit.")
        return fitted

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "fit_")

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import InputTags, Tags, TargetTags  # type: ignore[import-not-found,import-untyped,unused-ignore]

        # counts of 0 or more; NaN is not observed
        inputs = InputTags(positive_only=True, allow_nan=True)
        return Tags(estimator_type="density_estimator", target_tags=TargetTags(required=False), input_tags=inputs)

    def __repr__(self) -> str:
        default = inspect.signature(type(self)).parameters
        given = [f"{n}={getattr(self, n)!r}" for n in default if not _same(getattr(self, n), default[n].default)]
        return f"{type(self).__name__}({', '.join(given)})"

    def _repr_html_(self) -> str:
        return self.fit_._repr_html_() if hasattr(self, "fit_") else f"<pre>{self!r}</pre>"


def _same(a: Any, b: Any) -> bool:
    return a is b or (type(a) is type(b) and bool(a == b))


def _age_named(X: Any) -> bool:
    return any(str(name).lower().startswith("age_") for name in X.columns)


def _columns(X: Any) -> tuple[int, Optional[list[str]]]:
    """Number of columns of data, and their names when it is a frame."""
    if hasattr(X, "columns") and hasattr(X, "shape"):
        names = list(X.columns)
        return len(names), names if all(isinstance(name, str) for name in names) else None
    if type(X).__module__.startswith("scipy.sparse") or hasattr(X, "tocsr"):
        raise TypeError("sparse data are not taken: X.toarray() makes an array of them")
    if getattr(getattr(X, "dtype", None), "kind", None) == "c":
        raise _wrong("Complex data not supported: counts are whole numbers.")
    shape = np.shape(X) if not hasattr(X, "__array__") or hasattr(X, "shape") else np.asarray(X).shape
    if len(shape) != 2:
        raise _wrong(f"Expected 2D array (persons x ages), got {len(shape)}D array instead. Reshape your data.")
    if shape[0] == 0:
        raise _wrong(f"Found array with 0 sample(s) (shape={tuple(shape)}) while a minimum of 1 is required.")
    if shape[1] == 0:
        raise _wrong(f"Found array with 0 feature(s) (shape={tuple(shape)}) while a minimum of 1 is required.")
    return int(shape[1]), None


def _wrong(message: str) -> InvalidInput:
    return InvalidInput(message, [Issue(message)])
