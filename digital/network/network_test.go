package network_test

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"xbar/digital/network"
	"xbar/sim/model/modeltest"
	"xbar/sim/unit"
)

func TestTransfer(t *testing.T) {
	for _, test := range []struct {
		config network.Config
		want   float64
	}{
		{network.Config{Model: "given", Energy: 1.5e-12}, 1.5e-12},
		{network.Config{Model: "wire", Node: 32e-9, Length: 1e-3, Wires: "delay"}, 0.35e-12},
		{network.Config{Model: "wire", Node: 32e-9, Length: 2e-3, Wires: "slack"}, 2 * 0.197e-12},
		{network.Config{Model: "router", Hops: 1, Standard: "isaac"}, 4.375e-12 / 32},
		{network.Config{Model: "router", Hops: 2.5, Standard: "isaac-hwcomponents"}, 2.5 * 20.74e-12 / 256},
		{network.Config{Model: "router", Hops: 0, Standard: "isaac"}, 0},
	} {
		f := test.config.Transfer()
		modeltest.Check(t, f)
		if math.Abs(f.Value-test.want) > 1e-9*test.want || len(f.Warnings()) > 0 {
			t.Errorf("%+v: %g, want %g; warnings %v", test.config, f.Value, test.want, f.Warnings())
		}
	}
}

// A hop is a router and a wire as long as the link, or what is given for it; the
// shortest link's is the one that floors are held against.
func TestHop(t *testing.T) {
	for _, test := range []struct {
		config network.Config
		length float64
		want   float64
		action string
	}{
		{network.Config{Kind: "mesh", Model: "given", Energy: 1.5e-12}, 1, 1.5e-12, "hop"},
		{network.Config{Kind: "htree", Model: "given", Energy: 1.5e-12}, 4, 1.5e-12, "hop level 0"},
		{network.Config{Kind: "mesh", Model: "wire", Node: 32e-9, Length: 1e-3, Wires: "delay"}, 1, 0.35e-12, "hop"},
		{network.Config{Kind: "htree", Model: "wire", Node: 32e-9, Length: 1e-3, Wires: "slack"}, 2, 2 * 0.197e-12, "hop level 0"},
		{network.Config{Kind: "mesh", Model: "hop", Node: 32e-9, Length: 1e-3, Wires: "delay", Standard: "isaac"}, 1, 4.375e-12/32 + 0.35e-12, "hop"},
		{network.Config{Kind: "htree", Model: "hop", Node: 32e-9, Length: 1e-3, Wires: "delay", Standard: "puma"}, 0.5, 4.0325e-12/32 + 0.175e-12, "hop level 0"},
	} {
		f := test.config.Hop(test.length)
		modeltest.Check(t, f)
		if math.Abs(f.Value-test.want) > 1e-9*test.want || len(f.Warnings()) > 0 {
			t.Errorf("%+v: %g, want %g; warnings %v", test.config, f.Value, test.want, f.Warnings())
		}
		action, least := test.config.Least()
		modeltest.Check(t, least)
		if action != test.action || least.Value > f.Value {
			t.Errorf("%+v: %s of %g, and %g over a link of %g", test.config, action, least.Value, f.Value, test.length)
		}
	}
	other := network.Config{Kind: "mesh", Model: "hop", Node: 45e-9, Length: 1e-3, Standard: "isaac"}
	if f := other.Hop(1); len(f.Warnings()) != 1 {
		t.Errorf("wires of 45 nm between routers of 32 nm: %v", f.Warnings())
	}
}

func TestGivenKeys(t *testing.T) {
	c := network.Config{Leakage: 1e-3, Area: 2e-6}
	written := func(string) bool { return false }
	leakage, area := c.LeakageEach(written), c.AreaEach(written)
	modeltest.Check(t, leakage)
	modeltest.Check(t, area)
	if leakage.Value != 1e-3 || area.Value != 2e-6 {
		t.Errorf("leakage %g, area %g", leakage.Value, area.Value)
	}
}

func TestWireGrowsWithNodeAndLength(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		node := rapid.Float64Range(1e-12, 1e-6).Draw(t, "node")
		length := math.Exp(rapid.Float64Range(-30, 5).Draw(t, "log length"))
		more := rapid.Float64Range(1, 10).Draw(t, "more")
		at := func(node, length float64, wires string) float64 {
			c := network.Config{Model: "wire", Node: unit.Metre(node), Length: unit.Metre(length), Wires: wires}
			f := c.Transfer()
			modeltest.Check(t, f)
			return f.Value
		}
		e := at(node, length, "delay")
		if e > at(node*more, length, "delay")*(1+1e-12) || e <= at(node, length, "slack") {
			t.Errorf("%g J/bit at %g m is not between that of slack and that of a larger node", e, node)
		}
		if far := at(node, length*more, "delay"); math.Abs(far-e*more) > 1e-9*far {
			t.Errorf("%g times the length: %g, %g", more, e, far)
		}
	})
}

func ExampleConfig_Transfer() {
	c := network.Config{Model: "router", Hops: 3, Standard: "isaac"}
	e := c.Transfer()
	fmt.Println(e.Symbols(), "=", e.Numbers(), "=", e.Result())
	// Output: e = E/w·h = 4.38 pJ/32.0 bit·3 = 410 fJ/bit
}
