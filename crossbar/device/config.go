package device

import (
	"xbar/sim/model"
	"xbar/sim/unit"
)

// Config describes one cell. The tags are the schema of [machine.cell]; which
// keys belong together is in [Groups].
type Config struct {
	Bits int `toml:"bits" range:"1..8" doc:"bits stored in one cell"`

	Model       string      `toml:"model" optional:"true" doc:"where the energy of a read comes from"`
	ReadEnergy  unit.Joule  `toml:"read_energy" optional:"true" doc:"lumped energy of one driven cell in one read pulse"`
	ReadVoltage unit.Volt   `toml:"read_voltage" optional:"true" check:"positive" doc:"full-scale row voltage"`
	ReadTime    unit.Second `toml:"read_time" doc:"length of the read pulse"`

	GOn  unit.Siemens `toml:"g_on" optional:"true" check:"positive" doc:"conductance of the highest level"`
	GOff unit.Siemens `toml:"g_off" optional:"true" doc:"conductance of the lowest level"`

	Capacitance     unit.Farad `toml:"capacitance" optional:"true" doc:"of the capacitor in a charge-domain cell"`
	UnitCapacitance unit.Farad `toml:"unit_capacitance" optional:"true" doc:"C of the C-2C ladder that a cell's bits share"`
	Voltage         unit.Volt  `toml:"voltage" optional:"true" check:"positive" doc:"to which an input of full scale charges the capacitors, or the supply of the gates"`

	Gates int `toml:"gates" range:"1..1024" optional:"true" doc:"NAND or NOR of two inputs that multiply a digit by the bits of this cell"`

	Responsivity       float64 `toml:"responsivity" range:"0.01..10" optional:"true" doc:"photocurrent of the detector by optical power, A/W"`
	WallPlugEfficiency float64 `toml:"wall_plug_efficiency" range:"0.0001..1" optional:"true" doc:"optical power of the laser by its electrical power"`
	LossDB             float64 `toml:"loss_db" range:"0..100" optional:"true" doc:"between laser and detector, in dB, without the even split over the columns"`
	Stages             int     `toml:"stages" range:"0..1000000" default:"0" doc:"of a mesh of interferometers (MZI): those that light passes one after the other, as many as a side of the mesh; a bank of rings has none"`
	StageLossDB        float64 `toml:"stage_loss_db" range:"0..100" default:"0" doc:"of one of them, in dB"`
	SNRBits            float64 `toml:"snr_bits" range:"0..20" optional:"true" doc:"effective bits that a column's full-scale sum keeps above the detector's noise"`
	TIANoise           float64 `toml:"tia_noise" range:"0..1e6" optional:"true" doc:"input current noise of the amplifier behind the detector, pA/√Hz"`
	FanIn              int     `toml:"fan_in" range:"1..1048576" optional:"true" doc:"cells whose light meets in one detector: the rows"`

	WriteModel       string       `toml:"write_model" optional:"true" doc:"where the energy of a write pulse comes from"`
	WriteEnergy      unit.Joule   `toml:"write_energy" optional:"true" doc:"energy of one write pulse"`
	WriteVoltage     unit.Volt    `toml:"write_voltage" optional:"true" doc:"of a write pulse"`
	WriteConductance unit.Siemens `toml:"write_conductance" optional:"true" doc:"mean conductance of a cell while it is written"`
	WriteTime        unit.Second  `toml:"write_time" doc:"length of one write pulse"`
	VerifyTime       unit.Second  `toml:"verify_time" optional:"true" doc:"time of the verify after each pulse; unless given, the cells that are written together are read, and converted one after the other by each ADC of their array"`
	Pulses           float64      `toml:"pulses" range:"1..1e6" doc:"mean write pulses to program a cell"`
	VerifyReads      float64      `toml:"verify_reads" range:"0..1e6" doc:"mean reads with conversion to program a cell"`
	Endurance        float64      `toml:"endurance" range:"1..1e20" doc:"times a cell survives being programmed, however many pulses that takes"`

	Leakage     unit.Watt        `toml:"leakage" doc:"of one cell; the power that holds an optical weight belongs here"`
	AreaModel   string           `toml:"area_model" optional:"true" doc:"where the area of a cell comes from"`
	Area        unit.SquareMetre `toml:"area" optional:"true" doc:"of one cell"`
	AreaSquares float64          `toml:"area_squares" range:"0..1e9" optional:"true" doc:"area of one cell in squares of the feature size"`
	Feature     unit.Metre       `toml:"feature" optional:"true" check:"positive" doc:"the feature size F, by custom the name of the node"`
}

// Groups are the models of a cell.
var Groups = []model.Group{
	{
		Key: "model", Subject: "a cell needs the energy of a read",
		Choices: []model.Choice{
			{Name: "given", About: "one number for every driven cell", Needs: []string{"read_energy"}},
			{Name: "conductance", About: "a resistive cell: V²·G·t", Needs: []string{"read_voltage", "g_on", "g_off"}},
			{Name: "capacitor", About: "a charge-domain SRAM cell: C·V² where input and weight are on", Needs: []string{"capacitance", "voltage"}},
			{Name: "c2c", About: "an SRAM word that switches a C-2C ladder", Needs: []string{"unit_capacitance", "voltage"}},
			{Name: "gates", About: "an SRAM bit with gates that multiply, of ZigZag-IMC's at 28 nm, which switch where bits of input and weight are set", Needs: []string{"gates", "voltage"}},
			{
				Name: "photonic", About: "an optical weight: the light that its detector needs",
				Needs: []string{"responsivity", "wall_plug_efficiency", "loss_db", "snr_bits", "tia_noise", "fan_in"},
				Takes: []string{"stages", "stage_loss_db"},
			},
		},
	},
	{
		Key: "write_model", Subject: "a cell needs the energy of a write pulse",
		Choices: []model.Choice{
			{Name: "given", About: "one number for every pulse", Needs: []string{"write_energy"}},
			{Name: "pulse", About: "a resistive cell: V²·G·t", Needs: []string{"write_voltage", "write_conductance"}},
		},
	},
	{
		Key: "area_model", Subject: "a cell may have an area",
		Choices: []model.Choice{
			{Name: "given", About: "the number in area, or none"},
			{Name: "squares", About: "squares of the feature size", Needs: []string{"area_squares", "feature"}, Gives: []string{"area"}},
		},
	},
}

// Read is the energy in joules of one cell in one read pulse, E = base·x² +
// slope·x²·w, or slope·α where [Config.ByBits] says so. Where [Config.Lumped] has
// an answer, base repeats it and is charged whatever x is.
func (c *Config) Read() (base, slope model.Figure) {
	switch c.Model {
	case "conductance":
		return c.conductance()
	case "capacitor":
		return c.capacitor()
	case "c2c":
		return c.ladder()
	case "gates":
		return c.multiplier()
	case "photonic":
		return c.photonic(), constant()
	default:
		return model.Given("energy of a driven cell", "E", float64(c.ReadEnergy), "J", "read_energy"), constant()
	}
}

// FullScale is what a cell at the top level, and one at the lowest, add in J to the
// energy of a column's full-scale read. Where charge is sampled, both have a capacitor
// on the column, and its noise is that of them all: what counts is to charge it, be it
// charged in this read or not. Of a C-2C ladder the output sees 2·C, a leg of C and
// what is behind it, which is worth another (see ladder).
func (c *Config) FullScale() (top, bottom model.Figure) {
	base, slope := c.Read()
	switch c.Model {
	case "conductance":
		return c.conducting(), base
	case "capacitor":
		return slope, slope
	case "gates":
		return slope, base
	case "c2c":
		f := c.ladderCharge()
		return f, f
	}
	return base, base
}

// Sampled says whether a sum is the charge of the cells' own capacitors.
func (c *Config) Sampled() bool { return c.Model == "capacitor" || c.Model == "c2c" }

// ByBits says whether the energy of a read follows the share of the bits of digit
// times level that are set.
func (c *Config) ByBits() bool { return c.Model == "gates" }

// Lumped is the energy in joules of a driven cell where the model has the same
// for every digit and every level, and whether it does.
func (c *Config) Lumped() (model.Figure, bool) {
	switch c.Model {
	case "", "given", "photonic":
		base, _ := c.Read()
		return base, true
	default:
		return model.Figure{}, false
	}
}

// Write is the energy in joules of one write pulse.
func (c *Config) Write() model.Figure {
	if c.WriteModel != "pulse" {
		return model.Given("energy of a write pulse", "E", float64(c.WriteEnergy), "J", "write_energy")
	}
	v, g, t := float64(c.WriteVoltage), float64(c.WriteConductance), float64(c.WriteTime)
	return model.Figure{
		Name: "energy of a write pulse", Equation: "E = {V}²·{G}·{t}", Value: v * v * g * t, Unit: "J",
		Inputs: []model.Input{
			{Symbol: "V", Value: v, Unit: "V", Key: "write_voltage"},
			{Symbol: "G", Value: g, Unit: "S", Key: "write_conductance"},
			{Symbol: "t", Value: t, Unit: "s", Key: "write_time"},
		},
		Holds: "a cell whose conductance during the pulse is known on average; half-selected cells and the line are left out",
	}
}

// AreaEach is the area in square metres of one cell: the number under area
// where that is written, or what the model makes of it.
func (c *Config) AreaEach(written func(key string) bool) model.Figure {
	if c.AreaModel != "squares" || written("area") {
		return model.Given("area of a cell", "A", float64(c.Area), "m2", "area")
	}
	n, f := c.AreaSquares, float64(c.Feature)
	return model.Figure{
		Name: "area of a cell", Equation: "A = {n}·{F}²", Value: n * f * f, Unit: "m2",
		Inputs: []model.Input{
			{Symbol: "n", Value: n, Key: "area_squares"},
			{Symbol: "F", Value: f, Unit: "m", Key: "feature"},
		},
		Holds:   "F is the drawn feature size; below about 20 nm the name of a node is smaller than any feature",
		Outside: small(f),
	}
}

func small(feature float64) string {
	if feature < 20e-9 {
		return "a feature of less than 20 nm is the name of a node, not a length on the die"
	}
	return ""
}

// LeakageEach is the power in watts that one cell draws at all times.
func (c *Config) LeakageEach(func(key string) bool) model.Figure {
	return model.Given("leakage of a cell", "P", float64(c.Leakage), "W", "leakage")
}
