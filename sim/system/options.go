package system

import (
	"fmt"

	"xbar/configs"
)

// optionNotes says how weights are held, and what of that no energy follows.
func optionNotes(cfg *configs.Machine) (notes []string) {
	x := &cfg.Crossbar
	add := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	if x.Weights == "levels" || x.Weights == "continuous" {
		cells, at := "one cell each", "at any conductance"
		if x.Encoding == "differential" {
			cells = "one pair of cells each, of which one carries it"
			if x.TwoSided {
				cells = "one pair of cells each, which carry half of it both"
			}
		}
		if x.Weights == "levels" {
			at = fmt.Sprintf("at the nearest of %d levels", 1<<cfg.Cell.Bits)
		}
		add("weights are not cut: %s, %s; energies are those of the nearest of %d levels", cells, at, 1<<cfg.Cell.Bits)
	}
	if x.UnitColumn {
		add("each array has a weight of zero more for each group that it holds: its columns are written, read and converted like the others, and taken off them")
	}
	if !cfg.Devices.Resistive() {
		return notes
	}
	switch x.Layout {
	case "apart":
		add("wires of slices and polarities are apart, and fed by the same row drivers")
	case "interleaved":
		add("the cells of a pair share a column wire, and hang on row wires driven with either sign by one row driver")
	}
	if cfg.Devices.Supply == "columns" {
		add("cells are gated by the inputs, and fed by a supply wire beside their column's; no energy follows")
	}
	return notes
}

// rangeNote says what codes are for, where sums are read as real numbers.
func rangeNote(cfg *configs.Machine) string {
	a := &cfg.ADC
	if a.Circuit == "ideal" {
		return fmt.Sprintf("sums are not rounded (adc.circuit = \"ideal\"), at the energy of %d bits", a.Resolution)
	}
	from := map[string]string{
		"clip":       "a code for each whole sum",
		"scale":      "all sums that there can be",
		"limits":     "the currents of adc.limits",
		"max":        "what all rows give at the top level",
		"granular":   "steps of one level and input",
		"calibrated": fmt.Sprintf("%g %% of the sums of %d vectors of the inputs, kernel by kernel", a.Percentile, a.Sample),
	}[a.Range]
	note := fmt.Sprintf("codes of %d bits are for %s (adc.range = %q), read by circuit = %q", a.Resolution, from, a.Range, a.Circuit)
	switch a.Circuit {
	case "ramp", "sar", "pipeline", "cyclic":
		note += fmt.Sprintf(" at a gain of %g dB", a.GainDB)
	}
	return note + "; energy and time are those of adc.model and adc.timing"
}
