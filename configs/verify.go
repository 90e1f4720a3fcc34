package configs

import (
	"math"

	"xbar/sim/model"
)

// Verify is the time in seconds of the verify after each pulse of so many cells that are
// written together. Unless it is written, all of them are read at once, and converted one
// after the other by each of their array's converters:
//
//	t = t_read + ⌈cells/n_adc⌉·t_convert
//
// Cells that are not read to be verified take no time for it.
func (m *Machine) Verify(cells int64) model.Figure {
	read := float64(m.Cell.ReadTime)
	switch {
	case m.Written("cell")("verify_time"):
		return model.Given("time of a verify", "t", float64(m.Cell.VerifyTime), "s", "cell.verify_time")
	case m.Cell.VerifyReads == 0:
		return model.Given("time of a verify", "t", 0, "s", "cell.verify_reads")
	case m.Kind != "analog":
		return model.Given("time of a verify", "t", read, "s", "cell.read_time")
	}
	each, converters := m.ADC.Interval(m.ADC.Resolution).Under("adc"), float64(m.Converters())
	return model.Figure{
		Name: "time of a verify", Equation: "t = {r} + ⌈{c}/{n}⌉·{i}", Unit: "s",
		Value: read + math.Ceil(float64(cells)/converters)*each.Value,
		Inputs: []model.Input{
			{Symbol: "r", Value: read, Unit: "s", Key: "cell.read_time"},
			{Symbol: "c", Value: float64(cells), Source: "cells that are written together"},
			{Symbol: "n", Value: converters, Key: "adc.per_array"},
			model.Derived("i", each),
		},
	}
}
