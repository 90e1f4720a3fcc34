package adc

import (
	"fmt"
	"math"
	"strconv"

	"xbar/sim/model"
	"xbar/sim/unit"
)

// Converters that other simulators of crossbars use.

// zigzag-28nm: a SAR in 28 nm, fitted by ZigZag-IMC.
const (
	zigzagSource  = "ZigZag-IMC, zigzag/hardware/architecture/imc_array.py"
	zigzagHolds   = "SAR converters in 28 nm; validated by its authors on three published macros at 0.9 V"
	zigzagLinear  = 100e-15   // F a bit
	zigzagCode    = 0.001e-15 // F a code²
	zigzagShrink  = 0.0369
	zigzagScale   = 1.206
	zigzagPerRow  = 0.00653e-9 // s a bit and row
	zigzagDecides = 0.640e-9   // s a bit

	// Supplies of 28 nm in V, as assumed: its nominal one with a quarter to either side.
	zigzagFrom, zigzagTo = 0.675, 1.125
)

func (c *Config) zigzagEnergy() model.Figure {
	bits, volts := float64(c.Resolution), float64(c.Voltage)
	f := model.Figure{
		Name: conversion, Equation: "E = ({C_1}·{B} + {C_2}·4^{B})·{V}²",
		Value: (zigzagLinear*bits + zigzagCode*math.Pow(4, bits)) * volts * volts, Unit: "J",
		Inputs: []model.Input{
			published("C_1", zigzagLinear, "F", zigzagSource), c.resolution(), published("C_2", zigzagCode, "F", zigzagSource),
			{Symbol: "V", Value: volts, Unit: "V", Key: "voltage"},
		},
		Source: zigzagSource, Holds: zigzagHolds,
	}
	if volts < zigzagFrom || volts > zigzagTo {
		f.Outside = fmt.Sprintf("a supply of %v: the fit is of 28 nm, which run at about 0.9 V", c.Voltage)
	}
	return f
}

func (c *Config) zigzagArea() model.Figure {
	bits := float64(c.Resolution)
	return model.Figure{
		Name: "area of a converter", Equation: "A = 10^({k_2} − {k_1}·{B})·2^{B} µm²",
		Value: math.Pow(10, zigzagScale-zigzagShrink*bits) * math.Exp2(bits) * 1e-12, Unit: "m2",
		Inputs: []model.Input{published("k_2", zigzagScale, "", zigzagSource), published("k_1", zigzagShrink, "", zigzagSource), c.resolution()},
		Source: zigzagSource, Holds: zigzagHolds,
	}
}

func (c *Config) zigzagTime(n model.Input) model.Figure {
	rows := float64(c.RowsLoaded)
	f := duration("t = {n}·({t_r}·{R} + {t_b})", n.Value*(zigzagPerRow*rows+zigzagDecides), zigzagSource,
		n, published("t_r", zigzagPerRow, "s", zigzagSource),
		model.Input{Symbol: "R", Value: rows, Key: "rows_loaded"}, published("t_b", zigzagDecides, "s", zigzagSource))
	f.Holds = zigzagHolds
	return f
}

// isaac-table: the 8-bit converter of ISAAC in 32 nm, 1.2 GS/s, and what the
// equations of Saberi et al. make of it at other resolutions.
const (
	isaacSource = "Shafiee et al., ISCA 2016, Table I, rescaled after Saberi et al. (2011); read in hwcomponents-library, library/isaac.py"
	isaacHolds  = "32 nm, 4 to 10 bits"
	isaacFewest = 4
)

var (
	isaacJoules       = []float64{0.79e-12, 0.99e-12, 1.2e-12, 1.42e-12, 1.67e-12, 1.969e-12, 2.379e-12}
	isaacSquareMetres = []float64{361.04e-12, 476.91e-12, 626.91e-12, 845.18e-12, 1200e-12, 1827.9e-12, 3002.0e-12}
)

func (c *Config) isaacEnergy() model.Figure { return c.tabled(conversion, "E", "J", isaacJoules) }

func (c *Config) isaacArea() model.Figure {
	return c.tabled("area of a converter", "A", "m2", isaacSquareMetres)
}

// tabled reads a table of resolutions. Beyond its ends each bit costs as many
// times more as between the last two entries.
func (c *Config) tabled(name, symbol, base string, table []float64) model.Figure {
	f := model.Figure{Name: name, Unit: base, Source: isaacSource, Holds: isaacHolds}
	entry := func(i int) model.Input {
		return published(symbol+"_"+strconv.Itoa(isaacFewest+i), table[i], base, isaacSource)
	}
	last := len(table) - 1
	at := c.Resolution - isaacFewest
	edge, inner := 0, 1
	switch {
	case at >= 0 && at <= last:
		in := entry(at)
		f.Equation, f.Value, f.Inputs = fmt.Sprintf("%s = {%s} at {B} bits", symbol, in.Symbol), in.Value, []model.Input{in, c.resolution()}
		return f
	case at > last:
		edge, inner = last, last-1
	}
	e, i := entry(edge), entry(inner)
	beyond := math.Abs(float64(at - edge))
	f.Equation = fmt.Sprintf("%s = {%s}·({%s}/{%s})^|{B} − %d|", symbol, e.Symbol, e.Symbol, i.Symbol, isaacFewest+edge)
	f.Value = e.Value * math.Pow(e.Value/i.Value, beyond)
	f.Inputs = []model.Input{e, i, c.resolution()}
	f.Outside = fmt.Sprintf("a resolution of %d bits: the table is of 4 to 10, and is continued geometrically", c.Resolution)
	return f
}

// neurosim-sar: the power of a SAR by bits, and by the current of the column
// that it reads, fitted by NeuroSim for low-power devices.
const (
	neurosimSource = "DNN+NeuroSim V1.4, SarADC.cpp, low-power devices (LP)"
	neurosimHolds  = "65, 45, 32, 22 and 7 nm with low-power devices (LP), at NeuroSim's own clock of 1 GHz"
	neurosimCycle  = 1e-9   // s
	neurosimHeat   = 1.3e-3 // a kelvin above 300
)

// sarNode is one technology of NeuroSim's fit.
type sarNode struct {
	node   float64 // m
	perBit float64 // W
	base   float64 // W
	column float64 // W
	slope  float64 // a decade of resistance
}

var sarNodes = []sarNode{
	{65e-9, 3.7506e-6, 25.844e-6, 0.121272, 2.303},
	{45e-9, 2.1691e-6, 16.693e-6, 0.100225, 2.303},
	{32e-9, 1.1294e-6, 8.8998e-6, 0.079449, 2.297},
	{22e-9, 0.538e-6, 4.3753e-6, 0.072341, 2.303},
	{7e-9, 0.1061e-6, 0.8847e-6, 0.043555, 2.303},
}

// nearest is the technology of the fit closest to a node, as a ratio.
func nearest(node float64) sarNode {
	best := sarNodes[0]
	for _, n := range sarNodes[1:] {
		if math.Abs(math.Log(n.node/node)) < math.Abs(math.Log(best.node/node)) {
			best = n
		}
	}
	return best
}

func (c *Config) neurosim() model.Figure {
	power := c.neurosimPower()
	heat := 1 + neurosimHeat*(c.Kelvin-roomTemperature)
	whole := float64(c.Resolution+1) * neurosimCycle
	f := model.Figure{
		Name: conversion, Equation: "E = {P}·({B} + 1)·{T_c}·(1 + {h}·({T}/K − 300))",
		Value: power.Value * whole * heat, Unit: "J",
		Inputs: []model.Input{
			model.Derived("P", power), c.resolution(), published("T_c", neurosimCycle, "s", neurosimSource),
			published("h", neurosimHeat, "", neurosimSource), c.temperature(),
		},
		Source: neurosimSource, Holds: neurosimHolds,
	}
	if t := c.Time(c.Resolution).Value; t > 0 && t < whole*(1-1e-9) {
		f.Outside = fmt.Sprintf("a conversion of %v: the energy is of %v, a cycle of NeuroSim's for each bit and one more", unit.Second(t), unit.Second(whole))
	}
	return f
}

func (c *Config) neurosimPower() model.Figure {
	n := nearest(float64(c.Node))
	ohms, volts := float64(c.ColumnResistance), float64(c.ReadVoltage)
	f := model.Figure{
		Name: "power of a conversion", Equation: "P = {p_b}·{B} + {p_0} + {p_c}·exp(−{d}·log10(0.5·({R}/ohm)/({V}/V))) at {t}",
		Value: n.perBit*float64(c.Resolution) + n.base + n.column*math.Exp(-n.slope*math.Log10(ohms*0.5/volts)), Unit: "W",
		Inputs: []model.Input{
			published("p_b", n.perBit, "W", neurosimSource), c.resolution(), published("p_0", n.base, "W", neurosimSource),
			published("p_c", n.column, "W", neurosimSource), published("d", n.slope, "", neurosimSource),
			{Symbol: "R", Value: ohms, Unit: "ohm", Key: "column_resistance"},
			{Symbol: "V", Value: volts, Unit: "V", Key: "read_voltage"}, c.node(),
		},
		Source: neurosimSource, Holds: neurosimHolds,
	}
	if math.Abs(float64(c.Node)/n.node-1) > 1e-6 {
		f.Outside = fmt.Sprintf("a node of %v: the fit has none, and that of %v is taken", c.Node, unit.Metre(n.node))
	}
	return f
}
