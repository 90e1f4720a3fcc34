package network

import (
	"fmt"

	"xbar/sim/model"
	"xbar/sim/technology"
	"xbar/sim/unit"
)

// Config describes the interconnect between global buffer and tiles, or between
// the buffers of a systolic machine and its array: the schema of
// [machine.network].
type Config struct {
	Kind          string            `toml:"kind" enum:"bus|mesh|htree" default:"bus" doc:"bus: one shared medium; a transfer reaches every tile that listens"`
	Flit          unit.Bit          `toml:"flit" optional:"true" check:"positive" doc:"bits that a link passes at once"`
	RouterLatency unit.Second       `toml:"router_latency" optional:"true" doc:"of the head of a message, before each link"`
	MeshColumns   int               `toml:"mesh_columns" range:"1..1000000" optional:"true" doc:"of its routers; as square as can be unless given"`
	Concentration int               `toml:"concentration" range:"1..1000000" default:"1" doc:"tiles that share a router"`
	BufferAt      string            `toml:"buffer_at" enum:"corner|middle|side" default:"middle" doc:"routers that the global buffer has a link to: the one in a corner, the one in the middle of the first column, or all of that column"`
	Placement     string            `toml:"placement" enum:"row-major|snake|hilbert|nearest" default:"nearest" doc:"where tiles stand, which kernels fill in their order; nearest: by hops from the buffer"`
	Model         string            `toml:"model" optional:"true" doc:"given, wire, router or hop; what the other keys mean unless written"`
	Bandwidth     unit.BitPerSecond `toml:"bandwidth" optional:"true" unlimited:"true" check:"positive" doc:"of the bus, or of each link in each direction; without a limit where it is 'unlimited' or not given"`
	Energy        unit.JoulePerBit  `toml:"energy" optional:"true" doc:"of a bit, in a mesh or tree of each hop"`
	Node          unit.Metre        `toml:"node" optional:"true" check:"positive" doc:"technology of the wires"`
	Length        unit.Metre        `toml:"length" optional:"true" check:"positive" doc:"of the way of one bit; in a mesh or tree, from one router or tile to the next"`
	Wires         string            `toml:"wires" enum:"delay|slack" default:"delay" doc:"repeaters for the least delay, or for 30 % more delay and less energy"`
	Hops          float64           `toml:"hops" range:"0..1000" optional:"true" doc:"routers on the way of one bit, on average"`
	Standard      string            `toml:"standard" enum:"isaac|isaac-hwcomponents|puma" default:"isaac" doc:"the published router, at 32 nm"`
	Leakage       unit.Watt         `toml:"leakage"`
	Area          unit.SquareMetre  `toml:"area" optional:"true"`
}

// Groups is the models of the network.
var Groups = []model.Group{{
	Key: "kind", Subject: "a network is a bus, a mesh or a tree",
	Choices: []model.Choice{
		{Name: "bus", About: "one medium, a transfer at a time"},
		{Name: "mesh", About: "a grid of routers, along the row first", Needs: []string{"flit", "router_latency"}, Takes: []string{"mesh_columns", "concentration", "buffer_at", "placement"}, Named: true},
		{Name: "htree", About: "a binary tree over the tiles, the global buffer at its root", Needs: []string{"flit", "router_latency"}, Takes: []string{"placement"}, Named: true},
	},
}, {
	Key: "model", Subject: "a network needs the energy of moving a bit",
	Choices: []model.Choice{
		{Name: "given", About: "the energy of a bit stands in the config", Needs: []string{"energy"}},
		{Name: "wire", About: "a wire with repeaters by CACTI 7", Needs: []string{"node", "length"}, Takes: []string{"wires"}},
		{Name: "router", About: "a published router at every hop", Needs: []string{"hops"}, Takes: []string{"standard"}},
		{Name: "hop", About: "a published router and a wire with repeaters at every hop of a mesh or tree", Needs: []string{"standard", "node", "length"}, Takes: []string{"wires"}},
	},
}}

// Routed says whether messages have ways of their own, in hops and flits.
func (c *Config) Routed() bool { return c.Kind == "mesh" || c.Kind == "htree" }

// routerNode is the technology of the published routers.
const routerNode = unit.Metre(32e-9)

// routers is the energy, in joules, of passing a flit of so many bits.
var routers = map[string]struct {
	energy, flit float64
	source       string
}{
	"isaac":              {4.375e-12, 32, "Shafiee et al., ISCA 2016, Table I: 42 mW for 8 ports, each passing a flit of 32 bits at 1.2 GHz"},
	"puma":               {4.0325e-12, 32, "PUMA simulator (Ankit et al., ASPLOS 2019), include/constants.py: 16.13 mW for 4 ports, each passing 32 bits at 1 GHz"},
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
	w := c.repeated()
	return model.Figure{
		Name: "energy of moving a bit", Equation: "e = {w}·{L}", Value: w.Value * float64(c.Length), Unit: "J/bit", Source: w.Source,
		Inputs: []model.Input{model.Derived("w", w), {Symbol: "L", Value: float64(c.Length), Unit: "m", Key: "length"}},
		Holds:  wireHolds,
	}
}

const wireHolds = "bits that change the level of the wire; random ones do so half of the time"

// repeated is the energy per length of the wires.
func (c *Config) repeated() model.Figure {
	slack := technology.DelayOptimal
	if c.Wires == "slack" {
		slack = technology.ThirtyPercent
	}
	return technology.RepeatedEnergy(c.Node, slack)
}

// pass is the energy of a bit in one router.
func (c *Config) pass() model.Figure {
	r := routers[c.Standard]
	return model.Figure{
		Name: "energy of passing a bit through a router", Equation: "e = {E}/{w}", Value: r.energy / r.flit, Unit: "J/bit", Source: r.source,
		Inputs: []model.Input{
			{Symbol: "E", Value: r.energy, Unit: "J", Source: r.source},
			{Symbol: "w", Value: r.flit, Unit: "bit", Source: r.source},
		},
		Holds: "32 nm and busy ports",
	}
}

func (c *Config) router() model.Figure {
	f := c.pass()
	f.Name, f.Equation = "energy of moving a bit", "e = {E}/{w}·{h}"
	f.Value *= c.Hops
	f.Inputs = append(f.Inputs, model.Input{Symbol: "h", Value: c.Hops, Key: "hops"})
	return f
}

// Hop is the energy of moving one bit over a router and a link, in J/bit. The link is
// so many times as long as from one router or tile to the next.
func (c *Config) Hop(length float64) model.Figure {
	if c.Model == "given" {
		return model.Given("energy of moving a bit over a hop", "e", float64(c.Energy), "J/bit", "energy")
	}
	w := c.repeated()
	f := model.Figure{
		Name: "energy of moving a bit over a hop", Equation: "e = {w}·{n}·{L}", Unit: "J/bit", Source: w.Source,
		Value: w.Value * length * float64(c.Length),
		Inputs: []model.Input{
			model.Derived("w", w),
			{Symbol: "n", Value: length, Source: "length of the link over the distance of neighbours"},
			{Symbol: "L", Value: float64(c.Length), Unit: "m", Key: "length"},
		},
		Holds: wireHolds,
	}
	if c.Model == "hop" {
		r := c.pass()
		f.Equation, f.Value, f.Source = "e = {e_r} + {w}·{n}·{L}", f.Value+r.Value, ""
		f.Inputs = append([]model.Input{model.Derived("e_r", r)}, f.Inputs...)
		if c.Node != routerNode {
			f.Outside = fmt.Sprintf("the router of a hop is one of %v, its wire of %v", routerNode, c.Node)
		}
	}
	return f
}

// Least is the action that moves a bit for the least energy: over the bus, or over the
// shortest of a network's links.
func (c *Config) Least() (action string, each model.Figure) {
	if !c.Routed() {
		return "transfer", c.Transfer()
	}
	g := c.Graph(1)
	return g.Action(0), c.Hop(g.Length(0))
}

// LeakageEach is the power that the network leaks, in W: no model knows it.
func (c *Config) LeakageEach(func(key string) bool) model.Figure {
	return model.Given("leakage power", "P", float64(c.Leakage), "W", "leakage")
}

// AreaEach is the network's area, in m²: no model knows it.
func (c *Config) AreaEach(func(key string) bool) model.Figure {
	return model.Given("area", "A", float64(c.Area), "m2", "area")
}
