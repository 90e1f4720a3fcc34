package network

import (
	"xbar/sim/model"
	"xbar/sim/technology"
	"xbar/sim/unit"
)

// Config describes the interconnect between global buffer and tiles, or between
// the buffers of a systolic machine and its array: the schema of
// [machine.network].
type Config struct {
	Model     string            `toml:"model" optional:"true" doc:"given, wire or router; what the other keys mean unless written"`
	Kind      string            `toml:"kind" enum:"bus" default:"bus" doc:"one shared medium; a transfer reaches every tile that listens"`
	Bandwidth unit.BitPerSecond `toml:"bandwidth" optional:"true" unlimited:"true" check:"positive" doc:"without a limit where it is 'unlimited' or not given"`
	Energy    unit.JoulePerBit  `toml:"energy" optional:"true"`
	Node      unit.Metre        `toml:"node" optional:"true" check:"positive" doc:"technology of the wires"`
	Length    unit.Metre        `toml:"length" optional:"true" check:"positive" doc:"of the way of one bit"`
	Wires     string            `toml:"wires" enum:"delay|slack" default:"delay" doc:"repeaters for the least delay, or for 30 % more delay and less energy"`
	Hops      float64           `toml:"hops" range:"0..1000" optional:"true" doc:"routers on the way of one bit, on average"`
	Standard  string            `toml:"standard" enum:"isaac|isaac-hwcomponents" default:"isaac" doc:"the published router, at 32 nm"`
	Leakage   unit.Watt         `toml:"leakage"`
	Area      unit.SquareMetre  `toml:"area" optional:"true"`
}

// Groups is the models of the network.
var Groups = []model.Group{{
	Key: "model", Subject: "a network needs the energy of moving a bit",
	Choices: []model.Choice{
		{Name: "given", About: "the energy of a bit stands in the config", Needs: []string{"energy"}},
		{Name: "wire", About: "a wire with repeaters by CACTI 7", Needs: []string{"node", "length"}, Takes: []string{"wires"}},
		{Name: "router", About: "a published router at every hop", Needs: []string{"hops"}, Takes: []string{"standard"}},
	},
}}

// routers is the energy, in joules, of passing a flit of so many bits.
var routers = map[string]struct {
	energy, flit float64
	source       string
}{
	"isaac":              {4.375e-12, 32, "Shafiee et al., ISCA 2016, Table I: 42 mW for 8 ports, each passing a flit of 32 bits at 1.2 GHz"},
	"isaac-hwcomponents": {20.74e-12, 256, "hwcomponents, isaac.py, after Shafiee et al., ISCA 2016, Table I"},
}

// Transfer is the energy of moving one bit, in J/bit.
func (c *Config) Transfer() model.Figure {
	switch c.Model {
	case "wire":
		return c.wire()
	case "router":
		return c.router()
	}
	return model.Given("energy of moving a bit", "e", float64(c.Energy), "J/bit", "energy")
}

func (c *Config) wire() model.Figure {
	slack := technology.DelayOptimal
	if c.Wires == "slack" {
		slack = technology.ThirtyPercent
	}
	w := technology.RepeatedEnergy(c.Node, slack)
	return model.Figure{
		Name: "energy of moving a bit", Equation: "e = {w}·{L}", Value: w.Value * float64(c.Length), Unit: "J/bit", Source: w.Source,
		Inputs: []model.Input{model.Derived("w", w), {Symbol: "L", Value: float64(c.Length), Unit: "m", Key: "length"}},
		Holds:  "bits that change the level of the wire; random ones do so half of the time",
	}
}

func (c *Config) router() model.Figure {
	r := routers[c.Standard]
	return model.Figure{
		Name: "energy of moving a bit", Equation: "e = {E}/{w}·{h}", Value: r.energy / r.flit * c.Hops, Unit: "J/bit", Source: r.source,
		Inputs: []model.Input{
			{Symbol: "E", Value: r.energy, Unit: "J", Source: r.source},
			{Symbol: "w", Value: r.flit, Unit: "bit", Source: r.source},
			{Symbol: "h", Value: c.Hops, Key: "hops"},
		},
		Holds: "32 nm and busy ports",
	}
}

// LeakageEach is the power that the network leaks, in W: no model knows it.
func (c *Config) LeakageEach(func(key string) bool) model.Figure {
	return model.Given("leakage power", "P", float64(c.Leakage), "W", "leakage")
}

// AreaEach is the network's area, in m²: no model knows it.
func (c *Config) AreaEach(func(key string) bool) model.Figure {
	return model.Given("area", "A", float64(c.Area), "m2", "area")
}
