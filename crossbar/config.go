package crossbar

import "xbar/sim/unit"

// Config describes one array. The tags are the schema of [machine.crossbar].
type Config struct {
	Rows             int              `toml:"rows" range:"1..1048576" doc:"word lines"`
	Cols             int              `toml:"cols" range:"1..1048576" doc:"physical bit lines"`
	ActiveRows       int              `toml:"active_rows" range:"1..1048576" optional:"true" doc:"rows driven at once; all of them unless given"`
	Encoding         string           `toml:"encoding" enum:"offset|differential|twos-complement|magnitude" doc:"how a signed weight becomes cells"`
	ColumnFlip       bool             `toml:"column_flip" default:"false" doc:"store a heavy column inverted, which saves one ADC bit"`
	GateUnused       bool             `toml:"gate_unused" default:"true" doc:"unused rows and columns cost nothing; if not, statistical values charge them like used ones"`
	Fold             int              `toml:"fold" range:"1..1024" default:"1" doc:"physical columns that share one output and its converter, each with rows of its own: rows·fold inputs, cols/fold outputs"`
	AnalogSum        string           `toml:"analog_sum" enum:"none|polarity|weight" default:"none" doc:"which columns of a weight are combined before one conversion: none, positive and negative, or all with binary weights"`
	WriteParallelism int              `toml:"write_parallelism" range:"1..1048576" doc:"cells of a row written at once"`
	RowCapacitance   unit.Farad       `toml:"row_capacitance" doc:"of one row wire, charged to the drive voltage at each read"`
	DriveVoltage     unit.Volt        `toml:"drive_voltage" doc:"to which a row is charged"`
	Leakage          unit.Watt        `toml:"leakage" doc:"of one array beside its converters"`
	Area             unit.SquareMetre `toml:"area" optional:"true" doc:"of one array beside its cells and converters"`
}

// SampleHold describes the stage between columns and converters, the schema
// of [machine.sample_hold].
type SampleHold struct {
	Banks                int              `toml:"banks" range:"1..2" doc:"2 overlaps the next read with this conversion"`
	EnergyPerSample      unit.Joule       `toml:"energy_per_sample"`
	IntegrationTime      unit.Second      `toml:"integration_time" default:"0 s" doc:"of one unit"`
	EnergyPerIntegration unit.Joule       `toml:"energy_per_integration" default:"0 J" doc:"of one unit"`
	Latency              unit.Second      `toml:"latency" doc:"of one sample, all columns at once"`
	Leakage              unit.Watt        `toml:"leakage" doc:"of one column's sampler"`
	Area                 unit.SquareMetre `toml:"area" optional:"true" doc:"of one column's sampler"`
}
