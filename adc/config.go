package adc

import (
	"xbar/sim/model"
	"xbar/sim/unit"
)

// Config describes the converters at the foot of an array's columns. Which keys
// are needed depends on the models that are chosen, see [Groups]. The tags are
// the schema of [machine.adc].
type Config struct {
	Resolution          int       `toml:"resolution" range:"1..24" doc:"bits of the output code"`
	Range               string    `toml:"range" enum:"clip|scale|limits|max|granular|calibrated" default:"clip" doc:"of the sums that codes are for; clip: a code for each whole sum, larger ones saturate; scale: all sums there can be, in wider steps; limits: as written there; max: what all rows give at the top level (of slices of offset weights, the power of two beside it); granular: steps of one level times one of the inputs; calibrated: what sums of a sample of inputs are"`
	Limits              []float64 `toml:"limits" range:"-1000000000..1000000000" optional:"true" doc:"of range = limits: the lowest and the highest current, in those of one cell at the top level and full drive; one pair, or one for each conversion of a weight, the least slice first"`
	Percentile          float64   `toml:"percentile" range:"50..100" default:"99.7" doc:"of range = calibrated: the share of the sample's sums that the range takes in, by size"`
	Sample              int       `toml:"sample" range:"1..1000000" default:"32" doc:"of range = calibrated: input vectors of a kernel that are looked at"`
	Circuit             string    `toml:"circuit" enum:"quantizer|symmetric|ideal|ramp|sar|pipeline|cyclic" default:"quantizer" doc:"what makes a code of a sum: rounding to the nearest of 2^resolution levels, or of one less (symmetric, so that zero has one), or not at all (ideal), or a circuit whose amplifiers have a finite gain; energy, time and area follow the model and timing, whatever it is"`
	GainDB              float64   `toml:"gain_db" range:"20..400" default:"100" doc:"of the amplifiers of a circuit, in dB"`
	SplitCapacitors     bool      `toml:"split_capacitors" default:"true" doc:"of circuit = sar: feedback does not depend on the code"`
	SymmetricCapacitors bool      `toml:"symmetric_capacitors" default:"true" doc:"of circuit = ramp, or of a sar's capacitors that are not split: they work from the middle code"`
	PerArray            int       `toml:"per_array" range:"1..65536" doc:"converters sharing the columns of one array"`
	OffsetError         float64   `toml:"offset_error" range:"0..1000" optional:"true" doc:"standard deviation, from converter to converter, of what each adds to its sums, in steps of its codes (LSB)"`
	GainError           float64   `toml:"gain_error" range:"0..0.3" optional:"true" doc:"the same of what each multiplies them by, over 1"`
	DNLError            float64   `toml:"dnl_error" range:"0..1" optional:"true" doc:"standard deviation of the width of each code of a converter over its step (differential nonlinearity, in LSB; the edges of codes are off by the sum of those below: integral nonlinearity); of circuit = quantizer and symmetric"`
	CapacitorError      float64   `toml:"capacitor_error" range:"0..1" optional:"true" doc:"of the other circuits: standard deviation of a unit capacitor over its capacitance; of n together it is √n times as much; those of a ramp are the same for all converters of an array"`
	ComparatorError     float64   `toml:"comparator_error" range:"0..1000" optional:"true" doc:"of the same: standard deviation of a comparator's offset, in steps of codes (LSB)"`
	Noise               float64   `toml:"noise" range:"0..1000" optional:"true" doc:"of each conversion by itself: standard deviation at the converter's input, in steps of codes (LSB)"`

	Model               string      `toml:"model" optional:"true" doc:"where the energy of a conversion comes from"`
	EnergyPerConversion unit.Joule  `toml:"energy_per_conversion" optional:"true" doc:"of all bits of the resolution"`
	ENOB                float64     `toml:"enob" range:"1..20" optional:"true" doc:"effective bits; energy follows them where the model needs them, and how far it is from its floor and from the best published part with every model, of which resolution is taken unless given; the codes follow resolution"`
	Node                unit.Metre  `toml:"node" optional:"true" check:"positive" doc:"technology of the converter"`
	LeakageShare        float64     `toml:"leakage_share" range:"0..1" default:"0" doc:"part of the regression's energy that is leakage at the full rate; its authors charge 0.2"`
	FigureOfMerit       unit.Joule  `toml:"figure_of_merit" optional:"true" check:"positive" doc:"Walden's: energy of a conversion step"`
	FigureOfMeritDB     float64     `toml:"figure_of_merit_db" range:"100..250" optional:"true" doc:"Schreier's, in dB"`
	Kelvin              float64     `toml:"temperature_k" range:"1..1000" default:"300" doc:"temperature in kelvin"`
	Excess              float64     `toml:"excess" range:"1..1000000" default:"1" doc:"energy as a multiple of the thermal floor"`
	Voltage             unit.Volt   `toml:"voltage" optional:"true" check:"positive" doc:"supply of the converter"`
	EnergyPerStep       unit.Joule  `toml:"energy_per_step" optional:"true" doc:"of the step that decides one bit"`
	ColumnResistance    unit.Ohm    `toml:"column_resistance" optional:"true" check:"positive" doc:"of all cells of a column in parallel"`
	ReadVoltage         unit.Volt   `toml:"read_voltage" optional:"true" check:"positive" doc:"across the cells"`
	Timing              string      `toml:"timing" optional:"true" doc:"where the time of a conversion comes from"`
	Latency             unit.Second `toml:"latency" optional:"true" doc:"from sample to code"`
	Every               unit.Second `toml:"interval" optional:"true" check:"positive" doc:"from one conversion to the next where they overlap; the latency unless given"`
	Cycle               unit.Second `toml:"cycle" optional:"true" check:"positive" doc:"clock of the converter"`
	Overhead            unit.Second `toml:"overhead" default:"0 s" doc:"of a conversion, beside its steps"`
	RowsLoaded          int         `toml:"rows_loaded" range:"1..65536" optional:"true" doc:"cells on the column that the converter settles"`

	Leakage unit.Watt        `toml:"leakage" optional:"true" doc:"of one converter, where the model has none or instead of it"`
	Area    unit.SquareMetre `toml:"area" optional:"true" doc:"of one converter, where the model has none or instead of it"`
}

// Plain reports whether whole sums are read as [New] has it, without an error.
func (c *Config) Plain() bool { return c.Counts() && !c.Random() }

// Counts reports whether codes are for whole sums, as [New] has it.
func (c *Config) Counts() bool {
	circuit := c.Circuit == "" || c.Circuit == "quantizer"
	return circuit && (c.Range == "" || c.Range == "clip" || c.Range == "scale")
}

// Groups are the models of a converter: of its energy, area and leakage under
// the key "model", of its time under "timing".
var Groups = []model.Group{
	{Key: "model", Subject: "an ADC needs the energy of a conversion", Choices: []model.Choice{
		{Name: "given", About: "the energy stands in the config",
			Needs: []string{"energy_per_conversion"}, Takes: []string{"enob"}},
		{Name: "regression", About: "best fifth of published converters at this ENOB, node and rate (Andrulis et al., 2024)",
			Needs: []string{"enob", "node"}, Takes: []string{"leakage_share"}, Gives: []string{"area", "leakage"}},
		{Name: "survey", About: "envelope of the best published converters at this ENOB and rate (Murmann's survey)",
			Named: true, Needs: []string{"enob"}},
		{Name: "walden", About: "Walden's figure of merit: energy of a conversion step",
			Needs: []string{"enob", "figure_of_merit"}},
		{Name: "schreier", About: "Schreier's figure of merit in dB, for converters that noise limits",
			Needs: []string{"enob", "figure_of_merit_db"}},
		{Name: "thermal", About: "a multiple of the thermal floor 12·kT·4^ENOB",
			Named: true, Needs: []string{"enob"}, Takes: []string{"temperature_k", "excess"}},
		{Name: "zigzag-28nm", About: "SAR converter of ZigZag-IMC in 28 nm, by resolution and supply",
			Needs: []string{"voltage"}, Takes: []string{"enob"}, Gives: []string{"area"}},
		{Name: "isaac-table", About: "ISAAC's 32 nm converter at 4 to 10 bits, rescaled after Saberi et al. (2011)",
			Named: true, Takes: []string{"enob"}, Gives: []string{"area"}},
		{Name: "stepped", About: "one charge decrement for each bit, as in NeuRRAM",
			Needs: []string{"energy_per_step"}, Takes: []string{"enob"}},
		{Name: "neurosim-sar", About: "SAR converter of NeuroSim V1.4 with low-power devices (LP), at 65, 45, 32, 22 or 7 nm",
			Needs: []string{"node", "column_resistance", "read_voltage"}, Takes: []string{"temperature_k", "enob"}},
	}},
	{Key: "timing", Subject: "an ADC needs the time of a conversion", Choices: []model.Choice{
		{Name: "given", About: "the time stands in the config, whatever the bits",
			Needs: []string{"latency"}, Takes: []string{"interval"}},
		{Name: "sar", About: "successive approximation: one cycle samples, one decides each bit",
			Named: true, Needs: []string{"cycle"}},
		{Name: "ramp", About: "single slope: one cycle for each code",
			Named: true, Needs: []string{"cycle"}},
		{Name: "flash", About: "all codes compared in one cycle",
			Named: true, Needs: []string{"cycle"}},
		{Name: "pipeline", About: "one stage for each bit, a conversion each cycle",
			Named: true, Needs: []string{"cycle"}},
		{Name: "stepped", About: "one cycle for each bit, and an overhead",
			Named: true, Needs: []string{"cycle"}, Takes: []string{"overhead"}},
		{Name: "zigzag-28nm", About: "settling and decision of ZigZag-IMC's SAR in 28 nm, by resolution and rows",
			Needs: []string{"rows_loaded"}},
	}},
}
