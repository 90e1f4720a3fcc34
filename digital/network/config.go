package network

import "xbar/sim/unit"

// Config describes the interconnect between global buffer and tiles, the
// schema of [machine.network].
type Config struct {
	Kind      string            `toml:"kind" enum:"bus" default:"bus" doc:"one shared medium; a transfer reaches every tile that listens"`
	Bandwidth unit.BitPerSecond `toml:"bandwidth" optional:"true" unlimited:"true" check:"positive" doc:"without a limit where it is 'unlimited' or not given"`
	Energy    unit.JoulePerBit  `toml:"energy"`
	Leakage   unit.Watt         `toml:"leakage"`
	Area      unit.SquareMetre  `toml:"area" optional:"true"`
}
