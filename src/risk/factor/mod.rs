//! Risk and protective factors.
