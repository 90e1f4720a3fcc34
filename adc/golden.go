package adc

import _ "embed"

// RegressionPoints is 270 evaluations of the regression with its authors'
// coefficients, as CSV with a header: node_nm, enob, freq_per_adc_hz,
// energy_pj_per_convert, area_um2_per_adc.
func RegressionPoints() string { return regressionPoints }

//go:embed testdata/adc_model_points.csv
var regressionPoints string
