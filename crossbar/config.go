package crossbar

import (
	"xbar/sim/model"
	"xbar/sim/unit"
)

// Config describes one array. The tags are the schema of [machine.crossbar].
type Config struct {
	Model            string           `toml:"model" optional:"true" doc:"of the row wire: given or wire; what the other keys mean unless written"`
	Rows             int              `toml:"rows" range:"1..1048576" doc:"word lines"`
	Cols             int              `toml:"cols" range:"1..1048576" doc:"physical bit lines"`
	Fold             int              `toml:"fold" range:"1..1024" default:"1" doc:"physical columns that share one output and its converter, each with rows of its own: rows times fold logical rows, cols over fold logical columns"`
	ActiveRows       int              `toml:"active_rows" range:"1..1048576" optional:"true" doc:"rows driven at once; all of them unless given"`
	Encoding         string           `toml:"encoding" enum:"offset|differential|twos-complement|magnitude" doc:"how a signed weight becomes cells"`
	Weights          string           `toml:"weights" enum:"sliced|levels|continuous" default:"sliced" doc:"how a weight is held: in slices of cell.bits each, or whole by one cell or pair, at the nearest of 2^cell.bits levels or at any conductance; energies are those of the nearest level"`
	Slices           int              `toml:"slices" range:"1..32" optional:"true" doc:"of a weight; as many as its bits take unless given, and cells of more are at level zero"`
	TwoSided         bool             `toml:"two_sided" default:"false" doc:"both cells of a pair carry half of a whole weight, and at zero both are in the middle"`
	UnitColumn       bool             `toml:"unit_column" default:"false" doc:"of offset encoding: in each array weights of zero fill one column more, which is read like the others and taken off them, instead of the inputs' sum"`
	Layout           string           `toml:"layout" enum:"adjacent|apart|interleaved" default:"adjacent" doc:"of wires that are resistive; adjacent: all columns of an array hang on the same row wires; apart: those of each slice and polarity of weights have wires of their own; interleaved: so, but both cells of a pair hang on one column wire and on row wires driven with either sign; a row's driver feeds all its wires, and row_capacitance is theirs together, so that only numbers follow and no energy"`
	AnalogSum        string           `toml:"analog_sum" enum:"none|polarity|weight" default:"none" doc:"which columns of a weight are combined before one conversion: none, the positive and the negative one (polarity), or all with binary weights, as C-2C ladders and charge sharing do (weight)"`
	GuardColumns     int              `toml:"guard_columns" range:"0..64" default:"0" doc:"columns of a weight beside its slices, which are read but hold none of it: room for a digital sum to grow into"`
	ColumnFlip       bool             `toml:"column_flip" default:"false" doc:"store a heavy column inverted, which saves one ADC bit"`
	GateUnused       bool             `toml:"gate_unused" default:"true" doc:"unused rows and columns cost nothing; if not, statistical values charge them like used ones"`
	WriteParallelism int              `toml:"write_parallelism" range:"1..1048576" doc:"cells of a row written at once"`
	RowCapacitance   unit.Farad       `toml:"row_capacitance" optional:"true" doc:"of one row wire, charged to the drive voltage at each read"`
	Node             unit.Metre       `toml:"node" optional:"true" check:"positive" doc:"technology of the row wire"`
	CellPitch        unit.Metre       `toml:"cell_pitch" optional:"true" check:"positive" doc:"of one cell along the row"`
	GateCapacitance  unit.Farad       `toml:"gate_capacitance" default:"0 F" doc:"of what one cell hangs on the row wire, such as the gate of its transistor"`
	DriveVoltage     unit.Volt        `toml:"drive_voltage" doc:"to which a row is charged"`
	ControlEnergy    unit.Joule       `toml:"control_energy" default:"0 J" doc:"of one array, each time that rows of it are driven: decoders, clock, and what else no other part has"`
	Leakage          unit.Watt        `toml:"leakage" doc:"of one array beside its converters"`
	Area             unit.SquareMetre `toml:"area" optional:"true" doc:"of one array beside its cells and converters"`
}

// Groups is the models of an array's row wire.
var Groups = []model.Group{{
	Key: "model", Subject: "a crossbar needs the capacitance of a row",
	Choices: []model.Choice{
		{Name: "given", About: "the row's capacitance stands in the config", Needs: []string{"row_capacitance"}},
		{Name: "wire", About: "a local wire by CACTI 7 with the gates of the cells on it",
			Needs: []string{"node", "cell_pitch"}, Takes: []string{"gate_capacitance"}},
	},
}}

// SampleHold describes the stage between columns and converters, the schema
// of [machine.sample_hold].
type SampleHold struct {
	Model                string           `toml:"model" optional:"true" doc:"given or capacitor; what the other keys mean unless written"`
	Banks                int              `toml:"banks" range:"1..2" doc:"2 overlaps the next read with this conversion"`
	EnergyPerSample      unit.Joule       `toml:"energy_per_sample" optional:"true"`
	Capacitance          unit.Farad       `toml:"capacitance" optional:"true" check:"positive" doc:"of one sampler"`
	Voltage              unit.Volt        `toml:"voltage" optional:"true" check:"positive" doc:"to which the sampler is charged"`
	Latency              unit.Second      `toml:"latency" doc:"of one sample, all columns at once"`
	IntegrationTime      unit.Second      `toml:"integration_time" default:"0 s" doc:"of one unit of integration; slice t of an input that is accumulated in the analog domain is integrated 2^(B_d·t) times"`
	EnergyPerIntegration unit.Joule       `toml:"energy_per_integration" default:"0 J" doc:"of one unit of integration in one column"`
	Leakage              unit.Watt        `toml:"leakage" doc:"of one column's sampler"`
	Area                 unit.SquareMetre `toml:"area" optional:"true" doc:"of one column's sampler"`
}

// SampleHoldGroups is the models of the sample-and-hold.
var SampleHoldGroups = []model.Group{{
	Key: "model", Subject: "a sample-and-hold needs the energy of a sample",
	Choices: []model.Choice{
		{Name: "given", About: "the energy of a sample stands in the config", Needs: []string{"energy_per_sample"}},
		{Name: "capacitor", About: "a capacitor charged from its supply", Needs: []string{"capacitance", "voltage"}},
	},
}}
