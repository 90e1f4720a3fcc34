package device

import "xbar/sim/unit"

// Config describes one cell. Read energy comes either lumped (read_energy) or
// from the device (read_voltage, g_on, g_off), never from both: that would
// charge the same joule twice. The tags are the schema of [machine.cell].
type Config struct {
	Bits        int              `toml:"bits" range:"1..8" doc:"bits stored in one cell"`
	ReadEnergy  unit.Joule       `toml:"read_energy" optional:"true" doc:"lumped energy of one cell in one read pulse"`
	ReadVoltage unit.Volt        `toml:"read_voltage" optional:"true" doc:"full-scale row voltage"`
	GOn         unit.Siemens     `toml:"g_on" optional:"true" check:"positive" doc:"conductance of the highest level"`
	GOff        unit.Siemens     `toml:"g_off" optional:"true" doc:"conductance of the lowest level"`
	ReadTime    unit.Second      `toml:"read_time" doc:"length of the read pulse"`
	WriteEnergy unit.Joule       `toml:"write_energy" doc:"energy of one write pulse"`
	WriteTime   unit.Second      `toml:"write_time" doc:"length of one write pulse"`
	VerifyTime  unit.Second      `toml:"verify_time" doc:"time of the verify after each pulse"`
	Pulses      float64          `toml:"pulses" range:"1..1e6" doc:"mean write pulses to program a cell"`
	VerifyReads float64          `toml:"verify_reads" range:"0..1e6" doc:"mean reads with conversion to program a cell"`
	Endurance   float64          `toml:"endurance" range:"1..1e20" doc:"times a cell survives being programmed, however many pulses that takes"`
	Leakage     unit.Watt        `toml:"leakage" doc:"of one cell"`
	Area        unit.SquareMetre `toml:"area" optional:"true" doc:"of one cell"`
}
